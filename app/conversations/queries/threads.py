"""Threads as lists and pages show them; each person sees those whose subject he may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from app.accounts.models.companies import Company
from app.conversations.domain.subjects import name_of
from app.conversations.models.threads import (
    Conversation,
    ConversationFollower,
    ConversationMessage,
    MessageFile,
    MessageMention,
    MessageRead,
)
from app.conversations.queries.subjects import Subject, colleagues, seen, subject
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.core.texts import Message

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread in a list. `is_unread`: something outside of inner notes was written since the person looked."""

    id: int
    company_id: int
    company_code: str
    company_name: str
    kind: str
    subject_id: int
    number: str
    title: str
    state: str
    waits_for: str
    message_count: int
    last_author: str
    last_text: str
    last_message_at: datetime | None
    waiting_since: datetime | None
    due_at: datetime | None
    is_unread: bool

    @property
    def name(self) -> Message:
        return name_of(self.kind, self.number, self.title)

    @property
    def is_overdue(self) -> bool:
        return self.due_at is not None and self.due_at <= clock.now()


@dataclass(frozen=True, slots=True)
class FileView:
    id: int
    name: str
    size: int
    is_picture: bool


@dataclass(frozen=True, slots=True)
class MessageView:
    """`cut`: what a mail quoted. `readers`: names of those who have read up to here and no further."""

    id: int
    side: str
    user_id: int | None
    author: str
    text: str
    cut: str
    via: str
    is_inner: bool
    created_at: datetime
    files: tuple[FileView, ...]
    mentions: tuple[str, ...]
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """A whole thread, the oldest message first; `colleagues` can be called in."""

    row: ThreadRow
    about: Subject
    messages: tuple[MessageView, ...]
    colleagues: tuple[tuple[int, str], ...]
    is_followed: bool
    last_seen_id: int


@dataclass(frozen=True, slots=True)
class ThreadFilter:
    """`show`: unanswered, overdue, mine, unread, open or all."""

    show: str = "all"
    kind: str = ""
    text: str = ""
    account: str = ""


def _unread(actor: Actor) -> ColumnElement[bool]:
    is_read = exists().where(
        MessageRead.conversation_id == Conversation.id, MessageRead.user_id == actor.user_id,
        MessageRead.last_message_id >= Conversation.last_message_id,
    )  # fmt: skip
    return and_(Conversation.last_message_id.is_not(None), ~is_read)


def _follows(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        ConversationFollower.conversation_id == Conversation.id, ConversationFollower.user_id == actor.user_id,
        ConversationFollower.is_on,
    )  # fmt: skip


def _rows(actor: Actor) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Conversation.id, Conversation.company_id, Company.code, Company.name, Conversation.subject_kind,
        Conversation.subject_id, Conversation.subject_number, Conversation.title, Conversation.state,
        Conversation.waits_for, Conversation.message_count, Conversation.last_author, Conversation.last_text,
        Conversation.last_message_at, Conversation.waiting_since, Conversation.due_at, _unread(actor),
    )  # fmt: skip
    return select(*columns).join(Company, Company.id == Conversation.company_id).where(seen(actor))


def threads_of(
    actor: Actor, *, company_id: int | None = None, subject: tuple[str, int] | None = None, limit: int = 20
) -> list[ThreadRow]:
    """Threads of an account or about one subject, the latest first. One statement."""
    statement = _rows(actor)
    if company_id is not None:
        statement = statement.where(Conversation.company_id == company_id)
    if subject is not None:
        statement = statement.where(Conversation.subject_kind == subject[0], Conversation.subject_id == subject[1])
    order = (Conversation.last_message_at.desc().nulls_last(), Conversation.id.desc())
    return [ThreadRow(*row) for row in db.session.execute(statement.order_by(*order).limit(limit))]


def unanswered_count(actor: Actor) -> int:
    """The operator: threads that wait for an answer. A customer's person: followed threads with something new."""
    if actor.is_operator:
        terms: tuple[Any, ...] = (Conversation.waits_for == "operator",)
    else:
        terms = (_follows(actor), _unread(actor))
    return db.session.scalar(select(func.count()).select_from(Conversation).where(seen(actor), *terms)) or 0


def thread_counts(actor: Actor) -> dict[str, int]:
    """How many threads wait, are overdue, and are unread. One statement."""
    waits = Conversation.waits_for == "operator"
    row = db.session.execute(
        select(
            func.count().filter(waits), func.count().filter(waits, Conversation.due_at <= clock.now()),
            func.count().filter(_unread(actor), _follows(actor)),
        ).where(seen(actor))
    ).one()  # fmt: skip
    return dict(zip(("unanswered", "overdue", "unread"), row, strict=True))


def threads_page(
    actor: Actor, filters: ThreadFilter, *, after: Key | None = None, before: Key | None = None, limit: int = 51
) -> list[ThreadRow]:
    """One page of a list: what waits is ordered by its time limit, the rest by the last message. One statement."""
    by_due = filters.show in ("unanswered", "overdue")
    column: Any = Conversation.due_at if by_due else Conversation.last_message_at
    statement = _filtered(actor, _rows(actor), filters)
    if not by_due:
        statement = statement.where(Conversation.last_message_at.is_not(None))
    bound = after or before
    # the list of what waits goes up in time, the other down
    is_up = by_due is (before is None)
    if bound is not None:
        at, row_id = datetime.fromisoformat(bound[0]), int(bound[1])
        beyond = (column > at) if is_up else (column < at)
        same = Conversation.id > row_id if is_up else Conversation.id < row_id
        statement = statement.where(or_(beyond, and_(column == at, same)))
    order = (column, Conversation.id) if is_up else (column.desc(), Conversation.id.desc())
    rows = [ThreadRow(*row) for row in db.session.execute(statement.order_by(*order).limit(limit))]
    return rows[::-1] if before else rows


