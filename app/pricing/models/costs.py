"""What articles cost the operator, the margins that shall not be undercut, and requests to do so."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Index, Numeric, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class ArticleCost(Base):
    """Cost of one base unit from a day on."""

    __tablename__ = "article_costs"
    __table_args__ = (
        Index(
            "uq_article_costs_article_id_valid_from", "article_id", "valid_from", unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("cost >= 0", name="cost_not_negative"),
    )  # fmt: skip

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    cost: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    valid_from: Mapped[date | None] = mapped_column(Date)


class PriceFloor(Base):
    """Least margin in percent of the price: of a list, a brand, a category with all below it, or everything."""

    __tablename__ = "price_floors"
    __table_args__ = (
        CheckConstraint("target IN ('list', 'brand', 'category', 'all')", name="target_known"),
        CheckConstraint(
            "(target = 'list') = (price_list_id IS NOT NULL) AND (target = 'category') = (category_id IS NOT NULL)"
            " AND (target = 'brand') = (brand <> '')",
            name="subject_fits_target",
        ),
        CheckConstraint("margin >= 0 AND margin < 100", name="margin_is_percent"),
        Index(
            "uq_price_floors_target", "target", "price_list_id", "category_id", "brand", unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    target: Mapped[str] = mapped_column(String(8))
    price_list_id: Mapped[int | None] = mapped_column(ForeignKey("price_lists.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    brand: Mapped[str] = mapped_column(String(100), server_default="")
    margin: Mapped[Decimal] = mapped_column(Numeric(6, 3))


class FloorRequest(Base):
    """A price below the floor that somebody asks to be let in; approving writes it into its list."""

    __tablename__ = "floor_requests"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'approved', 'refused')", name="state_known"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_once"),
        Index("ix_floor_requests_state_id", "state", "id"),
        Index("ix_floor_requests_price_list_id", "price_list_id"),
        Index("ix_floor_requests_article_id", "article_id"),
    )

    id: Mapped[Id]
    price_list_id: Mapped[int] = mapped_column(ForeignKey("price_lists.id", ondelete="CASCADE"))
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(String(3))
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    price: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    base_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    floor: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    reason: Mapped[str] = mapped_column(String(500), server_default="")
    state: Mapped[str] = mapped_column(String(8), server_default="open")
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    asked_at: Mapped[Moment] = mapped_column(server_default=func.now())
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
