"""Articles as the history tells them: plain values by name of fact, all of them in one statement.

`PORTRAIT` is an expression over a row of `articles a`, for statements that change it: what they read is still as it was.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db

_TEXTS = ("name", "description", "brand", "mpn", "gtin", "base_unit", "anchor", "vat_category", "vat_class", "stock_policy",
          "status", "discount_group", "origin_country", "customs_code")  # fmt: skip
_NUMBERS = ("minimum", "step", "maximum", "weight_kg", "length_mm", "width_mm", "height_mm")  # as text: exact
_OTHERS = ("names", "descriptions", "precision", "lead_time_days", "attributes", "custom", "hazard")
_PLAIN = ", ".join(
    [*(f"'{name}', a.\"{name}\"" for name in (*_TEXTS, *_OTHERS)), *(f"'{name}', trim_scale(a.{name})::text" for name in _NUMBERS)]
)  # fmt: skip
_RELATED = """
    'category', coalesce((SELECT c.code FROM categories c WHERE c.id = a.category_id), ''),
    'successor_sku', coalesce((SELECT s.sku FROM articles s WHERE s.id = a.successor_id), ''),
    'variant_of', coalesce((SELECT s.sku FROM articles s WHERE s.id = a.variant_of_id), ''),
    'axes', CASE WHEN a.is_head THEN a.variant_axes ELSE '[]'::jsonb END,
    'units', coalesce((
        SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('unit', u.unit, 'numerator', u.numerator, 'denominator',
            u.denominator, 'precision', u.precision, 'gtin', u.gtin, 'weight_kg', trim_scale(u.weight_kg)::text, 'length_mm',
            trim_scale(u.length_mm)::text, 'width_mm', trim_scale(u.width_mm)::text, 'height_mm',
            trim_scale(u.height_mm)::text)) ORDER BY u.position, u.id)
        FROM article_units u WHERE u.article_id = a.id), '[]'),
    'pictures', coalesce((
        SELECT jsonb_agg(jsonb_build_object('file', p.file_id, 'alt', p.alt) ORDER BY p.position, p.id)
        FROM article_pictures p WHERE p.article_id = a.id), '[]'),
    'attachments', coalesce((
        SELECT jsonb_agg(jsonb_build_object('file', t.file_id, 'name', t.name, 'kind', t.kind, 'title', t.title, 'language',
            t.language, 'valid_from', t.valid_from, 'valid_to', t.valid_to) ORDER BY t.id)
        FROM article_attachments t WHERE t.article_id = a.id), '[]')"""
PORTRAIT = f"jsonb_build_object({_PLAIN}) || jsonb_build_object({_RELATED})"
_BY_ID = text(f"SELECT a.id, {PORTRAIT} FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[]))")  # noqa: S608 -- constants


def portraits(actor: Actor, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """The facts of articles by id."""
    rows = db.session.execute(_BY_ID, {"ids": list(ids)}) if ids else ()
    return {row[0]: row[1] for row in rows}
