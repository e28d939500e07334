"""UBL 2.1 OrderChange (Peppol T114); a cancellation becomes, and is read from, an OrderCancellation."""

from __future__ import annotations

from app.documents.formats import Format, formats
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.ubl.order_change import read_change, write_cancellation, write_change


def dumps(change: OrderChange) -> bytes:
    return write_cancellation(change) if change.what is ChangeKind.CANCELLATION else write_change(change)


formats.add("ubl-order-change", Format("ubl-order-change", "application/xml", (OrderChange,), dumps, read_change))
