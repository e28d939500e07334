"""The despatch advice of a shipment in the partner's own numbers: its orders, their lines, its units. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Packed
from app.documents.model.order import Order, OrderLine
from app.documents.model.reference import ItemIds, OrderRef
from app.exchange.mapping.order_plan import OrderPlan
from app.fulfilment.queries.shipments import ShipmentFacts, ShippedLine

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """An order as the partner sent it, and how it was understood."""

    order: Order
    plan: OrderPlan


def partner_advice(
    advice: DespatchAdvice,
    facts: ShipmentFacts,
    asked: Mapping[int, Asked],
    before: Mapping[int, Decimal],
    *,
    today: date,
) -> DespatchAdvice:
    """What of the shipment belongs to which lines of the partner's orders.

    `asked` by the id of our order; `before` is what earlier shipments brought of our order lines. Lines of orders that
    did not come from the partner keep our numbers. Where the partner named an article twice, its lines fill in turn.
    """
    gone = dict(before)
    lines: list[DespatchLine] = []
    places: dict[str, list[Packed]] = {}
    for ours, told in zip(facts.lines, advice.lines, strict=True):
        known = asked.get(ours.order_id)
        parts = list(_parts(ours, known, gone)) if known else []
        gone[ours.order_line_id] = gone.get(ours.order_line_id, _ZERO) + ours.quantity
        shares: list[tuple[OrderLine | None, Decimal]] = [*parts] or [(None, ours.quantity)]
        for theirs, quantity in shares:
            line = _line(told, known.order if known else None, theirs, quantity)
            line = replace(line, position=str(len(lines) + 1))
            places.setdefault(told.position, []).append(
                Packed(position=line.position, quantity=line.quantity, unit=line.unit)
            )
            lines.append(line)
    orders = [_order(asked.get(key), number) for key, number in facts.orders]
    first = next(iter(asked.values())).order if asked else None
    return replace(
        advice,
        issue_date=today,
        lines=tuple(lines),
        orders=tuple(orders),
        buyer=first.buyer if first and first.buyer else advice.buyer,
        seller=first.seller if first and first.seller else advice.seller,
        ship_from=advice.seller,
        ship_to=first.ship_to or advice.ship_to if first and len(asked) == 1 else advice.ship_to,
        packages=tuple(
            replace(one, contents=tuple(part for inside in one.contents for part in places[inside.position]))
            for one in advice.packages
        ),
    )


def _parts(ours: ShippedLine, known: Asked, gone: Mapping[int, Decimal]) -> Iterator[tuple[OrderLine, Decimal]]:
    """The partner's lines that a quantity belongs to, behind what went before."""
    lines = {one.position: one for one in known.order.lines}
    skipped, left = gone.get(ours.order_line_id, _ZERO), ours.quantity
    meant = [one for one in known.plan.good if (one.article_id, one.unit) == (ours.article_id, ours.unit)]
    for place, one in enumerate(meant):
        is_last = place == len(meant) - 1
        free = one.quantity - skipped
        skipped = max(-free, _ZERO)
        quantity = left if is_last else min(max(free, _ZERO), left)
        left -= quantity
        if quantity and one.position in lines:
            yield lines[one.position], quantity


def _line(told: DespatchLine, order: Order | None, theirs: OrderLine | None, quantity: Decimal) -> DespatchLine:
    if order is None or theirs is None:
        return told
    ids = ItemIds(
        sku=told.ids.sku, buyer_sku=theirs.buyer_sku or told.ids.buyer_sku, gtin=theirs.gtin or told.ids.gtin,
        manufacturer_sku=theirs.manufacturer_sku,
    )  # fmt: skip
    return replace(
        told, quantity=quantity.normalize() + 0, unit=theirs.unit or told.unit, ids=ids, name=theirs.name or told.name,
        order_line=OrderRef(number=order.number, line=theirs.position), ordered=theirs.quantity,
    )  # fmt: skip


def _order(known: Asked | None, number: str) -> OrderRef:
    if known is None:
        return OrderRef(number=number, sales_number=number)
    order = known.order
    return OrderRef(
        number=order.number, date=order.issue_date, sales_number=number, payload=getattr(order, "payload", "")
    )
