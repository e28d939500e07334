"""Deputies, limits and times of an account's approvals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.ordering.models.approvals import ApprovalLimit, ApprovalSettings
from app.ordering.policy import Permission


@dataclass(frozen=True, slots=True)
class DeputyRow:
    id: int
    user_id: int
    person: str
    deputy: str
    starts_on: date
    ends_on: date
    note: str


_DEPUTIES = text("""
SELECT d.id, d.user_id, u.name, p.name, d.starts_on, d.ends_on, d.note
FROM approval_deputies d JOIN users u ON u.id = d.user_id JOIN users p ON p.id = d.deputy_id
WHERE d.company_id = :company AND d.ends_on >= :today AND (:all OR d.user_id = :me OR d.deputy_id = :me)
ORDER BY d.starts_on, d.id""")


def deputies(actor: Actor) -> list[DeputyRow]:
    """Absences of now and to come: the own ones, those one stands in for, for administrators all."""
    values = {
        "company": actor.company_id, "me": actor.user_id or 0, "today": clock.today(actor.time_zone),
        "all": actor.can(Permission.APPROVAL_RULES),
    }  # fmt: skip
    return [DeputyRow(*row) for row in db.session.execute(_DEPUTIES, values)]


@dataclass(frozen=True, slots=True)
class PersonLimit:
    user_id: int
    name: str
    role: str
    buy_up_to: Decimal | None
    approve_up_to: Decimal | None


def limits(actor: Actor, company_id: int) -> list[PersonLimit]:
    """Everybody who acts for the account today."""
    statement = (
        select(User.id, User.name, Membership.role, ApprovalLimit.buy_up_to, ApprovalLimit.approve_up_to)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(
            ApprovalLimit,
            (ApprovalLimit.user_id == User.id) & (ApprovalLimit.company_id == Membership.company_id),
        )
        .where(Membership.company_id == company_id, Membership.is_active, User.is_active)
        .order_by(User.name, User.id)
    )
    return [PersonLimit(*row) for row in db.session.execute(statement)]


def settings_of(actor: Actor, company_id: int) -> ApprovalSettings | None:
    return db.session.get(ApprovalSettings, company_id)


def company_currency(actor: Actor, company_id: int) -> str:
    return db.session.scalars(select(Company.currency).where(Company.id == company_id)).one()
