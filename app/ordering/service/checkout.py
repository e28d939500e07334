"""From cart to order: what the buyer enters, the prices he is shown, and the one way to submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from app.accounts.domain.budget import BudgetRule
from app.accounts.queries.budgets import judge
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.texts import N_, Message
from app.ordering.domain.cart import CartPage, PriceChange
from app.ordering.domain.lifecycle import CartState
from app.ordering.domain.wishes import Placed, Wishes, request_hash
from app.ordering.models.carts import Cart
from app.ordering.queries.cart import cart_head, price_day, price_rows
from app.ordering.service.approvals import asked_before, gate, may_ask
from app.ordering.service.approvals import judge as judge_order
from app.ordering.service.cart_state import remember_prices
from app.ordering.service.orders import place
from app.ordering.service.preparing import Ready, prepare


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a cart: an order, or a request for approval; `warnings` are for the buyer to read."""

    order: Placed | None
    approval_id: int | None = None
    warnings: tuple[Message, ...] = ()


@command
def submit(actor: Actor, cart_id: int, wishes: Wishes, *, client_ref: str, seen: str | None = None) -> Submitted:
    """Order a cart; the same request sent again gets the first answer.

    `seen` is the fingerprint of the page the buyer confirms. Raises Conflict or Invalid as `prepare` and `place` do.
    """
    try:
        ready = prepare(actor, cart_id, wishes, client_ref=client_ref, seen=seen)
    except Conflict:
        waiting = asked_before(cart_head(actor, cart_id).company_id, client_ref, request_hash(cart_id, wishes.tidy()))
        if waiting is None:
            raise
        return Submitted(None, waiting)
    if isinstance(ready, Placed):
        return Submitted(ready)
    warnings = _warnings(ready)
    approval_id = gate(ready)
    if approval_id is not None:
        return Submitted(None, approval_id, warnings)
    return Submitted(place(ready), None, warnings)


@command
def foresee(actor: Actor, cart_id: int, wishes: Wishes, *, has_budgets: bool) -> tuple[str, ...] | None:
    """The rules that will hold the order for approval, by name (limits and budgets have none); None: nothing will.

    For the buyer to know before he submits; `submit` judges anew. None also where the cart cannot be ordered yet.
    """
    head = cart_head(actor, cart_id)
    if not may_ask(actor, head.company_id, has_budgets=has_budgets):
        return None
    try:
        ready = prepare(actor, cart_id, wishes, client_ref="")
    except (Conflict, Invalid):
        return None  # the page tells what is in the way
    judged = None if isinstance(ready, Placed) else judge_order(ready)
    asked = [] if judged is None else [step for step in judged.steps if not step.is_automatic]
    return tuple(dict.fromkeys(step.name for step in asked if step.name)) if asked else None


def _warnings(ready: Ready) -> tuple[Message, ...]:
    """Budgets that are exceeded and let the order pass."""
    if not ready.budget_claims:
        return ()
    on = clock.today(ready.terms.time_zone)
    found = judge(ready.actor, ready.head.company_id, ready.budget_claims, ready.head.currency, on)
    return tuple(one.message for one in found if one.outcome is BudgetRule.WARN)


@command
def save_draft(actor: Actor, cart_id: int, draft: Mapping[str, Any]) -> None:
    """Keep what was entered at checkout, also what is not valid yet; values are texts."""
    head = cart_head(actor, cart_id)
    values = {name: str(value) for name, value in draft.items() if value is not None}
    changed = db.session.scalars(
        update(Cart)
        .where(Cart.id == head.id, Cart.state == CartState.OPEN)
        .values(draft=values, last_activity_at=clock.now(), last_page="/checkout")
        .returning(Cart.id)
    ).all()
    if not changed:
        raise Conflict(N_("This cart was ordered already."))


@command
def check_prices(actor: Actor, cart_id: int, *, page: str = "") -> tuple[CartPage, list[PriceChange]]:
    """Price the cart for ordering and keep these prices as the ones the buyer has seen.

    Returns the cart and what differs from what he was shown before.
    """
    head = cart_head(actor, cart_id)
    if head.state != CartState.OPEN:
        raise Conflict(N_("This cart was ordered already."))
    priced = price_rows(actor, head, price_day(actor))
    changes = priced.changes
    remember_prices(priced)
    values: dict[str, Any] = {
        "checked_at": clock.now(), "net_seen": priced.totals.net_total, "allowances_seen": priced.effects.seen,
    }  # fmt: skip
    if page:
        values |= {"last_page": page, "last_activity_at": clock.now()}
    db.session.execute(update(Cart).where(Cart.id == head.id).values(**values))
    return priced, changes
