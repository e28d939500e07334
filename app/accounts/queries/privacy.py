"""What is held on a person, what speaks against erasing him now, and the requests there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import aliased

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.models.privacy import Erasure, PersonExport
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.personal_data import Fate, Personal, declared_personal, open_matters
from app.core.tenancy import system_scope
from app.core.texts import Message


@dataclass(frozen=True, slots=True)
class Subject:
    """The person a request is about; his address is empty once he is erased."""

    user_id: int
    name: str
    email: str
    companies: tuple[tuple[str, str], ...]  # code and name


@dataclass(frozen=True, slots=True)
class HeldData:
    """Rows of one area with one fate; `until` is the last day they are kept by law."""

    area: str
    fate: Fate
    law: str
    rows: int
    until: date | None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request as the list shows it."""

    id: int
    kind: str
    state: str
    who: str
    reason: str
    is_own_wish: bool
    requested_by_id: int | None
    requested_by: str
    requested_at: datetime
    decided_by: str
    decided_at: datetime | None
    done_at: datetime | None
    refusal: str
    last_error: str
    user_id: int | None
    company_id: int | None


@dataclass(frozen=True, slots=True)
class CopyLine:
    """A copy of a person's data: being made, or there to be saved."""

    id: int
    user_id: int
    who: str
    state: str
    done_steps: int
    steps: int
    requested_at: datetime
    expires_at: datetime | None
    file_id: int | None


def subject(user_id: int) -> Subject:
    """In the operator's scope or the system's. NotFound for nobody."""
    user = db.session.get(User, user_id, populate_existing=True)
    if user is None:
        raise NotFound
    rows = db.session.execute(
        select(Company.code, Company.name)
        .join(Membership, Membership.company_id == Company.id)
        .where(Membership.user_id == user_id)
        .order_by(Company.name, Company.id)
    )
    return Subject(user.id, user.name, user.email, tuple((row.code, row.name) for row in rows))


def person_declarations() -> list[Personal]:
    """Those whose rows can be found by the person."""
    return [one for one in declared_personal() if one.condition and not one.of_company]


def held_on(user_id: int, email: str) -> list[HeldData]:
    """How many rows there are by area and fate; one statement over all declared tables."""
    found = person_declarations()
    parts = []
    for place, one in enumerate(found):
        latest = f"max({one.dated})::date" if one.dated else "NULL::date"
        parts.append(
            f"SELECT {place} AS place, count(*) AS rows, {latest} AS latest"  # noqa: S608 -- names are constants of ours
            f" FROM {one.table} WHERE {one.condition}"
        )
    statement = text(" UNION ALL ".join(parts))
    sums: dict[tuple[str, Fate, str], tuple[int, date | None]] = {}
    for row in db.session.execute(statement, {"user_id": user_id, "email": email.lower()}):
        one = found[row.place]
        if not row.rows:
            continue
        key = (one.area, one.fate, one.law)
        rows, until = sums.get(key, (0, None))
        last = kept_until(one, row.latest or clock.now().date()) if one.fate is Fate.KEEP and one.years else None
        sums[key] = (rows + row.rows, max(filter(None, (until, last)), default=None))
    return [HeldData(*key, *value) for key, value in sums.items()]


def kept_until(one: Personal, latest: date) -> date:
    """The end of the year so many years after the one of the latest row."""
    return date(latest.year + one.years, 12, 31)


def obstacles(*, user_id: int | None = None, company_id: int | None = None) -> list[tuple[Message, int]]:
    """What has to be finished first, and how much of it."""
    found = []
    for one in open_matters():
        sql = one.person_sql if user_id is not None else one.company_sql
        count = db.session.scalar(text(sql), {"user_id": user_id, "company_id": company_id}) if sql else 0
        if count:
            found.append((one.title, int(count)))
    return found


def erasures(actor: Actor, *, limit: int = 100) -> list[RequestLine]:
    """The latest requests first, open ones before the others."""
    is_open = Erasure.state.in_(("asked", "approved"))
    return _lines(select(Erasure).order_by(is_open.desc(), Erasure.id.desc()).limit(limit))


def erasure(actor: Actor, erasure_id: int) -> RequestLine:
    rows = _lines(select(Erasure).where(Erasure.id == erasure_id))
    if not rows:
        raise NotFound
    return rows[0]


def _lines(statement: Any) -> list[RequestLine]:
    chosen = statement.subquery()
    row = aliased(Erasure, chosen)
    joined = (
        select(row, User.name, User.email, Company.name)
        .select_from(row)
        .outerjoin(User, User.id == row.user_id)
        .outerjoin(Company, Company.id == row.company_id)
        .order_by(row.state.in_(("asked", "approved")).desc(), row.id.desc())
        .execution_options(populate_existing=True)
    )
    found = []
    for one, name, email, company in db.session.execute(joined):
        gone = one.state == "done" and one.kind == "person"
        who = f"# {one.user_id}" if gone else f"{name} ({email})" if one.kind == "person" else str(company)
        found.append(
            RequestLine(
                one.id, one.kind, one.state, who, one.reason, one.is_own_wish, one.requested_by_id, one.requested_by_name,
                one.requested_at, one.decided_by_name, one.decided_at, one.done_at, one.refusal, one.last_error,
                one.user_id, one.company_id,
            )
        )  # fmt: skip
    return found


def copies(actor: Actor, *, user_id: int | None = None, limit: int = 50) -> list[CopyLine]:
    """Copies of data asked for, the latest first; of one person where `user_id` is given."""
    statement = select(PersonExport, User.name).join(User, User.id == PersonExport.user_id)
    if user_id is not None:
        statement = statement.where(PersonExport.user_id == user_id)
    rows = db.session.execute(
        statement.order_by(PersonExport.id.desc()).limit(limit).execution_options(populate_existing=True)
    )
    return [
        CopyLine(one.id, one.user_id, name, one.state, one.done_steps, one.steps, one.requested_at, one.expires_at,
                 one.file_id)
        for one, name in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnRequests:
    """What a person has asked for himself."""

    copies: Sequence[CopyLine]
    erasure: RequestLine | None


def own_requests(actor: Actor) -> OwnRequests:
    with system_scope("privacy: a person belongs to no company"):
        mine = _lines(
            select(Erasure)
            .where(Erasure.user_id == actor.user_id, Erasure.kind == "person")
            .order_by(Erasure.id.desc())
            .limit(1)
        )
        return OwnRequests(copies(actor, user_id=actor.user_id or 0, limit=3), mine[0] if mine else None)


def own_held(actor: Actor) -> list[HeldData]:
    """What is held on the person who asks, before he decides."""
    with system_scope("privacy: a person belongs to no company"):
        me = subject(actor.user_id or 0)
        return held_on(me.user_id, me.email)


def person_by_email(actor: Actor, email: str) -> int | None:
    return db.session.scalar(select(User.id).where(User.email == email.strip().lower()))


def closed_company(actor: Actor, code: str) -> tuple[int, str] | None:
    """Id and name of a customer or supplier account whose contract has ended."""
    row = db.session.execute(
        select(Company.id, Company.name).where(
            Company.code == code.strip(), Company.kind != "operator", Company.state == "inactive"
        )
    ).one_or_none()
    return (row.id, row.name) if row else None
