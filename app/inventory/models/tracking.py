"""What is written down when an article comes and goes, and its serial numbers."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class ArticleTracking(Base):
    """What a receipt must say of an article; articles without a row need nothing."""

    __tablename__ = "article_tracking"

    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    needs_batch: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    needs_expiry: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    needs_serial: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class SerialNumber(Base):
    """One piece of an article that is known by its number. `warehouse_id` is NULL when it is in no warehouse.

    `customer_id` and `order_line_id` are of the issue that it left with, until it comes back.
    """

    __tablename__ = "serial_numbers"
    __table_args__ = (
        UniqueConstraint("article_id", "number"),
        CheckConstraint(
            "state IN ('stock', 'quarantine', 'transit', 'issued', 'scrapped', 'lost')", name="state_known"
        ),
        Index("ix_serial_numbers_number", "number"),
        Index("ix_serial_numbers_warehouse_id", "warehouse_id"),
        Index("ix_serial_numbers_customer_id", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(60))
    batch: Mapped[str] = mapped_column(String(60), server_default="")
    state: Mapped[str] = mapped_column(String(10), server_default="stock")
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouses.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    order_line_id: Mapped[int | None] = mapped_column(BigInteger)  # ordering is a higher slice: no foreign key
    updated_at: Mapped[Moment] = mapped_column(server_default=func.now())


class SerialMove(Base):
    """The way of a piece: the rows of the ledger that it was in."""

    __tablename__ = "serial_moves"

    serial_id: Mapped[int] = mapped_column(ForeignKey("serial_numbers.id", ondelete="CASCADE"), primary_key=True)
    move_id: Mapped[int] = mapped_column(ForeignKey("stock_moves.id"), primary_key=True, index=True)
