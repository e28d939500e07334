"""Hand-overs: the list, one of them, and whom to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sales.models.handovers import Handover, HandoverAccount

SHOWN = 100


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A hand-over; `accounts` named or moved, 0 while planned for all of the giver's."""

    id: int
    giver_id: int
    giver: str
    receiver_id: int
    receiver: str
    receiver_email: str
    starts_on: date
    ends_on: date | None
    state: str
    note: str
    is_told: bool
    accounts: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HandedAccount:
    """An account of a hand-over."""

    id: int
    code: str
    name: str
    is_moved: bool
    is_returned: bool


_giver, _receiver = aliased(User), aliased(User)


def _rows() -> Select[Any]:
    accounts = (
        select(func.count())
        .select_from(HandoverAccount)
        .where(HandoverAccount.handover_id == Handover.id)
        .scalar_subquery()
    )
    columns: tuple[Any, ...] = (
        Handover.id, Handover.from_id, _giver.name, Handover.to_id, _receiver.name, _receiver.email, Handover.starts_on,
        Handover.ends_on, Handover.state, Handover.note, Handover.is_told, accounts, Handover.created_at,
    )  # fmt: skip
    return select(*columns).join(_giver, _giver.id == Handover.from_id).join(_receiver, _receiver.id == Handover.to_id)


def handovers(actor: Actor) -> list[HandoverRow]:
    """The latest first. One statement."""
    statement = _rows().order_by(Handover.due_on.nulls_last(), Handover.id.desc()).limit(SHOWN)
    return [HandoverRow(*row) for row in db.session.execute(statement)]


def handover(actor: Actor, handover_id: int) -> HandoverRow:
    """One of them; NotFound when there is none."""
    row = db.session.execute(_rows().where(Handover.id == handover_id)).one_or_none()
    if row is None:
        raise NotFound
    return HandoverRow(*row)


def handed_accounts(actor: Actor, handover_id: int) -> list[HandedAccount]:
    """The accounts, by name."""
    rows = db.session.execute(
        select(Company.id, Company.code, Company.name, HandoverAccount.is_moved, HandoverAccount.is_returned)
        .join(HandoverAccount, HandoverAccount.company_id == Company.id)
        .where(HandoverAccount.handover_id == handover_id)
        .order_by(Company.name, Company.id)
    )
    return [HandedAccount(*row) for row in rows]


def people_to_tell(actor: Actor, handover_id: int) -> list[tuple[int, int]]:
    """(company, person) of the buyers and administrators of all accounts that changed hands. One statement."""
    rows = db.session.execute(
        select(Membership.company_id, Membership.user_id)
        .join(HandoverAccount, HandoverAccount.company_id == Membership.company_id)
        .join(User, User.id == Membership.user_id)
        .where(
            HandoverAccount.handover_id == handover_id, HandoverAccount.is_moved, Membership.is_active, User.is_active,
            Membership.role.in_((Role.COMPANY_ADMIN, Role.BUYER)),
        )
        .order_by(Membership.company_id, Membership.user_id)
    )  # fmt: skip
    return [(row[0], row[1]) for row in rows]


def still_looks_after(actor: Actor, handover_id: int, company_id: int) -> bool:
    """Whether the account is still with the receiver of the hand-over."""
    statement = (
        select(Handover.id)
        .join(Company, Company.manager_id == Handover.to_id)
        .where(Handover.id == handover_id, Company.id == company_id, Handover.state.in_(("active", "done")))
    )
    return db.session.scalar(statement) is not None
