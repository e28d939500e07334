"""How complete articles are: of a hundred points, what each fact of an article is worth to a buyer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.texts import N_, Message


@dataclass(frozen=True, slots=True)
class Fact:
    """A condition on `articles a` and the points it is worth."""

    label: Message
    points: int
    condition: str


FACTS: Mapping[str, Fact] = {
    "description": Fact(N_("Description"), 15, "a.description <> '' OR a.descriptions <> '{}'::jsonb"),
    "picture": Fact(N_("Picture"), 15, "EXISTS (SELECT FROM article_pictures p WHERE p.article_id = a.id)"),
    "attributes": Fact(
        N_("Required properties"),
        15,
        "NOT EXISTS (SELECT FROM wanted w WHERE w.category_id = a.category_id AND NOT a.attributes ? w.code)",
    ),
    "category": Fact(N_("Category"), 10, "a.category_id IS NOT NULL"),
    "gtin": Fact(N_("GTIN"), 10, "a.gtin <> ''"),
    "brand": Fact(N_("Brand"), 5, "a.brand <> ''"),
    "mpn": Fact(N_("Maker's number"), 5, "a.mpn <> ''"),
    "weight": Fact(N_("Weight"), 5, "a.weight_kg IS NOT NULL"),
    "own_name": Fact(N_("Name"), 5, "a.name <> a.sku"),
    "name_ru": Fact(N_("Name in Russian"), 5, "a.names ? 'ru'"),
    "name_uk": Fact(N_("Name in Ukrainian"), 5, "a.names ? 'uk'"),
    "origin": Fact(N_("Origin and customs code"), 5, "a.origin_country <> '' AND a.customs_code <> ''"),
}
_SCORED = """
WITH RECURSIVE up AS (
    SELECT c.id AS category_id, c.id, c.parent_id FROM categories c
    UNION ALL SELECT u.category_id, p.id, p.parent_id FROM up u JOIN categories p ON p.id = u.parent_id
), wanted AS MATERIALIZED (
    SELECT DISTINCT u.category_id, t.code FROM up u JOIN category_attributes ca ON ca.category_id = u.id
    JOIN attributes t ON t.id = ca.attribute_id WHERE ca.is_required
), facts AS (
    SELECT a.id, a.sku, a.sku_key, a.name, a.names, CONDITIONS
    FROM articles a WHERE a.status <> 'discontinued' AND NOT a.is_head
), scored AS (
    SELECT f.*, POINTS AS score FROM facts f
)""".replace("CONDITIONS", ", ".join(f'({fact.condition}) AS "{name}"' for name, fact in FACTS.items())).replace(
    "POINTS", " + ".join(f'CASE WHEN f."{name}" THEN {fact.points} ELSE 0 END' for name, fact in FACTS.items())
)


@dataclass(frozen=True, slots=True)
class Completeness:
    """The average score of articles that are sold, how many lie in each ten points, and what is missing how often."""

    articles: int
    average: int
    bins: tuple[int, ...]
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """An article with its points and what it lacks."""

    sku: str
    sku_key: str
    name: str
    score: int
    missing: tuple[Message, ...]


_BINS = ", ".join(f"count(*) FILTER (WHERE least(score / 10, 9) = {place})" for place in range(10))
_MISSING = ", ".join(f'count(*) FILTER (WHERE NOT "{name}")' for name in FACTS)
_OVERALL = text(f"{_SCORED} SELECT count(*), coalesce(round(avg(score)), 0), {_BINS}, {_MISSING} FROM scored")  # noqa: S608
_WORST = """{scored}
SELECT sku, sku_key, coalesce(names ->> :locale, name), score, {facts}
FROM scored WHERE (CAST(:score AS int) IS NULL OR (score, sku_key) {sign} (CAST(:score AS int), :key)) {lacking}
ORDER BY score {order}, sku_key {order} LIMIT :limit"""


def completeness(actor: Actor) -> Completeness:
    """Of all articles that are sold; one statement."""
    row = db.session.execute(_OVERALL).one()
    return Completeness(row[0], int(row[1]), tuple(row[2:12]), dict(zip(FACTS, row[12:], strict=True)))


def least_complete(
    actor: Actor, lacking: str = "", *, after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[ScoreLine]:  # fmt: skip
    """The least complete articles first; with `lacking` only those without that fact."""
    is_backwards = before is not None and not after
    score, key = (before if is_backwards else after) or (None, None)
    statement = _WORST.format(
        scored=_SCORED, facts=", ".join(f'"{name}"' for name in FACTS), sign="<" if is_backwards else ">",
        order="DESC" if is_backwards else "ASC", lacking=f'AND NOT "{lacking}"' if lacking in FACTS else "",
    )  # fmt: skip
    rows = db.session.execute(text(statement), {"locale": actor.locale, "score": score, "key": key, "limit": limit})
    lines = [
        ScoreLine(
            sku,
            sku_key,
            name,
            points,
            tuple(fact.label for fact, has in zip(FACTS.values(), held, strict=True) if not has),
        )
        for sku, sku_key, name, points, *held in rows
    ]
    return lines[::-1] if is_backwards else lines
