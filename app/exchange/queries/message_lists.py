"""Messages as lists show them: the monitor, its counts, what waits for a person, what belongs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Select, func, literal, or_, select

from app.accounts.models.companies import Company
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.exchange.domain.message_machine import IN_WORK, NEEDS_PERSON, MessageState
from app.exchange.models.messages import ExchangeFile, ExchangeMessage
from app.exchange.models.partners import Partner

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")
_WORKING = sorted({state.value for states in IN_WORK.values() for state in states})
GROUPS: dict[str, tuple[str, ...]] = {
    "todo": tuple(sorted(state.value for state in NEEDS_PERSON)),
    "work": tuple(state for state in _WORKING if state != MessageState.WAITING),
}


# Parked files of which no message was made: a message that is there is what a person works on.
_UNREAD = (
    ExchangeFile.state == "parked",
    ~select(ExchangeMessage.id).where(ExchangeMessage.file_id == ExchangeFile.id).exists(),
)


@dataclass(frozen=True, slots=True)
class MessageFilters:
    """Empty fields do not narrow; `state` is a state or one of GROUPS, days are included, in the reader's zone."""

    text: str = ""
    direction: str = ""
    state: str = ""
    document: str = ""
    partner: str = ""
    format: str = ""
    mode: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A line of a list. `partner` is empty for readers of an account: partners are the operator's."""

    id: int
    direction: str
    state: str
    verdict: str
    document: str
    type_code: str
    format: str
    number: str
    control_number: str
    document_date: date | None
    currency: str
    total: Decimal | None
    line_count: int
    is_test: bool
    created_at: datetime
    reason: dict[str, Any] | None
    waits_for: str
    answers_id: int | None
    edited_from_id: int | None
    company_code: str
    company_name: str
    partner_code: str
    partner: str


_MESSAGE: tuple[Any, ...] = (
    ExchangeMessage.id, ExchangeMessage.direction, ExchangeMessage.state, ExchangeMessage.verdict,
    ExchangeMessage.document, ExchangeMessage.type_code, ExchangeMessage.format, ExchangeMessage.number,
    ExchangeMessage.control_number, ExchangeMessage.document_date, ExchangeMessage.currency, ExchangeMessage.total,
    ExchangeMessage.line_count, ExchangeMessage.is_test, ExchangeMessage.created_at, ExchangeMessage.reason,
    ExchangeMessage.waits_for, ExchangeMessage.answers_id, ExchangeMessage.edited_from_id,
    func.coalesce(Company.code, ""), func.coalesce(Company.name, ""),
)  # fmt: skip


def rows_of_messages(actor: Actor) -> Select[*tuple[Any, ...]]:
    """What `MessageRow` is made of, held to what the actor may see."""
    if actor.is_operator:
        statement = select(*_MESSAGE, func.coalesce(Partner.code, ""), func.coalesce(Partner.name, ""))
        statement = statement.select_from(ExchangeMessage).outerjoin(Partner, Partner.id == ExchangeMessage.partner_id)
    else:
        statement = select(*_MESSAGE, literal(""), literal("")).select_from(ExchangeMessage)
    return visible(actor, statement.outerjoin(Company, Company.id == ExchangeMessage.company_id), ExchangeMessage)


def _narrowed(actor: Actor, statement: S, filters: MessageFilters) -> S:
    for column, value in (
        (ExchangeMessage.direction, filters.direction),
        (ExchangeMessage.document, filters.document),
        (ExchangeMessage.format, filters.format),
    ):
        if value:
            statement = statement.where(column == value)
    if filters.state:
        statement = statement.where(ExchangeMessage.state.in_(GROUPS.get(filters.state, (filters.state,))))
    if filters.mode:
        statement = statement.where(ExchangeMessage.is_test == (filters.mode == "test"))
    if filters.partner and actor.is_operator:
        statement = statement.where(Partner.code == filters.partner)
    if filters.text:
        words = f"%{filters.text}%"
        found = [
            ExchangeMessage.number.ilike(words), ExchangeMessage.control_number.ilike(words),
            ExchangeMessage.remote_reference.ilike(words), Company.name.ilike(words), Company.code.ilike(words),
        ]  # fmt: skip
        if actor.is_operator:
            found.append(Partner.name.ilike(words))
        statement = statement.where(or_(*found))
    return _between(statement, filters, actor.time_zone or "UTC")


