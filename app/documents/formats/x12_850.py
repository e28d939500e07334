"""ANSI X12 850: purchase order."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.order import Order
from app.documents.x12.exchange import single_format
from app.documents.x12.order import read_order, write_order

formats.add("x12-850", single_format("x12-850", ("850",), (Order,), write_order, read_order))
