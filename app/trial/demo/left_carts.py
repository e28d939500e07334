"""Carts left behind for different reasons, one of them held out, and what came of the carts of the weeks before."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text, update

from app.accounts.queries.people import person_actor
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as
from app.insights.models.carts import AbandonedCart
from app.insights.service.cart_looks import look_again
from app.ordering.domain.cart import WantedLine
from app.ordering.models.carts import Cart
from app.ordering.service.cart import add_lines

_MISSED = text("""
INSERT INTO search_misses (company_id, text, first_at, last_at) VALUES (:company, 'shackle 7/8 inch', :at, :at)
ON CONFLICT DO NOTHING""")
_SOLD_OUT = text("""
SELECT a.id, a.base_unit FROM articles a JOIN related_articles r ON r.article_id = a.id AND r.kind = 'substitute'
WHERE a.status = 'active' AND coalesce((SELECT sum(s.on_hand) FROM stock s WHERE s.article_id = a.id), 0) = 0
ORDER BY a.id LIMIT 1""")
# reason, carts worked on, of them recovered, carts held out, of them recovered
_BEFORE = (
    ("price_rose", 14, 8, 3, 1), ("out_of_stock", 9, 5, 2, 0), ("credit_limit", 5, 3, 1, 0), ("late_date", 7, 4, 1, 1),
    ("searched_in_vain", 4, 1, 1, 0), ("none", 12, 4, 4, 1),
)  # fmt: skip
_OLDEST = 80  # days


def add_left_carts(house: Actor, seller_id: int) -> None:
    """Give the carts that were left the reasons one finds in the first minute, and a past to compare with."""
    with acting_as(house):
        rows = list(db.session.execute(
            select(AbandonedCart.id, AbandonedCart.cart_id, AbandonedCart.company_id, AbandonedCart.user_id,
                   AbandonedCart.idle_since)
            .where(AbandonedCart.state.in_(("open", "reminded")))
            .order_by(AbandonedCart.company_id)
        ))  # fmt: skip
        for place, row in enumerate(rows):
            _PLANTS[place % len(_PLANTS)](house, row)
        for row in rows:
            look_again(house, row.id)
        if len(rows) > len(_PLANTS):
            with transaction() as session:
                last = update(AbandonedCart).where(AbandonedCart.id == rows[-1].id)
                session.execute(last.values(is_held_out=True, notice_due_at=None))
        _past(house, rows, seller_id)


def _sold_out(house: Actor, row: Any) -> None:
    """The buyer wants what is not there; something else would do."""
    found = db.session.execute(_SOLD_OUT).one_or_none()
    if found is None:
        return
    desk = person_actor(row.company_id, row.user_id)
    with clock.frozen(row.idle_since):
        wanted = WantedLine(found.id, Decimal(200), found.base_unit)
        add_lines(desk, row.cart_id, [wanted], client_ref=str(uuid.uuid4()))
    with transaction() as session:
        session.execute(update(Cart).where(Cart.id == row.cart_id).values(last_activity_at=row.idle_since))


def _searched(house: Actor, row: Any) -> None:
    with transaction() as session:
        session.execute(_MISSED, {"company": row.company_id, "at": row.idle_since - timedelta(minutes=10)})


# The first cart is the one everybody tries the order pad with: nothing in it may stand in the way.
_PLANTS = (_searched, _sold_out)


def _past(house: Actor, rows: list[Any], seller_id: int) -> None:
    """Carts of the last weeks, closed long ago, so that the results have something to show."""
    if not rows:
        return
    made: list[dict[str, Any]] = []
    for code, worked, won, held, won_alone in _BEFORE:
        made += [_closed(rows, len(made) + n, code, seller_id, is_won=n < won) for n in range(worked)]
        made += [_closed(rows, len(made) + n, code, None, is_won=n < won_alone) for n in range(held)]
    with transaction() as session:
        session.execute(insert(AbandonedCart), made)


def _closed(rows: list[Any], number: int, code: str, seller_id: int | None, *, is_won: bool) -> dict[str, Any]:
    row, value = rows[number % len(rows)], Decimal(180 + number * 37 % 900)
    noticed = clock.now() - timedelta(days=15 + number * 7 % (_OLDEST - 15))
    at = noticed + timedelta(days=2) if is_won else None
    return {
        "company_id": row.company_id, "cart_id": -1 - number, "user_id": row.user_id, "currency": "EUR",
        "idle_since": noticed - timedelta(hours=24), "noticed_at": noticed, "last_page": "/cart", "value": value,
        "line_count": 3 + number % 9, "state": "recovered" if is_won else "dismissed", "reason": code,
        "is_held_out": seller_id is None, "worked_by_id": seller_id, "closed_at": noticed + timedelta(days=3),
        "close_reason": "" if is_won else "not_reached", "recovered_at": at, "recovered_how": "cart" if is_won else "",
        "recovered_value": value if is_won else None,
    }  # fmt: skip
