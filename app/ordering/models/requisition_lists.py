"""Requisition lists: what is ordered again and again, by name. They store no prices."""

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

_NONE = text("'[]'::jsonb")


class RequisitionList(Base):
    """A named list of a person, perhaps shared.

    `version` grows with every change of the lines: a decision names the one it was made for. `proposed_at` is when it was
    first put forward for approval: from then on those who approve see it. `owner_id` None: made by the operator for the
    whole account.
    """

    __tablename__ = "requisition_lists"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("state IN ('draft', 'ready', 'approved', 'rejected')", name="state_known"),
        Index("ix_requisition_lists_company_id_changed_at", "company_id", "changed_at", "id"),
        Index("ix_requisition_lists_owner_id", "owner_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    client_ref: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(300), server_default="")
    state: Mapped[str] = mapped_column(String(8), server_default="draft")
    reason: Mapped[str] = mapped_column(String(500), server_default="")  # why it was rejected
    decided_by: Mapped[str] = mapped_column(String(200), server_default="")
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    line_count: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    created_by: Mapped[str] = mapped_column(String(200), server_default="")
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    changed_by: Mapped[str] = mapped_column(String(200), server_default="")
    proposed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RequisitionLine(Base):
    """One article of a list in one unit: quantity as entered. `version` grows with each change of the line."""

    __tablename__ = "requisition_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["list_id", "company_id"], ["requisition_lists.id", "requisition_lists.company_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("list_id", "article_id", "unit"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_requisition_lines_list_id_position", "list_id", "position", "id"),
        Index("ix_requisition_lines_article_id", "article_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    list_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(300), server_default="")
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    changed_by: Mapped[str] = mapped_column(String(200), server_default="")


class RequisitionShare(Base):
    """Who else may see or edit a list; `user_id` None stands for everybody in the company."""

    __tablename__ = "requisition_shares"
    __table_args__ = (
        ForeignKeyConstraint(
            ["list_id", "company_id"], ["requisition_lists.id", "requisition_lists.company_id"], ondelete="CASCADE"
        ),
        CheckConstraint("access IN ('see', 'edit')", name="access_known"),
        Index("uq_requisition_shares_person", "list_id", "user_id", unique=True, postgresql_where=text("user_id IS NOT NULL")),
        Index("uq_requisition_shares_all", "list_id", unique=True, postgresql_where=text("user_id IS NULL")),
        Index("ix_requisition_shares_user_id", "user_id"),
        Index("ix_requisition_shares_list_id", "list_id"),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    list_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    access: Mapped[str] = mapped_column(String(4))


class RequisitionRelease(Base):
    """A version of a list as it was approved; the latest one stays usable while the list is changed."""

    __tablename__ = "requisition_releases"
    __table_args__ = (
        ForeignKeyConstraint(
            ["list_id", "company_id"], ["requisition_lists.id", "requisition_lists.company_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("list_id", "number"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    list_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    by: Mapped[str] = mapped_column(String(200))
    line_count: Mapped[int] = mapped_column(Integer)
    lines: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # [article id, quantity, unit, note] each


class RequisitionChange(Base):
    """Lines that came onto a list or left it: makes adding repeatable by `client_ref` and removing reversible."""

    __tablename__ = "requisition_changes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["list_id", "company_id"], ["requisition_lists.id", "requisition_lists.company_id"], ondelete="CASCADE"
        ),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("kind IN ('added', 'removed')", name="kind_known"),
        Index("ix_requisition_changes_list_id", "list_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    list_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8))
    client_ref: Mapped[str | None] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64), server_default="")
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    line_count: Mapped[int] = mapped_column(Integer)
    lines: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RequisitionSetting(Base):
    """What a company has decided on its lists."""

    __tablename__ = "requisition_settings"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    needs_approval: Mapped[bool] = mapped_column(server_default=text("false"))
