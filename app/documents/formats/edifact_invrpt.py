"""UN/EDIFACT INVRPT, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.exchange import single_format
from app.documents.edifact.report import read_stock, write_stock
from app.documents.formats import formats
from app.documents.model.stock_report import StockReport

formats.add("edifact-invrpt", single_format("edifact-invrpt", ("INVRPT",), StockReport, write_stock, read_stock))
