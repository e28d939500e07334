"""Categories as the operator keeps them: the whole tree with what hangs on it, one with its texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category in its place; counts are its own, without those below."""

    code: str
    name: str
    depth: int
    article_count: int
    attribute_count: int


@dataclass(frozen=True, slots=True)
class CategoryFacts:
    """A category as it is edited; `template` are its own attributes with whether they are required."""

    id: int
    code: str
    name: str
    names: Mapping[str, str]
    parent: str
    position: int
    template: tuple[tuple[str, bool], ...]


_LINES = text("""
WITH RECURSIVE tree AS (
    SELECT id, code, coalesce(names ->> :locale, name) AS name, 0 AS depth,
           ARRAY[lpad(position::text, 8, '0') || code] AS path
    FROM categories WHERE parent_id IS NULL
    UNION ALL
    SELECT c.id, c.code, coalesce(c.names ->> :locale, c.name), t.depth + 1,
           t.path || (lpad(c.position::text, 8, '0') || c.code)
    FROM categories c JOIN tree t ON c.parent_id = t.id
)
SELECT t.code, t.name, t.depth, coalesce(n.articles, 0),
       (SELECT count(*) FROM category_attributes x WHERE x.category_id = t.id)
FROM tree t LEFT JOIN (SELECT category_id, count(*) AS articles FROM articles GROUP BY category_id) n ON n.category_id = t.id
ORDER BY t.path""")
_ONE = text("""
SELECT c.id, c.code, c.name, c.names, coalesce(p.code, ''), c.position,
       (SELECT coalesce(json_agg(json_build_array(d.code, t.is_required) ORDER BY t.position), '[]')
        FROM category_attributes t JOIN attributes d ON d.id = t.attribute_id WHERE t.category_id = c.id)
FROM categories c LEFT JOIN categories p ON p.id = c.parent_id WHERE c.code = :code""")


def category_lines(actor: Actor) -> list[CategoryLine]:
    """The tree in reading order, names in the actor's language."""
    return [CategoryLine(*row) for row in db.session.execute(_LINES, {"locale": actor.locale})]


def category(actor: Actor, code: str) -> CategoryFacts:
    """One category; raises NotFound."""
    row = db.session.execute(_ONE, {"code": code}).one_or_none()
    if row is None:
        raise NotFound(N_("There is no category {code}.", code=code))
    category_id, code, name, names, parent, position, template = row
    own = tuple((attribute, is_required) for attribute, is_required in template)
    return CategoryFacts(category_id, code, name, names, parent, position, own)
