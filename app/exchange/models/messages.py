"""What was exchanged: files as they came, one message a document, its history, the attempts to deliver it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_FALSE = text("false")


class ExchangeFile(Base):
    """A file as it came: kept before anything else is done with it. The bytes lie in `file_id` (operator's only).

    `control_number` and `sha256` recognise a repeat. A file in work is taken over when `due_at` has passed.
    `report` is what inspection said of the whole file; `facts` what the transport noted.
    """

    __tablename__ = "exchange_files"
    __table_args__ = (
        CheckConstraint("state IN ('kept', 'read', 'duplicate', 'parked', 'ignored')", name="state_known"),
        Index("ix_exchange_files_file_id", "file_id"),
        Index("ix_exchange_files_channel_id", "channel_id"),
        Index("ix_exchange_files_partner_id_control_number", "partner_id", "control_number"),
        Index("ix_exchange_files_duplicate_of_id", "duplicate_of_id"),
        Index("ix_exchange_files_sha256", "sha256"),
        Index("ix_exchange_files_due", "due_at", postgresql_where=text("state = 'kept'")),
        Index("ix_exchange_files_parked", "id", postgresql_where=text("state = 'parked'")),
    )

    id: Mapped[Id]
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(120), server_default="")
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_channels.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_partners.id"))
    sender: Mapped[str] = mapped_column(String(255), server_default="")
    reference: Mapped[str] = mapped_column(String(255), server_default="")
    via: Mapped[str] = mapped_column(String(40), server_default="")
    family: Mapped[str] = mapped_column(String(40), server_default="")
    control_number: Mapped[str] = mapped_column(String(40), server_default="")
    is_test: Mapped[bool] = mapped_column(server_default=_FALSE)
    state: Mapped[str] = mapped_column(String(9), server_default="kept")
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_files.id"))
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    received_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ExchangeMessage(Base):
    """One document that came or goes; `state` moves as domain.message_machine allows.

    `company_id` is the account or supplier it concerns, known when the partner is recognised; its people may read it.
    `stored_id` are the bytes of this message alone (in: cut out of its file; out: what is sent), `file_id` the file it
    came in and `position` its place there, from 1. `document` is the kind of the neutral document ("order"),
    `type_code` what the format calls it ("850"). `control_number` is the interchange's, `message_number` the message's.
    `subject_kind` and `subject_id` name what it became or tells of (order, invoice, quote...); `answers_id` the message
    it answers or acknowledges, `answers_file_id` the file. `reference` is ours at every attempt, `remote_reference` theirs.
    `checksum` is that of the content without its envelope: the same number with another one is parked.
    A message in work is taken over when `due_at` has passed; in `waiting`, `waits_for` is the number of what is missing.
    `edited_from_id`: a person mended a copy of that message.
    """

    __tablename__ = "exchange_messages"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out')", name="direction_known"),
        Index("ix_exchange_messages_company_id_id", "company_id", "id"),
        Index("ix_exchange_messages_partner_id_document_number", "partner_id", "document", "number"),
        Index("ix_exchange_messages_partner_id_control_number", "partner_id", "control_number"),
        Index("ix_exchange_messages_file_id_position", "file_id", "position"),
        Index("ix_exchange_messages_stored_id", "stored_id"),
        Index("ix_exchange_messages_agreement_id", "agreement_id"),
        Index("ix_exchange_messages_channel_id", "channel_id"),
        Index("ix_exchange_messages_answers_id", "answers_id"),
        Index("ix_exchange_messages_answers_file_id", "answers_file_id"),
        Index("ix_exchange_messages_edited_from_id", "edited_from_id"),
        Index("ix_exchange_messages_duplicate_of_id", "duplicate_of_id"),
        Index("ix_exchange_messages_subject", "subject_kind", "subject_id"),
        Index("ix_exchange_messages_reference", "reference"),
        Index("ix_exchange_messages_remote_reference", "remote_reference"),
        Index(
            "ix_exchange_messages_due",
            "due_at",
            postgresql_where=text(
                "state IN ('kept', 'read', 'checked', 'mapped', 'executed', 'planned', 'written', 'queued', 'waiting')"
            ),
        ),
        Index("ix_exchange_messages_state", "state", "id"),
        Index("uq_exchange_messages_client_ref", "client_ref", unique=True, postgresql_where=text("client_ref <> ''")),
    )

    id: Mapped[Id]
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_partners.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_agreements.id", ondelete="SET NULL"))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_channels.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_files.id"))
    position: Mapped[int] = mapped_column(Integer, server_default="1")
    stored_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    direction: Mapped[str] = mapped_column(String(3))
    document: Mapped[str] = mapped_column(String(40), server_default="")
    type_code: Mapped[str] = mapped_column(String(40), server_default="")
    format: Mapped[str] = mapped_column(String(40), server_default="")
    version: Mapped[str] = mapped_column(String(120), server_default="")
    number: Mapped[str] = mapped_column(String(120), server_default="")
    document_date: Mapped[date | None] = mapped_column(Date)
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    total: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    line_count: Mapped[int] = mapped_column(Integer, server_default="0")
    control_number: Mapped[str] = mapped_column(String(40), server_default="")
    message_number: Mapped[str] = mapped_column(String(40), server_default="")
    checksum: Mapped[str] = mapped_column(String(64), server_default="")
    is_test: Mapped[bool] = mapped_column(server_default=_FALSE)
    state: Mapped[str] = mapped_column(String(9))
    verdict: Mapped[str] = mapped_column(String(11), server_default="not_checked")
    report: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    subject_kind: Mapped[str] = mapped_column(String(20), server_default="")
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_messages.id"))
    answers_file_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_files.id"))
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_messages.id"))
    edited_from_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_messages.id"))
    waits_for: Mapped[str] = mapped_column(String(120), server_default="")
    client_ref: Mapped[str] = mapped_column(String(160), server_default="")
    reference: Mapped[str] = mapped_column(String(80), server_default="")
    remote_reference: Mapped[str] = mapped_column(String(255), server_default="")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    acknowledged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ExchangeEvent(Base):
    """One step in the history of a message: what it became, why, and who did it when a person did."""

    __tablename__ = "exchange_events"
    __table_args__ = (
        Index("ix_exchange_events_message_id_id", "message_id", "id"),
        Index("ix_exchange_events_user_id", "user_id"),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("exchange_messages.id", ondelete="CASCADE"))
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    state: Mapped[str] = mapped_column(String(9))
    action: Mapped[str] = mapped_column(String(20))
    message: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    user_name: Mapped[str] = mapped_column(String(200), server_default="")


class DeliveryAttempt(Base):
    """One try to hand a message to its channel; `answer_id` is what came back at once."""

    __tablename__ = "exchange_attempts"
    __table_args__ = (
        CheckConstraint("outcome IN ('begun', 'sent', 'pending', 'failed')", name="outcome_known"),
        Index("ix_exchange_attempts_message_id_id", "message_id", "id"),
        Index("ix_exchange_attempts_channel_id", "channel_id"),
        Index("ix_exchange_attempts_answer_id", "answer_id"),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("exchange_messages.id", ondelete="CASCADE"))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_channels.id"))
    begun_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(String(7), server_default="begun")
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reference: Mapped[str] = mapped_column(String(255), server_default="")
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
