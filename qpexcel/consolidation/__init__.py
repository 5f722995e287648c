"""The second half of the cycle on one workspace: reading what came back and rewriting the master."""

from qpexcel.consolidation.run import consolidate, read_passwords

__all__ = ["consolidate", "read_passwords"]
