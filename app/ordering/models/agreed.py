"""Prices that were agreed for a cart before it was made."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class CartAgreedPrice(Base):
    """What the line of this `slot` costs, whatever price lists say: `unit_price` for `base_quantity` of `unit`.

    It holds from `min_quantity` to `max_quantity` (null: without end). `source` is what the order line keeps of it:
    "quote:RFQ-2026-000012:v2:3". Rows are never changed.
    """

    __tablename__ = "cart_agreed_prices"
    __table_args__ = (
        ForeignKeyConstraint(["cart_id", "company_id"], ["carts.id", "carts.company_id"], ondelete="CASCADE"),
        CheckConstraint("slot > 0", name="slot_positive"),
        CheckConstraint(
            "min_quantity > 0 AND (max_quantity IS NULL OR max_quantity >= min_quantity)", name="range_ordered"
        ),
        CheckConstraint("unit_price >= 0 AND base_quantity > 0", name="price_not_negative"),
    )

    company_id: Mapped[int] = mapped_column(BigInteger)
    cart_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), index=True)
    unit: Mapped[str] = mapped_column(String(3))
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    max_quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="1")
    source: Mapped[str] = mapped_column(String(120))
