"""What came of carts left behind: ordered after all, or their goods in other orders."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, select, update

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.insights.domain.abandonment import (
    RECOVERY_DAYS,
    WAITING,
    AbandonmentState,
    is_mostly_ordered,
    value_ordered,
)
from app.insights.models.carts import AbandonedCart
from app.insights.queries.cart_facts import Left, ordered_since
from app.ordering.models.orders import Order


@command
def note_order(actor: Actor, order_id: int) -> None:
    """An order was placed: the cart it came from is recovered, and carts of which it brings at least half the value."""
    order = db.session.execute(
        select(Order.company_id, Order.cart_id, Order.number, Order.placed_at, Order.net_total, Order.source)
        .where(Order.id == order_id)
    ).one_or_none()  # fmt: skip
    if order is None or order.source == "history":
        return
    if order.cart_id is not None:
        _itself(actor, order)
    _elsewhere(actor, order)


def _itself(actor: Actor, order: Any) -> None:
    newest = select(func.max(AbandonedCart.id)).where(AbandonedCart.cart_id == order.cart_id).scalar_subquery()
    closed = db.session.execute(
        update(AbandonedCart)
        .where(
            AbandonedCart.cart_id == order.cart_id, AbandonedCart.recovered_at.is_(None),
            AbandonedCart.state != AbandonmentState.LEFT_OUT,
            AbandonedCart.id == newest,
            (AbandonedCart.noticed_at > order.placed_at - timedelta(days=RECOVERY_DAYS))
            | AbandonedCart.state.in_(WAITING),
        )
        .values(recovered_how="cart", **_recovered(order, order.net_total))
        .returning(AbandonedCart.id, AbandonedCart.company_id)
    ).all()  # fmt: skip
    facts = {"order": order.number}
    audit.record_many(actor, "abandoned_cart", [(row.id, "recovered", row.company_id, facts) for row in closed])


def _recovered(order: Any, value: Decimal) -> dict[str, Any]:
    """A cart that was closed by hand stays so; that it was ordered is kept beside."""
    waits = AbandonedCart.state.in_(WAITING)
    return {
        "state": case((waits, AbandonmentState.RECOVERED.value), else_=AbandonedCart.state),
        "closed_at": case((waits, order.placed_at), else_=AbandonedCart.closed_at),
        "recovered_at": order.placed_at,
        "recovered_value": value,
    }


def _elsewhere(actor: Actor, order: Any) -> None:
    """Other carts of the account noticed in the last two weeks, whose goods have mostly been ordered by now."""
    rows = db.session.execute(
        select(AbandonedCart.id, AbandonedCart.cart_id, AbandonedCart.company_id, AbandonedCart.user_id,
               AbandonedCart.idle_since, AbandonedCart.last_page, AbandonedCart.goods)
        .where(
            AbandonedCart.company_id == order.company_id, AbandonedCart.recovered_at.is_(None),
            AbandonedCart.state.in_((*WAITING, AbandonmentState.DISMISSED)),
            AbandonedCart.noticed_at > order.placed_at - timedelta(days=RECOVERY_DAYS),
        )
        .order_by(AbandonedCart.id)
    ).all()  # fmt: skip
    for row in rows:
        goods = [(article, Decimal(quantity), Decimal(net)) for article, quantity, net in row.goods]
        ordered = ordered_since(Left(*row[1:6]), {one[0] for one in goods}, order.placed_at) if goods else {}
        if not is_mostly_ordered(goods, ordered):
            continue
        db.session.execute(
            update(AbandonedCart)
            .where(AbandonedCart.id == row.id, AbandonedCart.recovered_at.is_(None))
            .values(recovered_how="elsewhere", **_recovered(order, value_ordered(goods, ordered)))
        )
        facts = {"order": order.number, "how": "elsewhere"}
        audit.record(actor, "abandoned_cart", row.id, "recovered", facts, company_id=row.company_id)
