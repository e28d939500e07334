"""Articles in bulk: a constant number of statements for any number of rows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.catalog.domain.article_row import ArticleRow, PackRow, problem_of
from app.catalog.domain.attributes import AttributeType, plain_value
from app.catalog.domain.facts import Portrait
from app.catalog.domain.own_fields import OwnField, stored_values
from app.catalog.queries.own_fields import own_fields
from app.catalog.queries.portraits import PORTRAIT, portraits
from app.catalog.service.history import tell_changes
from app.catalog.service.vocabulary import FACETS, definitions, gather_facets, learn
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_, Message

Outcome = Literal["created", "changed", "same", "refused"]


@dataclass(frozen=True, slots=True)
class ArticleResult:
    """What became of a row, in the order of the rows; `field` and `problem` where it was refused."""

    outcome: Outcome
    article_id: int | None = None
    field: str = ""
    problem: Message | None = None


# column -> (type in the JSON input, value of a new article); a missing value leaves what is known
_FIELDS = {
    "name": ("text", "r.sku"),
    "description": ("text", "''"),
    "category_id": ("bigint", "NULL"),
    "brand": ("text", "''"),
    "mpn": ("text", "''"),
    "gtin": ("text", "''"),
    "base_unit": ("text", "'H87'"),
    "precision": ("int", "0"),
    "minimum": ("numeric", "0"),
    "step": ("numeric", "0"),
    "maximum": ("numeric", "NULL"),
    "anchor": ("text", "'zero'"),
    "vat_category": ("text", "'S'"),
    "vat_class": ("text", "'standard'"),
    "weight_kg": ("numeric", "NULL"),
    "length_mm": ("numeric", "NULL"),
    "width_mm": ("numeric", "NULL"),
    "height_mm": ("numeric", "NULL"),
    "lead_time_days": ("int", "NULL"),
    "stock_policy": ("text", "'stock'"),
    "status": ("text", "'active'"),
    "discount_group": ("text", "''"),
    "attributes": ("jsonb", "'{}'::jsonb"),
    "hazard": ("jsonb", "'{}'::jsonb"),
    "origin_country": ("text", "''"),
    "customs_code": ("text", "''"),
    "variant_axes": ("jsonb", "'[]'::jsonb"),
}
_PLAIN = ", ".join(f'coalesce(r."{name}", a."{name}", {usual}) AS "{name}"' for name, (_, usual) in _FIELDS.items())
_NAMES = ", ".join(f'"{name}"' for name in _FIELDS)
_ALL = f"""sku, sku_key, {_NAMES}, names, descriptions, custom, successor_id, successor_key, variant_of_id, is_head,
    facets"""
_TYPES = ", ".join(f'"{name}" {kind}' for name, (kind, _) in _FIELDS.items())


def _all(row: str) -> str:
    return ", ".join(f"{row}.{name.strip()}" for name in _ALL.split(","))


_UPSERT = text(f"""
WITH merged AS (
    SELECT r.sku, r.sku_key, {_PLAIN}, coalesce(a.names, '{{}}') || coalesce(r.names, '{{}}') AS names,
           coalesce(a.descriptions, '{{}}') || coalesce(r.descriptions, '{{}}') AS descriptions,
           jsonb_strip_nulls(coalesce(a.custom, '{{}}') || coalesce(r.custom, '{{}}')) AS custom,
           CASE WHEN r.variant_of IS NULL THEN a.variant_of_id ELSE h.id END AS variant_of_id,
           coalesce(r.variant_axes, a.variant_axes, '[]') <> '[]' AS is_head,
           a.variant_of_id AS old_head, a.facets AS old_facets,
           CASE WHEN r.successor_key IS NULL THEN a.successor_id ELSE s.id END AS successor_id,
           CASE WHEN r.successor_key IS NULL THEN coalesce(a.successor_key, '')
                WHEN s.id IS NULL THEN r.successor_key ELSE '' END AS successor_key
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r (sku text, sku_key text, {_TYPES}, names jsonb, descriptions jsonb, custom jsonb, successor_key text, variant_of text)
    LEFT JOIN articles a ON a.sku_key = r.sku_key
    LEFT JOIN articles s ON s.sku_key = r.successor_key
    LEFT JOIN articles h ON h.sku_key = r.variant_of AND h.is_head
), stored AS (
    INSERT INTO articles AS a ({_ALL})
    SELECT sku, sku_key, {_NAMES}, names, descriptions, custom, successor_id, successor_key, variant_of_id, is_head,
           CASE WHEN is_head AND old_facets IS NOT NULL THEN old_facets
                ELSE {FACETS.format(attributes="attributes", brand="brand")} END
    FROM merged ORDER BY sku_key
    ON CONFLICT (sku_key) DO UPDATE
        SET ({_ALL}, updated_at) = ROW ({_all("excluded")}, clock_timestamp())
        WHERE ({_all("a")}) IS DISTINCT FROM ({_all("excluded")})
    RETURNING a.sku_key, xmax = 0 AS is_new, a.variant_of_id, CASE WHEN a.is_head THEN a.id END AS head_id
)
SELECT s.sku_key, s.is_new, s.variant_of_id, m.old_head, s.head_id, a.id,
       CASE WHEN CAST(:is_told AS boolean) AND a.id IS NOT NULL THEN {PORTRAIT} END
