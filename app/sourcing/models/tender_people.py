"""Who is asked, who wants to take part, and questions whose askers nobody else learns.

No table here says whether a supplier has bid: that is known when the tender is opened, not before.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


def _of_tender() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"], ondelete="CASCADE")


class TenderParticipant(Base):
    """A supplier that was asked, or asked to take part. The asking side writes it; an applicant adds its own row."""

    __tablename__ = "tender_participants"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("tender_id", "supplier_id"),
        CheckConstraint("state IN ('invited', 'applied', 'admitted', 'refused')", name="state_known"),
        Index("ix_tender_participants_supplier_id", "supplier_id", "tender_id"),
        _of_tender(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)  # who asks
    tender_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    supplier_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254), server_default="")
    state: Mapped[str] = mapped_column(String(8), server_default="invited")
    note: Mapped[str] = mapped_column(Text, server_default="")  # of the applicant
    added_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, server_default="")


class TenderInterest(Base):
    """What a supplier lets the asking side know: has seen the tender, intends to bid, declines. The supplier writes it."""

    __tablename__ = "tender_interests"
    __table_args__ = (
        CheckConstraint("answer IN ('', 'intends', 'declined')", name="answer_known"),
        Index("ix_tender_interests_supplier_id", "supplier_id"),
        _of_tender(),
    )

    tender_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(BigInteger)  # who asks
    seen_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    answer: Mapped[str] = mapped_column(String(8), server_default="")
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(String(500), server_default="")


class TenderQuestion(Base):
    """A question on a tender, a lot or a line, and the answer that all participants read."""

    __tablename__ = "tender_questions"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'answered', 'dismissed')", name="state_known"),
        Index("ix_tender_questions_tender_id", "tender_id", "id"),
        Index("ix_tender_questions_lot_id", "lot_id"),
        Index("ix_tender_questions_line_id", "line_id"),
        _of_tender(),
        ForeignKeyConstraint(
            ["lot_id", "company_id"], ["tender_lots.id", "tender_lots.company_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["line_id", "company_id"], ["tender_lines.id", "tender_lines.company_id"], ondelete="CASCADE"
        ),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int | None] = mapped_column(BigInteger)
    line_id: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    answer: Mapped[str] = mapped_column(Text, server_default="")  # or why it is not answered
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # when the asking side was told


class TenderAsker(Base):
    """Who asked a question: readable by that supplier alone, not by the asking side and not by the operator."""

    __tablename__ = "tender_askers"

    question_id: Mapped[int] = mapped_column(
        ForeignKey("tender_questions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)  # the supplier
