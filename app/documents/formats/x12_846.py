"""ANSI X12 846: inventory inquiry and advice."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.stock_report import StockReport
from app.documents.x12.exchange import single_format
from app.documents.x12.stock import read_stock, write_stock

formats.add("x12-846", single_format("x12-846", ("846",), (StockReport,), write_stock, read_stock))
