"""Asking people to join a company: by mail, for some days, once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.accounts.domain.contact import email_address
from app.accounts.domain.passwords import demand_good
from app.accounts.domain.roles import CompanyKind, CompanyState, Role, fits
from app.accounts.events import PersonInvited
from app.accounts.models.companies import Company
from app.accounts.models.people import Invitation, Membership, User
from app.accounts.queries.companies import own_or_asked
from app.accounts.service import hashing
from app.accounts.service.sign_in import SignedIn, open_session
from app.accounts.service.tokens import invitation_token, token_hash
from app.core import audit, clock
from app.core.actor import Actor, Scope, Via
from app.core.db import command, db, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.outbox import publish
from app.core.settings import settings
from app.core.tenancy import system_scope
from app.core.texts import N_


@command
def invite(actor: Actor, email: str, role: Role | str, *, name: str = "", company_id: int | None = None) -> int:
    """Mail an invitation; asking the same address again renews the open one. Returns its id."""
    email = email_address(email)
    company = db.session.get(Company, own_or_asked(actor, company_id))
    if company is None:
        raise NotFound
    if company.state == CompanyState.INACTIVE:
        raise Conflict(N_("{name} is not active.", name=company.name))
    role = _known_role(role, CompanyKind(company.kind))
    member = db.session.scalar(
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(Membership.company_id == company.id, Membership.is_active, User.email == email)
    )
    if member is not None:
        raise Invalid("email", N_("{email} has access already.", email=email))
    invitation = _open_invitation(company.id, email)
    if invitation is None or invitation.role != role:
        if invitation is not None:
            invitation.withdrawn_at = clock.now()
            db.session.flush()  # only one invitation of an address may be open
        invitation = add_invitation(company.id, email, role, name=name.strip(), invited_by_id=actor.user_id)
    _send(invitation)
    audit.record(
        actor, "company", company.id, "invited", {"email": email, "role": str(role)}, company_id=company.id
    )  # fmt: skip
    return invitation.id


def _known_role(role: Role | str, kind: CompanyKind) -> Role:
    if role not in list(Role) or not fits(Role(role), kind):
        raise Invalid("role", N_("There is no such role in this company."))
    return Role(role)


def _open_invitation(company_id: int, email: str) -> Invitation | None:
    return db.session.scalar(
        select(Invitation).where(
            Invitation.company_id == company_id,
            Invitation.email == email,
            Invitation.accepted_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
    )


def add_invitation(
    company_id: int, email: str, role: Role, *, name: str = "", invited_by_id: int | None = None
) -> Invitation:
    """A new row with the hash of its link; mails nothing."""
    now = clock.now()
    invitation = Invitation(
        company_id=company_id,
        email=email,
        name=name[:120],
        role=role,
        token_hash=token_hash(invitation_token(company_id, email, now)),
        invited_by_id=invited_by_id,
        created_at=now,
        expires_at=now + timedelta(days=settings().INVITATION_DAYS),
    )
    db.session.add(invitation)
    db.session.flush()
    return invitation


def _send(invitation: Invitation) -> None:
    invitation.expires_at = clock.now() + timedelta(days=settings().INVITATION_DAYS)
    publish(PersonInvited(invitation.id))


@command
def resend_invitation(actor: Actor, invitation_id: int, *, company_id: int | None = None) -> str:
    """Mail it again with a new term; returns the address."""
    invitation = _open_one(actor, invitation_id, company_id)
    _send(invitation)
    return invitation.email


@command
def withdraw_invitation(actor: Actor, invitation_id: int, *, company_id: int | None = None) -> str:
    """Its link stops working; returns the address."""
    invitation = _open_one(actor, invitation_id, company_id)
    invitation.withdrawn_at = clock.now()
    audit.record(
        actor, "company", invitation.company_id, "invitation_withdrawn", {"email": invitation.email},
        company_id=invitation.company_id,
    )  # fmt: skip
    return invitation.email


def _open_one(actor: Actor, invitation_id: int, company_id: int | None) -> Invitation:
    found = db.session.scalar(
        select(Invitation).where(
            Invitation.id == invitation_id, Invitation.company_id == own_or_asked(actor, company_id)
        )
    )
    if found is None:
        raise NotFound
    if found.accepted_at is not None or found.withdrawn_at is not None:
        raise Conflict(N_("This invitation is settled already."))
    return found


def accept_invitation(token: str, *, name: str = "", password: str = "", ip: str, user_agent: str = "") -> SignedIn:
    """Join the company by a mailed link and sign in. Who has no login yet chooses name and password.

    The link proves the address, so a person with a login joins without the password. NotFound for a dead link.
    """
    with system_scope("invitation: the person is not a member yet"), transaction() as session:
        invitation = session.scalar(
            select(Invitation)
            .where(
                Invitation.token_hash == token_hash(token),
                Invitation.accepted_at.is_(None),
                Invitation.withdrawn_at.is_(None),
                Invitation.expires_at > clock.now(),
            )
            .with_for_update()
        )
        if invitation is None:
            raise NotFound(N_("This link does not work any more. Ask for a new invitation."))
        company = session.get_one(Company, invitation.company_id)
        if company.state == CompanyState.INACTIVE:
            raise Conflict(N_("{name} is not active.", name=company.name))
        user = session.scalar(select(User).where(User.email == invitation.email))
        if user is None:
            user = _new_user(invitation.email, name or invitation.name, password, company)
        elif not user.is_active:
            raise Conflict(N_("Your access has ended. Ask the administrator of your company."))
        elif not user.password_hash:
            demand_good(password, email=user.email, name=user.name)
            user.password_hash = hashing.hash_password(password)
        _join(user, company.id, invitation.role)
        invitation.accepted_at = clock.now()
        person = Actor(user.id, company.id, Scope.SYSTEM, via=Via.WEB, name=user.name)
        changes = {"email": user.email, "role": invitation.role}
        audit.record(person, "company", company.id, "joined", changes, company_id=company.id)
        return open_session(user, company.id, ip=ip, user_agent=user_agent)


def _new_user(email: str, name: str, password: str, company: Company) -> User:
    if not name.strip():
        raise Invalid("name", N_("Enter your name."))
    demand_good(password, email=email, name=name)
    user = User(
        email=email, name=name.strip()[:120], password_hash=hashing.hash_password(password), locale=company.locale
    )
    db.session.add(user)
    db.session.flush()
    return user


def _join(user: User, company_id: int, role: str) -> None:
    membership = db.session.scalar(
        select(Membership).where(Membership.company_id == company_id, Membership.user_id == user.id)
    )
    if membership is None:
        db.session.add(Membership(company_id=company_id, user_id=user.id, role=role))
    else:
        membership.role, membership.is_active = role, True
    db.session.flush()
