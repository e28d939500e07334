"""Imports: files that go through an importer into articles, prices, accounts, stock and history.

Standing decisions:

* One file is one run. It is read part by part; each part is stored in one transaction together with `next_row`, so a
  crash resumes at the last part and nothing is stored twice.
* Importers compare before they write: a second import changes nothing and says `same` for every row.
* A check stores nothing: each part is tried in a savepoint that is rolled back.
* A row that cannot be stored is a `RowProblem` with its row number; the report repeats the row as it was given.
* Old orders and returns are history: no stock, no events, no VAT, no person. Their times are in the operator's zone.
"""
