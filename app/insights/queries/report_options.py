"""What the pick lists of a report's form offer."""

from __future__ import annotations

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db

_OPTIONS = text("""
SELECT 'group' AS kind, code, name FROM account_groups
UNION ALL SELECT 'segment', code, name FROM segments
UNION ALL SELECT 'category', code, name FROM categories
UNION ALL SELECT 'manager', CAST(id AS text), name FROM users
    WHERE id IN (SELECT manager_id FROM companies WHERE manager_id IS NOT NULL)
UNION ALL SELECT 'currency', c.currency, c.currency FROM (SELECT DISTINCT currency FROM companies) c
ORDER BY 1, 3, 2""")


def options(actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """(code, name) of groups, segments, categories, managers and currencies, by kind. One statement."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, code, name in db.session.execute(_OPTIONS):
        found.setdefault(kind, []).append((code, name))
    return found
