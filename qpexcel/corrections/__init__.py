"""Stage 5: what was found in a unit's workbook → the workbook back, its cells marked."""
