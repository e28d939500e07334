"""CSV tables of invoice, in the columns of Kontor."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.tabular.defaults import INVOICE
from app.documents.tabular.format import table_format

formats.add("csv-invoice", table_format("csv-invoice", INVOICE))
