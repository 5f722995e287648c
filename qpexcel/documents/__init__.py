"""Plan documents → tables: text, PDF, Word, OpenDocument and spreadsheets, read into a plan workbook."""
