"""Signing in: slower after failures, with a new token each time, every try recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from app.accounts.domain.roles import CompanyState
from app.accounts.domain.throttle import seconds_to_wait
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.models.sign_ins import SignInAttempt, SignInSession
from app.accounts.queries.sign_ins import failures
from app.accounts.service import hashing, tokens
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import Forbidden, Invalid, Unavailable
from app.core.settings import settings
from app.core.tenancy import system_scope
from app.core.texts import N_

_LOCK_SPACE = 7203  # first key of our advisory locks on e-mail addresses


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; the token goes into the cookie and is nowhere else."""

    token: str
    user_id: int
    company_id: int


@dataclass(frozen=True, slots=True)
class _Refused:
    outcome: str
    seconds: int = 0


def sign_in(email: str, password: str, *, ip: str, user_agent: str = "") -> SignedIn:
    """Raises Invalid for a wrong pair, Forbidden without an active company, Unavailable while throttled."""
    email = email.strip().lower()[:254]
    with system_scope("sign-in: the person is not known yet"), transaction():
        found = _try(email, password, ip, user_agent)
    if isinstance(found, SignedIn):
        return found
    if found.outcome == "throttled":
        raise Unavailable(
            N_("Too many attempts. Try again in {seconds} seconds.", seconds=found.seconds), retry_after=found.seconds
        )
    if found.outcome == "inactive":
        raise Forbidden(N_("Your access has ended. Ask the administrator of your company."))
    raise Invalid("password", N_("E-mail address and password do not fit together."))


def prove(name: str, secret_hash: str, secret: str, *, ip: str, user_agent: str = "") -> bool:
    """Whether a system that goes by `name` knows the secret of this hash ("" where nobody is known by that name).

    Tries are slowed down like those of people: Unavailable while too many have failed.
    """
    name = name.strip().lower()[:254]
    with system_scope("sign-in: the person is not known yet"), transaction():
        wait = seconds_until_allowed(name, ip)
        is_right = not wait and hashing.is_right(secret_hash, secret[:1000])
        outcome = "throttled" if wait else "ok" if is_right else "wrong_password" if secret_hash else "unknown"
        note_attempt(name, ip, outcome, user_agent=user_agent)
    if wait:
        raise Unavailable(N_("Too many attempts. Try again in {seconds} seconds.", seconds=wait), retry_after=wait)
    return is_right


def let_in(user_id: int, company_id: int, *, ip: str, user_agent: str = "", hours: int = 12) -> SignedIn:
    """A short session for a person whom a trusted system sends, without a password; Forbidden once he has no access."""
    with system_scope("sign-in: the person is not known yet"), transaction():
        user = db.session.scalar(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .join(Company, Company.id == Membership.company_id)
            .where(
                User.id == user_id, User.is_active, Membership.company_id == company_id, Membership.is_active,
                Company.state == CompanyState.APPROVED,
            )
        )  # fmt: skip
        if user is None:
            raise Forbidden(N_("This person does not act for the company any more."))
        return open_session(user, company_id, ip=ip, user_agent=user_agent, until=clock.now() + timedelta(hours=hours))


def _try(email: str, password: str, ip: str, user_agent: str) -> SignedIn | _Refused:
    wait = seconds_until_allowed(email, ip)
    if wait:
        note_attempt(email, ip, "throttled", user_agent=user_agent)
        return _Refused("throttled", wait)
    user = db.session.scalar(select(User).where(User.email == email))
    if not hashing.is_right(user.password_hash if user else "", password[:1000]):
        outcome = "wrong_password" if user else "unknown"
        note_attempt(email, ip, outcome, user_id=user.id if user else None, user_agent=user_agent)
        return _Refused(outcome)
    assert user is not None
    company_id = latest_company(user.id) if user.is_active else None
    if company_id is None:
        note_attempt(email, ip, "inactive", user_id=user.id, user_agent=user_agent)
        return _Refused("inactive")
    if hashing.is_outdated(user.password_hash):
        user.password_hash = hashing.hash_password(password)
    return open_session(user, company_id, ip=ip, user_agent=user_agent)


def seconds_until_allowed(email: str, ip: str) -> int:
    """How long this address or IP must still wait. Tries under one address queue up, so that none slips through."""
    db.session.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, func.hashtext(email))))
    by_email, by_ip = failures(email, ip)
    return seconds_to_wait(clock.now(), by_email=by_email, by_ip=by_ip)


def note_attempt(email: str, ip: str, outcome: str, *, user_id: int | None = None, user_agent: str = "") -> None:
    row = {
        "at": clock.now(), "email": email, "user_id": user_id, "ip": ip[:45], "user_agent": user_agent[:300],
        "outcome": outcome,
    }  # fmt: skip
    db.session.execute(insert(SignInAttempt).inline(), [row])


def latest_company(user_id: int) -> int | None:
    """The company the person acted for last, else an approved one, else any that is not inactive."""
    last_used = (
        select(func.max(SignInSession.last_seen_at))
        .where(SignInSession.user_id == user_id, SignInSession.company_id == Company.id)
        .scalar_subquery()
    )
    return db.session.scalar(
        select(Company.id)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.user_id == user_id, Membership.is_active, Company.state != CompanyState.INACTIVE)
        .order_by((Company.state == CompanyState.APPROVED).desc(), last_used.desc().nulls_last(), Company.id)
        .limit(1)
    )


def open_session(user: User, company_id: int, *, ip: str, user_agent: str, until: datetime | None = None) -> SignedIn:
    """A session with a new token, recorded as a success. Inside a transaction in system scope."""
    now = clock.now()
    token = tokens.session_token()
    db.session.add(
        SignInSession(
            user_id=user.id,
            company_id=company_id,
            token_hash=tokens.token_hash(token),
            created_at=now,
            last_seen_at=now,
            expires_at=until or now + timedelta(days=settings().SESSION_MAX_DAYS),
            ip=ip[:45],
            user_agent=user_agent[:300],
        )
    )
    note_attempt(user.email, ip, "ok", user_id=user.id, user_agent=user_agent)
    return SignedIn(token, user.id, company_id)
