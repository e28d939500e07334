"""The rows of a new version of an order: lines, parts, what is taken off, what is charged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, text

from app.core.db import db
from app.ordering.domain.charges import OrderChargeRow
from app.ordering.domain.revision import Line, Part
from app.ordering.models.deliveries import OrderCharge, OrderLinePart
from app.ordering.models.orders import Order, OrderAllowance
from app.ordering.service.order_rows import numbers, texts
from app.pricing.domain.promotions import Allowance

_UPDATE_LINES = text("""
UPDATE order_lines l SET quantity = v.quantity, base_quantity = v.base, cancelled_quantity = v.cancelled,
    unit_price = v.price, net = v.net, state = v.state, promised_on = v.promised
FROM unnest(CAST(:ids AS bigint[]), CAST(:quantities AS numeric[]), CAST(:bases AS numeric[]),
    CAST(:cancelled AS numeric[]), CAST(:prices AS numeric[]), CAST(:nets AS numeric[]),
    string_to_array(:states, E'\x1f'), CAST(:promised AS date[]))
    AS v (id, quantity, base, cancelled, price, net, state, promised)
WHERE l.id = v.id""")


def write_lines(lines: Sequence[Line]) -> None:
    db.session.execute(_UPDATE_LINES, {
        "ids": numbers(line.id for line in lines),
        "quantities": numbers(line.quantity for line in lines),
        "bases": numbers(line.base_quantity for line in lines),
        "cancelled": numbers(line.cancelled_quantity for line in lines),
        "prices": numbers(line.unit_price for line in lines),
        "nets": numbers(line.net for line in lines),
        "states": texts(line.state for line in lines),
        "promised": [line.promised_on for line in lines],
    })  # fmt: skip


def write_parts(order: Order, moved: Sequence[tuple[Line, Line]], parts: Sequence[Part]) -> None:
    """The parts of lines that shrank, anew."""
    ids = {new.id for old, new in moved if (old.quantity, old.net) != (new.quantity, new.net)}
    if not ids:
        return
    db.session.execute(delete(OrderLinePart).where(OrderLinePart.order_line_id.in_(ids)))
    rows = [
        {
            "company_id": order.company_id, "order_line_id": part.order_line_id, "delivery_id": part.delivery_id,
            "position": part.position, "quantity": part.quantity, "base_quantity": part.base_quantity,
            "cost_centre_id": part.cost_centre_id, "net": part.net,
        }
        for part in parts
        if part.order_line_id in ids
    ]  # fmt: skip
    if rows:
        db.session.execute(insert(OrderLinePart), rows)


def write_allowances(order: Order, allowances: Iterable[Allowance], charges: Iterable[OrderChargeRow]) -> None:
    """What is taken off, anew: by promotions and for the way of payment."""
    db.session.execute(delete(OrderAllowance).where(OrderAllowance.order_id == order.id))
    rows: list[dict[str, Any]] = [
        {
            "promotion_id": one.promotion_id, "code": one.code, "name": one.name, "coupon": one.coupon,
            "amount": share.amount, "vat_category": share.vat_category, "vat_rate": share.vat_rate,
        }
        for one in allowances
        for share in one.shares
    ]  # fmt: skip
    rows += [
        {
            "promotion_id": None, "code": one.code, "name": one.name, "coupon": "", "amount": -one.amount,
            "vat_category": one.vat_category, "vat_rate": one.vat_rate,
        }
        for one in charges
        if one.amount < 0
    ]  # fmt: skip
    _insert(OrderAllowance, order, rows)


def write_charges(order: Order, charges: Iterable[OrderChargeRow]) -> None:
    db.session.execute(delete(OrderCharge).where(OrderCharge.order_id == order.id))
    _insert(OrderCharge, order, [
        {
            "kind": str(one.kind), "code": one.code, "name": one.name, "amount": one.amount,
            "vat_category": one.vat_category, "vat_rate": one.vat_rate,
        }
        for one in charges
        if one.amount > 0
    ])  # fmt: skip


def _insert(model: type[OrderAllowance | OrderCharge], order: Order, rows: Sequence[dict[str, Any]]) -> None:
    keys = {"company_id": order.company_id, "order_id": order.id}
    if rows:
        db.session.execute(insert(model), [row | keys | {"position": place} for place, row in enumerate(rows, 1)])
