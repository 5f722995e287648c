"""What an office hands on: documents, notices and calendars, made from a `Standing` and nothing else."""
