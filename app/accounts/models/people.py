"""People, their roles in companies, and the ways they come in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    DateTime,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, Id, Moment

if TYPE_CHECKING:
    from app.accounts.models.companies import Company


class User(Base):
    """A person who can sign in; what he may do follows from his memberships. Owned by no single company."""

    __tablename__ = "users"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200), server_default="")
    locale: Mapped[str] = mapped_column(String(5), server_default="en")
    time_zone: Mapped[str] = mapped_column(String(40), server_default="")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    may_be_contacted: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    theme: Mapped[str] = mapped_column(String(5), server_default="auto")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class Membership(Base):
    """A person's role in a company."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("company_id", "user_id"), Index("ix_memberships_user_id", "user_id"))

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(String(20))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())

    user: Mapped[User] = relationship(lazy="raise_on_sql")
    company: Mapped[Company] = relationship(lazy="raise_on_sql")


class Invitation(Base):
    """Somebody asked to join a company; the mailed token is stored as a hash only.

    `invited_by_id` is None where the company registered itself: the link then proves the applicant's address.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        Index("ix_invitations_company_id", "company_id"),
        Index(
            "uq_invitations_open",
            "company_id",
            "email",
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120), server_default="")
    role: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    expires_at: Mapped[Moment]
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PasswordReset(Base):
    """A mailed way to a new password: works once, for a short time."""

    __tablename__ = "password_resets"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    expires_at: Mapped[Moment]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