def _between(statement: S, filters: MessageFilters, zone: str) -> S:
    day = func.timezone(zone, ExchangeMessage.created_at)
    if filters.start:
        statement = statement.where(day >= filters.start)
    if filters.end:
        statement = statement.where(day < filters.end + timedelta(days=1))
    return statement


def messages_page(
    actor: Actor, filters: MessageFilters, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> list[MessageRow]:
    """Newest first. One statement."""
    statement = _narrowed(actor, rows_of_messages(actor), filters)
    if after:
        statement = statement.where(ExchangeMessage.id < int(after[0]))
    if before:
        statement = statement.where(ExchangeMessage.id > int(before[0])).order_by(ExchangeMessage.id)
    else:
        statement = statement.order_by(ExchangeMessage.id.desc())
    rows = [MessageRow(*row) for row in db.session.execute(statement.limit(limit))]
    return rows[::-1] if before else rows


@dataclass(frozen=True, slots=True)
class Counts:
    """What is not over: needs a person, is being worked on, waits for another document; `late` of the working ones."""

    todo: int = 0
    work: int = 0
    waiting: int = 0
    late: int = 0
    files: int = 0


def counts(actor: Actor) -> Counts:
    """Two statements for the operator, one for others."""
    states = [*GROUPS["todo"], *_WORKING]
    late = func.count().filter(ExchangeMessage.due_at < clock.now() - timedelta(minutes=15))
    statement = select(ExchangeMessage.state, func.count(), late).where(ExchangeMessage.state.in_(states))
    rows = db.session.execute(visible(actor, statement, ExchangeMessage).group_by(ExchangeMessage.state)).all()
    number = {state: (count, overdue) for state, count, overdue in rows}
    files = 0
    if actor.is_operator:
        files = db.session.scalar(select(func.count(ExchangeFile.id)).where(*_UNREAD)) or 0
    return Counts(
        sum(number.get(state, (0, 0))[0] for state in GROUPS["todo"]) + files,
        sum(number.get(state, (0, 0))[0] for state in GROUPS["work"]),
        number.get("waiting", (0, 0))[0],
        sum(number.get(state, (0, 0))[1] for state in GROUPS["work"]),
        files,
    )


def parked_files(actor: Actor, limit: int = 50) -> list[ExchangeFile]:
    """Files that were never taken apart and wait for a person, the oldest first."""
    if not actor.is_operator:
        raise NotFound
    statement = select(ExchangeFile).where(*_UNREAD).order_by(ExchangeFile.id).limit(limit)
    return list(db.session.scalars(statement))


def message_row(actor: Actor, message_id: int) -> MessageRow:
    found = db.session.execute(rows_of_messages(actor).where(ExchangeMessage.id == message_id)).one_or_none()
    if found is None:
        raise NotFound
    return MessageRow(*found)


def documents_seen(actor: Actor) -> tuple[list[str], list[str]]:
    """Types and formats that occurred lately, for the filters. One statement."""
    newest = visible(actor, select(ExchangeMessage.document, ExchangeMessage.format), ExchangeMessage)
    part = newest.order_by(ExchangeMessage.id.desc()).limit(2000).subquery()
    rows = db.session.execute(select(part.c.document, part.c.format).distinct()).all()
    return sorted({row[0] for row in rows} - {""}), sorted({row[1] for row in rows} - {""})


def partner_choices(actor: Actor) -> list[tuple[str, str]]:
    """Codes and names of partners; none for others than the operator."""
    if not actor.is_operator:
        return []
    rows = db.session.execute(select(Partner.code, Partner.name).order_by(Partner.name).limit(500))
    return [(code, name) for code, name in rows]
