"""Rules that warn, and what they have warned of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Exact, Id, Moment, Ref


class AlertRule(Base):
    """A figure that may not pass a threshold, and the operator's roles that are told when it does.

    The unit of `threshold` is the figure's: a number, per cent or minutes.
    """

    __tablename__ = "alert_rules"
    __table_args__ = (UniqueConstraint("client_ref", name="uq_alert_rules_client_ref"),)

    id: Mapped[Id]
    figure: Mapped[str] = mapped_column(String(40))
    threshold: Mapped[Exact]
    roles: Mapped[list[Any]] = mapped_column(JSONB)
    is_on: Mapped[bool] = mapped_column(server_default=text("true"))
    client_ref: Mapped[str] = mapped_column(String(64))
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class AlertCrossing(Base):
    """One time a figure passed a rule's threshold; told once, over when the figure is back."""

    __tablename__ = "alert_crossings"
    __table_args__ = (
        Index("ix_alert_crossings_rule_id", "rule_id", "crossed_at"),
        Index(
            "uq_alert_crossings_open", "rule_id", "subject_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    )

    id: Mapped[Id]
    rule_id: Mapped[int] = mapped_column(ForeignKey("alert_rules.id", ondelete="CASCADE"))
    subject_id: Mapped[Ref] = mapped_column(server_default=text("0"))
    words: Mapped[str] = mapped_column(String(200), server_default="")
    value: Mapped[Exact]
    crossed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
