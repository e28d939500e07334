"""Discount matrices: percent off by article, discount group, brand or category, by group of accounts and quantity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id

TARGETS = ("article", "discount_group", "brand", "category", "all")


class DiscountMatrix(Base):
    """Rules of which one holds for a line; matrices are applied one after another by position.

    `reach` is the most specific level whose prices it changes: general (list prices only), segment, group, parent,
    account; contract prices are never discounted.
    """

    __tablename__ = "discount_matrices"
    __table_args__ = (
        CheckConstraint("reach IN ('general', 'segment', 'group', 'parent', 'account')", name="reach_known"),
        CheckConstraint("valid_from < valid_to", name="validity_not_empty"),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(Integer, server_default="1")
    reach: Mapped[str] = mapped_column(String(8), server_default="general")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class DiscountRule(Base):
    """Percent off for what `target` names, from `min_quantity` base units or boxes on; without a group: everybody."""

    __tablename__ = "discount_rules"
    __table_args__ = (
        CheckConstraint("target IN ('article', 'discount_group', 'brand', 'category', 'all')", name="target_known"),
        CheckConstraint(
            "(target = 'article') = (article_id IS NOT NULL) AND (target = 'category') = (category_id IS NOT NULL)"
            " AND (target = 'brand') = (brand <> '') AND (target = 'discount_group') = (discount_group <> '')",
            name="subject_fits_target",
        ),
        CheckConstraint("counts IN ('base', 'box')", name="counts_known"),
        CheckConstraint("percent >= 0 AND percent <= 100", name="percent_is_percent"),
        CheckConstraint("min_quantity >= 0", name="min_quantity_not_negative"),
        Index(
            "uq_discount_rules_slot", "matrix_id", "target", "article_id", "category_id", "brand", "discount_group",
            "group_id", "counts", "min_quantity", unique=True, postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    matrix_id: Mapped[int] = mapped_column(ForeignKey("discount_matrices.id", ondelete="CASCADE"))
    target: Mapped[str] = mapped_column(String(14))
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    brand: Mapped[str] = mapped_column(String(100), server_default="")
    discount_group: Mapped[str] = mapped_column(String(10), server_default="")
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id"), index=True)
    counts: Mapped[str] = mapped_column(String(4), server_default="base")
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    percent: Mapped[Decimal] = mapped_column(Numeric(6, 3))
