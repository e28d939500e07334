"""What notices about conversations say, and to whom they go. In operator scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts.models.people import Membership, User
from app.accounts.queries.mailing import PersonToTell, person_to_tell
from app.conversations.domain.mails import reply_address, token_of
from app.conversations.domain.subjects import name_of
from app.conversations.models.threads import Conversation, ConversationMessage, MessageFile, MessageMention
from app.conversations.queries.people import customers_people, everybody_at_the_desk, operators_people
from app.conversations.queries.subjects import Subject, subject
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.settings import settings
from app.core.texts import Message

_REFERENCES = 10


@dataclass(frozen=True, slots=True)
class MessageToTell:
    """`references`: what mail programs put this message under, the root of the thread first."""

    id: int
    conversation_id: int
    company_id: int
    company: str
    name: Message
    side: str
    user_id: int | None
    author: str
    text: str
    is_inner: bool
    files: tuple[str, ...]
    due_at: datetime | None
    waits_for: str
    references: tuple[str, ...]

    @property
    def page(self) -> str:
        return f"/conversations/{self.conversation_id}#message-{self.id}"


def _loaded(conversation_id: int) -> tuple[Conversation, Subject]:
    thread = db.session.get(Conversation, conversation_id, populate_existing=True)
    if thread is None:
        raise NotFound
    return thread, subject(Actor.system(), thread.subject_kind, thread.subject_id)


def message_to_tell(actor: Actor, message_id: int) -> MessageToTell:
    found = db.session.get(ConversationMessage, message_id)
    if found is None:
        raise NotFound
    thread, about = _loaded(found.conversation_id)
    files = db.session.scalars(select(MessageFile.name).where(MessageFile.message_id == found.id)).all()
    return MessageToTell(
        found.id, thread.id, thread.company_id, about.company_name, name_of(about.kind, about.number, about.title),
        found.side, found.user_id, found.author, found.text, found.is_inner, tuple(files), thread.due_at,
        thread.waits_for, _references(thread.id, found.id),
    )  # fmt: skip


def thread_root(conversation_id: int) -> str:
    """The Message-ID all mails of a thread refer to."""
    domain = settings().MAIL_FROM.rpartition("@")[2].rstrip("> ") or "localhost"
    return f"<conversation-{conversation_id}@{domain}>"


def _references(conversation_id: int, before_id: int) -> tuple[str, ...]:
    """The root, and the mails of people that came before."""
    mails = db.session.scalars(
        select(ConversationMessage.mail_id)
        .where(
            ConversationMessage.conversation_id == conversation_id, ConversationMessage.id < before_id,
            ConversationMessage.mail_id.like("<%>"), ConversationMessage.is_inner.is_(False),
        )
        .order_by(ConversationMessage.id.desc())
        .limit(_REFERENCES)
    ).all()  # fmt: skip
    return (thread_root(conversation_id), *reversed(mails))


def people_to_tell(actor: Actor, message_id: int) -> list[PersonToTell]:
    """Who hears of a message: the other side's people; the author and those called in by name left out."""
    found = db.session.get(ConversationMessage, message_id)
    if found is None or found.is_inner:
        return []
    thread, about = _loaded(found.conversation_id)
    people = customers_people(thread, about) if found.side == "operator" else operators_people(thread, about.manager_id)
    left_out = {found.user_id, *mentioned(message_id)}
    return [person for person in people if person.user_id not in left_out]


def mentioned(message_id: int) -> list[int]:
    """Who was called in and still works somewhere."""
    return list(
        db.session.scalars(
            select(MessageMention.user_id)
            .join(User, User.id == MessageMention.user_id)
            .where(
                MessageMention.message_id == message_id, User.is_active,
                select(Membership.id).where(Membership.user_id == User.id, Membership.is_active).exists(),
            )
            .order_by(MessageMention.user_id)
        )
    )  # fmt: skip


def mentioned_people(actor: Actor, message_id: int) -> list[PersonToTell]:
    """Those called in by name, without the author."""
    found = db.session.get(ConversationMessage, message_id)
    author = found.user_id if found else None
    return [person_to_tell(one) for one in mentioned(message_id) if one != author]


def late_people(actor: Actor, conversation_id: int, level: int) -> list[PersonToTell]:
    """Who hears that the time for an answer is over: the manager and who follows, then everybody at the desk."""
    thread, about = _loaded(conversation_id)
    return everybody_at_the_desk() if level > 1 else operators_people(thread, about.manager_id)


def last_message_id(actor: Actor, conversation_id: int) -> int:
    found = db.session.scalar(select(Conversation.last_message_id).where(Conversation.id == conversation_id))
    if found is None:
        raise NotFound
    return found


def own_reply_address(conversation_id: int, user_id: int) -> str:
    """Where one person's answer to a mail about a thread goes; "" where answers by mail are not taken."""
    address = settings().reply_address
    if not address:
        return ""
    return reply_address(address, token_of(conversation_id, user_id, settings().secret_key.encode()))
