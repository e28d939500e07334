"""UN/EDIFACT ORDERS, EANCOM D96A and D01B."""

from __future__ import annotations

from app.documents.edifact.exchange import single_format
from app.documents.edifact.order import read_order
from app.documents.edifact.order_out import write_order
from app.documents.formats import formats
from app.documents.model.order import Order

formats.add("edifact-orders", single_format("edifact-orders", ("ORDERS",), Order, write_order, read_order))
