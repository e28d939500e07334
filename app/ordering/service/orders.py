"""Making an order of what `preparing.prepare` has checked: once, with the stock held.

Called by checkout, approvals and amendments only: nothing else makes an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.accounts.domain.budget import Source as BudgetSource
from app.accounts.service import budgets, credit
from app.core import audit, clock
from app.core.errors import Conflict
from app.core.outbox import publish
from app.core.texts import N_
from app.inventory.domain.promise import Part as Held
from app.inventory.domain.promise import Source, Want
from app.inventory.service.reservations import release, reserve
from app.ordering.domain.cart import AllowanceChange
from app.ordering.domain.lifecycle import CartState
from app.ordering.domain.wishes import Placed
from app.ordering.events import OrderPlaced
from app.ordering.queries.placing import PlacedLine
from app.ordering.service.order_rows import (
    insert_allowances,
    insert_charges,
    insert_deliveries,
    insert_lines,
    insert_order,
)
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
    insert_charges(ready, order.id)
    placed = insert_lines(order.id, ready.lines, ready.terms.locale)
    draw(ready.actor, company_id, _draws(placed), on=ready.today)
    if ready.held_keys:
        release(ready.actor, ready.held_keys)
    held = reserve(ready.actor, company_id, [_want(*one) for one in placed], on=ready.today)
    insert_deliveries(ready, order.id, _promised(ready, placed, held))
    _book(ready, order)
    ready.cart.state, ready.cart.last_activity_at = CartState.ORDERED, clock.now()
    _record(ready, order)
    publish(OrderPlaced(order.id))
    return order


def _vanished() -> Placed:
    raise Conflict(N_("This was sent before with other content. Open the page again."))


def _take_promotions(ready: Ready, order: Placed) -> None:
    """Count promotions for the order and write what is taken off; a budget that ended just now is a Conflict."""
    allowances = ready.effects.allowances
    claim = Claim(ready.head.company_id, order.id, order.number, ready.head.currency)
    failed = claim_promotions(ready.actor, claim, allowances) if allowances else set()
    if failed:
        refuse_promotions([
            AllowanceChange(one.code, one.name, one.amount, Decimal(0))
            for one in allowances
            if one.promotion_id in failed
        ])  # fmt: skip
    insert_allowances(ready, order.id)


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


def _book(ready: Ready, order: Placed) -> None:
    """Take the order from the budgets of its cost centres, and from the account's credit where it is on account."""
    actor, company_id, currency = ready.actor, ready.head.company_id, ready.head.currency
    source = BudgetSource("order", order.id, order.number)
    if ready.reserved and ready.approval_id is not None and ready.reserved == ready.budget_claims:
        budgets.hand_over(actor, company_id, BudgetSource("approval", ready.approval_id), source)
    elif ready.budget_claims or ready.reserved:
        reserved_by = BudgetSource("approval", ready.approval_id) if ready.approval_id is not None else None
        budgets.consume(
            actor, company_id, source, ready.budget_claims, currency, clock.today(ready.terms.time_zone),
            allow_asked=ready.approval_id is not None, instead_of=reserved_by,
        )  # fmt: skip
    if ready.payment.is_on_account:
        credit.use(actor, company_id, order.id, order.number, ready.totals.gross_total, currency)


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


def _draws(placed: Iterable[tuple[int, PlacedLine]]) -> list[Draw]:
    """What the lines take from the agreed quantities of contracts."""
    return [
        Draw(line_id, price.list_code, price.article_id, price.price_unit, price.min_quantity, price.priced_quantity)
        for line_id, price in ((line_id, row.price) for line_id, row in placed)
        if price.is_drawn
    ]


def _want(order_line_id: int, line: PlacedLine) -> Want:
    return Want(order_line_id, line.article_id, line.base_quantity, line.stock_policy, line.lead_time_days, line.is_kit)
