"""Assortments as the operator keeps them: the list, one with its rules, whom it reaches, and what an account sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.catalog.domain.assortment import Effect, Target, Verdict, is_in_force
from app.catalog.queries.assortment import REACHED, verdicts, visible_sql, visible_values
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class AssortmentLine:
    """An assortment with how many rules it has and how many assignments. `valid_to` is the first day it is over."""

    id: int
    code: str
    name: str
    about: str
    is_active: bool
    valid_from: date | None
    valid_to: date | None
    allows: int
    denies: int
    reaches: int

    @property
    def last_day(self) -> date | None:
        return self.valid_to - timedelta(days=1) if self.valid_to else None

    def is_in_force(self, on: date) -> bool:
        return is_in_force(is_active=self.is_active, valid_from=self.valid_from, valid_to=self.valid_to, on=on)


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule; `code` is the SKU, the code of the category, or the brand, `name` what people call it."""

    id: int
    effect: Effect
    target: Target
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ReachLine:
    """An assignment: `kind` everybody, group, segment or account; `accounts` it reaches."""

    id: int
    kind: str
    code: str
    name: str
    accounts: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What an account sees: so many of all articles that are sold, by these assortments in force."""

    visible: int
    total: int
    is_limited: bool
    assortments: tuple[AssortmentLine, ...]


_LINES = """
SELECT s.id, s.code, s.name, s.about, s.is_active, s.valid_from, s.valid_to,
    (SELECT count(*) FROM assortment_rules r WHERE r.assortment_id = s.id AND r.effect = 'allow'),
    (SELECT count(*) FROM assortment_rules r WHERE r.assortment_id = s.id AND r.effect = 'deny'),
    (SELECT count(*) FROM assortment_assignments g WHERE g.assortment_id = s.id)
FROM assortments s"""
_FORWARD = text(f"{_LINES} WHERE s.code > :code ORDER BY s.code LIMIT :limit")
_BACKWARD = text(f"{_LINES} WHERE s.code < :code ORDER BY s.code DESC LIMIT :limit")
_ONE = text(f"{_LINES} WHERE s.code = :code")
_REACHING = text(f"WITH {REACHED} {_LINES} WHERE s.id IN (SELECT id FROM reached) ORDER BY s.code")  # noqa: S608 -- constants


def assortments(
    actor: Actor, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None, limit: int = 51
) -> list[AssortmentLine]:
    """By code; one statement."""
    _demand_operator(actor)
    statement = _BACKWARD if before else _FORWARD
    code = (before or after or ("",))[0]
    rows = [AssortmentLine(*row) for row in db.session.execute(statement, {"code": code, "limit": limit})]
    return rows[::-1] if before else rows


def assortment(actor: Actor, code: str) -> AssortmentLine:
    """One by its code; raises NotFound."""
    _demand_operator(actor)
    row = db.session.execute(_ONE, {"code": code}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no assortment {code}.", code=code))
    return AssortmentLine(*row)


_RULES = """
SELECT r.id, r.effect,
    CASE WHEN r.article_id IS NOT NULL THEN 'article' WHEN r.category_id IS NOT NULL THEN 'category' ELSE 'brand' END,
    coalesce(a.sku, c.code, r.brand), coalesce(a.names ->> :locale, a.name, c.names ->> :locale, c.name, '')
