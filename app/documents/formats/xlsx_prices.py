"""XLSX tables of prices, in the columns of Kontor."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.tabular.defaults import PRICES
from app.documents.tabular.format import table_format

formats.add("xlsx-prices", table_format("xlsx-prices", PRICES))
