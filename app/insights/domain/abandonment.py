"""When a cart counts as abandoned, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from app.core.texts import N_, Message

RECOVERY_DAYS = 14  # so long after a cart was noticed an order of the same goods counts as recovered
_HALF = Decimal(1) / 2
_CENT = Decimal("0.01")
ZERO = Decimal(0)


class AbandonmentState(StrEnum):
    """open and reminded wait for the sales desk; the others are closed."""

    OPEN = "open"
    REMINDED = "reminded"
    RECOVERED = "recovered"
    RESUMED = "resumed"
    DISMISSED = "dismissed"
    LEFT_OUT = "left_out"


class CloseReason(StrEnum):
    """Why somebody closed a cart, or why it never came on the list (the last two)."""

    ORDERS_LATER = "orders_later"
    PRICE = "price"
    DELIVERY = "delivery"
    COMPETITOR = "competitor"
    NO_NEED = "no_need"
    TEST = "test"
    NOT_REACHED = "not_reached"
    OTHER = "other"
    QUOTED = "quoted"
    ORDERED_ELSEWHERE = "ordered_elsewhere"


CLOSE_NAMES: dict[CloseReason, Message] = {
    CloseReason.ORDERS_LATER: N_("Orders later"),
    CloseReason.PRICE: N_("Price too high"),
    CloseReason.DELIVERY: N_("Delivery too late"),
    CloseReason.COMPETITOR: N_("Bought elsewhere"),
    CloseReason.NO_NEED: N_("No longer needed"),
    CloseReason.TEST: N_("Only tried out"),
    CloseReason.NOT_REACHED: N_("Not reached"),
    CloseReason.OTHER: N_("Another reason"),
    CloseReason.QUOTED: N_("A quote was asked for"),
    CloseReason.ORDERED_ELSEWHERE: N_("The same goods were ordered already"),
}
BY_HAND = tuple(CloseReason)[:-2]

WAITING = (AbandonmentState.OPEN, AbandonmentState.REMINDED)


def reminder_due(noticed_at: datetime, minutes: int) -> datetime:
    """When the buyer is written to: the sales manager has some time to call first."""
    return noticed_at + timedelta(minutes=minutes)


Goods = Sequence[tuple[int, Decimal, Decimal]]  # article id, base quantity, net


def value_ordered(goods: Goods, ordered: Mapping[int, Decimal]) -> Decimal:
    """Net value, at the cart's prices, of what was ordered of its goods; nothing counts beyond what the cart held."""
    left = dict(ordered)
    found = ZERO
    for article_id, quantity, net in goods:
        taken = min(quantity, left.get(article_id, ZERO))
        if taken > 0:
            left[article_id] -= taken
            found += net * taken / quantity
    return found.quantize(_CENT, ROUND_HALF_UP)


def is_mostly_ordered(goods: Goods, ordered: Mapping[int, Decimal]) -> bool:
    """Whether at least half of the value was ordered."""
    value = sum((net for _article, _quantity, net in goods), ZERO)
    return value > 0 and value_ordered(goods, ordered) >= value * _HALF


def is_mostly_asked(goods: Goods, articles: set[int]) -> bool:
    """Whether quotes were asked for at least half of the value."""
    value = sum((net for _article, _quantity, net in goods), ZERO)
    return value > 0 and sum((net for article, _quantity, net in goods if article in articles), ZERO) >= value * _HALF
