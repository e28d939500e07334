"""Goods sent again at no charge: an order at price zero that the first order's invoice goes on paying for.

It comes from no cart and takes nothing from budgets, credit, contracts or minimum values; it costs no freight. It counts
as invoiced and paid from the start, because nothing is owed for it: what was credited is never replaced as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.accounts.queries.companies import operator_zone
from app.catalog.queries.articles import articles_by_id
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.inventory.domain.promise import Want
from app.inventory.service.reservations import reserve
from app.ordering.domain.progress import base_share
from app.ordering.domain.wishes import Placed
from app.ordering.events import OrderPlaced
from app.ordering.models.orders import Order, OrderLine
from app.ordering.service.order_rows import numbers, vat_group
from app.pricing.domain.totals import TaxedLine, totals

_ZERO = Decimal(0)

_ORDER = text("""
INSERT INTO orders (company_id, number, client_ref, user_id, source, state, placed_at, po_number, note, currency,
    vat_mode, rounding, payment_days, payment_method, payment_name, payment_kind, delivery_method, ship_to, bill_to,
    buyer, net_total, vat_total, gross_total, vat_breakdown, line_count, released_at, confirmed_at, invoiced_at, paid_at,
    staff_id, staff_name)
SELECT o.company_id, 'SO-' || CAST(:year AS text) || '-' || lpad(nextval('order_numbers')::text, 6, '0'), :client_ref,
    o.user_id, 'portal', 'confirmed', :now, o.po_number, :note, o.currency, o.vat_mode, o.rounding, o.payment_days,
    o.payment_method, o.payment_name, o.payment_kind, o.delivery_method, CAST(:ship_to AS jsonb), o.bill_to, o.buyer,
    0, 0, 0, CAST(:vat AS jsonb), :lines, :now, :now, :now, :now, CAST(:staff_id AS bigint), :staff_name
FROM orders o WHERE o.id = :order_id
ON CONFLICT (company_id, client_ref) DO NOTHING
RETURNING id, number""")
_LINES = text("""
INSERT INTO order_lines (company_id, order_id, position, article_id, sku, customer_number, gtin, name, quantity, unit,
    base_quantity, unit_price, price_base_quantity, price_unit, net, vat_category, vat_rate, price_source, state,
    invoiced_quantity)
SELECT l.company_id, :order_id, w.place, l.article_id, l.sku, l.customer_number, l.gtin, l.name, w.quantity, l.unit,
    w.base, 0, l.price_base_quantity, l.price_unit, 0, l.vat_category, l.vat_rate, :source, 'confirmed', w.quantity
FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[]), CAST(:bases AS numeric[])) WITH ORDINALITY
    AS w (id, quantity, base, place)
JOIN order_lines l ON l.id = w.id
RETURNING id, article_id, base_quantity""")
_DELIVERY = text("""
WITH made AS (
    INSERT INTO order_deliveries (company_id, order_id, position, number, ship_to, delivery_method)
    SELECT company_id, id, 1, number || '/1', ship_to, delivery_method FROM orders WHERE id = :order_id
    RETURNING id
)
INSERT INTO order_line_parts (company_id, order_line_id, delivery_id, position, quantity, base_quantity, net)
SELECT l.company_id, l.id, made.id, 1, l.quantity, l.base_quantity, l.net
FROM order_lines l, made WHERE l.order_id = :order_id ORDER BY l.id""")


@dataclass(frozen=True, slots=True)
class Again:
    """So much of an order line is sent once more, in its unit."""

    order_line_id: int
    quantity: Decimal


@command
def place_replacement(
    actor: Actor, lines: Sequence[Again], *, source: str, ship_to: Mapping[str, Any], client_ref: str, note: str = ""
) -> Placed:
    """Order goods again at no charge for the account whose order lines these are; stock is held at once.

    `source` says what for, for example "return:RET-2026-000001"; it stands on each line. The same `client_ref` gives the
    first order again. Raises Conflict where there is too little stock.
    """
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    found = {
        line.id: line
        for line in db.session.scalars(select(OrderLine).where(OrderLine.id.in_([one.order_line_id for one in lines])))
    }
    if not lines or len(found) != len({one.order_line_id for one in lines}):
        raise NotFound(N_("There is no such line."))
    if len({line.company_id for line in found.values()}) > 1 or any(one.quantity <= 0 for one in lines):
        raise Invalid("lines", N_("The quantity must be more than zero."))
    first = found[lines[0].order_line_id]
    chosen = [found[one.order_line_id] for one in lines]
    made = _head(actor, chosen, ship_to=ship_to, client_ref=client_ref, note=note)
    if made is None:
        return _known(first.company_id, client_ref)
    _hold(actor, first.company_id, _rows(made.id, lines, found, source))
    db.session.execute(_DELIVERY, {"order_id": made.id})
    facts = {"number": made.number, "source": source, "lines": len(lines), "gross_total": _ZERO}
    audit.record(actor, "order", made.id, "placed", facts, company_id=first.company_id)
    publish(OrderPlaced(made.id))
    return made


def _known(company_id: int, client_ref: str) -> Placed:
    row = db.session.execute(
        select(Order.id, Order.number).where(Order.company_id == company_id, Order.client_ref == client_ref)
    ).one()
    return Placed(row.id, row.number, is_repeat=True)


def _head(
    actor: Actor, lines: Sequence[OrderLine], *, ship_to: Mapping[str, Any], client_ref: str, note: str
) -> Placed | None:
    order_id = lines[0].order_id
    currency = db.session.scalars(select(Order.currency).where(Order.id == order_id)).one()
    sums = totals([TaxedLine(_ZERO, line.vat_category, line.vat_rate) for line in lines], currency)
    row = db.session.execute(_ORDER, {
        "order_id": order_id, "year": clock.today(operator_zone(actor)).year, "client_ref": client_ref,
        "now": clock.now(), "note": note, "ship_to": json.dumps(dict(ship_to)), "lines": len(lines),
        "vat": json.dumps([vat_group(group) for group in sums.vat]), "staff_id": actor.user_id,
        "staff_name": actor.name,
    }).one_or_none()  # fmt: skip
    return Placed(row.id, row.number) if row is not None else None


def _rows(order_id: int, lines: Sequence[Again], found: Mapping[int, OrderLine], source: str) -> list[Any]:
    bases = []
    for one in lines:
        line = found[one.order_line_id]
        bases.append(base_share(line.base_quantity, line.quantity, _ZERO, one.quantity))
    return list(db.session.execute(_LINES, {
        "order_id": order_id, "source": source, "ids": numbers(one.order_line_id for one in lines),
        "quantities": numbers(one.quantity for one in lines), "bases": numbers(bases),
    }))  # fmt: skip


def _hold(actor: Actor, company_id: int, rows: Sequence[Any]) -> None:
    """Hold stock for the new lines as for any order."""
    articles = articles_by_id(actor, {row.article_id for row in rows}, company_id=company_id)
    wants = []
    for row in rows:
        article = articles.get(row.article_id)
        if article is None:
            raise Invalid("lines", N_("There is no such article."))
        wants.append(Want(
            row.id, row.article_id, row.base_quantity, article.order_policy, article.lead_time_days, article.is_kit,
        ))  # fmt: skip
    reserve(actor, company_id, wants, on=clock.today(operator_zone(actor)))
