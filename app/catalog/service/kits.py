"""Parts of kits and related articles: by hand for one article, in bulk for many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.catalog.service.articles import take_turn
from app.catalog.service.attributes import AttributeResult
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_, Message

RELATIONS = ("substitute", "complement")
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class PartRow:
    """So many base units of an article in a kit; nothing takes the part out. `position` None keeps its place."""

    kit: str
    sku: str
    quantity: Decimal
    position: int | None = None


@dataclass(frozen=True, slots=True)
class RelationRow:
    """`other` stands in for an article ("substitute") or goes with it ("complement")."""

    sku: str
    other: str
    kind: str
    position: int | None = None


_ARTICLES = text("""
SELECT sku_key, id, is_head, is_kit, EXISTS (SELECT FROM kit_parts p WHERE p.article_id = a.id) AS is_part
FROM articles a WHERE sku_key = ANY(CAST(:keys AS text[]))""")
_PARTS = text("SELECT kit_id, article_id, quantity, position FROM kit_parts WHERE kit_id = ANY(CAST(:ids AS bigint[]))")
_SET_PARTS = text("""
WITH given AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (kit bigint, part bigint, quantity numeric, position int)
), gone AS (
    DELETE FROM kit_parts p USING given g WHERE p.kit_id = g.kit AND p.article_id = g.part AND g.quantity = 0
), kept AS (
    INSERT INTO kit_parts (kit_id, article_id, quantity, position)
    SELECT kit, part, quantity, position FROM given WHERE quantity > 0 ORDER BY kit, part
    ON CONFLICT (kit_id, article_id) DO UPDATE SET quantity = excluded.quantity, position = excluded.position
)
SELECT 1""")
_MARK = text("""
UPDATE articles a SET is_kit = w.is_kit, updated_at = clock_timestamp()
FROM (SELECT x.id, EXISTS (SELECT FROM kit_parts p WHERE p.kit_id = x.id) AS is_kit
      FROM articles x WHERE x.id = ANY(CAST(:ids AS bigint[]))) w
