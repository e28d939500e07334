"""What channels remember between calls: whose turn it is to fetch, what is kept already, what was answered, what is awaited."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")


class ChannelState(Base):
    """How a channel fares. Who holds `holder` until `held_until` fetches; nobody else does."""

    __tablename__ = "exchange_channel_states"

    channel_id: Mapped[int] = mapped_column(
        ForeignKey("exchange_channels.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    holder: Mapped[str] = mapped_column(String(36), server_default="")
    held_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fetched_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    called_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class SeenFile(Base):
    """A file of the other side that is kept here. `key` is the SHA-256 of what the transport calls it."""

    __tablename__ = "exchange_seen_files"
    __table_args__ = (
        UniqueConstraint("channel_id", "key"),
        Index("ix_exchange_seen_files_file_id", "file_id"),
    )

    id: Mapped[Id]
    channel_id: Mapped[int] = mapped_column(ForeignKey("exchange_channels.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_files.id", ondelete="SET NULL"))
    seen_at: Mapped[Moment] = mapped_column(server_default=func.now())


class CallAnswer(Base):
    """What a call was answered: the same call again gets the same, and brings nothing new."""

    __tablename__ = "exchange_call_answers"
    __table_args__ = (UniqueConstraint("channel_id", "reference"),)

    id: Mapped[Id]
    channel_id: Mapped[int] = mapped_column(ForeignKey("exchange_channels.id", ondelete="CASCADE"))
    reference: Mapped[str] = mapped_column(String(255))
    status: Mapped[int] = mapped_column(Integer)
    media_type: Mapped[str] = mapped_column(String(255), server_default="")
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    repeats: Mapped[int] = mapped_column(Integer, server_default="0")
    answered_at: Mapped[Moment] = mapped_column(server_default=func.now())


class LateAnswer(Base):
    """An answer that goes out in a call of its own (an asynchronous MDN), tried until the other side takes it."""

    __tablename__ = "exchange_late_answers"
    __table_args__ = (
        CheckConstraint("state IN ('due', 'sent', 'failed')", name="state_known"),
        Index("ix_exchange_late_answers_answer_id", "answer_id"),
        Index("ix_exchange_late_answers_due", "due_at", postgresql_where=text("state = 'due'")),
    )

    id: Mapped[Id]
    answer_id: Mapped[int] = mapped_column(ForeignKey("exchange_call_answers.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(255), server_default="")
    headers: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(6), server_default="due")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class AwaitedReceipt(Base):
    """A message that is delivered only when its receipt comes. `check_value` (the MIC) must then be the same.

    A receipt may be quicker than the end of our own call; `told_at` is when the outbox has heard of it.
    """

    __tablename__ = "exchange_awaited_receipts"
    __table_args__ = (
        UniqueConstraint("channel_id", "reference"),
        CheckConstraint("state IN ('awaited', 'confirmed', 'refused', 'overdue')", name="state_known"),
        Index("ix_exchange_awaited_receipts_due", "due_at", postgresql_where=text("state = 'awaited'")),
        Index(
            "ix_exchange_awaited_receipts_untold",
            "id",
            postgresql_where=text("state <> 'awaited' AND told_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    channel_id: Mapped[int] = mapped_column(ForeignKey("exchange_channels.id", ondelete="CASCADE"))
    reference: Mapped[str] = mapped_column(String(255))
    check_value: Mapped[str] = mapped_column(String(255), server_default="")
    state: Mapped[str] = mapped_column(String(9), server_default="awaited")
    sent_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment]
    received_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    fault: Mapped[str] = mapped_column(Text, server_default="")
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
