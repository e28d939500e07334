"""What somebody at the desk did about a cart left behind."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class CartAction(Base):
    """One step: `kind` is one of domain.cart_help.ACTIONS, `subject_*` names what came of it (a quote, a task, a cart).

    `outcome` says in a few words what the other side answered, as far as somebody entered it.
    """

    __tablename__ = "cart_actions"
    __table_args__ = (
        UniqueConstraint("client_ref"),
        Index("ix_cart_actions_abandonment_id", "abandonment_id", "id"),
        Index("ix_cart_actions_company_id", "company_id"),
        Index("ix_cart_actions_user_id", "user_id"),
    )

    id: Mapped[Id]
    abandonment_id: Mapped[int] = mapped_column(ForeignKey("abandoned_carts.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    who: Mapped[str] = mapped_column(String(250), server_default="")
    client_ref: Mapped[str] = mapped_column(String(80))
    subject_kind: Mapped[str] = mapped_column(String(12), server_default="")
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    outcome: Mapped[str] = mapped_column(String(500), server_default="")
