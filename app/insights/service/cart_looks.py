"""Looking at a cart left behind: what it is worth today, why it was left, and how likely it is ordered."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.core.errors import NotFound
from app.insights.domain.abandonment import WAITING
from app.insights.domain.abandonment_reasons import Found, main_reason, reasons_of
from app.insights.domain.cart_odds import likelihood
from app.insights.models.carts import AbandonedCart
from app.insights.queries.cart_facts import Left, cart_facts, margin_of, past_of
from app.ordering.models.carts import Cart
from app.ordering.queries.cart import priced_cart

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What a cart holds; `value` net in `currency`. `is_priced` False: the sum is the one its buyer saw last."""

    lines: int
    value: Decimal
    currency: str
    is_priced: bool = True
    goods: Sequence[tuple[int, Decimal, Decimal]] = ()
    reasons: Sequence[Found] = ()
    margin: Decimal | None = None
    likelihood: int | None = None

    @property
    def goods_json(self) -> list[list[Any]]:
        return [[article, str(quantity.normalize()), str(net)] for article, quantity, net in self.goods]

    @property
    def columns(self) -> dict[str, Any]:
        """What a look keeps in the row."""
        return {
            "line_count": self.lines, "value": self.value, "margin": self.margin, "likelihood": self.likelihood,
            "reason": main_reason(self.reasons) if self.is_priced else "", "looked_at": clock.now(),
            "reasons": [[one.code.value, one.weight, one.words.as_json()] for one in self.reasons],
        }  # fmt: skip


def look(actor: Actor, left: Left) -> Look | None:
    """The cart at the account's own prices of today with all reasons; None when it cannot be worked out."""
    try:
        with transaction():
            return _look(actor, left)
    except Exception:
        log.exception("the idle cart %s could not be looked at", left.cart_id)
        return None


def _look(actor: Actor, left: Left) -> Look:
    page = priced_cart(actor, left.cart_id)
    facts = cart_facts(actor, left, page)
    reasons = reasons_of(facts)
    chance = likelihood(*past_of(left.company_id, main_reason(reasons)))
    goods = [(row.article.id, row.base_quantity, row.price.net or Decimal(0)) for row in page.rows]
    margin = margin_of(actor, page, facts.today)
    return Look(len(page.rows), page.totals.net_total, page.currency, True, goods, reasons, margin, chance)


@command
def look_again(actor: Actor, abandonment_id: int) -> None:
    """Refresh value and reasons of a cart that still waits; what was closed keeps what it was closed with."""
    row = db.session.execute(
        select(AbandonedCart.cart_id, AbandonedCart.company_id, AbandonedCart.user_id, AbandonedCart.idle_since,
               AbandonedCart.last_page, AbandonedCart.state, Cart.state.label("cart_state"))
        .outerjoin(Cart, Cart.id == AbandonedCart.cart_id)
        .where(AbandonedCart.id == abandonment_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    if row.state not in WAITING or row.cart_state != "open":
        return
    seen = look(actor, Left(*row[:5]))
    if seen is not None and seen.lines:
        db.session.execute(
            update(AbandonedCart)
            .where(AbandonedCart.id == abandonment_id, AbandonedCart.state.in_(WAITING))
            .values(**seen.columns)
        )
