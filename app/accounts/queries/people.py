"""The people of a company, those asked to join, and what a person chose for himself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.accounts.domain.roles import CompanyKind, CompanyState, Role
from app.accounts.models.companies import Company
from app.accounts.models.people import Invitation, Membership, User
from app.accounts.models.sign_ins import SignInSession
from app.accounts.queries.companies import own_or_asked
from app.core import clock
from app.core.actor import Actor, Scope, Via
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.permissions import of_role
from app.core.tenancy import system_scope
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a company."""

    membership_id: int
    user_id: int
    name: str
    email: str
    role: Role
    is_active: bool
    joined_at: datetime
    company_id: int


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    id: int
    email: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    is_expired: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """An empty time zone means the company's."""

    name: str
    email: str
    locale: str
    time_zone: str
    theme: str
    may_be_contacted: bool


_MEMBER = (
    Membership.id, User.id, User.name, User.email, Membership.role, Membership.is_active, Membership.created_at,
    Membership.company_id,
)  # fmt: skip


def people(actor: Actor, company_id: int | None = None) -> list[Member]:
    """Active people first, by name."""
    statement = (
        select(*_MEMBER)
        .join(User, User.id == Membership.user_id)
        .where(Membership.company_id == own_or_asked(actor, company_id))
        .order_by(Membership.is_active.desc(), User.name, User.id)
    )
    return [_member(row) for row in db.session.execute(statement)]


def member(actor: Actor, membership_id: int, *, company_id: int | None = None) -> Member:
    """One person of a company, by default of the own one."""
    statement = (
        select(*_MEMBER)
        .join(User, User.id == Membership.user_id)
        .where(Membership.id == membership_id, Membership.company_id == own_or_asked(actor, company_id))
    )
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return _member(row)


def person_actor(company_id: int, user_id: int, *, via: Via = Via.JOB) -> Actor:
    """A person of a customer account as the one who acts, with the rights the role has today: for work that was started
    by the person and goes on without the browser (standing orders, orders an approver lets through).

    Runs in a scope that sees the company. Raises Forbidden when the person may not act for the company any more.
    """
    row = db.session.execute(
        select(User.name, User.locale, func.coalesce(func.nullif(User.time_zone, ""), Company.time_zone), Membership.role)
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .join(Company, Company.id == Membership.company_id)
        .where(
            Membership.company_id == company_id, Membership.user_id == user_id, Membership.is_active, User.is_active,
            Company.state == CompanyState.APPROVED,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise Forbidden(N_("This person does not act for the company any more."))
    name, locale, time_zone, role = row
    return Actor(user_id, company_id, Scope.TENANT, of_role(role), locale, time_zone, via, name)


def _member(row: Sequence[Any]) -> Member:
    values = list(row)
    values[4] = Role(values[4])
    return Member(*values)


def invitations(actor: Actor, company_id: int | None = None) -> list[OpenInvitation]:
    """Those that nobody accepted or withdrew, the latest first; expired ones can be sent again."""
    statement = (
        select(
            Invitation.id, Invitation.email, Invitation.name, Invitation.role, Invitation.created_at,
            Invitation.expires_at, Invitation.expires_at <= clock.now(),
        )
        .where(
            Invitation.company_id == own_or_asked(actor, company_id), Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .order_by(Invitation.id.desc())
    )  # fmt: skip
    found = []
    for row in db.session.execute(statement):
        values: list[Any] = list(row)
        values[3] = Role(values[3])
        found.append(OpenInvitation(*values))
    return found


def sales_people(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the operator's people who can look after an account."""
    statement = (
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .join(Company, Company.id == Membership.company_id)
        .where(
            Company.kind == CompanyKind.OPERATOR,
            Membership.is_active,
            Membership.role.in_((Role.SALES, Role.OPERATOR_ADMIN)),
        )
        .order_by(User.name)
    )
    return [(row[0], row[1]) for row in db.session.execute(statement)]


def last_seen(actor: Actor, company_id: int) -> dict[int, datetime]:
    """When each person last worked for the company, by user id; for the operator."""
    statement = (
        select(SignInSession.user_id, func.max(SignInSession.last_seen_at))
        .where(SignInSession.company_id == company_id)
        .group_by(SignInSession.user_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def profile(actor: Actor) -> Profile:
    statement = select(User.name, User.email, User.locale, User.time_zone, User.theme, User.may_be_contacted)
    with system_scope("profile: a person belongs to no company"):
        return Profile(*db.session.execute(statement.where(User.id == actor.user_id)).one())
