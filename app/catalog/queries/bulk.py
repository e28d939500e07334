"""Changes of many articles, as their page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class BulkPage:
    """A selection, and what was done with it."""

    id: int
    state: str
    user_name: str
    created_at: datetime
    done_at: datetime | None
    undone_at: datetime | None
    count: int
    changed: int
    field: str
    value: Mapping[str, Any]
    examples: tuple[tuple[str, str], ...]


_PAGE = text("""
SELECT b.id, b.state, b.user_name, b.created_at, b.done_at, b.undone_at, cardinality(b.article_ids) AS count,
       b.changed_count AS changed, b.field,
       b.value, (SELECT json_agg(json_build_array(a.sku, coalesce(a.names ->> :locale, a.name)) ORDER BY a.sku_key)
                 FROM articles a WHERE a.id = ANY(b.article_ids[1:5])) AS examples
FROM bulk_edits b WHERE b.id = :id""")


def bulk_page(actor: Actor, bulk_id: int) -> BulkPage:
    """One of them; raises NotFound."""
    row = db.session.execute(_PAGE, {"id": bulk_id, "locale": actor.locale}).one_or_none()
    if row is None:
        raise NotFound(N_("This selection is no longer kept. Select the articles again."))
    values: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's name for a row as a mapping
    examples = tuple((sku, name) for sku, name in values.pop("examples") or ())
    return BulkPage(**values, examples=examples)
