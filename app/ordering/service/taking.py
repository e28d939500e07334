"""What an order takes when it is written: promotions, budgets, credit, agreed quantities, stock."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.accounts.domain.budget import Source
from app.accounts.service import budgets, credit
from app.core import clock
from app.inventory.domain.promise import Want
from app.ordering.domain.cart import AllowanceChange
from app.ordering.domain.wishes import Placed
from app.ordering.queries.placing import PlacedLine
from app.ordering.service.order_rows import insert_allowances
from app.ordering.service.preparing import Ready, refuse_promotions
from app.pricing.service.contracts import Draw
from app.pricing.service.coupons import Claim, claim_promotions


def take_promotions(ready: Ready, order: Placed) -> None:
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


def take_budgets(ready: Ready, order: Placed) -> None:
    """Take the order from the budgets of its cost centres; what an approval has reserved for it goes over."""
    actor, company_id, currency = ready.actor, ready.head.company_id, ready.head.currency
    source = Source("order", order.id, order.number)
    if ready.reserved and ready.approval_id is not None and ready.reserved == ready.budget_claims:
        budgets.hand_over(actor, company_id, Source("approval", ready.approval_id), source)
    elif ready.budget_claims or ready.reserved:
        reserved_by = Source("approval", ready.approval_id) if ready.approval_id is not None else None
        budgets.consume(
            actor, company_id, source, ready.budget_claims, currency, clock.today(ready.terms.time_zone),
            allow_asked=ready.approval_id is not None, instead_of=reserved_by,
        )  # fmt: skip


def take_credit(ready: Ready, order: Placed, amount: Decimal) -> None:
    """Use the account's credit for so much of an order that is on account; Conflict beyond the limit."""
    if ready.payment.is_on_account:
        credit.use(ready.actor, ready.head.company_id, order.id, order.number, amount, ready.head.currency)


def draws(placed: Iterable[tuple[int, PlacedLine]]) -> list[Draw]:
    """What the lines take from the agreed quantities of contracts."""
    return [
        Draw(line_id, price.list_code, price.article_id, price.price_unit, price.min_quantity, price.priced_quantity)
        for line_id, price in ((line_id, row.price) for line_id, row in placed)
        if price.is_drawn
    ]


def want(order_line_id: int, line: PlacedLine) -> Want:
    return Want(order_line_id, line.article_id, line.base_quantity, line.stock_policy, line.lead_time_days, line.is_kit)