FROM stored s JOIN merged m USING (sku_key) LEFT JOIN articles a ON a.sku_key = s.sku_key""")  # noqa: S608 -- constants of this file

_LINK = text("""
UPDATE articles a SET successor_id = s.id, successor_key = ''
FROM articles s
WHERE a.successor_key <> '' AND a.successor_key = ANY(CAST(:keys AS text[])) AND s.sku_key = a.successor_key""")

_PACK = "numerator, denominator, precision, gtin, weight_kg, length_mm, width_mm, height_mm, position"
_UNITS = text(f"""
WITH given AS (
    SELECT a.id AS article_id, u.*
    FROM jsonb_to_recordset(CAST(:packs AS jsonb)) AS u
        (sku_key text, unit text, numerator bigint, denominator bigint, precision int, gtin text, weight_kg numeric,
         length_mm numeric, width_mm numeric, height_mm numeric, position int)
    JOIN articles a ON a.sku_key = u.sku_key
), gone AS (
    DELETE FROM article_units x USING articles a
    WHERE a.sku_key = ANY(CAST(:keys AS text[])) AND x.article_id = a.id
      AND NOT EXISTS (SELECT FROM given g WHERE g.article_id = x.article_id AND g.unit = x.unit)
    RETURNING a.sku_key
), kept AS (
    INSERT INTO article_units AS x (article_id, unit, {_PACK})
    SELECT article_id, unit, {_PACK} FROM given ORDER BY article_id, unit
    ON CONFLICT (article_id, unit) DO UPDATE SET ({_PACK}) = (excluded.{_PACK.replace(", ", ", excluded.")})
        WHERE (x.{_PACK.replace(", ", ", x.")}) IS DISTINCT FROM (excluded.{_PACK.replace(", ", ", excluded.")})
    RETURNING article_id
)
SELECT a.sku_key, a.id, CASE WHEN CAST(:is_told AS boolean) THEN {PORTRAIT} END
FROM (SELECT sku_key FROM gone UNION SELECT g.sku_key FROM kept JOIN given g ON g.article_id = kept.article_id) t
JOIN articles a ON a.sku_key = t.sku_key""")  # noqa: S608

# Rows are completed from what is stored: two imports of the same articles must follow each other, or the later one
# would put back what it had read before the earlier one was done.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('kontor.articles'))")
_IDS = text("SELECT sku_key, id FROM articles WHERE sku_key = ANY(CAST(:keys AS text[]))")
_CATEGORIES = text("SELECT code, id FROM categories")


_FAMILIES = text("""
SELECT a.sku_key, a.is_head, a.is_kit, a.variant_of_id IS NOT NULL AS is_variant,
       a.is_head AND EXISTS (SELECT FROM articles v WHERE v.variant_of_id = a.id) AS has_variants
