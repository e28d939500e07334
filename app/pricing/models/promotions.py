"""Promotions, whom and what they are for, coupons, and who used them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_NO = text("false")
_YES = text("true")


class Promotion(Base):
    """Something off the goods for a time. Amounts are net, in `currency`; an empty currency holds for all.

    `kind`: line (each article that fits), cart (the whole order), bundle (goods that go together). `effect`: percent,
    amount (a line: for each base unit; a bundle: for each bundle), fixed_price of a bundle, pay_fewer (of the first
    target's quantity only `value` are paid). `min_quantity` is in base units of one article, `min_net` the goods
    before any promotion. Lower `priority` is asked first. `spent_*` count against the budget.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        CheckConstraint("kind IN ('line', 'cart', 'bundle')", name="kind_known"),
        CheckConstraint("effect IN ('percent', 'amount', 'fixed_price', 'pay_fewer')", name="effect_known"),
        CheckConstraint("effect <> 'percent' OR value <= 100", name="percent_in_reach"),
        CheckConstraint("value >= 0 AND min_quantity >= 0 AND min_net >= 0", name="not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        Index("ix_promotions_active", "priority", "code", postgresql_where=text("is_active")),
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))  # what buyers read, also on invoices
    about: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(String(6))
    effect: Mapped[str] = mapped_column(String(11))
    value: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3), server_default="")
    min_quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    min_net: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    starts_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # the first moment it holds no more
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=_YES)
    is_for_all: Mapped[bool] = mapped_column(Boolean, server_default=_YES)  # else for its audience only
    needs_coupon: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    on_agreed_prices: Mapped[bool] = mapped_column(Boolean, server_default=_NO)  # also on contract and quoted prices
    priority: Mapped[int] = mapped_column(Integer, server_default="100")
    is_exclusive: Mapped[bool] = mapped_column(Boolean, server_default=_NO)
    exclusion_group: Mapped[str] = mapped_column(String(40), server_default="")  # one of a group applies
    budget_amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    budget_uses: Mapped[int | None] = mapped_column(Integer)
    account_uses: Mapped[int | None] = mapped_column(Integer)
    spent_amount: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    spent_uses: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class PromotionTarget(Base):
    """Goods a promotion is for: an article, a category with all below it, or a brand. No target: all goods.

    In a bundle `part` tells which of the goods that go together, `quantity` how many base units of them.
    """

    __tablename__ = "promotion_targets"
    __table_args__ = (
        CheckConstraint(
            "(article_id IS NOT NULL)::int + (category_id IS NOT NULL)::int + (brand <> '')::int = 1", name="one_kind"
        ),
    )

    id: Mapped[Id]
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions.id", ondelete="CASCADE"), index=True)
    part: Mapped[int] = mapped_column(Integer, server_default="0")
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6), server_default="0")
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), index=True)
    brand: Mapped[str] = mapped_column(String(100), server_default="")


class PromotionAudience(Base):
    """Whom a promotion that is not for all is for: an account, a group or a segment."""

    __tablename__ = "promotion_audience"
    __table_args__ = (
        CheckConstraint(
            "(company_id IS NOT NULL)::int + (group_id IS NOT NULL)::int + (segment_id IS NOT NULL)::int = 1",
            name="one_kind",
        ),
    )

    id: Mapped[Id]
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id", ondelete="CASCADE"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id", ondelete="CASCADE"), index=True)


class Coupon(Base):
    """A code that opens a promotion. Tenants cannot read the table: `coupons_named()` answers for codes they know."""

    __tablename__ = "coupons"
    __table_args__ = (CheckConstraint("code = upper(code)", name="code_upper"),)

    id: Mapped[Id]
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions.id"), index=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    label: Mapped[str] = mapped_column(String(80), server_default="")  # the batch it was made in
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)  # for this account only
    max_uses: Mapped[int | None] = mapped_column(Integer)
    account_uses: Mapped[int | None] = mapped_column(Integer)
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=_YES)
    uses: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class PromotionUse(Base):
    """An order that had a promotion; written by `claim_promotions()` only. `amount` is net and positive."""

    __tablename__ = "promotion_uses"
    __table_args__ = (
        # an order that changes gives its promotions back and takes what it then gets
        Index(
            "uq_promotion_uses_standing",
            "company_id",
            "order_id",
            "promotion_id",
            unique=True,
            postgresql_where=text("given_back_at IS NULL"),
        ),
        Index("ix_promotion_uses_company_id_order_id", "company_id", "order_id"),
        Index("ix_promotion_uses_promotion_id_id", "promotion_id", "id"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions.id"))
    coupon_id: Mapped[int | None] = mapped_column(ForeignKey("coupons.id"), index=True)
    order_id: Mapped[int] = mapped_column(BigInteger)
    order_number: Mapped[str] = mapped_column(String(40))
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(String(3))
    used_at: Mapped[Moment] = mapped_column(server_default=func.now())
    given_back_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
