"""Goods that come back, line by line, and the files that go with returns and claims."""

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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

RETURN_NUMBERS = Sequence("return_numbers", metadata=Base.metadata)
_LIST = text("'[]'::jsonb")


class Return(Base):
    """Goods of one shipment that a customer sends back; its number stands on the packages.

    `outcome` is what the customer wants until it is settled, then what he gets.
    """

    __tablename__ = "returns"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "client_ref"),
        UniqueConstraint("number"),
        ForeignKeyConstraint(["shipment_id", "company_id"], ["shipments.id", "shipments.company_id"]),
        CheckConstraint(
            "state IN ('requested', 'authorised', 'refused', 'withdrawn', 'lapsed', 'received', 'inspected',"
            " 'accepted', 'rejected')",
            name="state_known",
        ),
        CheckConstraint("outcome IN ('credit', 'replacement')", name="outcome_known"),
        Index("ix_returns_company_id_id", "company_id", "id"),
        Index("ix_returns_shipment_id", "shipment_id"),
        Index(
            "ix_returns_open", "state", "id", postgresql_where=text("state IN ('requested', 'authorised', 'received', 'inspected')")
        ),
    )  # fmt: skip

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(20))
    client_ref: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), server_default="requested")
    shipment_id: Mapped[int] = mapped_column(BigInteger)
    shipment_number: Mapped[str] = mapped_column(String(40))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), index=True)  # a claim asked for the goods
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"), index=True)  # where the goods come back to
    outcome: Mapped[str] = mapped_column(String(11), server_default="credit")
    note: Mapped[str] = mapped_column(Text, server_default="")  # the customer's words
    answer: Mapped[str] = mapped_column(Text, server_default="")  # the wholesaler's: how to send, why not
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    replacement_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    requested_at: Mapped[Moment] = mapped_column(server_default=func.now())
    authorised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ReturnLine(Base):
    """So much of one shipment line; all quantities in the unit of the order line.

    `received_quantity` is NULL until the goods arrive, the others until they are inspected; `percent` is the share of
    the price that is credited.
    """

    __tablename__ = "return_lines"
    __table_args__ = (
        ForeignKeyConstraint(["return_id", "company_id"], ["returns.id", "returns.company_id"], ondelete="CASCADE"),
        UniqueConstraint("return_id", "position"),
        UniqueConstraint("return_id", "shipment_line_id"),
        CheckConstraint("quantity > 0 AND received_quantity BETWEEN 0 AND quantity", name="quantity_possible"),
        CheckConstraint(
            "stock_quantity >= 0 AND quarantine_quantity >= 0 AND scrap_quantity >= 0 AND back_quantity >= 0"
            " AND stock_quantity + quarantine_quantity + scrap_quantity + back_quantity = received_quantity",
            name="everything_goes_somewhere",
        ),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_possible"),
        Index("ix_return_lines_shipment_line_id", "shipment_line_id"),
        Index("ix_return_lines_order_line_id", "order_line_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    return_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    shipment_line_id: Mapped[int] = mapped_column(ForeignKey("shipment_lines.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    sku: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300))
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    unit: Mapped[str] = mapped_column(String(3))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(300), server_default="")
    received_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    stock_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    quarantine_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    scrap_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    back_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # sent to the customer again
    bin_code: Mapped[str] = mapped_column(String(40), server_default="")
    serials: Mapped[list[str]] = mapped_column(JSONB, server_default=_LIST)
    finding: Mapped[str] = mapped_column(String(300), server_default="")
    percent: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="100")

    @property
    def kept(self) -> Decimal | None:
        """What stays with the wholesaler; None before the inspection."""
        if self.stock_quantity is None:
            return None
        return self.stock_quantity + (self.quarantine_quantity or 0) + (self.scrap_quantity or 0)


class CaseFile(Base):
    """A photo or paper that belongs to a return or to a claim."""

    __tablename__ = "case_files"
    __table_args__ = (
        ForeignKeyConstraint(["return_id", "company_id"], ["returns.id", "returns.company_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["claim_id", "company_id"], ["claims.id", "claims.company_id"], ondelete="CASCADE"),
        CheckConstraint("num_nonnulls(return_id, claim_id) = 1", name="one_owner"),
        Index("ix_case_files_return_id", "return_id"),
        Index("ix_case_files_claim_id", "claim_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    return_id: Mapped[int | None] = mapped_column(BigInteger)
    claim_id: Mapped[int | None] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    is_picture: Mapped[bool] = mapped_column()
    size: Mapped[int] = mapped_column(BigInteger)
    author: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
