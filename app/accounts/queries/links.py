"""What a mailed link leads to, for people who are not signed in. A dead link is NotFound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.domain.roles import CompanyState, Role
from app.accounts.models.companies import Company
from app.accounts.models.people import Invitation, PasswordReset, User
from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import system_scope
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """`has_login`: the address has a password already, so nothing is left to choose."""

    company_name: str
    email: str
    name: str
    role: Role
    inviter: str
    has_login: bool


@dataclass(frozen=True, slots=True)
class RegistrationStatus:
    """How far an application is. `created_at` proves the link's token."""

    company_id: int
    created_at: datetime
    name: str
    email: str
    state: CompanyState
    decision_reason: str
    decided_at: datetime | None
    has_person: bool


def invitation_page(token_hash: str) -> InvitationPage:
    statement = (
        select(Company.name, Invitation.email, Invitation.name, Invitation.role, Invitation.invited_by_id,
               User.name, User.password_hash)
        .select_from(Invitation)
        .join(Company, Company.id == Invitation.company_id)
        .outerjoin(User, User.email == Invitation.email)
        .where(
            Invitation.token_hash == token_hash, Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None), Invitation.expires_at > clock.now(),
        )
    )  # fmt: skip
    with system_scope("invitation: the person is not a member yet"):
        row = db.session.execute(statement).one_or_none()
        if row is None:
            raise NotFound(N_("This link does not work any more. Ask for a new invitation."))
        inviter = db.session.scalar(select(User.name).where(User.id == row[4])) or ""
    return InvitationPage(row[0], row[1], row[5] or row[2], Role(row[3]), inviter, bool(row[6]))


def reset_email(token_hash: str) -> str:
    """Whose password a link sets."""
    statement = (
        select(User.email)
        .join(PasswordReset, PasswordReset.user_id == User.id)
        .where(
            PasswordReset.token_hash == token_hash,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > clock.now(),
        )
    )
    with system_scope("password reset: the person is not signed in"):
        email = db.session.scalar(statement)
    if email is None:
        raise NotFound(N_("This link does not work any more. Ask for a new one."))
    return email


def registration_status(company_id: int) -> RegistrationStatus:
    """The caller checks the token against `created_at`, or that the reader belongs to the company."""
    has_person = (
        select(Invitation.id).where(Invitation.company_id == Company.id, Invitation.accepted_at.is_not(None)).exists()
    )
    statement = select(
        Company.id, Company.created_at, Company.name, Company.email, Company.state, Company.decision_reason,
        Company.decided_at, has_person,
    ).where(Company.id == company_id, Company.client_ref.is_not(None))  # fmt: skip
    with system_scope("registration: the applicant is not signed in"):
        row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    values: list[Any] = list(row)
    values[4] = CompanyState(values[4])
    return RegistrationStatus(*values)
