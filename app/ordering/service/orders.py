"""Making an order of what `preparing.prepare` has checked: once, with the stock held.

Called by checkout, approvals and amendments only: nothing else makes an order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.core import audit, clock
from app.core.activity import note
from app.core.errors import Conflict
from app.core.outbox import publish
from app.core.texts import N_
from app.inventory.domain.promise import Part as Held
from app.inventory.domain.promise import Source
from app.inventory.service.reservations import release, reserve
from app.ordering.domain.lifecycle import CartKind, CartState
from app.ordering.domain.wishes import Placed
from app.ordering.events import OrderPlaced
from app.ordering.queries.placing import PlacedLine
from app.ordering.service.amending import amend
from app.ordering.service.order_rows import (
    insert_charges,
    insert_deliveries,
    insert_lines,
    insert_order,
)
from app.ordering.service.preparing import Ready, known_order
from app.ordering.service.taking import draws, take_budgets, take_credit, take_promotions, want
from app.pricing.service.contracts import draw


def place(ready: Ready) -> Placed:
    """Write the order, take promotions, agreed quantities and stock for it, close the cart and tell the world.

    Runs inside the command that prepared it. Raises Conflict: a promotion ended just now (`details` are
    AllowanceChange), stock is short (Shortage), or the reference was used with other content a moment ago. A cart that
    amends an order becomes its next version instead.
    """
    if ready.head.kind == CartKind.AMENDMENT:
        return amend(ready)
    company_id = ready.head.company_id
    made = insert_order(ready)
    if made is None:
        return known_order(company_id, ready.client_ref, ready.request_hash) or _vanished()
    order, released = made
    take_promotions(ready, order)
    insert_charges(ready, order.id)
    placed = insert_lines(order.id, ready.lines, ready.terms.locale)
    draw(ready.actor, company_id, draws(placed), on=ready.today)
    if ready.held_keys:
        release(ready.actor, ready.held_keys)
    held = reserve(ready.actor, company_id, [want(*one) for one in placed], on=ready.today)
    insert_deliveries(ready, order.id, _promised(ready, placed, held))
    take_budgets(ready, order)
    take_credit(ready, order, ready.totals.gross_total)
    ready.cart.state, ready.cart.last_activity_at = CartState.ORDERED, clock.now()
    _record(ready, order)
    publish(*released, OrderPlaced(order.id))
    return order


def _vanished() -> Placed:
    raise Conflict(N_("This was sent before with other content. Open the page again."))


def _promised(ready: Ready, placed: Sequence[tuple[int, PlacedLine]], held: Sequence[Held]) -> list[date | None]:
    """The day on which all of each delivery can leave; None: no day can be named."""
    days: list[date | None] = [max(ready.today, one.requested_on or ready.today) for one in ready.deliveries]
    coming: dict[int, list[date | None]] = {}
    for one in held:
        if one.source is not Source.WAREHOUSE:
            coming.setdefault(one.order_line_id, []).append(one.day)
    if not coming:
        return days
    ids = {row.line_id: line_id for line_id, row in placed}
    for part in ready.parts:
        for day in coming.get(ids[ready.lines[part.line].line_id], ()):
            known = days[part.delivery]
            days[part.delivery] = None if day is None or known is None else max(known, day)
    return days


def _record(ready: Ready, order: Placed) -> None:
    facts: dict[str, Any] = {
        "number": order.number, "po_number": ready.wishes.po_number, "lines": len(ready.lines),
        "gross_total": ready.totals.gross_total, "currency": ready.head.currency,
    }  # fmt: skip
    if len(ready.deliveries) > 1:
        facts["deliveries"] = len(ready.deliveries)
    if ready.charges:
        facts["charges"] = [f"{one.code} {one.amount}" for one in ready.charges]
    if ready.effects.allowances:
        facts["promotions"] = [f"{one.code} {one.amount}" for one in ready.effects.allowances]
    audit.record(ready.actor, "order", order.id, "placed", facts, company_id=ready.head.company_id)
    note(ready.actor, "order", subject="order", subject_id=order.id, facts={"lines": len(ready.lines)})
