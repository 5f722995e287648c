"""Stage 3: returned files → checked rows, merged, and the ledger."""

READING = "qpexcel.intake.worker"  # what the processes load that read files
