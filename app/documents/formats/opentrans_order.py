"""openTRANS 2.1 ORDER."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.order import Order
from app.documents.opentrans.orders import read_order, write_order

formats.add("opentrans-order", Format("opentrans-order", "application/xml", (Order,), write_order, read_order))
