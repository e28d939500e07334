"""Who is signed in, from which browsers, and what was tried."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.domain.roles import CompanyKind, CompanyState, Role
from app.accounts.domain.throttle import WINDOW, Failures
from app.accounts.domain.visits import VisitState
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.models.sign_ins import SignInAttempt, SignInSession
from app.accounts.models.visits import BuyerVisit
from app.accounts.policy import GRANTS, Permission
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import system_scope

_VISITORS = sorted(GRANTS[Permission.ACT_FOR])  # a role that loses the right ends the visit
FAILED = ("wrong_password", "unknown", "inactive")


@dataclass(frozen=True, slots=True)
class Person:
    """A person who is signed in, and the company acted for. `companies`: (id, name) of all he may act for.

    While somebody of the operator acts for a buyer this is the buyer, `locale` and `theme` are those of `staff_name`
    (`staff_id`), and `visit_until` is when it ends.
    """

    session_id: int
    last_seen_at: datetime
    user_id: int
    email: str
    name: str
    locale: str
    time_zone: str
    theme: str
    role: Role
    company_id: int
    company_code: str
    company_name: str
    kind: CompanyKind
    state: CompanyState
    is_blocked: bool
    block_reason: str
    is_on_credit_hold: bool
    hold_reason: str
    staff_id: int | None
    staff_name: str
    visit_until: datetime | None
    companies: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser that is signed in."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip: str
    user_agent: str
    company_name: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in."""

    id: int
    at: datetime
    email: str
    user_name: str
    ip: str
    user_agent: str
    outcome: str


def _person_statement() -> Select[*tuple[Any, ...]]:
    other, others = aliased(Membership), aliased(Company)
    choice = (
        select(func.json_agg(func.json_build_array(others.id, others.name)))
        .select_from(other)
        .join(others, others.id == other.company_id)
        .where(other.user_id == User.id, other.is_active, others.state != CompanyState.INACTIVE)
        .scalar_subquery()
    )
    staff, own = aliased(User), aliased(Membership)
    columns: tuple[Any, ...] = (
        SignInSession.id, SignInSession.last_seen_at, User.id, User.email, User.name, staff.locale,
        func.coalesce(func.nullif(User.time_zone, ""), Company.time_zone), staff.theme, Membership.role,
        Company.id, Company.code, Company.name, Company.kind, Company.state, Company.is_blocked,
        Company.block_reason, Company.is_on_credit_hold, Company.hold_reason, BuyerVisit.staff_id,
        func.coalesce(BuyerVisit.staff_name, ""), BuyerVisit.expires_at, choice,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(SignInSession)
        .join(staff, staff.id == SignInSession.user_id)
        .join(own, and_(own.user_id == staff.id, own.company_id == SignInSession.company_id))
        .outerjoin(
            BuyerVisit,
            and_(
                BuyerVisit.id == SignInSession.visit_id, BuyerVisit.state == VisitState.OPEN,
                BuyerVisit.expires_at > bindparam("now", type_=DateTime(timezone=True)), own.role.in_(_VISITORS),
            ),
        )
        .join(User, User.id == func.coalesce(BuyerVisit.buyer_id, SignInSession.user_id))
        .join(Company, Company.id == func.coalesce(BuyerVisit.company_id, SignInSession.company_id))
        .join(Membership, and_(Membership.user_id == User.id, Membership.company_id == Company.id))
        .where(
            SignInSession.token_hash == bindparam("token_hash"), SignInSession.ended_at.is_(None),
            SignInSession.expires_at > bindparam("now", type_=DateTime(timezone=True)),
            SignInSession.last_seen_at > bindparam("idle_since", type_=DateTime(timezone=True)),
            User.is_active, Membership.is_active, Company.state != CompanyState.INACTIVE,
            staff.is_active, own.is_active,
        )
    )  # fmt: skip


_PERSON = _person_statement()  # built once: it is asked on every request


def person_of(token_hash: str, idle: timedelta) -> Person | None:
    """Whom a session token belongs to; None when it is unknown, ended or expired. One statement."""
    now = clock.now()
    values = {"token_hash": token_hash, "now": now, "idle_since": now - idle}
    with system_scope("sign-in: whose browser is this"):
        row: Any = db.session.execute(_PERSON, values).one_or_none()
    if row is None:
        return None
    facts: list[Any] = list(row)
    facts[8], facts[12], facts[13] = Role(row[8]), CompanyKind(row[12]), CompanyState(row[13])
    facts[-1] = tuple((company_id, name) for company_id, name in sorted(row[-1], key=lambda company: company[1]))
    found = Person(*facts)
    return found if found.staff_id is None else replace(found, companies=((found.company_id, found.company_name),))