FROM articles a WHERE a.sku_key = ANY(CAST(:keys AS text[]))""")


@command
def upsert_articles(actor: Actor, rows: Sequence[ArticleRow], *, is_told: bool = True) -> list[ArticleResult]:
    """Create articles and change the facts given, by article number; a number that stands twice is refused.

    Attributes and brands that are new are made; values of typed attributes are checked and kept in plain form.
    What changes of known articles is told in their history, unless the caller does that.
    """
    if not rows:
        return []
    take_turn()
    categories: dict[str, int] = {}
    if any(row.category for row in rows):
        categories = dict(db.session.execute(_CATEGORIES).all())
    speaks = any(row.attributes is not None or row.brand or row.axes for row in rows)
    known = definitions() if speaks else {}
    own = own_fields(actor) if any(row.custom for row in rows) else {}
    refused: dict[int, ArticleResult] = {}
    good: dict[str, ArticleRow] = {}
    places: dict[str, int] = {}
    said: dict[str, dict[str, str]] = {}
    for index, row in enumerate(rows):
        found = problem_of(row) or _place_problem(row, good, categories) or stored_values(own, row.custom or {})[1]
        if found is None:
            try:
                said[key_of(row.sku)] = _plain_values(row.attributes or {}, known)
            except Invalid as error:
                found = ("attributes", error.message)
        if found:
            refused[index] = ArticleResult("refused", field=found[0], problem=found[1])
        else:
            key = key_of(row.sku)
            good[key], places[key] = row, index
    for key, (field, message) in _family_problems(good).items():
        refused[places[key]] = ArticleResult("refused", field=field, problem=message)
        del good[key]
    if speaks:
        axes = [dict.fromkeys(row.axes, "") for row in good.values() if row.axes]
        learn(known, [*(said[key] for key in good), *axes], (row.brand or "" for row in good.values()))
    outcomes, before = _store(
        {key: _with_own(row, own) for key, row in good.items()}, said, categories, is_told=is_told
    )
    if before:
        tell_changes(actor, before, portraits(actor, before))
    ids: dict[str, int] = dict(db.session.execute(_IDS, {"keys": list(good)}).all())
    return [
        refused.get(index) or ArticleResult(outcomes.get(key_of(row.sku), "same"), ids[key_of(row.sku)])
        for index, row in enumerate(rows)
    ]


def _with_own(row: ArticleRow, own: Mapping[str, OwnField]) -> ArticleRow:
    return replace(row, custom=stored_values(own, row.custom)[0]) if row.custom else row


def take_turn() -> None:
    """Wait until no other transaction writes articles; before any of their rows is locked."""
    db.session.execute(_ONE_AT_A_TIME)


def _place_problem(
    row: ArticleRow, seen: dict[str, ArticleRow], categories: dict[str, int]
) -> tuple[str, Message] | None:
    if key_of(row.sku) in seen:
        return "sku", N_("The article {sku} stands in the file twice.", sku=row.sku)
    if row.category and row.category not in categories:
        return "category", N_("There is no category {code}.", code=row.category)
    return None


def _plain_values(attributes: Mapping[str, str], known: Mapping[str, AttributeType]) -> dict[str, str]:
    """Attributes as they are kept, empty ones left out. Raises Invalid for a value its attribute does not take."""
    plain = {}
    for code, value in attributes.items():
        definition = known.get(code)
        kept = value.strip() if definition is None else plain_value(definition, value)
        if kept:
            plain[code] = kept
    return plain


def _family_problems(rows: Mapping[str, ArticleRow]) -> dict[str, tuple[str, Message]]:
    """Rows that would make a family that is none, by key."""
    concerned = {key: row for key, row in rows.items() if row.variant_of is not None or row.axes is not None}
    if not concerned:
        return {}
    keys = {*concerned, *(key_of(row.variant_of) for row in concerned.values() if row.variant_of)}
    known = {row.sku_key: row for row in db.session.execute(_FAMILIES, {"keys": list(keys)})}
    problems = {}
    for key, row in concerned.items():
        found = _head_problem(row, known.get(key)) or _variant_problem(row, rows, known)
        if found:
            problems[key] = found
    return problems


def _head_problem(row: ArticleRow, held: Any) -> tuple[str, Message] | None:
    if held is None:
        return None
    if row.axes and held.is_kit:
        return "axes", N_("{sku} is a kit; it cannot stand for variants.", sku=row.sku)
    if row.axes and held.is_variant and row.variant_of is None:
        return "axes", N_("{sku} is a variant itself; it cannot stand for others.", sku=row.sku)
    if held.has_variants and ((row.axes is not None and not row.axes) or row.variant_of):
        return "axes", N_("{sku} has variants. Take them out of the family first.", sku=row.sku)
    if row.variant_of and held.is_head and row.axes is None:
        return "variant_of", N_("An article stands for variants or is one, not both.")
    return None


def _variant_problem(
    row: ArticleRow, rows: Mapping[str, ArticleRow], known: Mapping[str, Any]
) -> tuple[str, Message] | None:
    if not row.variant_of:
        return None
    key = key_of(row.variant_of)
    given, held = rows.get(key), known.get(key)
    is_head = bool(given.axes) if given is not None and given.axes is not None else held is not None and held.is_head
    if is_head:
        return None
    if given is None and held is None:
        return "variant_of", N_("There is no article {sku}. Put it before its variants.", sku=row.variant_of)
    return "variant_of", N_("{sku} stands for no variants: give it axes first.", sku=row.variant_of)


def _store(
    rows: dict[str, ArticleRow], said: dict[str, dict[str, str]], categories: dict[str, int], *, is_told: bool
) -> tuple[dict[str, Outcome], dict[int, Portrait]]:
    """Write what differs, heads before their variants; the outcome of the keys that were touched, and what known
    articles among them were like before, by id.
    """
    outcomes: dict[str, Outcome] = {}
    before: dict[int, Portrait] = {}
    heads: set[int | None] = set()
    first = [key for key, row in rows.items() if not row.variant_of]
    for keys in filter(None, (first, [key for key, row in rows.items() if row.variant_of])):
        stored = [_as_json(key, rows[key], said[key], categories) for key in keys]
        values = {"rows": _json(stored), "is_told": is_told}
        for key, is_new, head, old_head, itself, known_id, portrait in db.session.execute(_UPSERT, values):
            outcomes[key] = "created" if is_new else "changed"
            heads |= {head, old_head, itself}
            if portrait is not None:
                before[known_id] = portrait
    gather_facets({head for head in heads if head is not None})
    created = [key for key, outcome in outcomes.items() if outcome == "created"]
    if created:
        db.session.execute(_LINK, {"keys": created})
    packed = [key for key, row in rows.items() if row.units is not None]
    if packed:
        packs = [
            {"sku_key": key, "position": position, **{name: getattr(pack, name) for name in PackRow.__dataclass_fields__}}
            for key in packed for position, pack in enumerate(rows[key].units or ())
        ]  # fmt: skip
        values = {"packs": _json(packs), "keys": packed, "is_told": is_told}
        for key, known_id, portrait in db.session.execute(_UNITS, values):
            if key not in outcomes and portrait is not None:
                before[known_id] = portrait
            outcomes.setdefault(key, "changed")
    return outcomes, before


def _as_json(key: str, row: ArticleRow, said: dict[str, str], categories: dict[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(row, name, None) for name in _FIELDS}
    values |= {
        "sku": row.sku.strip(),
        "sku_key": key,
        "names": row.names and {language: name for language, name in row.names.items() if name},
        "descriptions": row.descriptions and {language: words for language, words in row.descriptions.items() if words},
        "custom": _emptied(row.custom) if row.custom else None,
        "hazard": None if row.hazard is None else row.hazard.as_json(),
        "category_id": categories[row.category] if row.category else None,
        "successor_key": key_of(row.successor_sku) if row.successor_sku else None,
        "attributes": None if row.attributes is None else said,
        "variant_axes": None if row.axes is None else list(row.axes),
        "variant_of": None if row.variant_of is None else key_of(row.variant_of),
    }
    return {name: value for name, value in values.items() if value is not None}


def _emptied(values: Mapping[str, str]) -> dict[str, str | None]:
    """What is empty takes a value out: it becomes null, which the statement strips."""
    return {code: value or None for code, value in values.items()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else dict(value)
