"""Suspected faults of the catalogue."""

from __future__ import annotations

from sqlalchemy import (
    ForeignKey,
    Integer,
    String,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Moment


class AcceptedFault(Base):
    """A suspected fault that a person found to be none; it is not shown again. `key` tells faults of a kind apart."""

    __tablename__ = "accepted_faults"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True, server_default="")
    note: Mapped[str] = mapped_column(String(300), server_default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Moment] = mapped_column(server_default=func.now())


class FaultCount(Base):
    """How many suspected faults of a kind there were when last counted; the list itself is always made afresh."""

    __tablename__ = "fault_counts"

    kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    counted_at: Mapped[Moment] = mapped_column(server_default=func.now())
