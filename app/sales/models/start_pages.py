"""What stands on the start page of accounts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class StartBlock(Base):
    """A block of the start page for everybody, a group, a segment or an account. For the operator alone."""

    __tablename__ = "start_blocks"
    __table_args__ = (
        CheckConstraint(
            "(company_id IS NOT NULL)::int + (group_id IS NOT NULL)::int + (segment_id IS NOT NULL)::int <= 1",
            name="one_audience",
        ),
        Index(
            "uq_start_blocks_audience_code", "company_id", "group_id", "segment_id", "code", unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_start_blocks_group_id", "group_id"),
        Index("ix_start_blocks_segment_id", "segment_id"),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id", ondelete="CASCADE"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(Integer)
    is_on: Mapped[bool] = mapped_column(Boolean)


class StartPage(Base):
    """The blocks one account gets, worked out of `start_blocks`; no row: the usual page."""

    __tablename__ = "start_pages"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, autoincrement=False)
    blocks: Mapped[list[Any]] = mapped_column(JSONB)  # codes in their order
    made_at: Mapped[Moment] = mapped_column(server_default=func.now())
