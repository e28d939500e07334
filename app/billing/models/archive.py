"""How long documents are kept, what must stay whatever its age, and what was disposed of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_NONE = text("'[]'::jsonb")


class RetentionRule(Base):
    """Years a kind of document is kept from the end of its calendar year; kinds without a row are kept ten years."""

    __tablename__ = "retention_rules"
    __table_args__ = (CheckConstraint("years BETWEEN 1 AND 99", name="years_known"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    years: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(String(300), server_default="")  # the law it follows


class LegalHold(Base):
    """What must not be disposed of while a dispute or an audit lasts. Without company: documents of all accounts."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        UniqueConstraint("client_ref"),
        CheckConstraint("to_on >= from_on", name="ends_after_it_starts"),
        Index("ix_legal_holds_company_id", "company_id"),
        Index("ix_legal_holds_open", "id", postgresql_where=text("released_at IS NULL")),
    )

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    kinds: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    from_on: Mapped[date | None] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300))
    set_at: Mapped[Moment] = mapped_column(server_default=func.now())
    set_by: Mapped[str] = mapped_column(String(200), server_default="")
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    released_by: Mapped[str] = mapped_column(String(200), server_default="")
    release_reason: Mapped[str] = mapped_column(String(300), server_default="")


class Disposal(Base):
    """A proposal to dispose of what is older than `up_to`. One person proposes, another approves, a job does it.

    `state`: proposed, approved (the job is at it), done, dropped.
    """

    __tablename__ = "disposals"
    __table_args__ = (
        UniqueConstraint("client_ref"),
        CheckConstraint("state IN ('proposed', 'approved', 'done', 'dropped')", name="state_known"),
        CheckConstraint("approved_by_id <> proposed_by_id", name="two_people"),
        Index("ix_disposals_due", "due_at", postgresql_where=text("state = 'approved'")),
        Index("ix_disposals_proposed_by_id", "proposed_by_id"),
        Index("ix_disposals_approved_by_id", "approved_by_id"),
    )

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    up_to: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8), server_default="proposed")
    count: Mapped[int] = mapped_column(Integer, server_default="0")  # as proposed
    disposed: Mapped[int] = mapped_column(Integer, server_default="0")
    proposed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_by: Mapped[str] = mapped_column(String(200), server_default="")
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_by: Mapped[str] = mapped_column(String(200), server_default="")
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_error: Mapped[str] = mapped_column(Text, server_default="")


class DisposedDocument(Base):
    """What was disposed of, for good: number, day and hashes say what it was, nothing says whom it was for.

    `wiped_at`: when its bytes left the storage.
    """

    __tablename__ = "disposed_documents"
    __table_args__ = (
        UniqueConstraint("kind", "object_id"),
        Index("ix_disposed_documents_disposal_id", "disposal_id", "id"),
        Index("ix_disposed_documents_to_wipe", "id", postgresql_where=text("wiped_at IS NULL")),
    )

    id: Mapped[Id]
    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposals.id"))
    kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[str] = mapped_column(String(255))
    day: Mapped[date] = mapped_column(Date)
    hashes: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    disposed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    wiped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
