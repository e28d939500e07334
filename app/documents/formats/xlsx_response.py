"""XLSX tables of response, in the columns of Kontor."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.tabular.defaults import RESPONSE
from app.documents.tabular.format import table_format

formats.add("xlsx-response", table_format("xlsx-response", RESPONSE))
