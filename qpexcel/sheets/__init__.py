"""What a sheet is (description) and the one writer that draws it."""
