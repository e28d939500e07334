"""XLSX tables of invoice, in the columns of Kontor."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.tabular.defaults import INVOICE
from app.documents.tabular.format import table_format

formats.add("xlsx-invoice", table_format("xlsx-invoice", INVOICE))
