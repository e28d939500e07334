"""Mails that came in. The operator's only: what fits no thread may be anybody's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class InboundMail(Base):
    """One mail, kept whole as a file of the operator; `mail_key` lets it be kept once only.

    `reason`: why it waits for a person, was ignored or refused. `text` is what was written, `cut` what was quoted.
    """

    __tablename__ = "inbound_mails"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'posted', 'waiting', 'ignored', 'refused', 'discarded')", name="state_known"),
        Index("ix_inbound_mails_due", "due_at", postgresql_where=text("state = 'new'")),
        Index("ix_inbound_mails_state", "state", "id"),
    )

    id: Mapped[Id]
    mail_key: Mapped[str] = mapped_column(String(255), unique=True)
    sender: Mapped[str] = mapped_column(String(254), server_default="")
    sender_name: Mapped[str] = mapped_column(String(200), server_default="")
    subject: Mapped[str] = mapped_column(String(300), server_default="")
    token: Mapped[str] = mapped_column(String(120), server_default="")
    text: Mapped[str] = mapped_column(Text, server_default="")
    cut: Mapped[str] = mapped_column(Text, server_default="")
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    state: Mapped[str] = mapped_column(String(9), server_default="new")
    reason: Mapped[str] = mapped_column(String(20), server_default="")
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("conversation_messages.id"), index=True)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    last_error: Mapped[str] = mapped_column(Text, server_default="")
    decided_by: Mapped[str] = mapped_column(String(200), server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[Moment] = mapped_column(server_default=func.now())
