"""Tables of the machinery: outbox, audit, counters, files, activity."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Integer, String, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class OutboxEntry(Base):
    """One event for one handler: handled once in its own scope, retried alone, kept for replay."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "next_attempt_at", postgresql_where=text("done_at IS NULL AND is_parked = false")),
    )

    id: Mapped[Id]
    event: Mapped[str] = mapped_column(String(120))
    handler: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    scope: Mapped[str] = mapped_column(String(12))
    company_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    next_attempt_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    last_error: Mapped[str | None] = mapped_column(Text)
    is_parked: Mapped[bool] = mapped_column(server_default=text("false"))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class AuditEntry(Base):
    """Who did what to which object, and what changed. Insert-only; also the source of the timelines on pages."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_object", "company_id", "object_type", "object_id", "id"),
        Index("ix_audit_entries_object_id", "object_id", "object_type", "id"),  # the operator reads all companies' rows
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(200))
    staff_id: Mapped[int | None] = mapped_column(BigInteger)  # who acted in the name of that person
    staff_name: Mapped[str] = mapped_column(String(200), server_default="")
    via: Mapped[str] = mapped_column(String(8))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(60))
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))

    @property
    def who(self) -> str:
        """The person, and in brackets the one who acted in that name."""
        return f"{self.user_name} ({self.staff_name})" if self.staff_name else self.user_name


class Counter(Base):
    """The last number given in a gapless series of one year."""

    __tablename__ = "counters"
    __table_args__ = (CheckConstraint("last_value >= 0", name="last_value_not_negative"),)

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last_value: Mapped[int] = mapped_column(BigInteger)


class StoredFile(Base):
    """A file of one company; the bytes lie in the storage under their SHA-256."""

    __tablename__ = "files"
    __table_args__ = (Index("ix_files_company_id_sha256", "company_id", "sha256"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class OperatorSetting(Base):
    """A setting that the operator changed; one without a row has its default. Everybody's code reads it."""

    __tablename__ = "operator_settings"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(80), unique=True)
    value: Mapped[Any] = mapped_column(JSONB)
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    changed_by_id: Mapped[int | None] = mapped_column(BigInteger)
    changed_by_name: Mapped[str] = mapped_column(String(200), server_default="")


class Activity(Base):
    """What a customer's person did on the pages of this portal: no address, no browser, nothing of other sites.

    `subject` and `subject_id` name what it was about ("article", 17); `facts` holds short words and numbers.
    """

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_company_id_at", "company_id", "at"),
        Index("ix_activity_kind_at", "kind", "at"),
    )

    id: Mapped[Id]
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    company_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(40), server_default="")
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
