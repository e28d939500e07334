"""CSV tables of order, in the columns of Kontor."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.tabular.defaults import ORDER
from app.documents.tabular.format import table_format

formats.add("csv-order", table_format("csv-order", ORDER))
