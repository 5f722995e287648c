"""The ledger: what we know of everything that came back, in one SQLite file.

Without it everything returned is read again; only decisions and history are lost (contract §1).
"""

from qpexcel.ledger.book import Ledger
from qpexcel.ledger.consolidations import CarriedOver, Consolidation
from qpexcel.ledger.files import Some
from qpexcel.ledger.lines import FileLine, Reading
from qpexcel.ledger.opening import open_ledger, read_ledger

__all__ = [
    "CarriedOver",
    "Consolidation",
    "FileLine",
    "Ledger",
    "Reading",
    "Some",
    "open_ledger",
    "read_ledger",
]
