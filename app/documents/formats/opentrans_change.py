"""openTRANS 2.1 ORDERCHANGE."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.order_change import OrderChange
from app.documents.opentrans.orders import read_change, write_change

formats.add(
    "opentrans-change", Format("opentrans-change", "application/xml", (OrderChange,), write_change, read_change)
)
