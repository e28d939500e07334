"""cXML OrderRequest: a new order, its change (update) or its deletion."""

from __future__ import annotations

from app.documents.cxml.order import read_order, write_order
from app.documents.formats import Format, formats
from app.documents.model.order import Order
from app.documents.model.order_change import OrderChange

formats.add("cxml-order", Format("cxml-order", "application/xml", (Order, OrderChange), write_order, read_order))
