"""The words articles use: attributes and brands made on first use, values of facets. Set-based, for bulk writing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import text

from app.catalog.domain.attributes import BRAND, VALUE_LENGTH, AttributeType, choices_of, number_of
from app.core.db import db

# The ids of all facet values an article has, for {attributes} and {brand} of whatever row the statement reads.
FACETS = """ARRAY(
    SELECT v.id FROM (
        SELECT d.id, left(p.value, 200) AS value FROM jsonb_each_text({attributes}) p
        JOIN attributes d ON d.code = p.key AND d.is_facet AND d.code <> 'brand'
        UNION ALL SELECT d.id, {brand} FROM attributes d WHERE d.code = 'brand' AND d.is_facet
    ) said JOIN facet_values v ON v.attribute_id = said.id AND v.value = said.value ORDER BY v.id)"""

_DEFINITIONS = text("SELECT code, name, names, kind, unit, choices, is_facet, position FROM attributes")
_ADD_ATTRIBUTES = text("""
INSERT INTO attributes (code, name, is_facet)
SELECT code, upper(left(label, 1)) || substr(label, 2), code = 'brand'
FROM (SELECT code, replace(code, '_', ' ') AS label FROM unnest(CAST(:codes AS text[])) AS given (code)) named
ON CONFLICT (code) DO NOTHING""")
_ADD_BRANDS = text("""
INSERT INTO brands (code, name)
SELECT name, name FROM unnest(CAST(:names AS text[])) AS given (name)
WHERE NOT EXISTS (SELECT FROM brands b WHERE b.name = given.name OR b.code = given.name)
ON CONFLICT DO NOTHING""")
_ADD_VALUES = text("""
INSERT INTO facet_values (attribute_id, value, number)
SELECT d.id, g.value, g.number
FROM jsonb_to_recordset(CAST(:values AS jsonb)) AS g (code text, value text, number numeric)
JOIN attributes d ON d.code = g.code AND d.is_facet
WHERE NOT EXISTS (SELECT FROM facet_values v WHERE v.attribute_id = d.id AND v.value = g.value)
ON CONFLICT (attribute_id, value) DO NOTHING""")
# A head is found by whatever its variants are found by.
_HEADS = text(f"""
UPDATE articles h SET facets = w.facets
FROM (
    SELECT x.id, ARRAY(SELECT f FROM unnest({FACETS.format(attributes="x.attributes", brand="x.brand")}) f
                       UNION SELECT unnest(v.facets) FROM articles v WHERE v.variant_of_id = x.id AND v.status <> 'discontinued'
                       ORDER BY 1) AS facets
    FROM articles x WHERE x.id = ANY(CAST(:ids AS bigint[]))
) w
WHERE h.id = w.id AND h.facets IS DISTINCT FROM w.facets""")  # noqa: S608 -- constants of this file


def definitions() -> dict[str, AttributeType]:
    """All attributes by code."""
    return {
        row.code: AttributeType(
            row.code, row.name, row.names, row.kind, row.unit, choices_of(row.choices), row.is_facet, row.position
        )
        for row in db.session.execute(_DEFINITIONS)
    }


def learn(known: Mapping[str, AttributeType], spoken: Collection[Mapping[str, str]], brands: Iterable[str]) -> None:
    """Make what is new in attributes (as they are kept) and brands of articles about to be written."""
    names = sorted(set(brands) - {""})
    codes = {code for attributes in spoken for code in attributes}
    unknown = sorted((codes | ({BRAND} if names else set())) - known.keys())
    if unknown:
        db.session.execute(_ADD_ATTRIBUTES, {"codes": unknown})
    if names:
        db.session.execute(_ADD_BRANDS, {"names": names})
    facets = {code: definition.kind for code, definition in known.items() if definition.is_facet and code != BRAND}
    values = {
        (code, value[:VALUE_LENGTH]) for attributes in spoken for code, value in attributes.items() if code in facets
    }
    values |= {(BRAND, name) for name in names}
    if values:
        rows = [
            {"code": code, "value": value, "number": _number(value) if facets.get(code) == "number" else None}
            for code, value in sorted(values)
        ]
        db.session.execute(_ADD_VALUES, {"values": json.dumps(rows, ensure_ascii=False)})


def gather_facets(heads: Collection[int]) -> None:
    """Give heads the facets of their variants."""
    if heads:
        db.session.execute(_HEADS, {"ids": sorted(heads)})


def _number(value: str) -> str | None:
    number = number_of(value)
    return None if number is None else str(number)
