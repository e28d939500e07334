"""Threads between a customer's people and the operator's, with who reads, follows and is called in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_FALSE, _TRUE = text("false"), text("true")


class Conversation(Base):
    """What is said about one subject. `last_*` and `message_count` know nothing of inner notes.

    `waits_for`: whose turn it is, "" where nobody's. While it is the operator's, `waiting_since` is the first message
    not yet answered, `due_at` the end of the time for it, and `alert_at` when somebody hears of it next.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "subject_kind", "subject_id"),
        CheckConstraint(
            "subject_kind IN ('cart', 'quote', 'order', 'invoice', 'claim', 'account')", name="subject_known"
        ),
        CheckConstraint("state IN ('open', 'answered', 'closed')", name="state_known"),
        CheckConstraint("waits_for IN ('', 'operator', 'customer')", name="waits_known"),
        CheckConstraint("(waits_for = 'operator') = (waiting_since IS NOT NULL)", name="waiting_has_begun"),
        Index("ix_conversations_company_id_last_message_at", "company_id", "last_message_at", "id"),
        Index("ix_conversations_last_message_at", "last_message_at", "id"),
        Index("ix_conversations_waiting", "due_at", "id", postgresql_where=text("waits_for = 'operator'")),
        Index("ix_conversations_alert_at", "alert_at", postgresql_where=text("alert_at IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    subject_kind: Mapped[str] = mapped_column(String(8))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    subject_number: Mapped[str] = mapped_column(String(80), server_default="")  # as pages are addressed by it
    title: Mapped[str] = mapped_column(String(200), server_default="")  # a name given to the subject, if any
    state: Mapped[str] = mapped_column(String(8), server_default="open")
    waits_for: Mapped[str] = mapped_column(String(8), server_default="")
    message_count: Mapped[int] = mapped_column(Integer, server_default="0")
    last_message_id: Mapped[int | None] = mapped_column(BigInteger)
    last_message_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_author: Mapped[str] = mapped_column(String(250), server_default="")
    last_text: Mapped[str] = mapped_column(String(200), server_default="")
    waiting_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    alert_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    alert_level: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class ConversationMessage(Base):
    """What somebody wrote; never changed. An inner one is for the operator's people only: no tenant can select it.

    `cut`: what a mail quoted and how it was signed, kept beside the text. `mail_id`: the Message-ID of that mail.
    """

    __tablename__ = "conversation_messages"
    __table_args__ = (
        ForeignKeyConstraint(["conversation_id", "company_id"], ["conversations.id", "conversations.company_id"]),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("side IN ('customer', 'operator')", name="side_known"),
        CheckConstraint("via IN ('web', 'mail', 'desk')", name="via_known"),
        CheckConstraint("NOT is_inner OR side = 'operator'", name="inner_is_operators"),
        Index("ix_conversation_messages_conversation_id", "conversation_id", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    conversation_id: Mapped[int] = mapped_column(BigInteger)
    client_ref: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64))
    side: Mapped[str] = mapped_column(String(8))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    author: Mapped[str] = mapped_column(String(250))
    text: Mapped[str] = mapped_column(Text)
    cut: Mapped[str] = mapped_column(Text, server_default="")
    via: Mapped[str] = mapped_column(String(4), server_default="web")
    is_inner: Mapped[bool] = mapped_column(Boolean, server_default=_FALSE)
    mail_id: Mapped[str] = mapped_column(String(255), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class MessageFile(Base):
    """A file that goes with a message; with an inner one the file itself is the operator's."""

    __tablename__ = "message_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["message_id", "company_id"], ["conversation_messages.id", "conversation_messages.company_id"]
        ),
        Index("ix_message_files_message_id", "message_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    is_picture: Mapped[bool] = mapped_column(Boolean)


class MessageMention(Base):
    """A colleague called in by name."""

    __tablename__ = "message_mentions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["message_id", "company_id"], ["conversation_messages.id", "conversation_messages.company_id"]
        ),
        UniqueConstraint("message_id", "user_id"),
        Index("ix_message_mentions_user_id", "user_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(200))


class MessageRead(Base):
    """How far a person has read a thread."""

    __tablename__ = "message_reads"
    __table_args__ = (
        ForeignKeyConstraint(["conversation_id", "company_id"], ["conversations.id", "conversations.company_id"]),
        CheckConstraint("side IN ('customer', 'operator')", name="side_known"),
        Index("ix_message_reads_user_id", "user_id"),
    )

    conversation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    side: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    last_message_id: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[Moment] = mapped_column(server_default=func.now())


class ConversationFollower(Base):
    """Who is told of what is written; `is_on` false: asked not to be."""

    __tablename__ = "conversation_followers"
    __table_args__ = (
        ForeignKeyConstraint(["conversation_id", "company_id"], ["conversations.id", "conversations.company_id"]),
        CheckConstraint("side IN ('customer', 'operator')", name="side_known"),
        Index("ix_conversation_followers_user_id", "user_id"),
    )

    conversation_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    side: Mapped[str] = mapped_column(String(8))
    is_on: Mapped[bool] = mapped_column(Boolean, server_default=_TRUE)
