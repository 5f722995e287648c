"""ROC dates, periods and deadline phrases: text in, days out, no I/O."""
