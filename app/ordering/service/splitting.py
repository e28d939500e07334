"""Dividing the lines of a cart over addresses, days and cost centres; nothing is ordered, nothing priced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select

from app.accounts.queries.addresses import addresses_by_id
from app.accounts.queries.companies import buying_terms
from app.accounts.queries.cost_centres import demand_usable
from app.catalog.domain.article import Article
from app.catalog.domain.order_quantity import rule_in_unit
from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_
from app.ordering.domain.cart import LineProblem, quantity_problem
from app.ordering.domain.splits import equal_parts, sum_problem
from app.ordering.domain.wishes import PartWish
from app.ordering.models.carts import Cart, CartLine
from app.ordering.models.deliveries import CartLinePart
from app.ordering.service.cart_state import locked, touch

MOST_PARTS = 50  # of one line


@dataclass(frozen=True, slots=True)
class Target:
    """Where a part goes, when, and who pays; None: as the order says."""

    ship_to_id: int | None = None
    requested_on: date | None = None
    cost_centre_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    id: int
    quantity: Decimal
    unit: str
    article: Article


@command
def set_parts(actor: Actor, cart_id: int, parts: Mapping[int, Sequence[PartWish]]) -> None:
    """Replace the parts of lines (by line id); none at all: the line goes as the order says.

    Raises Invalid with everything that is wrong: `details` are (line id, LineProblem).
    """
    cart = locked(actor, cart_id)
    lines = _lines(actor, cart, parts)
    wrong = [(line.id, problem) for line in lines for problem in _problems(line, parts[line.id])]
    if wrong:
        raise Invalid("parts", N_("Parts that do not fit: {n}.", n=len(wrong)), details=wrong)
    _demand_targets(actor, cart, [part for mine in parts.values() for part in mine])
    _write(cart, {line.id: parts[line.id] for line in lines})


@command
def split_equally(actor: Actor, cart_id: int, line_ids: Collection[int], targets: Sequence[Target]) -> list[str]:
    """Divide lines over targets in parts as equal as their packs allow; returns the SKUs that fit fewer targets.

    A line that allows only one part goes to the first target.
    """
    if not targets:
        raise Invalid("targets", N_("Choose at least one address."))
    cart = locked(actor, cart_id)
    parts: dict[int, list[PartWish]] = {}
    fewer = []
    for line in _lines(actor, cart, line_ids):
        amounts = equal_parts(line.quantity, len(targets), _step(line))
        if len(amounts) < len(targets):
            fewer.append(line.article.sku)
        parts[line.id] = [_part(line.id, amount, target) for amount, target in zip(amounts, targets, strict=False)]
    if not parts:
        raise Invalid("lines", N_("Choose the lines first."))
    set_parts(actor, cart_id, parts)
    return fewer


@command
def assign(actor: Actor, cart_id: int, line_ids: Collection[int], target: Target) -> int:
    """Send whole lines to one target; returns how many."""
    cart = locked(actor, cart_id)
    lines = _lines(actor, cart, line_ids)
    if not lines:
        raise Invalid("lines", N_("Choose the lines first."))
    parts = {line.id: [_part(line.id, line.quantity, target)] for line in lines}
    _demand_targets(actor, cart, [part for mine in parts.values() for part in mine])
    _write(cart, parts)
    return len(lines)


def _part(line_id: int, quantity: Decimal, target: Target) -> PartWish:
    return PartWish(line_id, quantity, target.ship_to_id, target.requested_on, target.cost_centre_id)


def _lines(actor: Actor, cart: Cart, line_ids: Iterable[int]) -> list[_Line]:
    """Those of the lines that are in the cart, with their articles; two statements."""
    rows = db.session.execute(
        select(CartLine.id, CartLine.quantity, CartLine.unit, CartLine.article_id)
        .where(CartLine.cart_id == cart.id, CartLine.id.in_(set(line_ids)))
        .order_by(CartLine.position)
    ).all()
    articles = articles_by_id(actor, {row.article_id for row in rows}, company_id=cart.company_id)
    return [_Line(row.id, row.quantity, row.unit, articles[row.article_id]) for row in rows]


def _problems(line: _Line, parts: Sequence[PartWish]) -> list[LineProblem]:
    if not parts:
        return []
    if len(parts) > MOST_PARTS:
        return [LineProblem("split", N_("At most {most} parts.", most=MOST_PARTS))]
    found = [quantity_problem(line.article, part.quantity, line.unit) for part in parts]
    found.append(sum_problem(line.quantity, line.unit, parts))
    return [problem for problem in found if problem is not None]


def _step(line: _Line) -> Decimal:
    """The smallest difference between two quantities of the line that may be ordered."""
    article = line.article
    rule = article.rule
    if line.unit != article.base_unit:
        digits = article.unit_precision.get(line.unit, 0)
        in_unit = rule_in_unit(rule, article.units[line.unit], digits) if line.unit in article.units else None
        return in_unit.step if in_unit and in_unit.step else Decimal(1).scaleb(-digits)
    return rule.step or Decimal(1).scaleb(-rule.precision)


def _demand_targets(actor: Actor, cart: Cart, parts: Sequence[PartWish]) -> None:
    """Addresses of the account's book, cost centres the actor may use, days not past; three statements."""
    addresses_by_id(actor, {one.ship_to_id for one in parts if one.ship_to_id}, company_id=cart.company_id)
    demand_usable(actor, cart.company_id, {one.cost_centre_id for one in parts if one.cost_centre_id})
    days = [one.requested_on for one in parts if one.requested_on]
    today = clock.today(buying_terms(actor, cart.company_id).time_zone)
    if days and min(days) < today:
        late = N_("{day} is in the past. Take today or a later day.", day=min(days))
        raise Invalid("requested_on", late)


def _write(cart: Cart, parts: Mapping[int, Sequence[PartWish]]) -> None:
    """One part that says nothing of its own is no part."""
    db.session.execute(delete(CartLinePart).where(CartLinePart.cart_line_id.in_(parts)))
    rows: list[dict[str, Any]] = []
    for line_id, mine in parts.items():
        if len(mine) == 1 and not (mine[0].ship_to_id or mine[0].requested_on or mine[0].cost_centre_id):
            continue
        rows.extend(
            {
                "company_id": cart.company_id, "cart_id": cart.id, "cart_line_id": line_id, "position": place,
                "quantity": part.quantity, "ship_to_id": part.ship_to_id, "requested_on": part.requested_on,
                "cost_centre_id": part.cost_centre_id,
            }
            for place, part in enumerate(mine, 1)
        )  # fmt: skip
    if rows:
        db.session.execute(insert(CartLinePart), rows)
    touch(cart, "/cart/split")
