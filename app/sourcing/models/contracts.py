"""Contracts with suppliers, their prices, and the call-offs that draw them down.

What a supplier says (signature, answer to a call-off) is a row of its own: it inserts and never updates, so that the
wall between the two sides needs no column of a shared row to be writable by both.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_NONE = text("'{}'::jsonb")
CONTRACT_NUMBERS = Sequence("supply_contract_numbers", metadata=Base.metadata)  # may have gaps
CALL_OFF_NUMBERS = Sequence("call_off_numbers", metadata=Base.metadata)  # may have gaps


class SupplyContract(Base):
    """What buyer and supplier agreed after an award. `state`: pending, active, cancelled, terminated, expired.

    `excess` says what happens to a call-off above the maximum quantity: block or warn. `warned_percent` is the last
    step of use (80, 100) that was reported.
    """

    __tablename__ = "supply_contracts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["award_id", "company_id", "supplier_id"], ["awards.id", "awards.company_id", "awards.supplier_id"]
        ),
        ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"]),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("id", "company_id", "supplier_id"),
        UniqueConstraint("company_id", "number"),
        CheckConstraint("state IN ('pending', 'active', 'cancelled', 'terminated', 'expired')", name="state_known"),
        CheckConstraint("excess IN ('block', 'warn')", name="excess_known"),
        CheckConstraint("valid_from < valid_to", name="valid_some_days"),
        Index(
            "uq_supply_contracts_award",
            "award_id",
            unique=True,
            postgresql_where=text("state IN ('pending', 'active')"),
        ),
        Index("ix_supply_contracts_company_id_state", "company_id", "state"),
        Index("ix_supply_contracts_supplier_id_state", "supplier_id", "state"),
        Index("ix_supply_contracts_tender_id_company_id", "tender_id", "company_id"),
        Index("ix_supply_contracts_award_id_company_id_supplier_id", "award_id", "company_id", "supplier_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(20))
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(ForeignKey("tender_lots.id"), index=True)
    award_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    buyer_name: Mapped[str] = mapped_column(String(200))  # neither side can read the other's company
    supplier_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), server_default="pending")
    currency: Mapped[str] = mapped_column(String(3))
    vat_basis: Mapped[str] = mapped_column(String(5), server_default="net")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)  # exclusive, as everywhere
    excess: Mapped[str] = mapped_column(String(5), server_default="block")
    terms: Mapped[str] = mapped_column(Text, server_default="")
    warned_percent: Mapped[int] = mapped_column(Integer, server_default="0")
    shown_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # to the wholesaler, for its shop
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    began_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str] = mapped_column(Text, server_default="")


class ContractSignature(Base):
    """One side's yes to a contract; `document_hash` is SHA-256 of what it said yes to."""

    __tablename__ = "contract_signatures"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contract_id", "company_id", "supplier_id"],
            ["supply_contracts.id", "supply_contracts.company_id", "supply_contracts.supplier_id"],
        ),
        UniqueConstraint("contract_id", "side"),
        CheckConstraint("side IN ('buyer', 'supplier')", name="side_known"),
        CheckConstraint("answer IN ('signed', 'refused')", name="answer_known"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger, index=True)
    contract_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(BigInteger, index=True)
    side: Mapped[str] = mapped_column(String(8))
    answer: Mapped[str] = mapped_column(String(7), server_default="signed")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(200), server_default="")  # of the person who signed
    document_hash: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class ContractPrice(Base):
    """The price of one awarded line, and how much of its quantity was called off. Ended rows close and stay.

    `price_list` is the code of the pricing list into which the wholesaler took it for its customer; from then on
    orders in the shop draw it down, and it takes no call-offs.
    """

    __tablename__ = "contract_prices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contract_id", "company_id"], ["supply_contracts.id", "supply_contracts.company_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["award_line_id", "company_id"], ["award_lines.id", "award_lines.company_id"]),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("contract_id", "award_line_id"),
        CheckConstraint("unit_price >= 0 AND base_quantity > 0", name="price_not_negative"),
        CheckConstraint("maximum_quantity > 0", name="maximum_positive"),
        CheckConstraint("called_off >= 0", name="called_off_not_negative"),
        Index("ix_contract_prices_supplier_id_article_id", "supplier_id", "article_id"),
        Index("ix_contract_prices_article_id", "article_id"),
        Index("ix_contract_prices_award_line_id_company_id", "award_line_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    contract_id: Mapped[int] = mapped_column(BigInteger)
    award_line_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    position: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(String(300))
    unit: Mapped[str] = mapped_column(String(3))
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")  # of one call-off
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    currency: Mapped[str] = mapped_column(String(3))
    vat_basis: Mapped[str] = mapped_column(String(5), server_default="net")
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)
    maximum_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # none: as much as is wanted
    called_off: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    source: Mapped[str] = mapped_column(String(60))  # award:<award>:<line>
    price_list: Mapped[str] = mapped_column(String(64), server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CallOff(Base):
    """An order to a supplier at contract prices. `state`: sent, closed (all is in, or nobody waits), cancelled."""

    __tablename__ = "call_offs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contract_id", "company_id", "supplier_id"],
            ["supply_contracts.id", "supply_contracts.company_id", "supply_contracts.supplier_id"],
        ),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("id", "company_id", "supplier_id"),
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("state IN ('sent', 'closed', 'cancelled')", name="state_known"),
        Index("ix_call_offs_company_id_state_id", "company_id", "state", "id"),
        Index("ix_call_offs_supplier_id_state", "supplier_id", "state"),
        Index("ix_call_offs_contract_id_company_id_supplier_id", "contract_id", "company_id", "supplier_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(20))
    contract_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    state: Mapped[str] = mapped_column(String(9), server_default="sent")
    client_ref: Mapped[str] = mapped_column(String(80))
    wanted_on: Mapped[date | None] = mapped_column(Date)
    ship_to: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_NONE)
    note: Mapped[str] = mapped_column(String(500), server_default="")
    total: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    placed_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    end_reason: Mapped[str] = mapped_column(String(500), server_default="")


