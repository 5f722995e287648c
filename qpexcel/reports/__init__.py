"""Stage 5: where everything stands → documents to print, send and import."""
