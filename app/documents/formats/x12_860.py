"""ANSI X12 860: change of a purchase order by its buyer."""

from __future__ import annotations

from app.documents.formats import formats
from app.documents.model.order_change import OrderChange
from app.documents.x12.exchange import single_format
from app.documents.x12.order_change import read_order_change, write_order_change

formats.add("x12-860", single_format("x12-860", ("860",), (OrderChange,), write_order_change, read_order_change))
