"""Steps taken about carts left behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.queries.people import person_actor
from app.catalog.queries.ways_out import Instead, instead_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.insights.queries.carts import AbandonedRow, abandoned_row
from app.ordering.domain.cart import CartPage, CartRow
from app.sales.models.cart_actions import CartAction

_PROBLEMS = {"stock", "discontinued"}


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One step; `subject` is what came of it: ("task", id), ("quote", id), ..."""

    id: int
    kind: str
    at: datetime
    who: str
    facts: dict[str, Any]
    subject: tuple[str, int] | None
    outcome: str


@dataclass(frozen=True, slots=True)
class MessageToTell:
    """A message to a buyer with the cart it is about; `link` is a path of the portal."""

    action_id: int
    row: AbandonedRow
    text: str
    link: str
    who: str


def actions_of(actor: Actor, abandonment_id: int) -> list[ActionRow]:
    """What was done about a cart, the latest first."""
    _demand_operator(actor)
    found = db.session.scalars(
        select(CartAction).where(CartAction.abandonment_id == abandonment_id).order_by(CartAction.id.desc())
    )
    return [
        ActionRow(
            one.id, one.kind, one.at, one.who, one.facts,
            (one.subject_kind, one.subject_id) if one.subject_id is not None else None, one.outcome,
        )
        for one in found
    ]  # fmt: skip


def message_to_tell(actor: Actor, action_id: int) -> MessageToTell:
    """What a mail to the buyer needs, in operator scope."""
    _demand_operator(actor)
    action = db.session.get(CartAction, action_id, populate_existing=True)
    if action is None:
        raise NotFound
    row = abandoned_row(actor, action.abandonment_id)
    return MessageToTell(action.id, row, action.facts["text"], action.facts["link"], action.who)


def substitutes(actor: Actor, row: AbandonedRow, page: CartPage | None) -> list[tuple[CartRow, list[Instead]]]:
    """Lines that cannot be supplied, or late, with what the account can have in their place. Two statements."""
    troubled = [one for one in page.rows if _is_troubled(one)] if page else []
    if not troubled:
        return []
    found = instead_of(person_actor(row.company_id, row.user_id), {one.article.id for one in troubled})
    return [(one, found[one.article.id]) for one in troubled if one.article.id in found]


def _is_troubled(row: CartRow) -> bool:
    if any(problem.code in _PROBLEMS for problem in row.problems):
        return True
    return row.promise.is_enough and row.promise.backordered > Decimal(0)


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
