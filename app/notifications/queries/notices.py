"""What a person was told on the page, and for the operator all mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, or_, select

from app.accounts.models.companies import Company
from app.accounts.queries.sign_ins import id_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.notifications.models import Notice

STATES = ("waiting", "sent", "failed", "dropped")


@dataclass(frozen=True, slots=True)
class PageNotice:
    id: int
    subject: str
    text: str
    link: str
    sent_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class MailLine:
    id: int
    created_at: datetime
    code: str
    address: str
    company: str
    subject: str
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it left; links that open doors are blotted out."""

    line: MailLine
    text: str
    locale: str


_LINE: tuple[Any, ...] = (
    Notice.id, Notice.created_at, Notice.code, Notice.address, Company.name, Notice.subject, Notice.state,
    Notice.attempts, Notice.due_at, Notice.sent_at, Notice.last_error,
)  # fmt: skip


_PAGE: tuple[Any, ...] = (
    Notice.id, Notice.subject, Notice.text_body, Notice.link, Notice.sent_at, Notice.read_at.is_(None),
)  # fmt: skip


def page_notices(
    actor: Actor, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int = 51
) -> list[PageNotice]:
    """The person's notices, the latest first. Keys are (id,)."""
    statement = select(*_PAGE).where(Notice.user_id == actor.user_id, Notice.way == "page", Notice.state == "sent")
    rows = _keyed(visible(actor, statement, Notice), after, before, limit)
    return [PageNotice(*row) for row in rows]


_UNREAD = select(func.count()).where(
    Notice.user_id == bindparam("user_id", type_=BigInteger),
    Notice.read_at.is_(None),
    Notice.way == "page",
    Notice.state == "sent",
)
_UNREAD_OF_COMPANY = _UNREAD.where(Notice.company_id == bindparam("company_id", type_=BigInteger))


def unread_count(actor: Actor) -> int:
    """New notices of the person; asked on every page, so built once and answered from an index."""
    if actor.is_operator:
        return db.session.scalar(_UNREAD, {"user_id": actor.user_id}) or 0
    values = {"user_id": actor.user_id, "company_id": actor.company_id}
    return db.session.scalar(_UNREAD_OF_COMPANY, values) or 0


def page_notice(actor: Actor, notice_id: int) -> PageNotice:
    statement = select(*_PAGE).where(
        Notice.id == notice_id, Notice.user_id == actor.user_id, Notice.way == "page", Notice.state == "sent"
    )
    row = db.session.execute(visible(actor, statement, Notice)).one_or_none()
    if row is None:
        raise NotFound
    return PageNotice(*row)


def mails(
    actor: Actor,
    *,
    search: str = "",
    state: str = "",
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[MailLine]:
    """All mails, the latest first, for the operator. Keys are (id,)."""
    statement = select(*_LINE).join(Company, Company.id == Notice.company_id).where(Notice.way == "mail")
    if state in STATES:
        statement = statement.where(Notice.state == state)
    text = search.strip()
    if text:
        statement = statement.where(
            or_(Notice.address.icontains(text, autoescape=True), Notice.subject.icontains(text, autoescape=True))
        )
    return [MailLine(*row) for row in _keyed(visible(actor, statement, Notice), after, before, limit)]


def mail(actor: Actor, notice_id: int) -> Mail:
    statement = (
        select(*_LINE, Notice.text_body, Notice.locale)
        .join(Company, Company.id == Notice.company_id)
        .where(Notice.way == "mail", Notice.id == notice_id)
    )
    row: Any = db.session.execute(visible(actor, statement, Notice)).one_or_none()
    if row is None:
        raise NotFound
    return Mail(MailLine(*row[: len(_LINE)]), *row[len(_LINE) :])


def failed_mails(actor: Actor) -> int:
    """Mails that wait for a person."""
    return db.session.scalar(select(func.count()).where(Notice.state == "failed", Notice.way == "mail")) or 0


def _keyed(statement: Any, after: Sequence[str] | None, before: Sequence[str] | None, limit: int) -> list[Any]:
    from_id, to_id = id_of(after), id_of(before)
    if from_id is not None:
        statement = statement.where(Notice.id < from_id)
    if to_id is not None:
        statement = statement.where(Notice.id > to_id)
    rows = list(db.session.execute(statement.order_by(Notice.id if to_id else Notice.id.desc()).limit(limit)))
    return rows[::-1] if to_id else rows
