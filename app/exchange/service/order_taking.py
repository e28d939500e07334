"""An order of a partner goes the way of every other order: cart, price, stock, budget, approval, order.

Runs in the scope and with the rights of the account's person; `client_ref` (partner and document number) makes it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.core.texts import N_, Message
from app.exchange.mapping.order_plan import OrderPlan, PlannedLine
from app.inventory.domain.promise import Shortage
from app.ordering.domain.cart import CartRow, LineProblem, WantedLine
from app.ordering.domain.lifecycle import CartKind
from app.ordering.domain.wishes import FieldProblem, Wishes
from app.ordering.models.approvals import Approval
from app.ordering.models.orders import Order
from app.ordering.service.cart import add_lines, new_cart
from app.ordering.service.checkout import Submitted, check_prices, submit

_ROUNDS = 4
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an order: placed, waiting for approval, or refused. `problems` by the line's position."""

    order_id: int | None = None
    approval_id: int | None = None
    refused: Message | None = None
    problems: dict[str, Message] = field(default_factory=dict)


class Rehearsed(Exception):
    """Nothing of a test order stays; this carries what would have become of it."""

    def __init__(self, taken: Taken, answer: Any) -> None:
        self.taken = taken
        self.answer = answer
        super().__init__()


class _Dearer(Conflict):
    """Lines that cost more than the partner wrote, where that was agreed to be a reason to refuse them."""


def known(company_id: int, client_ref: str) -> Taken | None:
    """What the same document became before, whatever its message says."""
    order = db.session.scalar(select(Order.id).where(Order.company_id == company_id, Order.client_ref == client_ref))
    if order is not None:
        return Taken(order)
    asked = db.session.execute(
        select(Approval.id, Approval.order_id).where(
            Approval.company_id == company_id, Approval.client_ref == client_ref
        )
    ).one_or_none()
    return None if asked is None else Taken(asked.order_id, asked.id)


@command
def take(
    actor: Actor, plan: OrderPlan, *, client_ref: str, is_whole: bool = False, prices: dict[str, Decimal] | None = None
) -> Taken:
    """Order what can be ordered of a plan. Lines that cannot are left out, or (`is_whole`) keep all from being ordered.

    `prices` by position are the most that a line may cost for one base unit.
    """
    before = known(actor.company_id, client_ref)
    if before is not None:
        return before
    problems = {line.position: line.problem for line in plan.lines if line.problem is not None}
    lines: Sequence[PlannedLine] = plan.good
    for _ in range(_ROUNDS):
        if not lines or (is_whole and problems):
            break
        try:
            submitted = _ordered(actor, plan, lines, client_ref, prices or {})
        except (Conflict, Invalid) as error:
            found = _line_problems(error, lines)
            if not found:
                return Taken(refused=_reason(error), problems=problems)
            problems |= found
            lines = [line for line in lines if line.position not in found]
        except (Forbidden, NotFound) as error:
            return Taken(refused=error.message, problems=problems)
        else:
            order = submitted.order
            return Taken(order.id if order else None, submitted.approval_id, None, problems)
    return Taken(refused=N_("No line of the order can be ordered as it is."), problems=problems)


@command
def _ordered(
    actor: Actor, plan: OrderPlan, lines: Sequence[PlannedLine], client_ref: str, prices: dict[str, Decimal]
) -> Submitted:
    """Cart and order in a savepoint: what is refused leaves neither."""
    if plan.ship_to_id is None:
        raise Invalid("ship_to_id", N_("The delivery address is not known."))
    cart_id = new_cart(actor, plan.po_number[:_NAME_LENGTH], kind=CartKind.STANDING.value)
    wanted = [WantedLine(line.article_id or 0, line.quantity, line.unit) for line in lines]
    add_lines(actor, cart_id, wanted, client_ref=f"{client_ref}:lines"[:80])
    page, _ = check_prices(actor, cart_id)
    _demand_prices(page.rows, lines, prices)
    wishes = Wishes(
        plan.ship_to_id, po_number=plan.po_number, requested_on=plan.requested_on, latest_on=plan.latest_on,
        note=plan.note,
    )  # fmt: skip
    return submit(actor, cart_id, wishes, client_ref=client_ref)


def _demand_prices(rows: Sequence[CartRow], lines: Sequence[PlannedLine], prices: dict[str, Decimal]) -> None:
    if not prices:
        return
    by_key = {(row.article.id, row.unit): row for row in rows}
    dearer: list[tuple[str, LineProblem]] = []
    for line in lines:
        most, row = prices.get(line.position), by_key.get((line.article_id or 0, line.unit))
        if most is None or row is None or row.price.net is None or not row.base_quantity:
            continue
        if row.price.net / row.base_quantity > most:
            words = N_("The price has changed: {price}.", price=row.price.unit_price or Decimal(0))
            dearer.append((row.article.sku, LineProblem("dearer", words)))
    if dearer:
        raise _Dearer(N_("Prices that have changed: {n}.", n=len(dearer)), details=dearer)


def _line_problems(error: DomainError, lines: Sequence[PlannedLine]) -> dict[str, Message]:
    """A refusal by the positions of the partner's lines; empty where it is about the order as a whole."""
    details = error.details if isinstance(error.details, list | tuple) else ()
    if any(isinstance(one, FieldProblem) for one in details):
        return {}
    by_article: dict[int, list[str]] = {}
    for line in lines:
        by_article.setdefault(line.article_id or 0, []).append(line.position)
    skus = _skus(by_article, details)
    found: dict[str, Message] = {}
    for one in details:
        match one:
            case (int() as index, LineProblem() as problem) if index < len(lines):
                found[lines[index].position] = problem.message
            case (str() as sku, LineProblem() as problem):
                found |= dict.fromkeys(by_article.get(skus.get(sku, -1), ()), problem.message)
            case Shortage(article_id=article_id):
                words = N_("The stock was just taken by somebody else.")
                found |= dict.fromkeys(by_article.get(article_id, ()), words)
    return found


def _skus(articles: dict[int, list[str]], details: Sequence[Any]) -> dict[str, int]:
    if not any(isinstance(one, tuple) and one and isinstance(one[0], str) for one in details):
        return {}
    rows = db.session.execute(select(Article.sku, Article.id).where(Article.id.in_(articles)))
    return {row.sku: row.id for row in rows}


def _reason(error: DomainError) -> Message:
    """All that speaks against the order as a whole, in one sentence each."""
    details = error.details if isinstance(error.details, list | tuple) else ()
    words = [one.message for one in details if isinstance(one, FieldProblem)]
    return words[0] if words else error.message


def of_lines(plan: OrderPlan, problems: dict[str, Message]) -> OrderPlan:
    """The plan with what turned out to be wrong with its lines."""
    lines = [
        replace(line, problem=problems.get(line.position, line.problem)) if line.position in problems else line
        for line in plan.lines
    ]
    return replace(plan, lines=tuple(lines))
