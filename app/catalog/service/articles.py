"""Articles in bulk: a constant number of statements for any number of rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.catalog.domain.article_row import ArticleRow, problem_of
from app.core.actor import Actor
from app.core.db import command, db
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
    "lead_time_days": ("int", "NULL"),
    "stock_policy": ("text", "'stock'"),
    "status": ("text", "'active'"),
    "discount_group": ("text", "''"),
    "attributes": ("jsonb", "'{}'::jsonb"),
}
_PLAIN = ", ".join(f'coalesce(r."{name}", a."{name}", {usual}) AS "{name}"' for name, (_, usual) in _FIELDS.items())
_NAMES = ", ".join(f'"{name}"' for name in _FIELDS)
_ALL = f"sku, sku_key, {_NAMES}, names, successor_id, successor_key, search_text"
_TYPES = ", ".join(f'"{name}" {kind}' for name, (kind, _) in _FIELDS.items())
# Signs inside part numbers and sizes part words; numbers are there once more without them.
SEARCHED = """translate(lower(concat_ws(' ', sku, name, names ->> 'en', names ->> 'ru', names ->> 'uk', names ->> 'de', brand,
    mpn, gtin)), '-./,:;_+*()"', '            ') || ' ' || translate(lower(concat_ws(' ', sku_key, replace(mpn, ' ', ''))),
    '-./,:;_+*()"', '')"""

_UPSERT = text(f"""
WITH merged AS (
    SELECT r.sku, r.sku_key, {_PLAIN}, coalesce(a.names, '{{}}') || coalesce(r.names, '{{}}') AS names,
           CASE WHEN r.successor_key IS NULL THEN a.successor_id ELSE s.id END AS successor_id,
           CASE WHEN r.successor_key IS NULL THEN coalesce(a.successor_key, '')
                WHEN s.id IS NULL THEN r.successor_key ELSE '' END AS successor_key
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r (sku text, sku_key text, {_TYPES}, names jsonb, successor_key text)
    LEFT JOIN articles a ON a.sku_key = r.sku_key
    LEFT JOIN articles s ON s.sku_key = r.successor_key
)
INSERT INTO articles AS a ({_ALL})
SELECT sku, sku_key, {_NAMES}, names, successor_id, successor_key, {SEARCHED}
FROM merged ORDER BY sku_key
ON CONFLICT (sku_key) DO UPDATE SET ({_ALL}, updated_at) = ROW (excluded.{_ALL.replace(", ", ", excluded.")}, clock_timestamp())
WHERE (a.{_ALL.replace(", ", ", a.")}) IS DISTINCT FROM (excluded.{_ALL.replace(", ", ", excluded.")})
RETURNING a.sku_key, xmax = 0""")  # noqa: S608 -- constants of this file

_LINK = text("""
UPDATE articles a SET successor_id = s.id, successor_key = ''
FROM articles s
WHERE a.successor_key <> '' AND a.successor_key = ANY(CAST(:keys AS text[])) AND s.sku_key = a.successor_key""")

_UNITS = text("""
WITH given AS (
    SELECT a.id AS article_id, u.*
    FROM jsonb_to_recordset(CAST(:packs AS jsonb)) AS u
        (sku_key text, unit text, numerator bigint, denominator bigint, precision int, gtin text, position int)
    JOIN articles a ON a.sku_key = u.sku_key
), gone AS (
    DELETE FROM article_units x USING articles a
    WHERE a.sku_key = ANY(CAST(:keys AS text[])) AND x.article_id = a.id
      AND NOT EXISTS (SELECT FROM given g WHERE g.article_id = x.article_id AND g.unit = x.unit)
    RETURNING a.sku_key
), kept AS (
    INSERT INTO article_units AS x (article_id, unit, numerator, denominator, precision, gtin, position)
    SELECT article_id, unit, numerator, denominator, precision, gtin, position FROM given ORDER BY article_id, unit
    ON CONFLICT (article_id, unit) DO UPDATE
        SET (numerator, denominator, precision, gtin, position)
          = (excluded.numerator, excluded.denominator, excluded.precision, excluded.gtin, excluded.position)
        WHERE (x.numerator, x.denominator, x.precision, x.gtin, x.position) IS DISTINCT FROM
              (excluded.numerator, excluded.denominator, excluded.precision, excluded.gtin, excluded.position)
    RETURNING article_id
)
SELECT sku_key FROM gone
UNION SELECT g.sku_key FROM kept JOIN given g ON g.article_id = kept.article_id""")

# Rows are completed from what is stored: two imports of the same articles must follow each other, or the later one
# would put back what it had read before the earlier one was done.
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('kontor.articles'))")
_IDS = text("SELECT sku_key, id FROM articles WHERE sku_key = ANY(CAST(:keys AS text[]))")
_CATEGORIES = text("SELECT code, id FROM categories")


@command
def upsert_articles(actor: Actor, rows: Sequence[ArticleRow]) -> list[ArticleResult]:
    """Create articles and change the facts given, by article number; a number that stands twice is refused."""
    categories: dict[str, int] = {}
    if any(row.category for row in rows):
        categories = dict(db.session.execute(_CATEGORIES).all())
    refused: dict[int, ArticleResult] = {}
    good: dict[str, ArticleRow] = {}
    for index, row in enumerate(rows):
        found = problem_of(row) or _place_problem(row, good, categories)
        if found:
            refused[index] = ArticleResult("refused", field=found[0], problem=found[1])
        else:
            good[key_of(row.sku)] = row
    outcomes = _store(good, categories)
    ids: dict[str, int] = dict(db.session.execute(_IDS, {"keys": list(good)}).all())
    return [
        refused.get(index) or ArticleResult(outcomes.get(key_of(row.sku), "same"), ids[key_of(row.sku)])
        for index, row in enumerate(rows)
    ]


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


def _store(rows: dict[str, ArticleRow], categories: dict[str, int]) -> dict[str, Outcome]:
    """Write what differs; the outcome of the keys that were touched."""
    if not rows:
        return {}
    take_turn()
    stored = [_as_json(key, row, categories) for key, row in rows.items()]
    outcomes: dict[str, Outcome] = {
        key: "created" if is_new else "changed" for key, is_new in db.session.execute(_UPSERT, {"rows": _json(stored)})
    }
    created = [key for key, outcome in outcomes.items() if outcome == "created"]
    if created:
        db.session.execute(_LINK, {"keys": created})
    packed = [key for key, row in rows.items() if row.units is not None]
    if packed:
        packs = [
            {"sku_key": key, "unit": pack.unit, "numerator": pack.numerator, "denominator": pack.denominator,
             "precision": pack.precision, "gtin": pack.gtin, "position": position}
            for key in packed for position, pack in enumerate(rows[key].units or ())
        ]  # fmt: skip
        for key in db.session.execute(_UNITS, {"packs": _json(packs), "keys": packed}).scalars():
            outcomes.setdefault(key, "changed")
    return outcomes


def _as_json(key: str, row: ArticleRow, categories: dict[str, int]) -> dict[str, Any]:
    values = {name: getattr(row, name, None) for name in _FIELDS}
    values |= {
        "sku": row.sku.strip(),
        "sku_key": key,
        "names": row.names and {language: name for language, name in row.names.items() if name},
        "category_id": categories[row.category] if row.category else None,
        "successor_key": key_of(row.successor_sku) if row.successor_sku else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else dict(value)
