"""After the last yes: prepare the order again, compare it with what was asked for, and place it for the buyer.

What became cheaper is passed on. What became dearer, a promotion that was lost, a line that cannot be had or a rule
that was not asked sends the request back to the buyer with the comparison; he submits again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select, text

from app.accounts.domain.budget import BudgetClaim, Verdict
from app.accounts.queries.people import person_actor
from app.catalog.models.articles import Article
from app.core import audit, clock
from app.core.actor import Actor, Via
from app.core.db import db, transaction
from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.core.texts import N_, Message
from app.inventory.domain.promise import Shortage
from app.ordering.domain.approval_request import (
    Difference,
    HeldPrice,
    RequestState,
    Trouble,
    lost_promotions,
    more_needed,
)
from app.ordering.domain.cart import AllowanceChange, PriceChange
from app.ordering.domain.wishes import FieldProblem, Placed, Wishes
from app.ordering.models.approvals import Approval, ApprovalLine
from app.ordering.queries.cart import CartHead, cart_head, price_day
from app.ordering.queries.placing import PlacedLine, effects_to_place, lines_to_place
from app.ordering.service.approval_ending import close, end, held_keys
from app.ordering.service.approvals import judge
from app.ordering.service.order_rows import numbers
from app.ordering.service.orders import place
from app.ordering.service.preparing import Ready, prepare
from app.pricing.domain.promotions import Effects


def place_approved(actor: Actor, approval: Approval) -> Placed | None:
    """The order, or None when the request went back to the buyer. Runs inside the command that decided."""
    try:
        with transaction():
            return _place(actor, approval)
    except (Conflict, Invalid, Forbidden, NotFound) as error:
        trouble = trouble_of(error)
    audit.record(actor, "approval", approval.id, "returned", {"number": approval.number, "why": trouble.message},
                 company_id=approval.company_id)  # fmt: skip
    end(actor, approval, RequestState.RETURNED, trouble)
    return None


def _place(actor: Actor, approval: Approval) -> Placed:
    buyer = person_actor(approval.company_id, approval.user_id, via=Via(approval.via))
    head = cart_head(buyer, approval.cart_id)
    if head.version != approval.cart_version:
        raise Conflict(N_("The cart was changed after it was submitted: what was approved is not in it any more."))
    held = held_prices(approval)
    _agree(approval, buyer, head, held)
    wishes = Wishes.from_json(approval.wishes)
    ready = prepare(
        buyer, approval.cart_id, wishes, client_ref=approval.client_ref, approval_id=approval.id, held=held
    )  # fmt: skip
    if isinstance(ready, Ready):
        _demand_no_more(approval, ready)
        ready.reserved = tuple(BudgetClaim(centre, Decimal(amount)) for centre, amount in approval.claims)
        ready.held_keys = tuple(held_keys(approval)) if approval.is_stock_held else ()
        placed = place(ready)
        audit.record(actor, "order", placed.id, "approved", {"request": approval.number},
                     company_id=approval.company_id)  # fmt: skip
    else:
        placed = ready
    approval.order_id, approval.is_stock_held = placed.id, False
    close(approval, RequestState.ORDERED)
    return placed


def held_prices(approval: Approval) -> dict[int, HeldPrice]:
    """Prices that still hold, by cart line; the clock is asked now, not a job."""
    if approval.held_until is None or approval.held_until <= clock.now():
        return {}
    return {line.cart_line_id: HeldPrice(line.unit_price, line.price_base) for line in lines_of(approval)}


def lines_of(approval: Approval) -> list[ApprovalLine]:
    statement = select(ApprovalLine).where(ApprovalLine.approval_id == approval.id).order_by(ApprovalLine.position)
    return list(db.session.scalars(statement))


_AGREE = text("""
UPDATE cart_lines SET checked_price = new.price, checked_base_quantity = new.base
FROM unnest(CAST(:id AS bigint[]), CAST(:price AS numeric[]), CAST(:base AS numeric[])) AS new (id, price, base)
WHERE cart_lines.id = new.id""")
_AGREE_PROMOTIONS = text("UPDATE carts SET allowances_seen = CAST(:seen AS jsonb) WHERE id = :cart")


def _agree(approval: Approval, buyer: Actor, head: CartHead, held: Mapping[int, HeldPrice]) -> None:
    """Take the prices of now as the ones the buyer has seen, if none is dearer and no promotion was lost."""
    lines = lines_to_place(buyer, head, price_day(buyer), held)
    effects = effects_to_place(buyer, head, lines)
    found = [*dearer(approval, lines), *lost_promotions(approval.allowances, effects.seen)]
    if found:
        _send_back(N_("Something costs more than when the order was submitted. Look at it and submit again."), found)
    take_as_seen(head.id, lines, effects)


def take_as_seen(cart_id: int, lines: Sequence[PlacedLine], effects: Effects) -> None:
    """Prices and promotions of now become those the buyer has agreed to; two statements."""
    values = {
        "id": numbers(line.line_id for line in lines),
        "price": numbers(line.price.unit_price for line in lines),
        "base": numbers(line.price.base_quantity for line in lines),
    }
    db.session.execute(_AGREE, values)
    db.session.execute(_AGREE_PROMOTIONS, {"seen": json.dumps(effects.seen), "cart": cart_id})


def dearer(approval: Approval, lines: Sequence[PlacedLine]) -> list[Difference]:
    """Lines whose price of now is above the one that was asked for."""
    asked = {line.cart_line_id: line for line in lines_of(approval) if not line.is_struck}
    found = []
    for line in lines:
        price, then = line.price, asked.get(line.line_id)
        if then is None or price.unit_price is None:
            continue
        if HeldPrice(then.unit_price, then.price_base).is_below(price.unit_price, price.base_quantity):
            found.append(Difference("price", f"{then.sku} {then.name}", str(then.unit_price), str(price.unit_price)))
    return found


def _demand_no_more(approval: Approval, ready: Ready) -> None:
    """The whole costs no more, and nobody has to be asked who was not."""
    if ready.totals.gross_total > approval.gross_total:
        total = Difference("total", "", str(approval.gross_total), str(ready.totals.gross_total))
        _send_back(N_("The order costs more than when it was submitted. Look at it and submit again."), [total])
    judged = judge(ready)
    missing = more_needed(dict(approval.rules_seen), judged.steps) if judged else []
    if missing:
        names = [Difference("step", step.name or str(step.kind), "", str(step.firing.message)) for step in missing]
        _send_back(N_("Rules of approval ask for more than when the order was submitted. Submit it again."), names)


def _send_back(message: Message, differences: Sequence[Difference]) -> None:
    raise Conflict(message, details=Trouble(message, tuple(differences)))


def trouble_of(error: DomainError) -> Trouble:
    """What the buyer is told about why his approved order was not placed."""
    if isinstance(error.details, Trouble):
        return error.details
    differences: list[Difference] = []
    problems: list[tuple[str, Message]] = []
    for one in error.details or ():
        if isinstance(one, PriceChange):
            differences.append(Difference("price", f"{one.sku} {one.name}", str(one.old or ""), str(one.new or "")))
        elif isinstance(one, AllowanceChange):
            differences.append(Difference("promotion", one.name, str(one.old), str(one.new)))
        elif isinstance(one, Shortage):
            problems.append((_sku(one.article_id), N_("Not enough in stock.")))
        elif isinstance(one, FieldProblem):
            problems.append((one.field, one.message))
        elif isinstance(one, Verdict):
            problems.append((one.code, one.message))
        elif isinstance(one, tuple):
            problems.append((str(one[0]), one[1].message))
    return Trouble(error.message, tuple(differences), tuple(problems))


def _sku(article_id: int) -> str:
    return db.session.scalars(select(Article.sku).where(Article.id == article_id)).one()
