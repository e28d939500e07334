"""Making an order of what `preparing.prepare` has checked: once, with the stock held.

Called by checkout, approvals and amendments only: nothing else makes an order.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.core import audit, clock
from app.core.errors import Conflict
from app.core.outbox import publish
from app.core.texts import N_
from app.inventory.domain.promise import Want
from app.inventory.service.reservations import reserve
from app.ordering.domain.cart import AllowanceChange
from app.ordering.domain.lifecycle import CartState
from app.ordering.domain.wishes import Placed
from app.ordering.events import OrderPlaced
from app.ordering.queries.placing import PlacedLine
from app.ordering.service.order_rows import insert_allowances, insert_lines, insert_order
from app.ordering.service.preparing import Ready, known_order, refuse_promotions
from app.pricing.service.contracts import Draw, draw
from app.pricing.service.coupons import Claim, claim_promotions


def place(ready: Ready) -> Placed:
    """Write the order, take promotions, agreed quantities and stock for it, close the cart and tell the world.

    Runs inside the command that prepared it. Raises Conflict: a promotion ended just now (`details` are
    AllowanceChange), stock is short (Shortage), or the reference was used with other content a moment ago.
    """
    company_id = ready.head.company_id
    order = insert_order(ready)
    if order is None:
        return known_order(company_id, ready.client_ref, ready.request_hash) or _vanished()
    _take_promotions(ready, order)
    placed = insert_lines(order.id, ready.lines, ready.terms.locale)
    draw(ready.actor, company_id, _draws(placed), on=ready.today)
    reserve(ready.actor, company_id, [_want(*one) for one in placed], on=ready.today)
    ready.cart.state, ready.cart.last_activity_at = CartState.ORDERED, clock.now()
    _record(ready, order)
    publish(OrderPlaced(order.id))
    return order


def _vanished() -> Placed:
    raise Conflict(N_("This was sent before with other content. Open the page again."))


def _take_promotions(ready: Ready, order: Placed) -> None:
    """Count promotions for the order and write what they take off; a budget that ended just now is a Conflict."""
    allowances = ready.effects.allowances
    if not allowances:
        return
    claim = Claim(ready.head.company_id, order.id, order.number, ready.head.currency)
    failed = claim_promotions(ready.actor, claim, allowances)
    if failed:
        refuse_promotions([
            AllowanceChange(one.code, one.name, one.amount, Decimal(0))
            for one in allowances
            if one.promotion_id in failed
        ])  # fmt: skip
    insert_allowances(ready, order.id)


def _record(ready: Ready, order: Placed) -> None:
    facts = {
        "number": order.number, "po_number": ready.wishes.po_number, "lines": len(ready.lines),
        "gross_total": ready.totals.gross_total, "currency": ready.head.currency,
    }  # fmt: skip
    if ready.effects.allowances:
        facts["promotions"] = [f"{one.code} {one.amount}" for one in ready.effects.allowances]
    audit.record(ready.actor, "order", order.id, "placed", facts, company_id=ready.head.company_id)


def _draws(placed: Iterable[tuple[int, PlacedLine]]) -> list[Draw]:
    """What the lines take from the agreed quantities of contracts."""
    return [
        Draw(line_id, price.list_code, price.article_id, price.price_unit, price.min_quantity, price.priced_quantity)
        for line_id, price in ((line_id, row.price) for line_id, row in placed)
        if price.is_drawn
    ]


def _want(order_line_id: int, line: PlacedLine) -> Want:
    return Want(order_line_id, line.article_id, line.base_quantity, line.stock_policy, line.lead_time_days, line.is_kit)
