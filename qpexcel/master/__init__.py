"""Stage 4: where everything stands → the master tracking workbook."""
