"""Discount matrices and their rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.models.companies import AccountGroup
from app.catalog.domain.article import key_of
from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.pricing.domain.rules.discounts import REACH
from app.pricing.models.discounts import TARGETS, DiscountMatrix, DiscountRule


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A matrix by its code; `reach` is the most specific level whose prices it changes."""

    code: str
    name: str
    reach: str = "general"
    position: int = 1
    is_active: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """Percent off for an article (number), discount group, brand or category (code), or all; empty group: everybody."""

    target: str
    key: str
    percent: Decimal
    min_quantity: Decimal = Decimal(0)
    by_box: bool = False
    group: str = ""


@command
def set_matrix(actor: Actor, row: MatrixRow) -> tuple[int, str]:
    """Make a matrix or change it, by code: its id and created, changed or same."""
    if not 0 < len(row.code.strip()) <= 40:
        raise Invalid("code", N_("A code has 1 to {length} characters.", length=40))
    if not 0 < len(row.name.strip()) <= 120:
        raise Invalid("name", N_("A name has 1 to {length} characters.", length=120))
    if row.reach not in REACH:
        raise Invalid("reach", N_("{given} is not one of {allowed}.", given=row.reach, allowed=", ".join(REACH)))
    if row.valid_from and row.valid_to and row.valid_from >= row.valid_to:
        raise Invalid("valid_to", N_("The last day comes before the first."))
    values = {"name": row.name.strip(), "reach": row.reach, "position": row.position, "is_active": row.is_active,
              "valid_from": row.valid_from, "valid_to": row.valid_to}  # fmt: skip
    held = db.session.scalar(select(DiscountMatrix).where(DiscountMatrix.code == row.code).with_for_update())
    if held is None:
        statement = insert(DiscountMatrix).values(code=row.code.strip(), **values).returning(DiscountMatrix.id)
        made: int = db.session.execute(statement).scalar_one()
        audit.record(actor, "discount_matrix", made, "create", {"code": row.code, **values})
        return made, "created"
    changes = {name: [getattr(held, name), value] for name, value in values.items() if getattr(held, name) != value}
    if not changes:
        return held.id, "same"
    db.session.execute(update(DiscountMatrix).where(DiscountMatrix.id == held.id).values(**values))
    audit.record(actor, "discount_matrix", held.id, "change", changes)
    return held.id, "changed"


@command
def set_rules(actor: Actor, matrix_id: int, rows: Sequence[RuleRow]) -> list[str]:
    """Write rules into a matrix; what became of each: created, changed or same. Raises Invalid for the first bad one."""
    known = _subjects(rows)
    values = [_values(matrix_id, row, known) for row in rows]
    if not values:
        return []
    statement = upsert(DiscountRule).values(values)
    slot = ["matrix_id", "target", "article_id", "category_id", "brand", "discount_group", "group_id", "counts",
            "min_quantity"]  # fmt: skip
    written = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=slot, set_={"percent": statement.excluded.percent},
            where=DiscountRule.percent != statement.excluded.percent,
        ).returning(*(getattr(DiscountRule, name) for name in slot), DiscountRule.id)
    ).all()  # fmt: skip
    done = {tuple(one[:-1]): one.id for one in written}
    for row, own in zip(rows, values, strict=True):
        rule_id = done.get(tuple(own[name] for name in slot))
        if rule_id is not None:
            facts = {"target": row.target, "key": row.key, "from": row.min_quantity, "percent": row.percent,
                     "group": row.group}  # fmt: skip
            audit.record(actor, "discount_matrix", matrix_id, "rule", facts)
    return ["changed" if tuple(own[name] for name in slot) in done else "same" for own in values]


@command
def remove_rule(actor: Actor, matrix_id: int, rule_id: int) -> None:
    """Take a rule out of a matrix."""
    gone = db.session.execute(
        delete(DiscountRule)
        .where(DiscountRule.matrix_id == matrix_id, DiscountRule.id == rule_id)
        .returning(DiscountRule.target, DiscountRule.min_quantity, DiscountRule.percent)
    ).one_or_none()
    if gone is None:
        raise NotFound(N_("Somebody has removed this rule meanwhile."))
    audit.record(actor, "discount_matrix", matrix_id, "remove_rule", gone._asdict())


_Known = Mapping[str, Mapping[str, int]]


def _subjects(rows: Sequence[RuleRow]) -> _Known:
    """Ids of articles by key, categories and groups by code."""
    wanted = {
        "article": (Article.sku_key, Article.id, {key_of(row.key) for row in rows if row.target == "article"}),
        "category": (Category.code, Category.id, {row.key for row in rows if row.target == "category"}),
        "group": (AccountGroup.code, AccountGroup.id, {row.group for row in rows if row.group}),
    }
    return {
        name: dict(db.session.execute(select(code, found).where(code.in_(codes))).all()) if codes else {}
        for name, (code, found, codes) in wanted.items()
    }


def _values(matrix_id: int, row: RuleRow, known: _Known) -> dict[str, Any]:
    if row.target not in TARGETS:
        raise Invalid("target", N_("{given} is not one of {allowed}.", given=row.target, allowed=", ".join(TARGETS)))
    if not 0 <= row.percent <= 100:
        raise Invalid("percent", N_("A discount is from 0 to 100 percent."))
    if row.min_quantity < 0:
        raise Invalid("min_quantity", N_("A quantity is zero or more."))
    if row.target != "all" and not row.key:
        raise Invalid("key", N_("Say what the discount is for."))
    article = known["article"].get(key_of(row.key)) if row.target == "article" else None
    category = known["category"].get(row.key) if row.target == "category" else None
    if row.target == "article" and article is None:
        raise Invalid("key", N_("There is no article {sku}.", sku=row.key))
    if row.target == "category" and category is None:
        raise Invalid("key", N_("There is no category {code}.", code=row.key))
    if row.group and row.group not in known["group"]:
        raise Invalid("group", N_("There is no group {code}.", code=row.group))
    return {
        "matrix_id": matrix_id, "target": row.target, "article_id": article, "category_id": category,
        "brand": row.key if row.target == "brand" else "",
        "discount_group": row.key if row.target == "discount_group" else "",
        "group_id": known["group"].get(row.group), "counts": "box" if row.by_box else "base",
        "min_quantity": row.min_quantity, "percent": row.percent,
    }  # fmt: skip
