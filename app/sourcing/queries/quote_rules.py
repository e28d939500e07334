"""What holds for quotes, and who may offer how much."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models.people import Membership, User
from app.accounts.queries.companies import operator_id
from app.core.actor import Actor
from app.core.db import db
from app.core.permissions import of_role
from app.sourcing.domain.quote_rules import QuoteRight, QuoteRules
from app.sourcing.models.quote_rights import QuoteRight as RightRow
from app.sourcing.models.quote_rights import QuoteSettings
from app.sourcing.policy import Permission


@dataclass(frozen=True, slots=True)
class Seller:
    """A person who answers requests; `right` is None when the common one holds."""

    user_id: int
    name: str
    email: str
    right: QuoteRight | None


def quote_rules(actor: Actor) -> QuoteRules:
    """One statement; every scope may read it."""
    held = db.session.get(QuoteSettings, 1, populate_existing=True)
    if held is None:
        return QuoteRules()
    return QuoteRules(
        validity_days=held.validity_days,
        minimum_value=held.minimum_value,
        minimum_currency=held.minimum_currency,
        rounds=held.rounds,
        replaces=held.replaces,
        reminder_days=held.reminder_days,
        allows_reopen=held.allows_reopen,
        allows_links=held.allows_links,
        link_days=held.link_days,
        right=QuoteRight(held.max_discount, held.min_margin),
    )


def quote_right(actor: Actor, user_id: int | None = None) -> QuoteRight:
    """What a salesperson (by default the actor) may offer alone; the operator's scope only."""
    who = actor.user_id if user_id is None else user_id
    held = db.session.get(RightRow, who, populate_existing=True) if who is not None else None
    return QuoteRight(held.max_discount, held.min_margin) if held else quote_rules(actor).right


def sellers(actor: Actor) -> list[Seller]:
    """The operator's active people who may answer requests, by name, with their own rights."""
    rows = db.session.execute(
        select(User.id, User.name, User.email, Membership.role, RightRow.max_discount, RightRow.min_margin)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(RightRow, RightRow.user_id == User.id)
        .where(Membership.company_id == operator_id(), Membership.is_active, User.is_active)
        .order_by(User.name, User.id)
    )
    return [
        Seller(row.id, row.name, row.email, None if row.max_discount is None else QuoteRight(row[4], row[5]))
        for row in rows
        if Permission.ANSWER in of_role(row.role)
    ]
