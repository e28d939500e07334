"""Order-X order change (230), in the smallest profile that holds it."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.order_change import OrderChange
from app.documents.orderx.order import read_change, write_change

formats.add("orderx-change", Format("orderx-change", "application/xml", (OrderChange,), write_change, read_change))
