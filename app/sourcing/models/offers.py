"""What opened bids say, in clear: written once, in the transaction of their opening, and never changed.

Amounts are in the bid's currency and in the tender's VAT mode; `company_id` is who asks, `supplier_id` who offers.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id
from app.sourcing.models.bids import of_bid, of_lot


class BidLine(Base):
    """An offer for one line of the tender, or the word that there is none. A variant stands beside the main offer.

    `quantity` in the tender line's unit; `unit_price` for `price_base_quantity` of `unit`. `net` = quantity x unit price
    / base quantity, rounded to the currency; costs are for the whole line. `breaks`: [[from quantity, unit price], ...].
    """

    __tablename__ = "bid_lines"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("bid_id", "tender_line_id", "variant"),
        CheckConstraint("variant >= 0", name="variant_known"),
        CheckConstraint(
            "is_no_offer OR (quantity > 0 AND unit_price >= 0 AND price_base_quantity > 0)", name="offer_whole"
        ),
        Index("ix_bid_lines_lot_id", "lot_id"),
        Index("ix_bid_lines_tender_line_id", "tender_line_id"),
        Index("ix_bid_lines_supplier_id", "supplier_id"),
        Index("ix_bid_lines_tender_id", "tender_id"),
        of_bid(),
        of_lot(),
        ForeignKeyConstraint(["tender_line_id", "company_id"], ["tender_lines.id", "tender_lines.company_id"]),
        ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"]),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    tender_line_id: Mapped[int] = mapped_column(BigInteger)
    variant: Mapped[int] = mapped_column(Integer, server_default="0")  # 0 the main offer, then variants
    is_no_offer: Mapped[bool] = mapped_column(server_default=text("false"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    unit: Mapped[str] = mapped_column(String(3))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    price_base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    currency: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    freight: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    duty: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    other_cost: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    min_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    lead_days: Mapped[int | None] = mapped_column(Integer)
    delivery_date: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text, server_default="")
    breaks: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))


class BidAnswer(Base):
    """The answer to one requirement: `value` is true/false, text, a decimal or day as text, or {"name": ...} of a file."""

    __tablename__ = "bid_answers"
    __table_args__ = (
        UniqueConstraint("bid_id", "requirement_id"),
        Index("ix_bid_answers_requirement_id", "requirement_id"),
        Index("ix_bid_answers_lot_id", "lot_id"),
        Index("ix_bid_answers_supplier_id", "supplier_id"),
        Index("ix_bid_answers_file_id", "file_id", postgresql_where=text("file_id IS NOT NULL")),
        of_bid(),
        of_lot(),
        ForeignKeyConstraint(
            ["requirement_id", "company_id"], ["tender_requirements.id", "tender_requirements.company_id"]
        ),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    bid_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    requirement_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int | None] = mapped_column(BigInteger)
    value: Mapped[Any] = mapped_column(JSONB)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))


class BidTotal(Base):
    """The sums of a bid for one lot: goods, then goods and costs, and both in the tender's currency at the frozen rate.

    `rate`: units of the tender's currency for one unit of the bid's, and the day it is of.
    """

    __tablename__ = "bid_totals"
    __table_args__ = (
        CheckConstraint("rate > 0", name="rate_positive"),
        Index("ix_bid_totals_lot_id", "lot_id"),
        Index("ix_bid_totals_supplier_id", "supplier_id"),
        of_bid(),
        of_lot(),
    )

    bid_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    currency: Mapped[str] = mapped_column(String(3))
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    landed: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    rate: Mapped[Decimal] = mapped_column(Numeric(18, 8))
    rate_on: Mapped[date] = mapped_column(Date)
    rate_source: Mapped[str] = mapped_column(String(40), server_default="")
    net_in_tender_currency: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    landed_in_tender_currency: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    is_complete: Mapped[bool] = mapped_column(server_default=text("true"))  # every line of the lot is offered
    valid_to: Mapped[date] = mapped_column(Date)
