"""Complaints about goods that were ordered, with what was granted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

CLAIM_NUMBERS = Sequence("claim_numbers", metadata=Base.metadata)


class Claim(Base):
    """What a customer complains about: lines of one order, and of one shipment where it is about a delivery.

    `remedy` is what he wants until it is decided, then what he gets.
    """

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "client_ref"),
        UniqueConstraint("number"),
        ForeignKeyConstraint(["order_id", "company_id"], ["orders.id", "orders.company_id"]),
        CheckConstraint(
            "state IN ('opened', 'asked', 'granted', 'partly_granted', 'refused', 'withdrawn')", name="state_known"
        ),
        CheckConstraint("remedy IN ('credit', 'replacement', 'return')", name="remedy_known"),
        Index("ix_claims_company_id_id", "company_id", "id"),
        Index("ix_claims_order_id", "order_id"),
        Index("ix_claims_open", "state", "id", postgresql_where=text("state IN ('opened', 'asked')")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(20))
    client_ref: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(14), server_default="opened")
    order_id: Mapped[int] = mapped_column(BigInteger)
    order_number: Mapped[str] = mapped_column(String(40))
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipments.id"), index=True)
    remedy: Mapped[str] = mapped_column(String(11), server_default="credit")
    note: Mapped[str] = mapped_column(Text, server_default="")  # the customer's words
    answer: Mapped[str] = mapped_column(Text, server_default="")  # the wholesaler's last: his question, his decision
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    replacement_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    opened_at: Mapped[Moment] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ClaimLine(Base):
    """What is wrong with so much of an order line, in its unit; `granted_quantity` is NULL until it is decided."""

    __tablename__ = "claim_lines"
    __table_args__ = (
        ForeignKeyConstraint(["claim_id", "company_id"], ["claims.id", "claims.company_id"], ondelete="CASCADE"),
        UniqueConstraint("claim_id", "position"),
        UniqueConstraint("claim_id", "order_line_id"),
        CheckConstraint("quantity > 0 AND granted_quantity BETWEEN 0 AND quantity", name="quantity_possible"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_possible"),
        Index("ix_claim_lines_order_line_id", "order_line_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    claim_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    sku: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300))
    unit: Mapped[str] = mapped_column(String(3))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(300), server_default="")
    granted_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="100")
