"""XLSX tables of despatch, in the columns of Kontor."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.tabular.defaults import DESPATCH
from app.documents.tabular.format import table_format

formats.add("xlsx-despatch", table_format("xlsx-despatch", DESPATCH))
