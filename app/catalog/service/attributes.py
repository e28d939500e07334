"""Definitions of attributes and templates of categories. What a changed definition means for articles is done at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import delete, insert, select, text

from app.catalog.domain.attributes import (
    BRAND,
    AttributeType,
    definition_problem,
    number_of,
    plain_value,
    stored_choices,
)
from app.catalog.models.attributes import Attribute, CategoryAttribute
from app.catalog.models.categories import Category
from app.catalog.service.articles import take_turn
from app.catalog.service.vocabulary import FACETS, definitions, gather_facets
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_, Message

Outcome = Literal["created", "changed", "same", "refused"]


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One definition; None leaves a fact as it is. `names` add to those known."""

    code: str
    name: str | None = None
    names: Mapping[str, str] | None = None
    kind: str | None = None
    unit: str | None = None
    choices: Mapping[str, Mapping[str, str]] | None = None
    is_facet: bool | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class AttributeResult:
    """What became of a row; `field` and `problem` where it was refused."""

    outcome: Outcome
    field: str = ""
    problem: Message | None = None


_STORE = text("""
INSERT INTO attributes AS d (code, name, names, kind, unit, choices, is_facet, position)
SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r
    (code text, name text, names jsonb, kind text, unit text, choices jsonb, is_facet boolean, position int)
ON CONFLICT (code) DO UPDATE SET (name, names, kind, unit, choices, is_facet, position) = ROW
    (excluded.name, excluded.names, excluded.kind, excluded.unit, excluded.choices, excluded.is_facet, excluded.position)
RETURNING id, code""")
_SAID = text("""
SELECT p.key, p.value, count(*) FROM articles a CROSS JOIN LATERAL jsonb_each_text(a.attributes) p
WHERE a.attributes ?| CAST(:codes AS text[]) AND p.key = ANY(CAST(:codes AS text[])) GROUP BY 1, 2""")
_SAY_PLAINLY = text("""
UPDATE articles a SET attributes = a.attributes || m.plain, updated_at = clock_timestamp()
FROM (
    SELECT x.id, jsonb_object_agg(g.code, g.plain) AS plain
    FROM jsonb_to_recordset(CAST(:values AS jsonb)) AS g (code text, value text, plain text)
    JOIN articles x ON x.attributes ->> g.code = g.value GROUP BY x.id
) m WHERE a.id = m.id""")
_FORGET = text("""
DELETE FROM facet_values v USING attributes d
WHERE d.id = v.attribute_id AND d.code = ANY(CAST(:codes AS text[]))
  AND (NOT d.is_facet OR NOT EXISTS (SELECT FROM jsonb_to_recordset(CAST(:values AS jsonb)) AS g (code text, value text)
                                     WHERE g.code = d.code AND g.value = v.value))""")
_LEARN = text("""
INSERT INTO facet_values AS v (attribute_id, value, number)
SELECT d.id, g.value, g.number
FROM jsonb_to_recordset(CAST(:values AS jsonb)) AS g (code text, value text, number numeric)
JOIN attributes d ON d.code = g.code AND d.is_facet ORDER BY d.id, g.value
ON CONFLICT (attribute_id, value) DO UPDATE SET number = excluded.number
WHERE v.number IS DISTINCT FROM excluded.number""")
_FIND_BY = text(f"""
UPDATE articles a SET facets = w.facets
FROM (SELECT x.id, {FACETS.format(attributes="x.attributes", brand="x.brand")} AS facets FROM articles x
      WHERE NOT x.is_head AND (x.attributes ?| CAST(:codes AS text[]) OR (:with_brand AND x.brand <> ''))) w
WHERE a.id = w.id AND a.facets IS DISTINCT FROM w.facets""")  # noqa: S608 -- constants
_ALL_HEADS = text("SELECT id FROM articles WHERE is_head")
_BRANDS = text("SELECT DISTINCT brand FROM articles WHERE brand <> ''")


@command
def upsert_attributes(actor: Actor, rows: Sequence[AttributeRow]) -> list[AttributeResult]:
    """Create and change definitions by code; articles are found by them as they are now when this returns.

    Values that a new kind takes are put into plain form; others stay as they were written.
    """
    take_turn()
    known = definitions()
    results: list[AttributeResult] = []
    wanted: dict[str, AttributeType] = {}
    for row in rows:
        made = _merged(row, known.get(row.code))
        found = definition_problem(made)
        if row.code in wanted:
            found = ("code", N_("The attribute {code} stands in the file twice.", code=row.code))
        if found:
            results.append(AttributeResult("refused", *found))
        elif made == known.get(row.code):
            results.append(AttributeResult("same"))
        else:
            results.append(AttributeResult("changed" if row.code in known else "created"))
            wanted[row.code] = made
    if wanted:
        ids = _store(wanted)
        audit.record_many(actor, "attribute", [
            (ids[code], "changed" if code in known else "created", actor.company_id, _changes(known.get(code), made))
            for code, made in wanted.items()
        ])  # fmt: skip
        _remake([code for code, made in wanted.items() if _is_felt(known.get(code), made)], wanted)
    return results


@command
def save_attribute(actor: Actor, row: AttributeRow, *, is_new: bool = False) -> Outcome:
    """One definition by hand. Raises Invalid, or Conflict when a new code is taken."""
    if is_new and db.session.scalar(select(Attribute.id).where(Attribute.code == row.code)) is not None:
        raise Conflict(N_("There is an attribute {code} already.", code=row.code))
    (result,) = upsert_attributes(actor, [row])
    if result.problem is not None:
        raise Invalid(result.field, result.problem)
    return result.outcome


