"""Tables as formats of the registry."""

from __future__ import annotations

from functools import partial

from app.documents.formats import Format
from app.documents.tabular.fields import DOCUMENTS
from app.documents.tabular.mapping import TableMapping
from app.documents.tabular.reading import read_table
from app.documents.tabular.writing import write_csv_table, write_xlsx_table

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_format(code: str, mapping: TableMapping) -> Format:
    """`csv-...` or `xlsx-...`; both read every kind of table."""
    is_csv = code.startswith("csv-")
    write = write_csv_table if is_csv else write_xlsx_table
    return Format(
        code, CSV if is_csv else XLSX, (DOCUMENTS[mapping.document],), partial(write, mapping=mapping),
        partial(read_table, mapping=mapping),
    )  # fmt: skip
