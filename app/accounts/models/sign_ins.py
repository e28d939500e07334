"""Who is signed in, and what was tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    String,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class SignInSession(Base):
    """A browser that is signed in; the cookie holds the token, the table its hash."""

    __tablename__ = "sign_in_sessions"
    __table_args__ = (Index("ix_sign_in_sessions_user_id", "user_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))  # the company acted for
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    last_seen_at: Mapped[Moment] = mapped_column(server_default=func.now())
    expires_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("buyer_visits.id"), index=True)  # acting for a buyer
    ip: Mapped[str] = mapped_column(String(45), server_default="")
    user_agent: Mapped[str] = mapped_column(String(300), server_default="")


class SignInAttempt(Base):
    """Every try to sign in, to register or to get a new password: audit, and the base of throttling.

    `outcome`: ok, wrong_password, unknown, inactive, throttled, reset_asked, registered.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_email_at", "email", "at"),
        Index("ix_sign_in_attempts_ip_at", "ip", "at"),
        Index("ix_sign_in_attempts_user_id_id", "user_id", "id"),
    )

    id: Mapped[Id]
    at: Mapped[Moment] = mapped_column(server_default=func.now())
    email: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    ip: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(300), server_default="")
    outcome: Mapped[str] = mapped_column(String(20))
