"""Before an order is made: the cart under lock, everything that speaks against ordering it, and what it will be.

`prepare` is the one way from a cart to `orders.place`: checkout, approvals and amendments all come through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from sqlalchemy import select

from app.accounts.domain.company import BuyingTerms, demand_may_buy
from app.accounts.queries.companies import buying_terms
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.locks import lock_rows
from app.core.texts import N_
from app.ordering.domain.cart import AllowanceChange, LineProblem, PriceChange, allowance_changes, sums
from app.ordering.domain.lifecycle import CartState
from app.ordering.domain.wishes import FieldProblem, Placed, Wishes, request_hash
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.queries.cart import CartHead, cart_head, operator_zone, price_rows
from app.ordering.queries.placing import PlacedLine, effects_to_place, fingerprint, lines_to_place
from app.pricing.domain.promotions import Effects
from app.pricing.domain.totals import Totals


@dataclass(slots=True)
class Ready:
    """A cart that may become an order now: locked, checked, priced. `today` is the operator's day."""

    actor: Actor
    head: CartHead
    cart: Cart
    wishes: Wishes
    client_ref: str
    request_hash: str
    today: date
    terms: BuyingTerms
    lines: list[PlacedLine]
    effects: Effects
    totals: Totals
    fingerprint: str


def prepare(
    actor: Actor,
    cart_id: int,
    wishes: Wishes,
    *,
    client_ref: str,
    seen: str | None = None,
    approval_id: int | None = None,
) -> Ready | Placed:
    """Lock the cart and find out what the order would be; the order that the same request has made before, if it has.

    Runs inside a command. `seen` is the fingerprint of the page the buyer confirms; a cart that waits for approval is
    opened by its `approval_id` only. Raises Conflict or Invalid with all that speaks against it at once: `details` of
    a Conflict are (sku, LineProblem), PriceChange, AllowanceChange and FieldProblem.
    """
    wishes = wishes.tidy()
    head = cart_head(actor, cart_id)
    (cart,) = lock_rows(Cart, [head.id])
    asked = request_hash(cart_id, wishes)
    known = known_order(cart.company_id, client_ref, asked)
    if known is not None:
        return known
    _demand_open(cart, approval_id)
    terms = buying_terms(actor, cart.company_id)
    demand_may_buy(terms)
    today = clock.today(operator_zone(actor))
    wrong = wishes.problems(clock.today(terms.time_zone))
    lines = lines_to_place(actor, head, today)
    if not lines:
        raise Conflict(N_("The cart is empty."))
    if wrong or not all(line.is_fine for line in lines):
        _refuse(wrong, *_what_is_wrong(actor, head, today, lines))
    effects = effects_to_place(actor, head, lines)
    moved = allowance_changes(head.allowances_seen, effects)
    if moved:
        refuse_promotions(moved)
    code = fingerprint(lines, head.currency, effects)
    if seen is not None and seen != code:
        raise Conflict(N_("The cart has changed since you opened this page. Look at it and confirm."))
    totals = sums((line.price for line in lines), head.currency, effects)
    return Ready(actor, head, cart, wishes, client_ref, asked, today, terms, lines, effects, totals, code)


def known_order(company_id: int, client_ref: str, asked: str) -> Placed | None:
    """The order the same request has made before; Conflict when the reference was used for something else."""
    row = db.session.execute(
        select(Order.id, Order.number, Order.request_hash).where(
            Order.company_id == company_id, Order.client_ref == client_ref
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != asked:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return Placed(row.id, row.number, is_repeat=True)


def _demand_open(cart: Cart, approval_id: int | None) -> None:
    if cart.state == CartState.ORDERED:
        raise Conflict(N_("This cart was ordered already."))
    wanted = CartState.OPEN if approval_id is None else CartState.AWAITING_APPROVAL
    if cart.state == wanted:
        return
    if cart.state == CartState.AWAITING_APPROVAL:
        raise Conflict(N_("This cart waits for approval. It cannot be ordered before."))
    raise Conflict(N_("This cart cannot be ordered now."))


def _what_is_wrong(
    actor: Actor, head: CartHead, on: date, lines: Sequence[PlacedLine]
) -> tuple[list[tuple[str, LineProblem]], list[PriceChange]]:
    """What keeps lines from being ordered, and whose prices have moved; asked only when something is not fine."""
    if all(line.is_fine for line in lines):
        return [], []
    page = price_rows(actor, head, on)
    problems = [(row.article.sku, problem) for row in page.problem_rows for problem in row.problems]
    return problems, [change for row in page.rows if (change := row.change)]


def _refuse(
    wrong: Sequence[FieldProblem], problems: Sequence[tuple[str, LineProblem]], moved: Sequence[PriceChange]
) -> NoReturn:
    """Say everything that speaks against the order, in one answer."""
    details: list[Any] = [*wrong, *problems, *moved]
    if len(wrong) == 1 == len(details):
        raise Invalid(wrong[0].field, wrong[0].message, details=details)
    if wrong:
        raise Conflict(N_("What keeps this order from being placed: {n}. All of it is listed.", n=len(details)),
                       details=details)  # fmt: skip
    if problems:
        count = len({sku for sku, _ in problems})
        raise Conflict(N_("Lines that cannot be ordered as they are: {n}.", n=count), details=list(problems))
    raise Conflict(
        N_("Prices that have changed since you saw them: {n}. Look at them and confirm.", n=len(moved)),
        details=list(moved),
    )


def refuse_promotions(moved: list[AllowanceChange]) -> NoReturn:
    raise Conflict(
        N_("Promotions that have changed since you saw them: {n}. Look at the sums and confirm.", n=len(moved)),
        details=moved,
    )
