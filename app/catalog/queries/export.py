"""The catalogue as rows of a file, with the columns that the importer of articles reads; in batches, whatever the size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping, text

from app.catalog.domain.article_row import PackRow
from app.catalog.domain.pack_text import written_packs
from app.catalog.queries.own_fields import own_fields
from app.core.actor import Actor
from app.core.db import db
from app.core.tables.rows import Cell

LANGUAGES = ("en", "ru", "uk", "de")
_BATCH = 1000
_NUMBERS = ("minimum", "step", "maximum", "weight_kg", "length_mm", "width_mm", "height_mm", "precision")
_ZERO_SAYS_NOTHING = frozenset(("minimum", "step", "precision"))
_HAZARD = ("un_number", "hazard_class", "packing_group", "ghs", "signal_word")
COLUMNS = (
    "sku", "name", *(f"name_{language}" for language in LANGUAGES), "description",
    *(f"description_{language}" for language in LANGUAGES), "category", "brand", "mpn", "gtin", "base_unit", "packs",
    *_NUMBERS, "anchor", "vat_category", "vat_class", "lead_time_days", "stock_policy", "status", "successor_sku",
    "discount_group", "attributes", "variant_of", "axes", "origin_country", "customs_code", *_HAZARD,
)  # fmt: skip
_ROWS = text("""
SELECT a.sku, a.name, a.names, a.description, a.descriptions, c.code AS category, a.brand, a.mpn, a.gtin, a.base_unit,
       a.minimum, a.step, a.maximum, a.weight_kg, a.length_mm, a.width_mm, a.height_mm, a.precision, a.anchor, a.vat_category,
       a.vat_class, a.lead_time_days, a.stock_policy, a.status, coalesce(s.sku, a.successor_key) AS successor_sku,
       a.discount_group, a.attributes, h.sku AS variant_of, CASE WHEN a.is_head THEN a.variant_axes END AS axes,
       a.origin_country, a.customs_code, a.hazard, a.custom,
       (SELECT json_agg(json_build_array(u.unit, u.numerator, u.denominator, u.gtin, u.precision, u.weight_kg::text,
                                         u.length_mm::text, u.width_mm::text, u.height_mm::text) ORDER BY u.position, u.id)
        FROM article_units u WHERE u.article_id = a.id) AS packs
FROM articles a
LEFT JOIN categories c ON c.id = a.category_id
LEFT JOIN articles s ON s.id = a.successor_id
LEFT JOIN articles h ON h.id = a.variant_of_id
WHERE a.id = ANY(CAST(:ids AS bigint[]))
ORDER BY a.variant_of_id IS NOT NULL, a.sku_key""")


def export_rows(actor: Actor, ids: Sequence[int]) -> Iterator[Sequence[Cell]]:
    """Header and one row for each article; heads stand before their variants in each batch of a thousand."""
    codes = list(own_fields(actor))
    yield [*COLUMNS, *(f"custom_{code}" for code in codes)]
    for start in range(0, len(ids), _BATCH):
        for row in db.session.execute(_ROWS, {"ids": list(ids[start : start + _BATCH])}):
            values = _cells(row._mapping)  # noqa: SLF001 -- SQLAlchemy's name for a row as a mapping
            yield [*(values[name] for name in COLUMNS), *(row.custom.get(code) for code in codes)]


def _cells(row: RowMapping) -> dict[str, Cell]:
    values: dict[str, Any] = {name: row[name] for name in COLUMNS if name in row}
    values |= {f"name_{language}": row["names"].get(language) for language in LANGUAGES}
    values |= {f"description_{language}": row["descriptions"].get(language) for language in LANGUAGES}
    values |= {name: row["hazard"].get(name) for name in _HAZARD}
    values |= {name: _number(name, row[name]) for name in (*_NUMBERS, "lead_time_days")}
    values["ghs"] = ", ".join(row["hazard"].get("ghs", ()))
    values["attributes"] = ";".join(f"{code}={_bare(value)}" for code, value in row["attributes"].items())
    values["axes"] = ";".join(row["axes"] or ())
    values["packs"] = written_packs(_pack(pack) for pack in row["packs"] or ())
    return values


def _bare(value: str) -> str:
    """A semicolon of a value is told from those between attributes."""
    return value.replace(";", "\\;")


def _number(name: str, value: Decimal | int | None) -> Decimal | None:
    if value is None or (not value and name in _ZERO_SAYS_NOTHING):
        return None
    return Decimal(value).normalize() + 0


def _pack(values: Sequence[Any]) -> PackRow:
    unit, numerator, denominator, gtin, precision, *sizes = values
    weight, length, width, height = (None if size is None else Decimal(size) for size in sizes)
    return PackRow(unit, numerator, denominator, gtin, precision, weight, length, width, height)
