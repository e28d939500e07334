"""Imports: uploaded files, saved column mappings, runs that resume at the last chunk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
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

_EMPTY = text("'{}'::jsonb")


class ColumnMapping(Base):
    """Which column of somebody's files feeds which field of an importer; `columns` maps field to header text."""

    __tablename__ = "column_mappings"
    __table_args__ = (UniqueConstraint("company_id", "kind", "name"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class ImportRun(Base):
    """One file going through one importer. `next_row` is the data row at which a resumed run goes on.

    `checksum` (file, kind, mapping, options) makes a repeated upload recognisable.
    """

    __tablename__ = "import_runs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('uploaded', 'waiting', 'running', 'done', 'failed', 'cancelled')", name="state_known"
        ),
        Index("ix_import_runs_company_id_id", "company_id", "id"),
        Index("ix_import_runs_due", "due_at", postgresql_where=text("state IN ('waiting', 'running')")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(40))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    checksum: Mapped[str] = mapped_column(String(64), server_default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    is_dry_run: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str] = mapped_column(String(9), server_default="uploaded")
    total_rows: Mapped[int | None] = mapped_column(Integer)
    next_row: Mapped[int] = mapped_column(Integer, server_default="0")
    created_count: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_count: Mapped[int] = mapped_column(Integer, server_default="0")
    same_count: Mapped[int] = mapped_column(Integer, server_default="0")
    refused_count: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    report_file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    last_error: Mapped[str] = mapped_column(Text, server_default="")


class ImportProblem(Base):
    """A refused row of a run: number, column, reason, the cells as given."""

    __tablename__ = "import_problems"
    __table_args__ = (UniqueConstraint("run_id", "row", "column"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_runs.id", ondelete="CASCADE"))
    row: Mapped[int] = mapped_column(Integer)
    column: Mapped[str] = mapped_column(String(120), server_default="")
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cells: Mapped[list[Any]] = mapped_column(JSONB)
