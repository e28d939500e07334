"""Waves, their pick lists, and what is packed of them. All quantities in the base units of the articles."""

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
    Index,
    Integer,
    Numeric,
    Sequence,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

# Numbers of packages: each once, gaps do not matter.
SSCC_SERIALS = Sequence("sscc_serials", metadata=Base.metadata)


class Wave(Base):
    """Deliveries of one warehouse that are picked together. `method`: a list for each delivery, or one walk for all."""

    __tablename__ = "waves"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("client_ref"),
        CheckConstraint("method IN ('single', 'batch')", name="method_known"),
        CheckConstraint("state IN ('open', 'done', 'cancelled')", name="state_known"),
        Index("ix_waves_warehouse_id_state", "warehouse_id", "state"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(40))
    client_ref: Mapped[str] = mapped_column(String(80))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    method: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    user_name: Mapped[str] = mapped_column(String(200), server_default="")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PickList(Base):
    """One walk through one zone. `bin_code` is the bin last scanned: what is scanned next is looked for there first."""

    __tablename__ = "pick_lists"
    __table_args__ = (
        UniqueConstraint("wave_id", "position"),
        CheckConstraint("state IN ('waiting', 'picking', 'picked', 'cancelled')", name="state_known"),
    )

    id: Mapped[Id]
    wave_id: Mapped[int] = mapped_column(ForeignKey("waves.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    zone: Mapped[str] = mapped_column(String(40), server_default="")
    state: Mapped[str] = mapped_column(String(9), server_default="waiting")
    bin_code: Mapped[str] = mapped_column(String(40), server_default="")
    picker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    picker_name: Mapped[str] = mapped_column(String(200), server_default="")
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Packing(Base):
    """What of a wave goes to one customer at one address, from one order or several; once packed it is a shipment."""

    __tablename__ = "packings"
    __table_args__ = (
        UniqueConstraint("wave_id", "position"),
        CheckConstraint("state IN ('open', 'packed', 'cancelled')", name="state_known"),
        Index("ix_packings_company_id", "company_id"),
        Index("ix_packings_shipment_id", "shipment_id", postgresql_where=text("shipment_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("waves.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(9), server_default="open")
    ship_to: Mapped[dict[str, Any]] = mapped_column(JSONB)  # accounts.domain PostalAddress
    shipment_id: Mapped[int | None] = mapped_column(ForeignKey("shipments.id", ondelete="SET NULL"))
    packed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PickClaim(Base):
    """What a wave takes of an order line for one delivery, as it is counted on the line, in the line's unit."""

    __tablename__ = "pick_claims"
    __table_args__ = (
        UniqueConstraint("packing_id", "order_line_id", "delivery_id"),
        CheckConstraint("quantity >= 0 AND quantity <= planned_quantity", name="quantity_possible"),
        Index("ix_pick_claims_company_id", "company_id"),
        Index("ix_pick_claims_order_line_id", "order_line_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    packing_id: Mapped[int] = mapped_column(ForeignKey("packings.id", ondelete="CASCADE"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    order_line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("order_deliveries.id"), index=True)
    planned_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))  # less than planned after a short pick


class PickLine(Base):
    """Take so much of an article, and of one batch, from one bin; of a kit the lines name its parts."""

    __tablename__ = "pick_lines"
    __table_args__ = (
        UniqueConstraint("list_id", "position"),
        CheckConstraint("quantity > 0 AND picked_quantity BETWEEN 0 AND quantity", name="quantity_possible"),
        CheckConstraint("state IN ('waiting', 'picked', 'short')", name="state_known"),
        CheckConstraint("reason IN ('', 'missing', 'damaged', 'expired', 'other')", name="reason_known"),
        Index("ix_pick_lines_company_id", "company_id"),
        Index("ix_pick_lines_claim_id", "claim_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    list_id: Mapped[int] = mapped_column(ForeignKey("pick_lists.id", ondelete="CASCADE"))
    claim_id: Mapped[int] = mapped_column(ForeignKey("pick_claims.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    bin_id: Mapped[int | None] = mapped_column(BigInteger)  # of inventory, as of when the wave was made
    bin_code: Mapped[str] = mapped_column(String(40), server_default="")
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    expires_on: Mapped[date | None] = mapped_column(Date)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    picked_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    serials: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    state: Mapped[str] = mapped_column(String(7), server_default="waiting")
    reason: Mapped[str] = mapped_column(String(7), server_default="")
    picked_by: Mapped[str] = mapped_column(String(200), server_default="")
    picked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PackBox(Base):
    """A package being filled. Weight in kilograms, sizes in centimetres; `kind` as UN/ECE recommendation 21 names it."""

    __tablename__ = "pack_boxes"
    __table_args__ = (
        UniqueConstraint("packing_id", "position"),
        UniqueConstraint("sscc"),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        Index("ix_pack_boxes_company_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    packing_id: Mapped[int] = mapped_column(ForeignKey("packings.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    sscc: Mapped[str | None] = mapped_column(String(18))  # NULL as long as the operator has no company prefix
    kind: Mapped[str] = mapped_column(String(20), server_default="CT")
    weight: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    length: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    width: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    height: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))


class PackItem(Base):
    """So much of a pick line in a package."""

    __tablename__ = "pack_items"
    __table_args__ = (
        UniqueConstraint("box_id", "pick_line_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_pack_items_company_id", "company_id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    box_id: Mapped[int] = mapped_column(ForeignKey("pack_boxes.id", ondelete="CASCADE"))
    pick_line_id: Mapped[int] = mapped_column(ForeignKey("pick_lines.id", ondelete="CASCADE"), index=True)
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
