"""What people attach to the cells of a returned workbook besides values: pictures and comments."""
