"""Writing in a thread, closing and reopening it, reading and following."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.queries.companies import operator_zone
from app.conversations.domain.due import WorkingDay, after_hours
from app.conversations.domain.messages import Upload, called, check_files, media_type_of, tidy
from app.conversations.domain.settings import ANSWER_HOURS, DAY_BEGINS, DAY_ENDS
from app.conversations.events import MessagePosted
from app.conversations.models.threads import (
    Conversation,
    ConversationFollower,
    ConversationMessage,
    MessageFile,
    MessageMention,
    MessageRead,
)
from app.conversations.policy import Permission
from app.conversations.queries.subjects import Subject, colleagues, subject
from app.core import audit, clock, storage
from app.core.actor import Actor, Via
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.models import StoredFile
from app.core.operator_settings import setting_value
from app.core.outbox import publish
from app.core.texts import N_

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Said:
    """What is written: checked words, files kept already, people called in. `via` is web, mail or desk."""

    text: str
    client_ref: str
    is_inner: bool = False
    file_ids: tuple[int, ...] = ()
    mentions: tuple[int, ...] = ()
    cut: str = ""
    via: str = ""
    mail_id: str = ""


@command
def post(
    actor: Actor,
    *,
    subject: tuple[str, int],
    company_id: int,
    text: str,
    client_ref: str,
    is_inner: bool = False,
    file_ids: Sequence[int] = (),
    mentions: Sequence[int] = (),
) -> int:
    """Write about a subject (kind, id) of a customer's company; the first message makes the thread. Returns its id.

    Only the operator's people write inner notes, which no customer ever sees. `file_ids` are stored files of that
    company, with an inner note the operator's. NotFound where the actor may not see the subject.
    """
    about = _ready(actor, subject, company_id, is_inner=is_inner)
    said = Said(tidy(text), client_ref, is_inner, tuple(file_ids), tuple(mentions))
    return write(actor, about, locked_thread(actor, about), said)


@command
def post_with_files(
    actor: Actor,
    *,
    subject: tuple[str, int],
    company_id: int,
    text: str,
    client_ref: str,
    is_inner: bool = False,
    uploads: Sequence[Upload] = (),
    mentions: Sequence[int] = (),
) -> int:
    """The same with files as they were uploaded: all or nothing."""
    check_files(uploads)
    about = _ready(actor, subject, company_id, is_inner=is_inner)
    words, thread = tidy(text), locked_thread(actor, about)
    known = _known(thread, client_ref)
    if known is not None:
        return known.id
    kept = keep_uploads(actor, uploads, actor.company_id if is_inner else about.company_id)
    return write(actor, about, thread, Said(words, client_ref, is_inner, kept, tuple(mentions)))


def _ready(actor: Actor, asked: tuple[str, int], company_id: int, *, is_inner: bool) -> Subject:
    actor.demand(Permission.WRITE)
    if is_inner and not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
    about = subject(actor, *asked)
    if about.company_id != company_id:
        raise NotFound
    return about


def keep_uploads(actor: Actor, uploads: Sequence[Upload], company_id: int) -> tuple[int, ...]:
    """Store files for a company; their ids. Inside a command."""
    return tuple(
        storage.keep(
            actor, one.data, name=one.name, media_type=media_type_of(one.data), company_id=company_id
        ).id
        for one in uploads
    )  # fmt: skip


def locked_thread(actor: Actor, about: Subject) -> Conversation:
    """The thread of a subject under lock, made when there is none."""
    values = {
        "company_id": about.company_id, "subject_kind": about.kind, "subject_id": about.id,
        "subject_number": about.number, "title": about.title[:SHOWN],
    }  # fmt: skip
    db.session.execute(
        upsert(Conversation)
        .values(values)
        .on_conflict_do_nothing(index_elements=["company_id", "subject_kind", "subject_id"])
    )
    thread_id = db.session.scalar(
        select(Conversation.id).where(
            Conversation.company_id == about.company_id, Conversation.subject_kind == about.kind,
            Conversation.subject_id == about.id,
        )
    )  # fmt: skip
    return lock_rows(Conversation, [thread_id or 0])[0]


def _known(thread: Conversation, client_ref: str) -> ConversationMessage | None:
    return db.session.scalar(
        select(ConversationMessage).where(
            ConversationMessage.company_id == thread.company_id, ConversationMessage.client_ref == client_ref
        )
    )


def write(actor: Actor, about: Subject, thread: Conversation, said: Said) -> int:
    """Add a message to a locked thread; the same reference again gives the message that was written first."""
    asked = hashlib.sha256(json.dumps([thread.id, said.text, said.is_inner]).encode()).hexdigest()
    known = _known(thread, said.client_ref)
    if known is not None:
        if known.request_hash != asked:
            raise Conflict(N_("This was sent before with other content. Open the page again."))
        return known.id
    side = "operator" if actor.is_operator else "customer"
    author = f"{actor.name} ({actor.staff_name})" if actor.staff_name else actor.name
    people = dict(colleagues(actor, about)) if said.mentions or "@" in said.text else {}
    if not set(said.mentions) <= set(people):
        raise Invalid("mentions", N_("Call in people who may see this."))
    mentioned = sorted({*said.mentions, *called(said.text, list(people.items()))})
    values = {
        "company_id": thread.company_id, "conversation_id": thread.id, "client_ref": said.client_ref[:80],
        "request_hash": asked, "side": side, "user_id": actor.user_id, "author": author[:250], "text": said.text,
        "cut": said.cut, "via": said.via or _via(actor), "is_inner": said.is_inner, "mail_id": said.mail_id[:255],
        "created_at": clock.now(),
    }  # fmt: skip
    made: int = db.session.execute(
        insert(ConversationMessage).values(values).returning(ConversationMessage.id)
    ).scalar_one()
    _attach(thread, made, said)
    if mentioned:
        rows = [
            {"company_id": thread.company_id, "message_id": made, "user_id": one, "name": people[one]}
            for one in mentioned
        ]
        db.session.execute(insert(MessageMention).inline(), rows)
    _follow(thread, side, [*mentioned, *([actor.user_id] if actor.user_id else [])])
    if not said.is_inner:
        _advance(actor, thread, made, author, said.text)
        _read_to(actor, thread, made)
    audit.record(
        actor, "conversation", thread.id, "noted" if said.is_inner else "written", {"message": made},
        company_id=actor.company_id if said.is_inner else thread.company_id,
    )  # fmt: skip
    publish(MessagePosted(thread.id, made))
    return made


def _via(actor: Actor) -> str:
    return "desk" if actor.is_operator or actor.staff_id is not None or actor.via is Via.CLI else "web"


def _attach(thread: Conversation, message_id: int, said: Said) -> None:
    if not said.file_ids:
        return
    files = db.session.scalars(select(StoredFile).where(StoredFile.id.in_(said.file_ids)).order_by(StoredFile.id)).all()
    is_theirs = [(one.company_id == thread.company_id) is not said.is_inner for one in files]
    if len(files) != len(set(said.file_ids)) or not all(is_theirs):
        raise NotFound
    rows = [
        {
            "company_id": thread.company_id, "message_id": message_id, "file_id": one.id, "name": one.name,
            "size": one.size, "is_picture": one.media_type.startswith("image/"),
        }
        for one in files
    ]  # fmt: skip
    db.session.execute(insert(MessageFile).inline(), rows)


def _advance(actor: Actor, thread: Conversation, message_id: int, author: str, text: str) -> None:
    """Whose turn it is now; a message to a closed thread opens it again."""
    now = clock.now()
    thread.message_count += 1
    thread.last_message_id, thread.last_message_at = message_id, now
    thread.last_author, thread.last_text = author[:250], " ".join(text.split())[:SHOWN]
    if actor.is_operator:
        thread.state, thread.waits_for = "answered", "customer"
        thread.waiting_since = thread.due_at = thread.alert_at = None
    else:
        wait_for_operator(actor, thread)
    db.session.flush()


def wait_for_operator(actor: Actor, thread: Conversation) -> None:
    """The operator's turn; the time for an answer runs from the first message that has none."""
    thread.state = "open"
    if thread.waits_for != "operator":
        now = clock.now()
        thread.waits_for, thread.waiting_since, thread.alert_level = "operator", now, 0
        thread.due_at = thread.alert_at = after_hours(now, setting_value(ANSWER_HOURS), working_day(actor))