FROM assortment_rules r LEFT JOIN articles a ON a.id = r.article_id LEFT JOIN categories c ON c.id = r.category_id
WHERE r.assortment_id = :assortment AND (:effect = '' OR r.effect = :effect)
  AND (:key = '' OR a.sku_key LIKE :key OR a.name ILIKE :words OR c.code ILIKE :words OR c.name ILIKE :words
       OR r.brand ILIKE :words)"""
_RULES_FORWARD = text(f"{_RULES} AND r.id > :place ORDER BY r.id LIMIT :limit")
_RULES_BACKWARD = text(f"{_RULES} AND r.id < :place ORDER BY r.id DESC LIMIT :limit")
_ESCAPED = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def rules(
    actor: Actor,
    assortment_id: int,
    *,
    effect: str = "",
    search: str = "",
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[RuleLine]:
    """Rules in the order they were made; `search` finds numbers by their beginning and names by any part."""
    _demand_operator(actor)
    words = search.strip().translate(_ESCAPED)
    values = {
        "assortment": assortment_id, "effect": effect, "locale": actor.locale, "limit": limit,
        "place": int((before or after or ("0",))[0]), "key": key_of(words) + "%" if words else "", "words": f"%{words}%",
    }  # fmt: skip
    found = db.session.execute(_RULES_BACKWARD if before else _RULES_FORWARD, values)
    rows = [RuleLine(row[0], Effect(row[1]), Target(row[2]), row[3], row[4]) for row in found]
    return rows[::-1] if before else rows


_REACH = text("""
SELECT g.id, 'everybody', '', '', (SELECT count(*) FROM companies WHERE kind = 'customer')
FROM assortment_assignments g WHERE g.assortment_id = :id AND g.everybody
UNION ALL
SELECT g.id, 'group', t.code, t.name, (SELECT count(*) FROM companies c WHERE c.group_id = t.id)
FROM assortment_assignments g JOIN account_groups t ON t.id = g.group_id WHERE g.assortment_id = :id
UNION ALL
SELECT g.id, 'segment', t.code, t.name, (SELECT count(*) FROM company_segments m WHERE m.segment_id = t.id)
FROM assortment_assignments g JOIN segments t ON t.id = g.segment_id WHERE g.assortment_id = :id
UNION ALL
(SELECT g.id, 'account', t.code, t.name, 1
 FROM assortment_assignments g JOIN companies t ON t.id = g.company_id WHERE g.assortment_id = :id ORDER BY t.name)
LIMIT 200""")


def reach(actor: Actor, assortment_id: int) -> list[ReachLine]:
    """Whom an assortment reaches, at most two hundred; one statement."""
    _demand_operator(actor)
    return [ReachLine(*row) for row in db.session.execute(_REACH, {"id": assortment_id})]


_COUNT = text(f"""
SELECT count(*) FILTER (WHERE {visible_sql()}), count(*) FROM articles a
WHERE a.status <> 'discontinued' AND NOT a.is_head""")  # noqa: S608 -- constants


def sight(actor: Actor, company_id: int) -> Sight:
    """How much of the catalogue an account sees, and the assortments that say so; three statements."""
    _demand_operator(actor)
    values = visible_values(actor, company_id)
    visible, total = db.session.execute(_COUNT, values).one()
    return Sight(visible, total, not values["as_all"], tuple(reaching(actor, company_id)))


def reaching(actor: Actor, company_id: int) -> list[AssortmentLine]:
    """The assortments in force today that reach an account; one statement."""
    _demand_operator(actor)
    found = db.session.execute(_REACHING, {"company": company_id, "now": clock.now()})
    return [AssortmentLine(*row) for row in found]


def verdict(actor: Actor, company_id: int, sku: str) -> tuple[str, str, Verdict]:
    """Number and name of an article, and whether and why an account sees it; raises NotFound."""
    _demand_operator(actor)
    row = db.session.execute(_ARTICLE, {"key": key_of(sku), "locale": actor.locale}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    return row.sku, row.name, verdicts(actor, [row.id], company_id)[row.id]


_ARTICLE = text("SELECT id, sku, coalesce(names ->> :locale, name) AS name FROM articles WHERE sku_key = :key")


def brand_names(actor: Actor) -> list[str]:
    """All brands, to choose from."""
    _demand_operator(actor)
    found: Any = db.session.scalars(text("SELECT name FROM brands ORDER BY name LIMIT 2000"))
    return list(found)


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
