"""Orders for 1C: those placed or changed since it last took them. They count as sent when 1C says so, not before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select, text

from app.accounts.queries.companies import operator_party
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import lock_rows
from app.documents.commerceml.writing import Style, write_orders
from app.exchange.mapping.one_c_orders import OrderFacts, order_for_1c
from app.exchange.models.one_c import OneCConnection, OneCKey, OneCOrder, OneCSession
from app.ordering.models.deliveries import OrderCharge
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.ordering.service.revising import lines_of

MAX_ORDERS = 500
_CONTAINERS_FROM = (2, 10)
_MARK = text("""
INSERT INTO one_c_orders AS o (company_id, connection_id, order_id, sent_version, sent_at)
SELECT :company, :connection, v.id, v.version, :now
FROM unnest(CAST(:ids AS bigint[]), CAST(:versions AS integer[])) AS v (id, version)
JOIN orders ON orders.id = v.id
ON CONFLICT (connection_id, order_id) DO UPDATE
SET sent_version = greatest(o.sent_version, excluded.sent_version), sent_at = excluded.sent_at""")


@command
def changed_orders(actor: Actor, session_id: int) -> tuple[bytes, str]:
    """The answer to `query` and its encoding; which orders and versions are in it is kept until 1C has them."""
    (session,) = lock_rows(OneCSession, [session_id])
    connection = db.session.get_one(OneCConnection, session.connection_id)
    zone = operator_party(actor).time_zone
    orders = _due(connection, zone)
    session.offered = {str(order.id): order.version for order in orders}
    documents = [order_for_1c(facts, zone) for facts in _facts(connection, orders)]
    return write_orders(documents, _style(connection, session.version)), connection.encoding


@command
def mark_sent(actor: Actor, session_id: int) -> int:
    """1C has them. A repeat marks nothing."""
    (session,) = lock_rows(OneCSession, [session_id])
    offered = {int(key): version for key, version in session.offered.items()}
    if offered:
        values = {
            "company": actor.company_id, "connection": session.connection_id, "ids": list(offered),
            "versions": list(offered.values()), "now": clock.now(),
        }  # fmt: skip
        db.session.execute(_MARK, values)
        session.offered = {}
    return len(offered)


def _style(connection: OneCConnection, version: str) -> Style:
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    wants = connection.containers == "always" or (connection.containers == "auto" and numbers >= _CONTAINERS_FROM)
    return Style(has_containers=wants, encoding=connection.encoding)


def _due(connection: OneCConnection, zone: str) -> Sequence[Order]:
    since = connection.created_at
    if connection.orders_since is not None:
        since = datetime.combine(connection.orders_since, time(), ZoneInfo(zone))
    known = OneCOrder.id.is_not(None)
    statement = (
        select(Order)
        .outerjoin(OneCOrder, and_(OneCOrder.order_id == Order.id, OneCOrder.connection_id == connection.id))
        .where(
            Order.source != "history", Order.placed_at >= since,
            or_(and_(~known, Order.state != "cancelled"), and_(known, OneCOrder.sent_version < Order.version)),
        )
        .order_by(Order.placed_at, Order.id)
        .limit(MAX_ORDERS)
    )  # fmt: skip
    return db.session.scalars(statement).all()


def _facts(connection: OneCConnection, orders: Sequence[Order]) -> list[OrderFacts]:
    ids = [order.id for order in orders]
    names = {row.sku: row.name for row in db.session.execute(
        select(OrderLine.sku, OrderLine.name).where(OrderLine.order_id.in_(ids)))}  # fmt: skip
    keys = _keys(connection, names)
    charges, allowances = _charges(ids), _allowances(ids)
    return [
        OrderFacts(
            number=order.number, placed_at=order.placed_at, state=order.state, currency=order.currency,
            po_number=order.po_number, requested_on=order.requested_on, note=order.note, buyer=order.buyer,
            ship_to=order.ship_to, bill_to=order.bill_to, gross_total=order.gross_total, vat_total=order.vat_total,
            payment_name=order.payment_name, lines=lines_of(order.id), names=names, keys=keys,
            charges=[(row.name, row.amount, row.vat_rate) for row in charges if row.order_id == order.id],
            allowances=[(row.name, row.amount) for row in allowances if row.order_id == order.id],
        )
        for order in orders
    ]  # fmt: skip


def _keys(connection: OneCConnection, numbers: Collection[str]) -> dict[str, str]:
    """1C's id by our article number; of several the one 1C named last."""
    statement = (
        select(OneCKey.code, OneCKey.theirs)
        .where(OneCKey.connection_id == connection.id, OneCKey.kind == "article", OneCKey.code.in_(list(numbers)))
        .order_by(OneCKey.session_id.nulls_first(), OneCKey.id)
    )
    return {row.code: row.theirs for row in db.session.execute(statement)}


def _charges(ids: Sequence[int]) -> Sequence[OrderCharge]:
    return db.session.scalars(
        select(OrderCharge).where(OrderCharge.order_id.in_(ids)).order_by(OrderCharge.order_id, OrderCharge.position)
    ).all()


def _allowances(ids: Sequence[int]) -> Sequence[OrderAllowance]:
    return db.session.scalars(
        select(OrderAllowance)
        .where(OrderAllowance.order_id.in_(ids))
        .order_by(OrderAllowance.order_id, OrderAllowance.position)
    ).all()