def working_day(actor: Actor) -> WorkingDay:
    """As the operator has set it."""
    return WorkingDay(setting_value(DAY_BEGINS), setting_value(DAY_ENDS), operator_zone(actor))


def _follow(thread: Conversation, side: str, user_ids: Sequence[int], *, is_on: bool = True) -> None:
    for user_id in user_ids:
        db.session.execute(
            upsert(ConversationFollower)
            .values(
                conversation_id=thread.id, user_id=user_id, company_id=thread.company_id, side=side, is_on=is_on
            )
            .on_conflict_do_update(index_elements=["conversation_id", "user_id"], set_={"is_on": is_on})
        )  # fmt: skip


def _read_to(actor: Actor, thread: Conversation, message_id: int) -> None:
    if actor.user_id is None or actor.staff_id is not None:
        return  # who acts for somebody does not read for him
    values = {
        "conversation_id": thread.id, "user_id": actor.user_id, "company_id": thread.company_id,
        "side": "operator" if actor.is_operator else "customer", "name": actor.name[:SHOWN],
        "last_message_id": message_id, "read_at": clock.now(),
    }  # fmt: skip
    statement = upsert(MessageRead).values(values)
    newer: dict[str, Any] = {name: statement.excluded[name] for name in ("last_message_id", "read_at", "name")}
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["conversation_id", "user_id"], set_=newer,
            where=MessageRead.last_message_id < statement.excluded.last_message_id,
        )
    )  # fmt: skip


