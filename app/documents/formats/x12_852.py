"""ANSI X12 852: product activity."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.stock_report import SalesReport
from app.documents.x12.exchange import single_format
from app.documents.x12.stock import read_sales, write_sales

formats.add("x12-852", single_format("x12-852", ("852",), (SalesReport,), write_sales, read_sales))
