"""Requests of people about their data: a copy of all of it, and its erasure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_ZERO = "0"


class Erasure(Base):
    """Somebody's data is to go: of a person, or of all people of an account at the end of its contract.

    asked -> approved (by a second person) -> done; or refused, or withdrawn. `counts` are rows by table and what became
    of them; after the end no name stands in this row.
    """

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'company')", name="kind_known"),
        CheckConstraint(
            "(kind = 'person') = (user_id IS NOT NULL) AND (kind = 'company') <= (company_id IS NOT NULL)",
            name="subject_named",
        ),
        CheckConstraint("state IN ('asked', 'approved', 'done', 'refused', 'withdrawn')", name="state_known"),
        CheckConstraint(
            "decided_by_id IS NULL OR state IN ('refused', 'withdrawn') OR decided_by_id <> requested_by_id",
            name="four_eyes",
        ),
        Index("ix_erasures_due", "due_at", postgresql_where=text("state = 'approved'")),
    )

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(7))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    state: Mapped[str] = mapped_column(String(9), server_default="asked")
    reason: Mapped[str] = mapped_column(String(500), server_default="")
    is_own_wish: Mapped[bool] = mapped_column(server_default=text("false"))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    requested_by_name: Mapped[str] = mapped_column(String(250), server_default="")
    requested_at: Mapped[Moment] = mapped_column(server_default=func.now())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    decided_by_name: Mapped[str] = mapped_column(String(250), server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    refusal: Mapped[str] = mapped_column(String(500), server_default="")
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    attempts: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    last_error: Mapped[str] = mapped_column(String(500), server_default="")


class PersonExport(Base):
    """A copy of everything held on one person, made by a job; the file goes when it expires."""

    __tablename__ = "person_exports"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'failed', 'expired')", name="state_known"),
        Index("ix_person_exports_due", "due_at", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[Id]
    client_ref: Mapped[str] = mapped_column(String(80), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    requested_by_name: Mapped[str] = mapped_column(String(250), server_default="")
    requested_at: Mapped[Moment] = mapped_column(server_default=func.now())
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    done_steps: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    steps: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    attempts: Mapped[int] = mapped_column(Integer, server_default=_ZERO)
    last_error: Mapped[str] = mapped_column(String(500), server_default="")