WHERE a.id = w.id AND a.is_kit <> w.is_kit""")
_RELATIONS = text("""
SELECT article_id, other_id, kind, position FROM related_articles WHERE article_id = ANY(CAST(:ids AS bigint[]))""")
_SET_RELATIONS = text("""
INSERT INTO related_articles (article_id, other_id, kind, position)
SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (article bigint, other bigint, kind text, position int)
ON CONFLICT (article_id, other_id, kind) DO UPDATE SET position = excluded.position""")
_DROP_RELATIONS = text("DELETE FROM related_articles WHERE article_id = :id")
_DROP_PARTS = text("DELETE FROM kit_parts WHERE kit_id = :id")


@command
def upsert_kit_parts(actor: Actor, rows: Sequence[PartRow]) -> list[AttributeResult]:
    """Put parts into kits and change their quantities; what is not named stays. A kit holds no kits."""
    take_turn()
    results, written = _put_parts(rows)
    told: dict[int, dict[str, str]] = {}
    for kit_id, sku, quantity in written:
        told.setdefault(kit_id, {})[sku] = quantity
    audit.record_many(
        actor, "article", [(kit, "parts", actor.company_id, {"parts": parts}) for kit, parts in told.items()]
    )
    return results


def _put_parts(rows: Sequence[PartRow]) -> tuple[list[AttributeResult], list[tuple[int, str, str]]]:
    """Results in the order of the rows; what was written as (id of the kit, number of the part, quantity)."""
    articles = _articles(code for row in rows for code in (row.kit, row.sku))
    kits = [articles[key].id for row in rows if (key := key_of(row.kit)) in articles]
    held = {(row.kit_id, row.article_id): row for row in db.session.execute(_PARTS, {"ids": kits})}
    sizes: dict[int, int] = {}
    for kit_id, _part in held:
        sizes[kit_id] = sizes.get(kit_id, 0) + 1
    kits_made: set[str] = set()
    parts_made: set[str] = set()
    wanted: dict[tuple[int, int], dict[str, Any]] = {}
    results = []
    for row in rows:
        found = _part_problem(row, articles, kits_made, parts_made)
        if found:
            results.append(AttributeResult("refused", *found))
            continue
        place = articles[key_of(row.kit)].id, articles[key_of(row.sku)].id
        if place in wanted:
            results.append(AttributeResult("refused", "sku", N_("{sku} stands in the kit twice.", sku=row.sku)))
            continue
        if row.quantity:
            kits_made.add(key_of(row.kit))
            parts_made.add(key_of(row.sku))
        known = held.get(place)
        if known is None:
            sizes[place[0]] = sizes.get(place[0], 0) + 1
        position = row.position if row.position is not None else known.position if known else sizes[place[0]]
        state = _state(known, (known.quantity, known.position) if known else None, (row.quantity, position))
        if state == "created" and not row.quantity:
            state = "same"
        results.append(AttributeResult(state))  # type: ignore[arg-type]
        wanted[place] = {"kit": place[0], "part": place[1], "quantity": str(row.quantity), "position": position}
        if state == "same":
            wanted[place] = {}
    changed = [row for row in wanted.values() if row]
    if changed:
        db.session.execute(_SET_PARTS, {"rows": json.dumps(changed)})
        db.session.execute(_MARK, {"ids": sorted({row["kit"] for row in changed})})
    skus = {article.id: key for key, article in articles.items()}
    return results, [(row["kit"], skus[row["part"]], row["quantity"]) for row in changed]


@command
def set_kit(actor: Actor, sku: str, parts: Sequence[tuple[str, Decimal]]) -> bool:
    """The whole list of parts of one article, in order; none makes it no kit. Returns whether it changed.

    Raises Invalid("parts"), NotFound.
    """
    take_turn()
    articles = _articles([sku])
    article = articles.get(key_of(sku))
    if article is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    before = _told_parts(article.id)
    db.session.execute(_DROP_PARTS, {"id": article.id})
    results, _written = _put_parts([PartRow(sku, part, quantity, n) for n, (part, quantity) in enumerate(parts)])
    problem = next((result.problem for result in results if result.problem is not None), None)
    if problem is not None:
        raise Invalid("parts", problem)
    db.session.execute(_MARK, {"ids": [article.id]})
    after = _told_parts(article.id)
    if before != after:
        audit.record(actor, "article", article.id, "changed", {"parts": [before, after]})
    return before != after


@command
def upsert_relations(actor: Actor, rows: Sequence[RelationRow]) -> list[AttributeResult]:
    """Say what stands in for what and what goes with it; what is not named stays."""
    take_turn()
    articles = _articles(code for row in rows for code in (row.sku, row.other))
    ids = [articles[key].id for row in rows if (key := key_of(row.sku)) in articles]
    held = {(row.article_id, row.other_id, row.kind): row for row in db.session.execute(_RELATIONS, {"ids": ids})}
    wanted: dict[tuple[int, int, str], int] = {}
    changed: list[dict[str, Any]] = []
    results = []
    for row in rows:
        found = _relation_problem(row, articles)
        place = None if found else (articles[key_of(row.sku)].id, articles[key_of(row.other)].id, row.kind)
        if place is not None and place in wanted:
            found = "other", N_("{sku} stands there twice.", sku=row.other)
        if found or place is None:
            results.append(AttributeResult("refused", *(found or ())))
            continue
        known = held.get(place)
        position = row.position if row.position is not None else known.position if known else len(held) + len(wanted)
        state = _state(known, known and known.position, position)
        results.append(AttributeResult(state))  # type: ignore[arg-type]
        wanted[place] = position
        if state != "same":
            changed.append({"article": place[0], "other": place[1], "kind": place[2], "position": position})
    if changed:
        db.session.execute(_SET_RELATIONS, {"rows": json.dumps(changed)})
        skus = {article.id: key for key, article in articles.items()}
        audit.record_many(actor, "article", [
            (row["article"], "related", actor.company_id, {row["kind"]: skus[row["other"]]}) for row in changed
        ])  # fmt: skip
    return results


@command
def set_relations(actor: Actor, sku: str, others: Mapping[str, Sequence[str]]) -> bool:
    """All substitutes and complements of one article by kind, in order; returns whether they changed.

    Raises Invalid naming the kind, NotFound.
    """
    take_turn()
    article = _articles([sku]).get(key_of(sku))
    if article is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    before = _told_relations(article.id)
    db.session.execute(_DROP_RELATIONS, {"id": article.id})
    rows = [RelationRow(sku, other, kind, place) for kind, found in others.items() for place, other in enumerate(found)]
    good = _articles(code for row in rows for code in (row.sku, row.other))
    for row in rows:
        found = _relation_problem(row, good)
        if found:
            raise Invalid(row.kind, found[1])
    places = {(good[key_of(row.other)].id, row.kind): row.position for row in reversed(rows)}
    if places:
        values = [
            {"article": article.id, "other": other, "kind": kind, "position": position}
            for (other, kind), position in places.items()
        ]
        db.session.execute(_SET_RELATIONS, {"rows": json.dumps(values)})
    after = _told_relations(article.id)
    if before != after:
        changes = {kind: [before.get(kind, ""), after.get(kind, "")] for kind in RELATIONS}
        audit.record(
            actor, "article", article.id, "changed", {k: pair for k, pair in changes.items() if pair[0] != pair[1]}
        )
    return before != after


def _articles(codes: Iterable[str]) -> dict[str, Any]:
    keys = sorted({key_of(code) for code in codes})
    return {row.sku_key: row for row in db.session.execute(_ARTICLES, {"keys": keys})}


def _state(known: Any, before: Any, after: Any) -> str:
    if known is None:
        return "created"
    return "same" if before == after else "changed"


def _part_problem(
    row: PartRow, articles: Mapping[str, Any], kits: set[str], parts: set[str]
) -> tuple[str, Message] | None:
    kit, part = articles.get(key_of(row.kit)), articles.get(key_of(row.sku))
    if kit is None:
        return "kit", N_("There is no article {sku}.", sku=row.kit)
    if part is None:
        return "sku", N_("There is no article {sku}.", sku=row.sku)
    if not 0 <= row.quantity < _LARGEST:
        return "quantity", N_("{quantity} is out of range.", quantity=row.quantity)
    if kit.id == part.id:
        return "sku", N_("A kit cannot be a part of itself.")
    if kit.is_head or part.is_head:
        head = row.kit if kit.is_head else row.sku
        return "sku", N_("{sku} comes in variants. Choose one of them.", sku=head)
    if part.is_kit or key_of(row.sku) in kits:
        return "sku", N_("{sku} is a kit itself. Name its parts instead.", sku=row.sku)
    if kit.is_part or key_of(row.kit) in parts:
        return "kit", N_("{sku} is part of a kit, so it cannot be one.", sku=row.kit)
    return None


def _relation_problem(row: RelationRow, articles: Mapping[str, Any]) -> tuple[str, Message] | None:
    if row.kind not in RELATIONS:
        return "kind", N_("{given} is not one of {allowed}.", given=row.kind, allowed=", ".join(RELATIONS))
    for field, code in (("sku", row.sku), ("other", row.other)):
        if key_of(code) not in articles:
            return field, N_("There is no article {sku}.", sku=code)
    if key_of(row.sku) == key_of(row.other):
        return "other", N_("An article is not related to itself.")
    return None


_TOLD_PARTS = text("""
SELECT coalesce(string_agg(trim_scale(p.quantity) || ' × ' || a.sku, ', ' ORDER BY p.position, a.sku), '')
FROM kit_parts p JOIN articles a ON a.id = p.article_id WHERE p.kit_id = :id""")
_TOLD_RELATIONS = text("""
SELECT r.kind, string_agg(a.sku, ', ' ORDER BY r.position, a.sku)
FROM related_articles r JOIN articles a ON a.id = r.other_id WHERE r.article_id = :id GROUP BY r.kind""")


def _told_parts(article_id: int) -> str:
    return str(db.session.scalar(_TOLD_PARTS, {"id": article_id}))


def _told_relations(article_id: int) -> dict[str, str]:
    return dict(db.session.execute(_TOLD_RELATIONS, {"id": article_id}).all())
