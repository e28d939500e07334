"""Whom to tell, and the facts that mails about people and companies need. In the caller's scope, the operator's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.accounts.domain.roles import CompanyKind, CompanyState, Role
from app.accounts.models.companies import Company
from app.accounts.models.people import Invitation, Membership, PasswordReset, User
from app.core import clock
from app.core.db import db
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class PersonToTell:
    """`company_id` is one the person works for; the time zone is the person's, else that company's."""

    user_id: int
    company_id: int
    name: str
    email: str
    locale: str
    time_zone: str
    may_be_contacted: bool


@dataclass(frozen=True, slots=True)
class CompanyToTell:
    id: int
    code: str
    name: str
    legal_name: str
    email: str
    country: str
    vat_id: str
    locale: str
    time_zone: str
    state: CompanyState
    decision_reason: str
    decided_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ResetToTell:
    person: PersonToTell
    created_at: datetime
    expires_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class InvitationToTell:
    company_id: int
    company_name: str
    locale: str
    email: str
    name: str
    role: Role
    inviter: str
    created_at: datetime
    expires_at: datetime
    is_open: bool


def person_to_tell(user_id: int) -> PersonToTell:
    """NotFound for who works nowhere any more."""
    found = _people(User.id == user_id)
    if not found:
        raise NotFound
    return found[0]


def staff(roles: Sequence[Role]) -> list[PersonToTell]:
    """The operator's active people in these roles."""
    return _people(Company.kind == CompanyKind.OPERATOR, Membership.role.in_(roles))


def people_of(company_id: int, roles: Sequence[Role]) -> list[PersonToTell]:
    """The active people of a company in these roles."""
    return _people(Company.id == company_id, Membership.role.in_(roles))


def those_or_admins(company_id: int, user_ids: Collection[int]) -> list[PersonToTell]:
    """Of these people the ones who still work for the company, or its administrators when none does."""
    found = _people(Company.id == company_id, User.id.in_(user_ids))
    return found or people_of(company_id, (Role.COMPANY_ADMIN,))


def _people(*terms: Any) -> list[PersonToTell]:
    statement = (
        select(
            User.id, Company.id, User.name, User.email, User.locale, User.time_zone, Company.time_zone,
            User.may_be_contacted,
        )
        .join(Membership, Membership.user_id == User.id)
        .join(Company, Company.id == Membership.company_id)
        .where(Membership.is_active, User.is_active, Company.state != CompanyState.INACTIVE, *terms)
        .order_by(User.id, Company.id)
    )  # fmt: skip
    return [PersonToTell(*row[:5], row[5] or row[6], row[7]) for row in db.session.execute(statement)]


def company_to_tell(company_id: int) -> CompanyToTell:
    row: Any = db.session.execute(
        select(*(getattr(Company, name) for name in CompanyToTell.__dataclass_fields__)).where(Company.id == company_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return CompanyToTell(*row)


def reset_of(reset_id: int) -> ResetToTell:
    reset = db.session.get(PasswordReset, reset_id, populate_existing=True)
    if reset is None:
        raise NotFound
    is_open = reset.used_at is None and reset.expires_at > clock.now()
    return ResetToTell(person_to_tell(reset.user_id), reset.created_at, reset.expires_at, is_open)


def invitation_of(invitation_id: int) -> InvitationToTell:
    found = _invitation(Invitation.id == invitation_id)
    if found is None:
        raise NotFound
    return found


def applicants_invitation(company_id: int) -> InvitationToTell | None:
    """The latest one of the person who registered the company."""
    return _invitation(Invitation.company_id == company_id, Invitation.invited_by_id.is_(None))


def _invitation(*terms: Any) -> InvitationToTell | None:
    inviter = aliased(User)
    row = db.session.execute(
        select(Invitation, Company.name, Company.locale, inviter.name)
        .join(Company, Company.id == Invitation.company_id)
        .outerjoin(inviter, inviter.id == Invitation.invited_by_id)
        .where(*terms)
        .order_by(Invitation.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    invitation, company_name, locale, inviter_name = row
    is_open = invitation.accepted_at is None and invitation.withdrawn_at is None and invitation.expires_at > clock.now()
    return InvitationToTell(
        company_id=invitation.company_id, company_name=company_name, locale=locale, email=invitation.email,
        name=invitation.name, role=Role(invitation.role), inviter=inviter_name or "",
        created_at=invitation.created_at, expires_at=invitation.expires_at, is_open=is_open,
    )  # fmt: skip
