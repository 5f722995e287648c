"""Stage 4: where everything stands → master.xlsx."""
