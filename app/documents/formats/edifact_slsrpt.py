"""UN/EDIFACT SLSRPT, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.exchange import single_format
from app.documents.edifact.report import read_sales, write_sales
from app.documents.formats import formats
from app.documents.model.stock_report import SalesReport

formats.add("edifact-slsrpt", single_format("edifact-slsrpt", ("SLSRPT",), SalesReport, write_sales, read_sales))
