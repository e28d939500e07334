"""What is to be done about an account, what was said, and views of lists that are kept. Only the operator sees them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class SalesTask(Base):
    """Something to do for an account by a day; a meeting also has an hour.

    `subject_kind` and `subject_id` name what it is about: cart (an abandoned cart), quote, order or offer.
    """

    __tablename__ = "sales_tasks"
    __table_args__ = (
        CheckConstraint("kind IN ('call', 'meeting', 'mail', 'todo')", name="kind_known"),
        CheckConstraint("state IN ('open', 'done', 'dropped')", name="state_known"),
        CheckConstraint("subject_kind IN ('', 'cart', 'quote', 'order', 'offer')", name="subject_known"),
        CheckConstraint("(subject_kind = '') = (subject_id IS NULL)", name="subject_whole"),
        UniqueConstraint("client_ref"),
        Index("ix_sales_tasks_assignee_open", "assignee_id", "due_on", "id", postgresql_where=text("state = 'open'")),
        Index("ix_sales_tasks_open", "due_on", "id", postgresql_where=text("state = 'open'")),
        Index("ix_sales_tasks_company_id", "company_id", "id"),
        Index("ix_sales_tasks_subject", "subject_kind", "subject_id", postgresql_where=text("subject_id IS NOT NULL")),
        Index("ix_sales_tasks_handover_id", "handover_id", postgresql_where=text("handover_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(7))
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # of a meeting
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # None: nobody yet
    subject_kind: Mapped[str] = mapped_column(String(5), server_default="")
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    client_ref: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(7), server_default="open")
    outcome: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handovers.id"))  # came to its assignee by a stand-in


class AccountNote(Base):
    """Something written down about an account: a note, a call or a meeting that took place."""

    __tablename__ = "account_notes"
    __table_args__ = (
        CheckConstraint("kind IN ('note', 'call', 'meeting')", name="kind_known"),
        UniqueConstraint("client_ref"),
        Index("ix_account_notes_company_id_happened_at", "company_id", "happened_at", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    kind: Mapped[str] = mapped_column(String(7), server_default="note")
    text: Mapped[str] = mapped_column(Text)
    with_whom: Mapped[str] = mapped_column(String(120), server_default="")
    happened_at: Mapped[Moment] = mapped_column(server_default=func.now())
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    client_ref: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class SavedView(Base):
    """The filters and the sort of a list under a name; a shared one is offered to all colleagues."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("user_id", "page", "name"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    page: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(500), server_default="")  # as it stands in an address
    is_shared: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
