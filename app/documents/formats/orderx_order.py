"""Order-X order (220), in the smallest profile that holds it."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.order import Order
from app.documents.orderx.order import read_order, write_order

formats.add("orderx-order", Format("orderx-order", "application/xml", (Order,), write_order, read_order))
