"""States of orders and carts, as the tables hold them."""

from __future__ import annotations

from enum import StrEnum

from app.core.texts import N_, Message


class CartState(StrEnum):
    OPEN = "open"
    AWAITING_APPROVAL = "awaiting_approval"
    ORDERED = "ordered"
    DISCARDED = "discarded"


class OrderState(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    IN_DELIVERY = "in_delivery"
    DELIVERED = "delivered"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OrderSource(StrEnum):
    """The way an order came in; `history` was imported and never passed through the portal."""

    PORTAL = "portal"
    API = "api"
    EDI = "edi"
    HISTORY = "history"


STATE_NAMES: dict[OrderState, Message] = {
    OrderState.PLACED: N_("Placed"),
    OrderState.CONFIRMED: N_("Confirmed"),
    OrderState.IN_DELIVERY: N_("In delivery"),
    OrderState.DELIVERED: N_("Delivered"),
    OrderState.CLOSED: N_("Closed"),
    OrderState.CANCELLED: N_("Cancelled"),
}
