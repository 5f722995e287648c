"""The ledger: what we know of everything that came back, in one SQLite file.

Without it everything returned is read again; only decisions and history are lost (contract §1).
"""

from qpexcel.ledger.book import Consolidation, Ledger
from qpexcel.ledger.lines import Reading
from qpexcel.ledger.opening import open_ledger, read_ledger

__all__ = ["Consolidation", "Ledger", "Reading", "open_ledger", "read_ledger"]
