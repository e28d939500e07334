"""Segments that a rule fills, and accounts without purchases that look like one of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, DateTime, ForeignKey, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Moment


class SegmentRule(Base):
    """The rule that fills a segment every night; `rule` is parsed by domain/segment_rules.py. For the operator alone."""

    __tablename__ = "segment_rules"

    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rule: Mapped[dict[str, Any]] = mapped_column(JSONB)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    changed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    last_run_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    last_came: Mapped[int] = mapped_column(Integer, server_default="0")
    last_went: Mapped[int] = mapped_column(Integer, server_default="0")
    problem: Mapped[str] = mapped_column(Text, server_default="")


class Resemblance(Base):
    """The segment an account without purchases looks like, in points of 100, and why. For the operator alone."""

    __tablename__ = "resemblances"
    __table_args__ = (CheckConstraint("points BETWEEN 0 AND 100", name="points_in_reach"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, autoincrement=False)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), index=True)
    points: Mapped[int] = mapped_column(Integer)
    reasons: Mapped[list[Any]] = mapped_column(JSONB)  # [[fact, value, share in percent], ...]
    found_at: Mapped[Moment] = mapped_column(server_default=func.now())