class CallOffLine(Base):
    """So much of one contract price, which it names by its row; price and text are copies."""

    __tablename__ = "call_off_lines"
    __table_args__ = (
        ForeignKeyConstraint(
            ["call_off_id", "company_id"], ["call_offs.id", "call_offs.company_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["price_id", "company_id"], ["contract_prices.id", "contract_prices.company_id"]),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("call_off_id", "price_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("cancelled BETWEEN 0 AND quantity", name="cancelled_within_quantity"),
        Index("ix_call_off_lines_price_id_company_id", "price_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger, index=True)
    call_off_id: Mapped[int] = mapped_column(BigInteger)
    price_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    cancelled: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    unit: Mapped[str] = mapped_column(String(3))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    net: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    price_source: Mapped[str] = mapped_column(String(60))


class CallOffAnswer(Base):
    """What the supplier says to a call-off; the newest counts."""

    __tablename__ = "call_off_answers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["call_off_id", "company_id", "supplier_id"],
            ["call_offs.id", "call_offs.company_id", "call_offs.supplier_id"],
        ),
        CheckConstraint("answer IN ('confirmed', 'refused')", name="answer_known"),
        Index("ix_call_off_answers_call_off_id_id", "call_off_id", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger, index=True)
    call_off_id: Mapped[int] = mapped_column(BigInteger)
    supplier_id: Mapped[int] = mapped_column(BigInteger, index=True)
    answer: Mapped[str] = mapped_column(String(9))
    promised_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str] = mapped_column(String(500), server_default="")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())


class CallOffReceipt(Base):
    """Goods that came in for a line, and how many of them were not good."""

    __tablename__ = "call_off_receipts"
    __table_args__ = (
        ForeignKeyConstraint(["line_id", "company_id"], ["call_off_lines.id", "call_off_lines.company_id"]),
        UniqueConstraint("line_id", "client_ref"),
        CheckConstraint("quantity > 0 AND faulty BETWEEN 0 AND quantity", name="quantities_possible"),
        Index("ix_call_off_receipts_line_id_company_id", "line_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger, index=True)
    line_id: Mapped[int] = mapped_column(BigInteger)
    client_ref: Mapped[str] = mapped_column(String(80))
    received_on: Mapped[date] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    faulty: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    note: Mapped[str] = mapped_column(String(500), server_default="")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    noted_at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
