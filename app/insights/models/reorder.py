"""What is due to be ordered again."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    Date,
    ForeignKey,
    Index,
    Integer,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Moment


class ReorderSuggestion(Base):
    """An article an account will probably order again soon, ranked at night; `alike` of a hundred similar accounts buy it."""

    __tablename__ = "reorder_suggestions"
    __table_args__ = (Index("ix_reorder_suggestions_on_day", "on_day"),)

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    rank: Mapped[int] = mapped_column(Integer)
    alike: Mapped[int] = mapped_column(Integer)
    on_day: Mapped[date] = mapped_column(Date)


class ReorderDismissal(Base):
    """An article an account does not want to be reminded of."""

    __tablename__ = "reorder_dismissals"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[Moment] = mapped_column(server_default=func.now())
