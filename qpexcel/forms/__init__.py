"""Stage 2: Plan → one workbook per unit."""
