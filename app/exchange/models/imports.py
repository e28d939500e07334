"""Imports: uploaded files, saved column mappings, runs that resume at the last part; returns of earlier years."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY = text("'{}'::jsonb")
_NONE = text("'[]'::jsonb")


class ColumnMapping(Base):
    """Which column of somebody's files feeds which field of an importer; `columns` maps field key to column name."""

    __tablename__ = "column_mappings"
    __table_args__ = (UniqueConstraint("company_id", "kind", "name"),)

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class ImportRun(Base):
    """One file going through one importer.

    `next_row` is the row of the file at which a resumed run goes on; while a file is checked it moves, too, and the
    counts are what would happen. `checksum` (file, kind, mapping, options) lets the command line find an interrupted
    run. `reading` is how the file was understood, `preview` the first rows with what would become of them.
    A run in work is taken over by another process when `due_at` has passed.
    """

    __tablename__ = "import_runs"
    __table_args__ = (
        CheckConstraint(
            "state IN ('uploaded', 'checking', 'checked', 'waiting', 'running', 'done', 'failed', 'cancelled')",
            name="state_known",
        ),
        UniqueConstraint("company_id", "client_ref"),
        Index("ix_import_runs_company_id_id", "company_id", "id"),
        Index("ix_import_runs_due", "due_at", postgresql_where=text("state IN ('checking', 'waiting', 'running')")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(40))
    client_ref: Mapped[str | None] = mapped_column(String(80))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    file_name: Mapped[str] = mapped_column(String(255))
    checksum: Mapped[str] = mapped_column(String(64), server_default="")
    reading: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    decimal_sign: Mapped[str] = mapped_column(String(1), server_default="")  # empty: as detected
    is_all_or_nothing: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str] = mapped_column(String(9), server_default="uploaded")
    preview: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    total_rows: Mapped[int | None] = mapped_column(Integer)
    read_rows: Mapped[int] = mapped_column(Integer, server_default="0")
    next_row: Mapped[int] = mapped_column(Integer, server_default="0")
    created_count: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_count: Mapped[int] = mapped_column(Integer, server_default="0")
    same_count: Mapped[int] = mapped_column(Integer, server_default="0")
    refused_count: Mapped[int] = mapped_column(Integer, server_default="0")
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class ImportProblem(Base):
    """What is wrong with one cell of a refused row; `cells` is the row as given."""

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


class HistoryReturn(Base):
    """A credit note of earlier years, as imported. Amounts net; there is no VAT in the source."""

    __tablename__ = "history_returns"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "number"),
        Index("ix_history_returns_company_id_returned_at", "company_id", "returned_at"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(40))
    returned_at: Mapped[Moment]
    currency: Mapped[str] = mapped_column(String(3))
    net_total: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    line_count: Mapped[int] = mapped_column(Integer, server_default="0")


class HistoryReturnLine(Base):
    """Goods that came back: quantity in the article's base unit, positive."""

    __tablename__ = "history_return_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["return_id", "company_id"], ["history_returns.id", "history_returns.company_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("return_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_history_return_lines_company_id_article_id", "company_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    return_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    sku: Mapped[str] = mapped_column(String(60))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))
