"""Shipments: what went to a customer, in which packages, and what the receiver signed for."""

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
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_OBJECT = text("'{}'::jsonb")
_LIST = text("'[]'::jsonb")


def _of_shipment() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["shipment_id", "company_id"], ["shipments.id", "shipments.company_id"], ondelete="CASCADE"
    )


class Shipment(Base):
    """Goods of one customer to one address, of one order or several; the head as it was when it was packed."""

    __tablename__ = "shipments"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("company_id", "client_ref"),
        UniqueConstraint("number"),
        CheckConstraint("state IN ('packed', 'sent', 'delivered', 'discarded')", name="state_known"),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        Index("ix_shipments_company_id_packed_at", "company_id", "packed_at", "id"),
        Index("ix_shipments_packed_at", "packed_at", "id"),
        Index("ix_shipments_state", "state", "packed_at", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(40))
    client_ref: Mapped[str] = mapped_column(String(80))
    request_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(9), server_default="packed")
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"), index=True)
    ship_to: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_OBJECT)  # accounts.domain PostalAddress
    carrier_id: Mapped[int | None] = mapped_column(BigInteger)  # see models/carriers.py
    carrier_name: Mapped[str] = mapped_column(String(120), server_default="")  # as of then
    note: Mapped[str] = mapped_column(Text, server_default="")  # for the receiver
    weight: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # gross, kilograms
    line_count: Mapped[int] = mapped_column(Integer)
    package_count: Mapped[int] = mapped_column(Integer, server_default="0")
    packed_at: Mapped[Moment] = mapped_column(server_default=func.now())
    expected_on: Mapped[date | None] = mapped_column(Date)  # at the receiver
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)


class Package(Base):
    """One package or pallet of a shipment. Weight in kilograms, sizes in centimetres."""

    __tablename__ = "packages"
    __table_args__ = (
        _of_shipment(),
        UniqueConstraint("shipment_id", "position"),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        Index("uq_packages_sscc", "sscc", unique=True, postgresql_where=text("sscc <> ''")),
        Index("ix_packages_tracking_number", "tracking_number", postgresql_where=text("tracking_number <> ''")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    shipment_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    sscc: Mapped[str] = mapped_column(String(18), server_default="")
    kind: Mapped[str] = mapped_column(String(20), server_default="")  # UN/ECE recommendation 21: CT, PX, BX
    weight: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    length: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    width: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    height: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    tracking_number: Mapped[str] = mapped_column(String(60), server_default="")


class ShipmentLine(Base):
    """A quantity of an order line in a shipment, of one batch; `quantity` in the unit of the order line.

    `delivered_quantity` is NULL until the proof of delivery; what it falls short of `quantity` did not arrive, was
    refused or was damaged, as `difference` says.
    """

    __tablename__ = "shipment_lines"
    __table_args__ = (
        _of_shipment(),
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("shipment_id", "position"),
        CheckConstraint("quantity > 0 AND base_quantity > 0", name="quantity_positive"),
        CheckConstraint("delivered_quantity BETWEEN 0 AND quantity", name="delivered_possible"),
        CheckConstraint("difference IN ('', 'missing', 'damaged', 'refused', 'wrong')", name="difference_known"),
        Index("ix_shipment_lines_order_id", "order_id"),
        Index("ix_shipment_lines_order_line_id", "order_line_id"),
        Index("ix_shipment_lines_article_id_batch", "article_id", "batch"),
        Index("ix_shipment_lines_package_id", "package_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    shipment_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("order_deliveries.id"), index=True)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    sku: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    expires_on: Mapped[date | None] = mapped_column(Date)
    serials: Mapped[list[str]] = mapped_column(JSONB, server_default=_LIST)
    bin_id: Mapped[int | None] = mapped_column(BigInteger)  # where it was picked, of inventory
    delivered_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    difference: Mapped[str] = mapped_column(String(8), server_default="")
    difference_note: Mapped[str] = mapped_column(String(300), server_default="")


class ShipmentProof(Base):
    """What the receiver signed for: who, when, with which photo and signature."""

    __tablename__ = "shipment_proofs"
    __table_args__ = (_of_shipment(), UniqueConstraint("shipment_id"))

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    shipment_id: Mapped[int] = mapped_column(BigInteger)
    receiver: Mapped[str] = mapped_column(String(120))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    note: Mapped[str] = mapped_column(Text, server_default="")
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    signature_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    is_complete: Mapped[bool] = mapped_column(server_default=text("true"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    recorded_at: Mapped[Moment] = mapped_column(server_default=func.now())
