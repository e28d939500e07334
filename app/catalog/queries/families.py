"""What belongs to an article: its family of variants, the parts of a kit, related articles, as far as the account may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.domain.article import Article
from app.catalog.queries.articles import COLUMNS, OWN_NUMBER, article_of, reader
from app.catalog.queries.assortment import visible_sql, visible_values
from app.core.actor import Actor
from app.core.db import db


@dataclass(frozen=True, slots=True)
class Variant:
    """One article of a family, with its values on the axes."""

    article: Article
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A head, the codes in which its variants differ, and those that are sold, by number."""

    head: Article
    axes: tuple[str, ...]
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class KitPart:
    """So many base units of an article in one base unit of the kit."""

    article_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class KitLine:
    """A part as people read it."""

    article: Article
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Relation:
    """An article that stands in for another or goes with it: "substitute", "complement" or "successor"."""

    article: Article
    kind: str


_FAMILY = text(f"""
WITH head AS (
    SELECT h.id, h.variant_axes FROM articles a JOIN articles h ON h.id = coalesce(a.variant_of_id, a.id) AND h.is_head
    WHERE a.id = :id
)
SELECT {COLUMNS}, {OWN_NUMBER}, '', head.variant_axes,
       ARRAY(SELECT coalesce(a.attributes ->> x.code, '')
             FROM jsonb_array_elements_text(head.variant_axes) WITH ORDINALITY AS x (code, place) ORDER BY x.place)
FROM head JOIN articles a ON a.id = head.id OR (a.variant_of_id = head.id AND a.status <> 'discontinued'
                                               AND {visible_sql(few=True)})
ORDER BY a.is_head DESC, a.sku_key""")  # noqa: S608 -- parts are constants
_KIT_PARTS = text("""
SELECT kit_id, article_id, quantity FROM kit_parts WHERE kit_id = ANY(CAST(:ids AS bigint[])) ORDER BY kit_id, position""")
_KIT_LINES = text(f"""
SELECT {COLUMNS}, {OWN_NUMBER}, '', k.quantity
FROM kit_parts k JOIN articles a ON a.id = k.article_id WHERE k.kit_id = :id ORDER BY k.position, a.sku_key""")  # noqa: S608
_RELATED = text(f"""
SELECT {COLUMNS}, {OWN_NUMBER}, '', r.kind
FROM (
    SELECT other_id, kind, position, 1 AS place FROM related_articles WHERE article_id = :id
    UNION ALL SELECT successor_id, 'successor', 0, 0 FROM articles WHERE id = :id AND successor_id IS NOT NULL
) r JOIN articles a ON a.id = r.other_id WHERE {visible_sql(few=True)} ORDER BY r.place, r.kind DESC, r.position, a.sku_key""")  # noqa: S608
_IN_KITS = text(
    "SELECT k.sku FROM kit_parts p JOIN articles k ON k.id = p.kit_id WHERE p.article_id = :id ORDER BY k.sku_key"
)


def family(actor: Actor, article_id: int, *, company_id: int | None = None) -> Family | None:
    """The family of a head or of any of its variants; None for an article of its own."""
    values = {"id": article_id, **reader(actor, company_id), **visible_values(actor, company_id)}
    rows = db.session.execute(_FAMILY, values).all()
    if not rows:
        return None
    head, *variants = [(article_of(row[:-2]), row[-2], tuple(row[-1])) for row in map(tuple, rows)]
    return Family(head[0], tuple(head[1]), tuple(Variant(article, values) for article, _axes, values in variants))


def kit_parts(actor: Actor, article_ids: Collection[int]) -> dict[int, tuple[KitPart, ...]]:
    """What kits are made of, by the id of the kit; articles that are no kits are not in it.

    A kit without stock of its own is available as often as its parts allow: the least of part's stock / quantity.
    """
    parts: dict[int, list[KitPart]] = {}
    if article_ids:
        for kit_id, article_id, quantity in db.session.execute(_KIT_PARTS, {"ids": list(article_ids)}):
            parts.setdefault(kit_id, []).append(KitPart(article_id, quantity.normalize() + 0))
    return {kit_id: tuple(found) for kit_id, found in parts.items()}


def kit_lines(actor: Actor, kit_id: int, *, company_id: int | None = None) -> list[KitLine]:
    """The parts of one kit, in order."""
    rows = db.session.execute(_KIT_LINES, {"id": kit_id, **reader(actor, company_id)})
    return [KitLine(article_of(row[:-1]), row[-1].normalize() + 0) for row in map(tuple, rows)]


def kits_with(actor: Actor, article_id: int) -> list[str]:
    """Numbers of the kits an article is part of."""
    return list(db.session.scalars(_IN_KITS, {"id": article_id}))


def related(actor: Actor, article_id: int, *, company_id: int | None = None) -> list[Relation]:
    """The successor, then substitutes, then complements, in their order."""
    values: dict[str, Any] = {"id": article_id, **reader(actor, company_id), **visible_values(actor, company_id)}
    rows = db.session.execute(_RELATED, values)
    return [Relation(article_of(row[:-1]), row[-1]) for row in map(tuple, rows)]
