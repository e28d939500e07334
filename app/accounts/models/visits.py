"""The operator's people acting for a buyer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class BuyerVisit(Base):
    """A time in which somebody of the operator acts for one person of an account, and why.

    Life: asked (the account wants to be asked) -> granted or refused; granted or free -> open -> ended. An open one
    whose `expires_at` is past counts as ended.
    """

    __tablename__ = "buyer_visits"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'granted', 'refused', 'open', 'ended')", name="state_known"),
        Index("ix_buyer_visits_company_id_id", "company_id", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    buyer_name: Mapped[str] = mapped_column(String(120))
    staff_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    staff_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[Moment] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str] = mapped_column(String(120), server_default="")
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