@command
def drop_attribute(actor: Actor, code: str) -> None:
    """Take a definition out that no article uses. Raises Conflict, NotFound."""
    take_turn()
    attribute_id = db.session.scalar(select(Attribute.id).where(Attribute.code == code))
    if attribute_id is None:
        raise NotFound(N_("There is no attribute {code}.", code=code))
    used = db.session.scalar(
        text("SELECT EXISTS (SELECT FROM articles WHERE attributes ? :code OR variant_axes ? :code)"), {"code": code}
    )
    if used or code == BRAND:
        raise Conflict(N_("Articles use the attribute {code}; it stays.", code=code))
    db.session.execute(delete(Attribute).where(Attribute.id == attribute_id))
    audit.record(actor, "attribute", attribute_id, "deleted", {"code": [code, None]})


@command
def set_template(actor: Actor, category: str, wanted: Mapping[str, bool]) -> bool:
    """The attributes of a category itself, in order, each with whether it is required; returns whether that is new.

    Raises NotFound for the category, Invalid("attributes") for an unknown attribute.
    """
    category_id = db.session.scalar(select(Category.id).where(Category.code == category).with_for_update())
    if category_id is None:
        raise NotFound(N_("There is no category {code}.", code=category))
    ids: dict[str, int] = dict(db.session.execute(select(Attribute.code, Attribute.id)).all())
    unknown = next((code for code in wanted if code not in ids), None)
    if unknown is not None:
        raise Invalid("attributes", N_("There is no attribute {code}.", code=unknown))
    held = db.session.execute(
        select(Attribute.code, CategoryAttribute.is_required)
        .join(CategoryAttribute, CategoryAttribute.attribute_id == Attribute.id)
        .where(CategoryAttribute.category_id == category_id)
        .order_by(CategoryAttribute.position)
    ).all()
    before, after = [tuple(row) for row in held], list(wanted.items())
    if before == after:
        return False
    db.session.execute(delete(CategoryAttribute).where(CategoryAttribute.category_id == category_id))
    if wanted:
        db.session.execute(insert(CategoryAttribute), [
            {"category_id": category_id, "attribute_id": ids[code], "is_required": is_required, "position": place}
            for place, (code, is_required) in enumerate(wanted.items())
        ])  # fmt: skip
    audit.record(actor, "category", category_id, "changed", {"attributes": [_written(before), _written(after)]})
    return True


def _written(template: Sequence[Any]) -> str:
    return ", ".join(f"{code}!" if is_required else code for code, is_required in template)


def _merged(row: AttributeRow, held: AttributeType | None) -> AttributeType:
    base = held or AttributeType(row.code, row.code)
    given: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("name", "kind", "unit", "choices", "is_facet", "position")
        if getattr(row, name) is not None
    }
    names = {**base.names, **(row.names or {})}
    return replace(base, **given, names={language: name for language, name in names.items() if name})


def _store(wanted: Mapping[str, AttributeType]) -> dict[str, int]:
    rows = [
        {"code": one.code, "name": one.name, "names": dict(one.names), "kind": one.kind, "unit": one.unit,
         "choices": stored_choices(one.choices), "is_facet": one.is_facet, "position": one.position}
        for one in wanted.values()
    ]  # fmt: skip
    return {row.code: row.id for row in db.session.execute(_STORE, {"rows": json.dumps(rows, ensure_ascii=False)})}


def _changes(before: AttributeType | None, after: AttributeType) -> dict[str, Any]:
    pairs = {
        name: [None if before is None else getattr(before, name), getattr(after, name)]
        for name in ("name", "names", "kind", "unit", "choices", "is_facet", "position")
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _is_felt(before: AttributeType | None, after: AttributeType) -> bool:
    """Whether articles are found, or their values read, otherwise than before."""
    if before is None:
        return True
    return (before.kind, before.is_facet, before.choices) != (after.kind, after.is_facet, after.choices)


def _remake(codes: Collection[str], wanted: Mapping[str, AttributeType]) -> None:
    """Values in plain form, facet values and facets of all articles that have the attributes."""
    if not codes:
        return
    values = {"codes": list(codes)}
    said = [(code, value) for code, value, _n in db.session.execute(_SAID, values)]
    plain = {(code, value): _plainly(wanted[code], value) for code, value in said}
    reworded = [{"code": code, "value": value, "plain": new} for (code, value), new in plain.items() if new != value]
    if reworded:
        db.session.execute(_SAY_PLAINLY, {"values": json.dumps(reworded, ensure_ascii=False)})
    facets = {(code, new[:200]) for (code, _old), new in plain.items() if code != BRAND and new}
    if BRAND in codes:
        facets |= {(BRAND, name) for name in db.session.scalars(_BRANDS)}
    rows = [
        {"code": code, "value": value, "number": _number(wanted[code], value)} for code, value in sorted(facets)
    ]  # fmt: skip
    known = {**values, "values": json.dumps(rows, ensure_ascii=False)}
    db.session.execute(_FORGET, known)
    db.session.execute(_LEARN, {"values": known["values"]})
    db.session.execute(_FIND_BY, {**values, "with_brand": BRAND in codes})
    gather_facets(db.session.scalars(_ALL_HEADS).all())


def _plainly(definition: AttributeType, value: str) -> str:
    try:
        return plain_value(definition, value)
    except Invalid:
        return value


def _number(definition: AttributeType, value: str) -> str | None:
    number = number_of(value) if definition.kind == "number" else None
    return None if number is None else str(number)
