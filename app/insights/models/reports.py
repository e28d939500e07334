"""Reports that are saved, made as files, and sent by the clock. Parameters are as in an address: text by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class SavedReport(Base):
    """Parameters of a report under a name; `is_shared`: colleagues with the right see it in the list."""

    __tablename__ = "saved_reports"
    __table_args__ = (UniqueConstraint("company_id", "client_ref"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    client_ref: Mapped[str] = mapped_column(String(80))
    report: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_shared: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class ReportSchedule(Base):
    """A report that is made and mailed by the clock; `next_at` is when, worked out from rhythm, hour and time zone."""

    __tablename__ = "report_schedules"
    __table_args__ = (
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("rhythm IN ('daily', 'workdays', 'weekly', 'monthly')", name="rhythm_known"),
        CheckConstraint("form IN ('csv', 'xlsx', 'pdf')", name="form_known"),
        CheckConstraint("hour BETWEEN 0 AND 23 AND on_day BETWEEN 1 AND 31", name="time_possible"),
        Index("ix_report_schedules_next_at", "next_at", postgresql_where=text("NOT is_paused")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    client_ref: Mapped[str] = mapped_column(String(80))
    report: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    form: Mapped[str] = mapped_column(String(4))
    rhythm: Mapped[str] = mapped_column(String(8))
    on_day: Mapped[int] = mapped_column(Integer, server_default="1")  # of the week (1 Monday) or of the month
    hour: Mapped[int] = mapped_column(Integer)
    time_zone: Mapped[str] = mapped_column(String(40))
    next_at: Mapped[Moment]
    is_paused: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class ReportRecipient(Base):
    """Who gets the mails of a schedule; `left_at`: he does not want them any more."""

    __tablename__ = "report_recipients"
    __table_args__ = (UniqueConstraint("schedule_id", "user_id"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedules.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    left_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ReportRun(Base):
    """A report made as a file by a job. A scheduled one exists once for its moment and language.

    A row in work is taken over by another process when `due_at` has passed.
    """

    __tablename__ = "report_runs"
    __table_args__ = (
        UniqueConstraint("company_id", "client_ref"),
        UniqueConstraint("schedule_id", "planned_at", "locale"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state_known"),
        CheckConstraint("form IN ('csv', 'xlsx', 'pdf')", name="form_known"),
        Index("ix_report_runs_due", "due_at", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    client_ref: Mapped[str] = mapped_column(String(80))
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("report_schedules.id", ondelete="CASCADE"))
    planned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    report: Mapped[str] = mapped_column(String(40))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    form: Mapped[str] = mapped_column(String(4))
    locale: Mapped[str] = mapped_column(String(5))
    time_zone: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(8), server_default="waiting")
    total: Mapped[int] = mapped_column(Integer, server_default="0")
    done: Mapped[int] = mapped_column(Integer, server_default="0")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    last_error: Mapped[str] = mapped_column(Text, server_default="")
