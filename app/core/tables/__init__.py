"""Rows of CSV, TSV, XLSX, ODS or pasted text, and the same kinds written for reports; no business word in here.

`opening.open_table` is the way in, `writing` the way out. Standing decisions:

* The kind is told by the content, never by a file's name or declared type; `.gz`, `.xz` and `.bz2` around it are unpacked.
* Values cross the border exactly: number cells become the Decimal a spreadsheet shows, text stays text, nothing is computed.
* Everything streams and every size has a named limit (`rows.Limits`), because these files come from outside. Workbooks are
  read here with lxml and not by python-calamine, which lays a sheet out as a full grid: two cells in opposite corners make
  it ask for 500 GB and abort the whole process. It also drops error cells and fails on ISO date cells.
* What cannot be read is `Invalid("file", ...)` with a sentence that says what to do.
"""
