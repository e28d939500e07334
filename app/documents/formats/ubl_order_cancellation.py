"""UBL 2.1 OrderCancellation (Peppol T115)."""

from __future__ import annotations

from app.core.texts import N_
from app.documents.formats import Format, FormatError, formats
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.ubl.order_change import read_change, write_cancellation


def dumps(change: OrderChange) -> bytes:
    """FormatError for a change that leaves something of the order."""
    if change.what is not ChangeKind.CANCELLATION:
        raise FormatError(N_("This is no cancellation of an order."))
    return write_cancellation(change)


def loads(data: bytes) -> OrderChange:
    change = read_change(data)
    if change.what is not ChangeKind.CANCELLATION:
        raise FormatError(N_("This is no cancellation of an order."), 1)
    return change


_CODE = "ubl-order-cancellation"
formats.add(_CODE, Format(_CODE, "application/xml", (OrderChange,), dumps, loads))
