"""What a person agreed to: one row a consent, kept with the words he saw; a withdrawn one stays."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class ContactConsent(Base):
    """`source` and `withdrawn_source` say where: profile, mail (the link in a mail), erasure."""

    __tablename__ = "contact_consents"
    __table_args__ = (
        CheckConstraint("kind IN ('marketing')", name="kind_known"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_source = '')", name="withdrawn_somewhere"),
        Index("ix_contact_consents_user_id", "user_id"),
        Index(
            "uq_contact_consents_standing",
            "user_id",
            "kind",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(5))
    source: Mapped[str] = mapped_column(String(12))
    ip: Mapped[str] = mapped_column(String(45), server_default="")
    given_at: Mapped[Moment] = mapped_column(server_default=func.now())
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_source: Mapped[str] = mapped_column(String(12), server_default="")
