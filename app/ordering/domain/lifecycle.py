"""States of carts, orders and their lines; what may follow what; the order's state as its lines make it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from app.core.errors import Conflict
from app.core.texts import N_, Message


class CartState(StrEnum):
    OPEN = "open"
    AWAITING_APPROVAL = "awaiting_approval"
    ORDERED = "ordered"
    DISCARDED = "discarded"


class CartKind(StrEnum):
    """What a cart is for: only `cart` and `prepared` (by staff, for the buyer) are shown among a person's carts.

    `quote`: at prices agreed beforehand, with nothing to add and nothing to leave out.
    """

    CART = "cart"
    STANDING = "standing"
    AMENDMENT = "amendment"
    PREPARED = "prepared"
    QUOTE = "quote"


SHOWN_KINDS = (CartKind.CART, CartKind.PREPARED)
WORKED_KINDS = (*SHOWN_KINDS, CartKind.AMENDMENT)  # those a person's clicks may go to


class OrderState(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    IN_DELIVERY = "in_delivery"
    DELIVERED = "delivered"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class LineState(StrEnum):
    """`proposed`: the wholesaler wants something else and waits for the buyer's yes. `backordered`: confirmed, later."""

    PLACED = "placed"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    BACKORDERED = "backordered"
    IN_DELIVERY = "in_delivery"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class CancelUntil(StrEnum):
    """How long the buyer cancels on his own; later he asks."""

    GRACE = "grace"
    CONFIRMED = "confirmed"
    INVOICED = "invoiced"


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
LINE_STATE_NAMES: dict[LineState, Message] = {
    LineState.PLACED: N_("Placed"),
    LineState.PROPOSED: N_("Waits for the buyer"),
    LineState.CONFIRMED: N_("Confirmed"),
    LineState.BACKORDERED: N_("Comes later"),
    LineState.IN_DELIVERY: N_("In delivery"),
    LineState.DELIVERED: N_("Delivered"),
    LineState.REJECTED: N_("Rejected"),
    LineState.CANCELLED: N_("Cancelled"),
}
CANCEL_UNTIL_NAMES: dict[CancelUntil, Message] = {
    CancelUntil.GRACE: N_("until the time for changes ends"),
    CancelUntil.CONFIRMED: N_("until the order is confirmed"),
    CancelUntil.INVOICED: N_("until the order is invoiced"),
}
GONE = frozenset({LineState.REJECTED, LineState.CANCELLED})  # nothing of the line is wanted any more

LINE_TRANSITIONS: Mapping[LineState, frozenset[LineState]] = {
    LineState.PLACED: frozenset({
        LineState.PROPOSED, LineState.CONFIRMED, LineState.BACKORDERED, LineState.IN_DELIVERY, *GONE,
    }),
    LineState.PROPOSED: frozenset({LineState.PLACED, LineState.CONFIRMED, LineState.BACKORDERED, *GONE}),
    LineState.CONFIRMED: frozenset({LineState.IN_DELIVERY, *GONE}),
    LineState.BACKORDERED: frozenset({LineState.CONFIRMED, LineState.IN_DELIVERY, *GONE}),
    LineState.IN_DELIVERY: frozenset({LineState.DELIVERED}),
    LineState.DELIVERED: frozenset(),
    LineState.REJECTED: frozenset(),
    LineState.CANCELLED: frozenset(),
}  # fmt: skip
_SETTLED = frozenset({LineState.CONFIRMED, LineState.BACKORDERED})
_ON_THE_WAY = frozenset({LineState.IN_DELIVERY, LineState.DELIVERED})


def may_become(old: LineState, new: LineState) -> bool:
    return old == new or new in LINE_TRANSITIONS[old]


def moved(old: LineState, new: LineState) -> LineState:
    """The new state of a line; raises Conflict where the table does not allow the step."""
    if not may_become(old, new):
        raise Conflict(
            N_("A line that is “{old}” cannot become “{new}”.", old=LINE_STATE_NAMES[old], new=LINE_STATE_NAMES[new])
        )
    return new


def state_of(lines: Collection[LineState]) -> OrderState:
    """The order's state: the least advanced of the lines that still stand, or cancelled when none does."""
    standing = {line for line in lines if line not in GONE}
    if not standing:
        return OrderState.CANCELLED
    if standing == {LineState.DELIVERED}:
        return OrderState.DELIVERED
    if standing & _ON_THE_WAY:
        return OrderState.IN_DELIVERY
    return OrderState.CONFIRMED if standing <= _SETTLED else OrderState.PLACED


def settled_state(state: OrderState, *, is_invoiced: bool, is_paid: bool) -> OrderState:
    """An order that is delivered, invoiced and paid is closed."""
    return OrderState.CLOSED if state is OrderState.DELIVERED and is_invoiced and is_paid else state