def key_of(row: ThreadRow, show: str) -> Key:
    """Where a row stands in `threads_page`."""
    at = row.due_at if show in ("unanswered", "overdue") else row.last_message_at
    return (at.isoformat() if at else "", str(row.id))


def _filtered(actor: Actor, statement: Select[Any], filters: ThreadFilter) -> Select[Any]:
    waits = Conversation.waits_for == "operator"
    terms: dict[str, tuple[Any, ...]] = {
        "unanswered": (waits,),
        "overdue": (waits, Conversation.due_at <= clock.now()),
        "mine": (or_(_follows(actor), Company.manager_id == actor.user_id),) if actor.is_operator else (_follows(actor),),
        "unread": (_unread(actor), _follows(actor)),
        "open": (Conversation.state != "closed",),
    }  # fmt: skip
    statement = statement.where(*terms.get(filters.show, ()))
    if filters.kind:
        statement = statement.where(Conversation.subject_kind == filters.kind)
    if filters.account and actor.is_operator:
        statement = statement.where(Company.code == filters.account)
    if filters.text:
        words = filters.text
        said = exists().where(
            ConversationMessage.conversation_id == Conversation.id,
            ConversationMessage.text.icontains(words, autoescape=True),
            *(() if actor.is_operator else (ConversationMessage.is_inner.is_(False),)),
        )
        statement = statement.where(
            or_(
                Conversation.subject_number.icontains(words, autoescape=True),
                Conversation.title.icontains(words, autoescape=True), Company.name.icontains(words, autoescape=True),
                said,
            )
        )  # fmt: skip
    return statement


def thread_id_of(actor: Actor, about: tuple[str, int]) -> int | None:
    """The thread about a subject, if the actor may see one."""
    return db.session.scalar(
        select(Conversation.id).where(
            seen(actor), Conversation.subject_kind == about[0], Conversation.subject_id == about[1]
        )
    )


def thread(actor: Actor, conversation_id: int) -> ThreadPage:
    """One thread with all its messages in a constant number of statements; NotFound where it may not be seen."""
    found = db.session.execute(_rows(actor).where(Conversation.id == conversation_id)).one_or_none()
    if found is None:
        raise NotFound
    row = ThreadRow(*found)
    reads = db.session.execute(
        select(MessageRead.user_id, MessageRead.name, MessageRead.last_message_id)
        .where(MessageRead.conversation_id == row.id)
        .order_by(MessageRead.name)
    ).all()
    about = subject(actor, row.kind, row.subject_id)
    is_followed = db.session.scalar(
        select(ConversationFollower.is_on).where(
            ConversationFollower.conversation_id == row.id, ConversationFollower.user_id == actor.user_id
        )
    )
    return ThreadPage(
        row, about, tuple(_messages(actor, row.id, reads)), tuple(colleagues(actor, about)), bool(is_followed),
        next((read.last_message_id for read in reads if read.user_id == actor.user_id), 0),
    )  # fmt: skip


def last_messages(actor: Actor, conversation_id: int, limit: int = 3) -> list[MessageView]:
    """The end of a thread for a panel, the oldest first; the caller has made sure that it may be seen."""
    return _messages(actor, conversation_id, (), limit)


def _messages(actor: Actor, conversation_id: int, reads: Sequence[Any], limit: int | None = None) -> list[MessageView]:
    statement = select(ConversationMessage).where(ConversationMessage.conversation_id == conversation_id)
    if not actor.is_operator:
        statement = statement.where(ConversationMessage.is_inner.is_(False))
    found = db.session.scalars(statement.order_by(ConversationMessage.id.desc()).limit(limit)).all()[::-1]
    ids = [one.id for one in found]
    files: dict[int, list[FileView]] = {}
    for row in db.session.execute(
        select(MessageFile.message_id, MessageFile.id, MessageFile.name, MessageFile.size, MessageFile.is_picture)
        .where(MessageFile.message_id.in_(ids))
        .order_by(MessageFile.id)
    ):
        files.setdefault(row[0], []).append(FileView(row[1], row[2], row[3], row[4]))
    names: dict[int, list[str]] = {}
    for message_id, name in db.session.execute(
        select(MessageMention.message_id, MessageMention.name).where(MessageMention.message_id.in_(ids))
    ):
        names.setdefault(message_id, []).append(name)
    readers: dict[int, list[str]] = {}
    for read in reads:
        reached = max((one for one in ids if one <= read.last_message_id), default=None)
        if reached is not None:
            readers.setdefault(reached, []).append(read.name)
    return [
        MessageView(
            one.id, one.side, one.user_id, one.author, one.text, one.cut, one.via, one.is_inner, one.created_at,
            tuple(files.get(one.id, ())), tuple(sorted(names.get(one.id, ()))), tuple(readers.get(one.id, ())),
        )
        for one in found
    ]  # fmt: skip


def message_file(actor: Actor, file_id: int) -> tuple[StoredFile, bool]:
    """A file of a message and whether it is a picture; NotFound where the thread, or the note, may not be seen."""
    row = db.session.execute(
        select(StoredFile, MessageFile.is_picture)
        .join(MessageFile, MessageFile.file_id == StoredFile.id)
        .join(ConversationMessage, ConversationMessage.id == MessageFile.message_id)
        .join(Conversation, Conversation.id == ConversationMessage.conversation_id)
        .where(
            MessageFile.id == file_id, seen(actor), *(() if actor.is_operator else (ConversationMessage.is_inner.is_(False),))
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return row[0], row[1]