def sessions_of(actor: Actor, idle: timedelta) -> list[OpenSession]:
    """The browsers in which the person is signed in, the latest first."""
    now = clock.now()
    statement = (
        select(
            SignInSession.id, SignInSession.created_at, SignInSession.last_seen_at, SignInSession.expires_at,
            SignInSession.ip, SignInSession.user_agent, Company.name,
        )
        .join(Company, Company.id == SignInSession.company_id)
        .where(
            SignInSession.user_id == actor.user_id, SignInSession.ended_at.is_(None),
            SignInSession.expires_at > now, SignInSession.last_seen_at > now - idle,
        )
        .order_by(SignInSession.last_seen_at.desc(), SignInSession.id.desc())
    )  # fmt: skip
    with system_scope("profile: a person's sessions lie in several companies"):
        return [OpenSession(*row) for row in db.session.execute(statement)]


def attempts_of(actor: Actor, limit: int = 50) -> list[Attempt]:
    """The latest tries under the person's address, failed ones too."""
    with system_scope("profile: tries to sign in belong to no company"):
        return _attempts(SignInAttempt.user_id == actor.user_id, limit)


def attempts(
    actor: Actor,
    *,
    search: str = "",
    outcome: str = "",
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[Attempt]:
    """All tries, the latest first, for the operator. Keys are (id,)."""
    terms: list[Any] = []
    text = search.strip().lower()
    if text:
        terms.append(or_(SignInAttempt.email.contains(text, autoescape=True), SignInAttempt.ip == text))
    if outcome:
        terms.append(SignInAttempt.outcome.in_(FAILED) if outcome == "failed" else SignInAttempt.outcome == outcome)
    from_id, to_id = id_of(after), id_of(before)
    if from_id is not None:
        terms.append(SignInAttempt.id < from_id)
    if to_id is not None:
        terms.append(SignInAttempt.id > to_id)
    return _attempts(and_(True, *terms), limit, is_backwards=to_id is not None)


def failures(email: str, ip: str) -> tuple[Failures, Failures]:
    """Failed tries in the window: under the address since its last success, and from the IP. In the caller's scope."""
    since = clock.now() - WINDOW
    last_success = (
        select(func.max(SignInAttempt.at))
        .where(SignInAttempt.email == email, SignInAttempt.outcome == "ok", SignInAttempt.at > since)
        .scalar_subquery()
    )
    failed = SignInAttempt.outcome.in_(FAILED)
    by_email = select(func.count(), func.max(SignInAttempt.at)).where(
        SignInAttempt.email == email, SignInAttempt.at > func.greatest(since, last_success), failed
    )
    by_ip = select(func.count(), func.max(SignInAttempt.at)).where(
        SignInAttempt.ip == ip, SignInAttempt.at > since, failed
    )
    found = [db.session.execute(statement).one() for statement in (by_email, by_ip)]
    return Failures(*found[0]), Failures(*found[1])


def asked_lately(outcome: str, *, email: str, ip: str) -> tuple[int, int]:
    """How often a thing was asked for in the window: under the address, from the IP. In the caller's scope."""
    row = db.session.execute(
        select(
            func.count().filter(SignInAttempt.email == email),
            func.count().filter(SignInAttempt.ip == ip),
        ).where(
            or_(SignInAttempt.email == email, SignInAttempt.ip == ip),
            SignInAttempt.outcome == outcome,
            SignInAttempt.at > clock.now() - WINDOW,
        )
    ).one()
    return row[0], row[1]


def id_of(key: Sequence[str] | None) -> int | None:
    """The id that ends a keyset key; None also for a key somebody has damaged."""
    return int(key[-1]) if key and re.fullmatch(r"\d{1,18}", key[-1], re.ASCII) else None


def _attempts(condition: Any, limit: int, *, is_backwards: bool = False) -> list[Attempt]:
    statement = (
        select(
            SignInAttempt.id, SignInAttempt.at, SignInAttempt.email, func.coalesce(User.name, ""), SignInAttempt.ip,
            SignInAttempt.user_agent, SignInAttempt.outcome,
        )
        .outerjoin(User, User.id == SignInAttempt.user_id)
        .where(condition)
        .order_by(SignInAttempt.id if is_backwards else SignInAttempt.id.desc())
        .limit(limit)
    )  # fmt: skip
    rows = [Attempt(*row) for row in db.session.execute(statement)]
    return rows[::-1] if is_backwards else rows
