"""cXML ProductActivityMessage: stock by article and place."""

from __future__ import annotations

from app.documents.cxml.stock import read_stock, write_stock
from app.documents.formats import Format, formats
from app.documents.model.stock_report import StockReport

formats.add(
    "cxml-stock-report", Format("cxml-stock-report", "application/xml", (StockReport,), write_stock, read_stock)
)
