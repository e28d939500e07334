"""Documents as tables (CSV, XLSX, ODS) by a mapping of columns to fields: one row a line, header fields in each row."""