def _found(actor: Actor, conversation_id: int, right: str = Permission.WRITE) -> Conversation:
    """A thread under lock, whose subject the actor may see."""
    actor.demand(right)
    rows = lock_rows(Conversation, [conversation_id])
    if not rows or not (actor.is_operator or rows[0].company_id == actor.company_id):
        raise NotFound
    subject(actor, rows[0].subject_kind, rows[0].subject_id)
    return rows[0]


@command
def close(actor: Actor, conversation_id: int) -> None:
    """Nothing is left to say; a new message opens it again. Closed twice: nothing happens."""
    thread = _found(actor, conversation_id)
    if thread.state == "closed":
        return
    before, thread.state, thread.waits_for = thread.state, "closed", ""
    thread.waiting_since = thread.due_at = thread.alert_at = None
    audit.record(
        actor, "conversation", thread.id, "closed", {"state": [before, "closed"]}, company_id=thread.company_id
    )


@command
def reopen(actor: Actor, conversation_id: int) -> None:
    """Somebody still waits for an answer: the operator's turn again."""
    thread = _found(actor, conversation_id)
    if thread.state != "closed":
        return
    wait_for_operator(actor, thread)
    audit.record(
        actor, "conversation", thread.id, "reopened", {"state": ["closed", "open"]}, company_id=thread.company_id
    )


@command
def mark_read(actor: Actor, conversation_id: int) -> None:
    """The person has the thread before him, to its last message."""
    thread = db.session.get(Conversation, conversation_id, populate_existing=True)
    if thread is None or not (actor.is_operator or thread.company_id == actor.company_id):
        raise NotFound
    last = db.session.scalar(
        select(func.max(ConversationMessage.id)).where(ConversationMessage.conversation_id == thread.id)
        if actor.is_operator
        else select(Conversation.last_message_id).where(Conversation.id == thread.id)
    )
    if last is not None:
        _read_to(actor, thread, last)


@command
def follow(actor: Actor, conversation_id: int, *, is_on: bool) -> None:
    """Be told of what is written here, or not any more."""
    thread = _found(actor, conversation_id, Permission.READ)
    if actor.user_id is None:
        raise Forbidden(N_("You have no right to do this."))
    _follow(thread, "operator" if actor.is_operator else "customer", [actor.user_id], is_on=is_on)
    audit.record(
        actor, "conversation", thread.id, "followed" if is_on else "unfollowed", {"user": actor.user_id},
        company_id=actor.company_id,
    )  # fmt: skip
