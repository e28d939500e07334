"""CSV tables of despatch, in the columns of Kontor."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.tabular.defaults import DESPATCH
from app.documents.tabular.format import table_format

formats.add("csv-despatch", table_format("csv-despatch", DESPATCH))
