"""Many offices' ledgers in one workbook: the master of masters."""
