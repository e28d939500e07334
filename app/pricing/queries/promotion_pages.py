"""Promotions as staff sees them: the list, one in full, who used it, its coupons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select, tuple_

from app.accounts.models.companies import AccountGroup, Company, Segment
from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry
from app.core.texts import N_
from app.pricing.models.promotions import Coupon, Promotion, PromotionAudience, PromotionTarget, PromotionUse

Key = Sequence[Any] | None
EXPORT_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class PromotionLine:
    """A promotion in the list. `given` is what orders have got, `uses` how many, without those given back."""

    id: int
    code: str
    name: str
    kind: str
    effect: str
    value: Decimal
    currency: str
    priority: int
    is_active: bool
    needs_coupon: bool
    starts_at: datetime | None
    ends_at: datetime | None
    budget_amount: Decimal | None
    budget_uses: int | None
    uses: int
    given: Decimal


@dataclass(frozen=True, slots=True)
class PromotionPage:
    """One promotion with its goods (kind, code, part, quantity) and audience (kind, code)."""

    line: PromotionLine
    row: Promotion
    targets: list[tuple[str, str, int, Decimal]]
    audience: list[tuple[str, str]]
    coupons: int
    history: list[AuditEntry]


@dataclass(frozen=True, slots=True)
class UseLine:
    """An order that had the promotion."""

    id: int
    used_at: datetime
    order_number: str
    account: str
    account_name: str
    amount: Decimal
    currency: str
    coupon: str
    given_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class CouponLine:
    """A coupon and how often it was used."""

    id: int
    code: str
    label: str
    account: str
    max_uses: int | None
    account_uses: int | None
    uses: int
    ends_at: datetime | None
    is_active: bool


_USED = (
    select(
        PromotionUse.promotion_id,
        func.count().label("uses"),
        func.sum(PromotionUse.amount).label("given"),
    )
    .where(PromotionUse.given_back_at.is_(None))
    .group_by(PromotionUse.promotion_id)
)


def promotions(
    actor: Actor, search: str = "", *, after: Key = None, before: Key = None, limit: int
) -> list[PromotionLine]:
    """By priority and code; keys are (priority, code). One statement."""
    page = select(Promotion)
    if search:
        page = page.where(
            Promotion.code.icontains(search, autoescape=True) | Promotion.name.icontains(search, autoescape=True)
        )
    key = tuple_(Promotion.priority, Promotion.code)
    if before is not None:
        page = page.where(key < tuple(before)).order_by(Promotion.priority.desc(), Promotion.code.desc())
    else:
        if after is not None:
            page = page.where(key > tuple(after))
        page = page.order_by(Promotion.priority, Promotion.code)
    shown = page.limit(limit).subquery()
    used = _USED.where(PromotionUse.promotion_id.in_(select(shown.c.id))).subquery()
    statement: Select[Any] = (
        select(
            shown.c.id, shown.c.code, shown.c.name, shown.c.kind, shown.c.effect, shown.c.value, shown.c.currency,
            shown.c.priority, shown.c.is_active, shown.c.needs_coupon, shown.c.starts_at, shown.c.ends_at,
            shown.c.budget_amount, shown.c.budget_uses, func.coalesce(used.c.uses, 0), func.coalesce(used.c.given, 0),
        )
        .outerjoin(used, used.c.promotion_id == shown.c.id)
        .order_by(shown.c.priority, shown.c.code)
    )  # fmt: skip
    return [PromotionLine(*row) for row in db.session.execute(statement).all()]


def promotion(actor: Actor, code: str) -> PromotionPage:
    """One promotion in full; raises NotFound."""
    used = _USED.subquery()
    found = db.session.execute(
        select(Promotion, func.coalesce(used.c.uses, 0), func.coalesce(used.c.given, 0))
        .outerjoin(used, used.c.promotion_id == Promotion.id)
        .where(Promotion.code == code)
    ).one_or_none()
    if found is None:
        raise NotFound(N_("There is no promotion {code}.", code=code))
    row, uses, given = found
    line = PromotionLine(
        row.id, row.code, row.name, row.kind, row.effect, row.value, row.currency, row.priority, row.is_active,
        row.needs_coupon, row.starts_at, row.ends_at, row.budget_amount, row.budget_uses, uses, given,
    )  # fmt: skip
    coupons = db.session.scalar(select(func.count()).where(Coupon.promotion_id == row.id)) or 0
    return PromotionPage(
        line, row, targets_of(row.id), audience_of(row.id), coupons, audit.history(actor, "promotion", row.id)
    )


def targets_of(promotion_id: int) -> list[tuple[str, str, int, Decimal]]:
    """Kind, code, part and quantity of the goods, part by part."""
    rows = db.session.execute(
        select(
            case(
                (PromotionTarget.article_id.is_not(None), "article"),
                (PromotionTarget.category_id.is_not(None), "category"),
                else_="brand",
            ),
            func.coalesce(Article.sku, Category.code, PromotionTarget.brand),
            PromotionTarget.part,
            PromotionTarget.quantity,
        )
        .outerjoin(Article, Article.id == PromotionTarget.article_id)
        .outerjoin(Category, Category.id == PromotionTarget.category_id)
        .where(PromotionTarget.promotion_id == promotion_id)
        .order_by(PromotionTarget.part, PromotionTarget.id)
    )
    return [(kind, code, part, quantity.normalize() + 0) for kind, code, part, quantity in rows]


def audience_of(promotion_id: int) -> list[tuple[str, str]]:
    """Kind and code of those a promotion is for."""
    rows = db.session.execute(
        select(
            case(
                (PromotionAudience.company_id.is_not(None), "account"),
                (PromotionAudience.group_id.is_not(None), "group"),
                else_="segment",
            ),
            func.coalesce(Company.code, AccountGroup.code, Segment.code),
        )
        .outerjoin(Company, Company.id == PromotionAudience.company_id)
        .outerjoin(AccountGroup, AccountGroup.id == PromotionAudience.group_id)
        .outerjoin(Segment, Segment.id == PromotionAudience.segment_id)
        .where(PromotionAudience.promotion_id == promotion_id)
        .order_by(PromotionAudience.id)
    )
    return [(kind, code) for kind, code in rows]


def uses(actor: Actor, promotion_id: int, *, after: Key = None, before: Key = None, limit: int) -> list[UseLine]:
    """Newest first; keys are (id,). One statement."""
    statement = (
        select(
            PromotionUse.id, PromotionUse.used_at, PromotionUse.order_number, Company.code, Company.name,
            PromotionUse.amount, PromotionUse.currency, func.coalesce(Coupon.code, ""), PromotionUse.given_back_at,
        )
        .join(Company, Company.id == PromotionUse.company_id)
        .outerjoin(Coupon, Coupon.id == PromotionUse.coupon_id)
        .where(PromotionUse.promotion_id == promotion_id)
    )  # fmt: skip
    if before is not None:
        statement = statement.where(PromotionUse.id > before[0]).order_by(PromotionUse.id)
    else:
        if after is not None:
            statement = statement.where(PromotionUse.id < after[0])
        statement = statement.order_by(PromotionUse.id.desc())
    rows = [UseLine(*row) for row in db.session.execute(statement.limit(limit))]
    return rows[::-1] if before is not None else rows


def coupons(
    actor: Actor, promotion_id: int, *, after: Key = None, before: Key = None, limit: int = EXPORT_LIMIT
) -> list[CouponLine]:
    """By code; keys are (code,). One statement."""
    statement = (
        select(
            Coupon.id, Coupon.code, Coupon.label, func.coalesce(Company.code, ""), Coupon.max_uses,
            Coupon.account_uses, Coupon.uses, Coupon.ends_at, Coupon.is_active,
        )
        .outerjoin(Company, Company.id == Coupon.company_id)
        .where(Coupon.promotion_id == promotion_id)
    )  # fmt: skip
    if before is not None:
        statement = statement.where(Coupon.code < before[0]).order_by(Coupon.code.desc())
    else:
        if after is not None:
            statement = statement.where(Coupon.code > after[0])
        statement = statement.order_by(Coupon.code)
    rows = [CouponLine(*row) for row in db.session.execute(statement.limit(limit))]
    return rows[::-1] if before is not None else rows
