"""Attributes as people work with them: the list, one definition, templates of categories, what an article should have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from app.catalog.domain.attributes import AttributeType, choices_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_

_FACTS = "d.code, d.name, d.names, d.kind, d.unit, d.choices, d.is_facet, d.position"


@dataclass(frozen=True, slots=True)
class AttributeLine:
    """A definition in the list, with the codes of the categories whose templates have it and the number of its values."""

    definition: AttributeType
    categories: tuple[str, ...]
    value_count: int


@dataclass(frozen=True, slots=True)
class Expected:
    """An attribute in its place among those of an article or category; `category` has it in its template, or none has."""

    definition: AttributeType
    category: str
    is_required: bool

    @property
    def is_in_template(self) -> bool:
        return bool(self.category)


_LIST = """
SELECT {facts},
       ARRAY(SELECT c.code FROM category_attributes t JOIN categories c ON c.id = t.category_id
             WHERE t.attribute_id = d.id ORDER BY c.code) AS categories,
       (SELECT count(*) FROM facet_values v WHERE v.attribute_id = d.id) AS value_count
FROM attributes d
WHERE (:search = '' OR d.code ILIKE :pattern OR d.name ILIKE :pattern OR d.names::text ILIKE :pattern) {place}
ORDER BY d.code {direction} LIMIT :limit"""
_LISTS = {
    place: text(_LIST.format(facts=_FACTS, place=condition, direction=direction))
    for place, condition, direction in (
        ("", "", ""), ("after", "AND d.code > :key", ""), ("before", "AND d.code < :key", "DESC"),
    )
}  # fmt: skip
_ONE = text(f"SELECT {_FACTS} FROM attributes d WHERE d.code = :code")  # noqa: S608 -- constants
_ALL = text(f"SELECT {_FACTS} FROM attributes d ORDER BY d.position, d.name, d.code")  # noqa: S608
# A category's own attributes come after those of the categories above it.
_EXPECTED = text(f"""
WITH RECURSIVE up AS (
    SELECT id, code, parent_id, 0 AS height FROM categories WHERE code = :category
    UNION ALL SELECT c.id, c.code, c.parent_id, up.height + 1 FROM categories c JOIN up ON c.id = up.parent_id
), template AS (
    SELECT DISTINCT ON (t.attribute_id) t.attribute_id, up.code, bool_or(t.is_required) OVER (PARTITION BY t.attribute_id)
           AS is_required, up.height, t.position
    FROM up JOIN category_attributes t ON t.category_id = up.id ORDER BY t.attribute_id, up.height DESC
)
SELECT {_FACTS}, coalesce(t.code, '') AS category, coalesce(t.is_required, false) AS is_required
FROM attributes d LEFT JOIN template t ON t.attribute_id = d.id
WHERE d.code <> 'brand' AND (t.attribute_id IS NOT NULL OR d.code = ANY(CAST(:codes AS text[])))
ORDER BY t.height DESC NULLS LAST, t.position, d.position, d.name, d.code""")  # noqa: S608


def attribute_list(
    actor: Actor,
    search: str = "",
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[AttributeLine]:
    """A page of definitions by code."""
    key = after or before
    place = "after" if after else "before" if before else ""
    values = {"search": search, "pattern": f"%{search}%", "limit": limit, **({"key": key[0]} if key else {})}
    rows = [
        AttributeLine(_definition(row), tuple(row.categories), row.value_count)
        for row in db.session.execute(_LISTS[place], values)
    ]
    return rows[::-1] if place == "before" else rows


def attribute(actor: Actor, code: str) -> AttributeType:
    """One definition; raises NotFound."""
    row = db.session.execute(_ONE, {"code": code}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no attribute {code}.", code=code))
    return _definition(row)


def attribute_book(actor: Actor) -> dict[str, AttributeType]:
    """All definitions by code, in their order."""
    return {row.code: _definition(row) for row in db.session.execute(_ALL)}


def expected(actor: Actor, category: str, codes: Iterable[str] = ()) -> list[Expected]:
    """The attributes of a category with those it inherits, in order, and others by code behind them."""
    rows = db.session.execute(_EXPECTED, {"category": category, "codes": list(codes)})
    return [Expected(_definition(row), row.category, row.is_required) for row in rows]


@dataclass(frozen=True, slots=True)
class Described:
    """What an article says of itself, and the code of its category."""

    category: str
    attributes: Mapping[str, str]


_DESCRIBED = text("""
SELECT a.id, coalesce(c.code, ''), a.attributes FROM articles a LEFT JOIN categories c ON c.id = a.category_id
WHERE a.id = ANY(CAST(:ids AS bigint[]))""")


def described(actor: Actor, article_ids: Collection[int]) -> dict[int, Described]:
    """Attributes of articles by id, as they are kept."""
    rows = db.session.execute(_DESCRIBED, {"ids": list(article_ids)}) if article_ids else ()
    return {article_id: Described(category, attributes) for article_id, category, attributes in rows}


def _definition(row: object) -> AttributeType:
    code, name, names, kind, unit, choices, is_facet, position = tuple(row)[:8]  # type: ignore[arg-type,var-annotated]
    return AttributeType(code, name, names, kind, unit, choices_of(choices), is_facet, position)


@dataclass(frozen=True, slots=True)
class BrandLine:
    """A brand with how many articles carry its name."""

    id: int
    code: str
    name: str
    about: str
    website: str
    article_count: int


_COUNT = """(SELECT count(*) FROM facet_values v JOIN attributes d ON d.id = v.attribute_id AND d.code = 'brand'
             JOIN articles a ON a.facets @> ARRAY[v.id] AND NOT a.is_head WHERE v.value = b.name)"""
_BRAND_LIST = """
SELECT b.id, b.code, b.name, b.about, b.website, {count} AS article_count FROM brands b
WHERE (:search = '' OR b.name ILIKE :pattern OR b.code ILIKE :pattern) {place} ORDER BY b.name {direction} LIMIT :limit"""
_BRAND_LISTS = {
    place: text(_BRAND_LIST.format(count=_COUNT, place=condition, direction=direction))
    for place, condition, direction in (
        ("", "", ""), ("after", "AND b.name > :key", ""), ("before", "AND b.name < :key", "DESC"),
    )
}  # fmt: skip
_BRAND = text(f"SELECT b.id, b.code, b.name, b.about, b.website, {_COUNT} FROM brands b WHERE b.code = :code")  # noqa: S608


def brand_list(
    actor: Actor,
    search: str = "",
    *,
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[BrandLine]:
    """A page of brands by name."""
    key = after or before
    place = "after" if after else "before" if before else ""
    values = {"search": search, "pattern": f"%{search}%", "limit": limit, **({"key": key[0]} if key else {})}
    rows = [BrandLine(*row) for row in db.session.execute(_BRAND_LISTS[place], values)]
    return rows[::-1] if place == "before" else rows


def brand(actor: Actor, code: str) -> BrandLine:
    """One brand; raises NotFound."""
    row = db.session.execute(_BRAND, {"code": code}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no brand {code}.", code=code))
    return BrandLine(*row)
