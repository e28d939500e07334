"""A submitted amendment becomes the next version of its order, in one transaction; until then the order stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import delete, select, text

from app.accounts.domain.budget import BudgetClaim, Source
from app.accounts.service import budgets, credit
from app.core import audit, clock
from app.core.db import db
from app.core.outbox import publish
from app.core.texts import N_
from app.inventory.service import reservations
from app.ordering.domain.lifecycle import CartState, LineState
from app.ordering.domain.revision import Line
from app.ordering.domain.splits import claims_of
from app.ordering.domain.wishes import Placed
from app.ordering.events import OrderChanged
from app.ordering.models.changes import OrderAmendment
from app.ordering.models.deliveries import OrderCharge, OrderDelivery
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.ordering.queries.amendment import kept_conflict, part_rows, refusal_of
from app.ordering.queries.placing import PlacedLine
from app.ordering.service.order_rows import (
    insert_charges,
    insert_deliveries,
    insert_lines,
    vat_group,
)
from app.ordering.service.preparing import Ready
from app.ordering.service.revising import Change, keep_version, lines_of, locked_order
from app.ordering.service.taking import draws, take_budgets, take_credit, take_promotions, want
from app.pricing.service import contracts, coupons

ZERO = Decimal(0)
_ON_ACCOUNT = "on_account"


def amend(ready: Ready) -> Placed:
    """Write the new version of the order that the cart of `ready` amends; called by `orders.place` alone.

    Raises Conflict where the order was confirmed, invoiced, changed or its time ran out meanwhile: it stays as it is,
    and so does the cart. What the order held it keeps without asking the stock again.
    """
    actor, company_id = ready.actor, ready.head.company_id
    amendment = db.session.scalars(select(OrderAmendment).where(OrderAmendment.cart_id == ready.head.id)).one()
    order = locked_order(actor, amendment.order_id)
    if (refusal := refusal_of(order, amendment.order_version)) is not None:
        raise kept_conflict(refusal)
    before, used, was_on_account = lines_of(order.id), order.gross_total, order.payment_kind == _ON_ACCOUNT
    if any(line.stands and line.state is not LineState.PLACED for line in before):
        raise kept_conflict(N_("We have begun to confirm this order."))
    made = keep_version(actor, order, Change("amended", ready.client_ref, ready.request_hash))
    paid = claims_of(part_rows(order.id), order.net_total, order.currency)
    placed = Placed(order.id, order.number)
    coupons.give_back(actor, company_id, order.id)
    for model in (OrderAllowance, OrderCharge, OrderLine, OrderDelivery):
        db.session.execute(delete(model).where(model.order_id == order.id))
    _write_head(ready, order)
    take_promotions(ready, placed)
    insert_charges(ready, order.id)
    lines = insert_lines(order.id, ready.lines, ready.terms.locale)
    contracts.give_back(actor, company_id, [line.id for line in before])
    contracts.draw(actor, company_id, draws(lines), on=ready.today)
    _take_over_stock(ready, before, lines)
    insert_deliveries(ready, order.id, _promised(ready, lines))
    _settle(ready, placed, paid)
    _settle_credit(ready, placed, used, was_on_account=was_on_account)
    ready.cart.state, ready.cart.last_activity_at = CartState.ORDERED, clock.now()
    audit.record(
        actor, "order", order.id, "amended",
        {"version": made.version, "gross_total": [used, order.gross_total], "lines": [len(before), len(lines)],
         "prices": amendment.prices},
        company_id=company_id,
    )  # fmt: skip
    publish(OrderChanged(order.id, made.change_id))
    return placed


def _write_head(ready: Ready, order: Order) -> None:
    """What the buyer may amend beside the lines; number, reference, account and date of the order stay."""
    wishes, totals = ready.wishes, ready.totals
    order.po_number, order.requested_on, order.note = wishes.po_number, wishes.requested_on, wishes.note
    order.own = {**order.own, **wishes.own}
    order.ship_to = ready.ship_to.as_json()
    if ready.bill_to is not None:
        order.bill_to = ready.bill_to.as_json()
    order.payment_days, order.payment_method = ready.payment_days, ready.payment.code
    order.payment_name, order.payment_kind = ready.payment.name, str(ready.payment.kind)
    order.delivery_method = ready.delivery_method_code
    order.net_total, order.vat_total, order.gross_total = totals.net_total, totals.vat_total, totals.gross_total
    order.vat_breakdown = [vat_group(group) for group in totals.vat]
    order.line_count = len(ready.lines)
    order.promotions_lost = [[one.code, one.name, one.reason.as_json()] for one in ready.effects.lost]
    db.session.flush()


def _take_over_stock(ready: Ready, before: Sequence[Line], lines: Sequence[tuple[int, PlacedLine]]) -> None:
    """What the old lines hold goes to the new ones; the rest is let go, and only what is more is taken from the stock."""
    actor = ready.actor
    old = {(line.article_id, line.unit, line.price_source): line for line in before if line.quantity}
    kept: dict[int, int] = {}
    less: dict[int, tuple[Decimal, Decimal]] = {}
    more = []
    for line_id, line in lines:
        known = old.pop((line.article_id, line.unit, line.price.source), None)
        held = known.base_quantity if known is not None else ZERO
        if known is not None:
            kept[known.id] = line_id
            if line.base_quantity < held:
                less[known.id] = (line.base_quantity, held)
        if line.base_quantity > held:
            wanted = want(line_id, line)
            more.append(wanted if known is None else replace(wanted, quantity=line.base_quantity - held))
    if old:
        reservations.release(actor, [line.id for line in old.values()])
    reservations.keep_part(actor, less)
    reservations.hand_over(actor, kept)
    if ready.held_keys:
        reservations.release(actor, ready.held_keys)
    reservations.reserve(actor, ready.head.company_id, more, on=ready.today)


_LATE = text("""
SELECT r.order_line_id, bool_or(r.expected_on IS NULL) AS is_open, max(r.expected_on) AS day
FROM reservations r
WHERE r.company_id = :company AND r.order_line_id = ANY(CAST(:lines AS bigint[])) AND r.released_at IS NULL
  AND r.warehouse_id IS NULL
