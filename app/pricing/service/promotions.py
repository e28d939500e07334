"""Promotions as the price manager sets them up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import delete, func, insert, select, update

from app.accounts.models.companies import AccountGroup, Company, Segment
from app.accounts.queries.companies import operator_party
from app.catalog.domain.article import key_of
from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.locks import lock_rows
from app.core.money import minor_units
from app.core.texts import N_
from app.pricing.domain.promotions import Kind, Off
from app.pricing.models.promotions import Promotion, PromotionAudience, PromotionTarget, PromotionUse
from app.pricing.queries.promotion_pages import audience_of, targets_of

EFFECTS: dict[Kind, tuple[Off, ...]] = {
    Kind.LINE: (Off.PERCENT, Off.AMOUNT),
    Kind.CART: (Off.PERCENT, Off.AMOUNT),
    Kind.BUNDLE: (Off.PERCENT, Off.AMOUNT, Off.FIXED_PRICE, Off.PAY_FEWER),
}
MOST_PARTS = 5
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,39}")


@dataclass(frozen=True, slots=True)
class TargetRow:
    """Goods: `kind` is article (its SKU), category (its code) or brand. A bundle's goods have a part and a quantity."""

    kind: str
    code: str
    part: int = 0
    quantity: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class AudienceRow:
    """Whom: `kind` is account, group or segment, each by its code."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRow:
    """A promotion as it shall be. No targets: all goods; no audience: all accounts. Amounts are net."""

    code: str
    name: str
    kind: str
    effect: str
    value: Decimal
    about: str = ""
    currency: str = ""
    min_quantity: Decimal = Decimal(0)
    min_net: Decimal = Decimal(0)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_active: bool = True
    needs_coupon: bool = False
    on_agreed_prices: bool = False
    priority: int = 100
    is_exclusive: bool = False
    exclusion_group: str = ""
    budget_amount: Decimal | None = None
    budget_uses: int | None = None
    account_uses: int | None = None
    targets: tuple[TargetRow, ...] = ()
    audience: tuple[AudienceRow, ...] = ()


_PLAIN = tuple(field.name for field in fields(PromotionRow) if field.name not in ("code", "targets", "audience"))


@command
def upsert_promotion(actor: Actor, row: PromotionRow) -> tuple[int, Literal["created", "changed", "same"]]:
    """Create a promotion or make it so, by code; it holds from the next request on. What was ordered stays."""
    _check(row, operator_party(actor).currency)
    targets, audience = _targets(row), _audience(row)
    facts = {name: getattr(row, name) for name in _PLAIN} | {"is_for_all": not row.audience}
    known_id = db.session.scalar(select(Promotion.id).where(Promotion.code == row.code))
    if known_id is None:
        promotion_id: int = db.session.execute(
            insert(Promotion).values(code=row.code, **facts).returning(Promotion.id)
        ).scalar_one()
        _write(promotion_id, targets, audience)
        audit.record(actor, "promotion", promotion_id, "create", {"code": row.code, **_told(row)})
        return promotion_id, "created"
    (known,) = lock_rows(Promotion, [known_id])
    before = {name: _value(getattr(known, name)) for name in _PLAIN} | {
        "targets": _words(targets_of(known_id)),
        "audience": _words(audience_of(known_id)),
    }
    after = _told(row)
    changes = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    if not changes:
        return known_id, "same"
    db.session.execute(update(Promotion).where(Promotion.id == known_id).values(**facts, **_spent(known_id)))
    db.session.execute(delete(PromotionTarget).where(PromotionTarget.promotion_id == known_id))
    db.session.execute(delete(PromotionAudience).where(PromotionAudience.promotion_id == known_id))
    _write(known_id, targets, audience)
    audit.record(actor, "promotion", known_id, "change", changes)
    return known_id, "changed"


@command
def switch_promotion(actor: Actor, promotion_id: int, *, is_active: bool) -> bool:
    """Switch a promotion on or off at once; returns whether that was a change."""
    (known,) = lock_rows(Promotion, [promotion_id])
    if known.is_active == is_active:
        return False
    known.is_active = is_active
    audit.record(actor, "promotion", promotion_id, "change", {"is_active": [not is_active, is_active]})
    return True


def _spent(promotion_id: int) -> dict[str, Any]:
    """What counts against a budget, counted anew: a promotion without limits is not counted while it is used."""
    amount, uses = db.session.execute(
        select(func.coalesce(func.sum(PromotionUse.amount), 0), func.count()).where(
            PromotionUse.promotion_id == promotion_id, PromotionUse.given_back_at.is_(None)
        )
    ).one()
    return {"spent_amount": amount, "spent_uses": uses}


def _told(row: PromotionRow) -> dict[str, Any]:
    """For the audit and to see what differs."""
    return {name: _value(getattr(row, name)) for name in _PLAIN} | {
        "targets": _words((one.kind, one.code, one.part, one.quantity) for one in row.targets),
        "audience": _words((one.kind, one.code) for one in row.audience),
    }


def _value(value: Any) -> Any:
    return value.normalize() + 0 if isinstance(value, Decimal) else value


def _words(rows: Iterable[Sequence[Any]]) -> list[str]:
    return sorted(
        " ".join(f"{_value(part):f}" if isinstance(part, Decimal) else str(part) for part in row) for row in rows
    )


def _write(promotion_id: int, targets: list[dict[str, Any]], audience: list[dict[str, Any]]) -> None:
    if targets:
        db.session.execute(insert(PromotionTarget), [{"promotion_id": promotion_id, **one} for one in targets])
    if audience:
        db.session.execute(insert(PromotionAudience), [{"promotion_id": promotion_id, **one} for one in audience])


def _check(row: PromotionRow, default_currency: str) -> None:
    if not _CODE.fullmatch(row.code):
        raise Invalid("code", N_("A code has up to 40 letters, digits, dots, dashes or underscores."))
    if not 0 < len(row.name.strip()) <= 120:
        raise Invalid("name", N_("A name has 1 to {length} characters; buyers read it.", length=120))
    if row.kind not in tuple(Kind) or row.effect not in tuple(Off):
        raise Invalid("effect", N_("Choose what the promotion gives."))
    kind, effect = Kind(row.kind), Off(row.effect)
    if effect not in EFFECTS[kind]:
        raise Invalid("effect", N_("A fixed price and fewer to pay are for bundles only."))
    if row.value < 0 or (row.value == 0 and effect in (Off.PERCENT, Off.AMOUNT)):
        raise Invalid("value", N_("Enter a number above zero."))
    if effect is Off.PERCENT and row.value > 100:
        raise Invalid("value", N_("Enter 100 percent at most."))
    if row.min_quantity < 0 or row.min_net < 0:
        raise Invalid("min_net", N_("This cannot be below zero."))
    in_money = effect in (Off.AMOUNT, Off.FIXED_PRICE) or row.min_net or row.budget_amount is not None
    if in_money and not row.currency:
        raise Invalid(
            "currency", N_("Name the currency of the amounts, such as {currency}.", currency=default_currency)
        )
    digits = Decimal(1).scaleb(-minor_units(row.currency))
    if row.min_net % digits or (
        effect in (Off.AMOUNT, Off.FIXED_PRICE) and kind is not Kind.LINE and row.value % digits
    ):
        raise Invalid("value", N_("An amount of {currency} has not so many digits.", currency=row.currency))
    if row.starts_at and row.ends_at and row.ends_at <= row.starts_at:
        raise Invalid("ends_at", N_("The end is after the start."))
    if (row.budget_amount is not None and row.budget_amount <= 0) or any(
        uses is not None and uses < 1 for uses in (row.budget_uses, row.account_uses)
    ):
        raise Invalid("budget_amount", N_("A limit is above zero; leave it empty for none."))
    if not 0 <= row.priority <= 9999:
        raise Invalid("priority", N_("A priority is from 0 to {most}; the lower goes first.", most=9999))
    _check_bundle(row, kind, effect)


def _check_bundle(row: PromotionRow, kind: Kind, effect: Off) -> None:
    parts = sorted({one.part for one in row.targets})
    if kind is not Kind.BUNDLE:
        if any(one.part or one.quantity for one in row.targets):
            raise Invalid("targets", N_("Only the goods of a bundle have quantities."))
        return
    if not parts or any(one.quantity <= 0 for one in row.targets):
        raise Invalid("targets", N_("Name the goods of the bundle, each with a quantity."))
    if len(parts) > MOST_PARTS:
        raise Invalid("targets", N_("A bundle has at most {most} parts.", most=MOST_PARTS))
    quantities = {(one.part, one.quantity) for one in row.targets}
    if len(quantities) != len(parts):
        raise Invalid("targets", N_("Goods of one part have the same quantity."))
    if effect is Off.PAY_FEWER:
        (quantity,) = {one.quantity for one in row.targets} if len(parts) == 1 else {Decimal(0)}
        if not row.value < quantity:
            raise Invalid("value", N_("Of one part of the bundle fewer are paid than taken, such as 2 of 3."))


def _targets(row: PromotionRow) -> list[dict[str, Any]]:
    articles = _ids(Article.sku_key, Article.id, (key_of(one.code) for one in row.targets if one.kind == "article"))
    categories = _ids(Category.code, Category.id, (one.code for one in row.targets if one.kind == "category"))
    found = []
    for one in row.targets:
        values: dict[str, Any] = {"part": one.part, "quantity": one.quantity, "article_id": None, "category_id": None,
                                  "brand": ""}  # fmt: skip
        if one.kind == "article":
            values["article_id"] = articles.get(key_of(one.code))
        elif one.kind == "category":
            values["category_id"] = categories.get(one.code)
        else:
            values["brand"] = one.code.strip()[:100]
        if not (values["article_id"] or values["category_id"] or values["brand"]):
            text = {"article": N_("There is no article {code}.", code=one.code),
                    "category": N_("There is no category {code}.", code=one.code)}  # fmt: skip
            raise Invalid("targets", text.get(one.kind, N_("Name a brand.")))
        found.append(values)
    return found


def _audience(row: PromotionRow) -> list[dict[str, Any]]:
    known = {
        "account": _ids(Company.code, Company.id, (one.code for one in row.audience if one.kind == "account")),
        "group": _ids(AccountGroup.code, AccountGroup.id, (one.code for one in row.audience if one.kind == "group")),
        "segment": _ids(Segment.code, Segment.id, (one.code for one in row.audience if one.kind == "segment")),
    }
    columns = {"account": "company_id", "group": "group_id", "segment": "segment_id"}
    found = []
    for one in row.audience:
        key = known.get(one.kind, {}).get(one.code)
        if key is None:
            raise Invalid("audience", N_("There is no account, group or segment {code}.", code=one.code))
        found.append(dict.fromkeys(columns.values()) | {columns[one.kind]: key})
    return found


def _ids(code: Any, key: Any, codes: Iterable[str]) -> dict[str, int]:
    asked = set(codes)
    return dict(iter(db.session.execute(select(code, key).where(code.in_(asked))))) if asked else {}
