"""Plan → one Excel workbook per unit → what comes back → one master tracking workbook."""

__version__ = "0.1.0"
