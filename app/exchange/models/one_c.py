"""The exchange with 1C: connections, sessions, files received in parts, what 1C calls our things, orders it knows."""

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
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_EMPTY, _NONE = text("'{}'::jsonb"), text("'[]'::jsonb")
_TRUE, _FALSE = text("true"), text("false")


class OneCConnection(Base):
    """One 1C that exchanges with us: how it signs in and what is taken from it.

    `price_kinds` maps 1C's id of a kind of price to its name, currency and our list; `warehouses` its id of a warehouse
    to its name and our code. An empty list or code: not taken. `number_from` says what becomes the number of a new
    article. `drops_missing`: articles that a full export leaves out are discontinued.
    """

    __tablename__ = "one_c_connections"
    __table_args__ = (
        CheckConstraint("number_from IN ('article', 'code', 'id')", name="number_from_known"),
        CheckConstraint("containers IN ('auto', 'always', 'never')", name="containers_known"),
        CheckConstraint("encoding IN ('UTF-8', 'windows-1251')", name="encoding_known"),
        Index("ix_one_c_connections_partner_id", "partner_id"),
        Index("ix_one_c_connections_company_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("exchange_partners.id"))
    name: Mapped[str] = mapped_column(String(120))
    login: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(server_default=_TRUE)
    takes_articles: Mapped[bool] = mapped_column(server_default=_TRUE)
    takes_prices: Mapped[bool] = mapped_column(server_default=_TRUE)
    takes_stock: Mapped[bool] = mapped_column(server_default=_TRUE)
    sends_orders: Mapped[bool] = mapped_column(server_default=_TRUE)
    takes_orders: Mapped[bool] = mapped_column(server_default=_TRUE)
    makes_lists: Mapped[bool] = mapped_column(server_default=_TRUE)
    makes_warehouses: Mapped[bool] = mapped_column(server_default=_TRUE)
    drops_missing: Mapped[bool] = mapped_column(server_default=_FALSE)
    number_from: Mapped[str] = mapped_column(String(7), server_default="article")
    chain: Mapped[str] = mapped_column(String(40), server_default="")
    encoding: Mapped[str] = mapped_column(String(12), server_default="UTF-8")
    containers: Mapped[str] = mapped_column(String(6), server_default="auto")
    orders_since: Mapped[date | None] = mapped_column(Date)
    price_kinds: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    warehouses: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class OneCSession(Base):
    """From one sign-in to the next. `offered` are the orders of the last answer to `query`, by id with their version."""

    __tablename__ = "one_c_sessions"
    __table_args__ = (
        CheckConstraint("kind IN ('catalog', 'sale')", name="kind_known"),
        Index("ix_one_c_sessions_connection_id_id", "connection_id", "id"),
        Index("ix_one_c_sessions_company_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("one_c_connections.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(7))
    version: Mapped[str] = mapped_column(String(10), server_default="")
    is_open: Mapped[bool] = mapped_column(server_default=_FALSE)  # after init
    has_all: Mapped[bool] = mapped_column(server_default=_FALSE)  # a full catalogue was taken
    offered: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    seen_at: Mapped[Moment] = mapped_column(server_default=func.now())


class OneCFile(Base):
    """One file of a session. Its bytes are kept in parts as they came, then together as `file_id`.

    `next_item` is where the next step goes on; `runs` are the imports made of it, of which `run_id` is in work.
    `archive_id` is the archive it came in.
    """

    __tablename__ = "one_c_files"
    __table_args__ = (
        CheckConstraint("state IN ('receiving', 'working', 'done', 'failed', 'dropped')", name="state_known"),
        Index("ix_one_c_files_session_id_name", "session_id", "name"),
        Index("ix_one_c_files_connection_id_id", "connection_id", "id"),
        Index("ix_one_c_files_company_id", "company_id"),
        Index("ix_one_c_files_file_id", "file_id"),
        Index("ix_one_c_files_run_id", "run_id"),
        Index("ix_one_c_files_archive_id", "archive_id"),
        Index("ix_one_c_files_due_at", "due_at", postgresql_where=text("state = 'working'")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("one_c_connections.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("one_c_sessions.id", ondelete="CASCADE"))
    archive_id: Mapped[int | None] = mapped_column(ForeignKey("one_c_files.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(9), server_default="receiving")
    parts: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # ids of stored files
    last_part: Mapped[str] = mapped_column(String(64), server_default="")  # SHA-256
    size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    next_item: Mapped[int] = mapped_column(Integer, server_default="0")
    run_id: Mapped[int | None] = mapped_column(ForeignKey("import_runs.id"))
    runs: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)
    notes: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # what was not taken, in words
    last_error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    due_at: Mapped[Moment] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class OneCKey(Base):
    """What 1C calls one of our things: `code` is our article number, category or attribute."""

    __tablename__ = "one_c_keys"
    __table_args__ = (
        UniqueConstraint("connection_id", "kind", "theirs"),
        CheckConstraint("kind IN ('article', 'group', 'property')", name="kind_known"),
        Index("ix_one_c_keys_connection_id_kind_code", "connection_id", "kind", "code"),
        Index("ix_one_c_keys_company_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("one_c_connections.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    theirs: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(60))
    session_id: Mapped[int | None] = mapped_column(BigInteger)  # the last session that named it


class OneCOrder(Base):
    """An order as 1C knows it: which version it has, what it calls the order, what it says of it."""

    __tablename__ = "one_c_orders"
    __table_args__ = (
        UniqueConstraint("connection_id", "order_id"),
        Index("ix_one_c_orders_order_id", "order_id"),
        Index("ix_one_c_orders_company_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    connection_id: Mapped[int] = mapped_column(ForeignKey("one_c_connections.id", ondelete="CASCADE"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"))
    sent_version: Mapped[int] = mapped_column(Integer, server_default="0")
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    number: Mapped[str] = mapped_column(String(60), server_default="")
    dated_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(120), server_default="")
    is_posted: Mapped[bool] = mapped_column(server_default=_FALSE)
    is_deleted: Mapped[bool] = mapped_column(server_default=_FALSE)
    shipped_number: Mapped[str] = mapped_column(String(60), server_default="")
    shipped_on: Mapped[date | None] = mapped_column(Date)
    paid_number: Mapped[str] = mapped_column(String(60), server_default="")
    paid_on: Mapped[date | None] = mapped_column(Date)
    differences: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now(), onupdate=func.now())