GROUP BY r.order_line_id""")


def _promised(ready: Ready, lines: Sequence[tuple[int, PlacedLine]]) -> list[date | None]:
    """The day on which all of each delivery can leave; None: no day can be named."""
    days: list[date | None] = [max(ready.today, one.requested_on or ready.today) for one in ready.deliveries]
    late = {
        row.order_line_id: None if row.is_open else row.day
        for row in db.session.execute(
            _LATE, {"company": ready.head.company_id, "lines": [line_id for line_id, _ in lines]}
        )
    }
    ids = {row.line_id: line_id for line_id, row in lines}
    for part in ready.parts:
        line_id = ids[ready.lines[part.line].line_id]
        if line_id in late:
            day, known = late[line_id], days[part.delivery]
            days[part.delivery] = None if day is None or known is None else max(known, day)
    return days


def _settle(ready: Ready, order: Placed, paid: Mapping[int, Decimal]) -> None:
    """Budgets follow: what a cost centre pays less comes back to the period it came from, what it pays more is taken."""
    less = [
        BudgetClaim(centre, amount - ready.claims.get(centre, ZERO))
        for centre, amount in paid.items()
        if amount > ready.claims.get(centre, ZERO)
    ]
    if less:
        budgets.give_back(ready.actor, ready.head.company_id, Source("order", order.id, order.number), less)
    take_budgets(ready, order)


def _settle_credit(ready: Ready, order: Placed, used: Decimal, *, was_on_account: bool) -> None:
    """Credit follows the total and the way of payment; more than before passes the limit or not at all."""
    now = ready.totals.gross_total
    actor, company_id = ready.actor, ready.head.company_id
    if was_on_account and not ready.payment.is_on_account:
        credit.give_back(actor, company_id, order.id, None, "")
    elif was_on_account and now < used:
        credit.give_back(actor, company_id, order.id, used - now, "")
    else:
        take_credit(ready, order, now - used if was_on_account else now)
