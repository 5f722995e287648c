"""Stage 3: returned files → checked rows, merged, and the ledger."""
