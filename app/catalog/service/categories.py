"""The category tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, insert, select, update

from app.catalog.models.articles import Article
from app.catalog.models.assortments import AssortmentRule
from app.catalog.models.categories import Category
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A node of the tree; the parent may come later among the rows. `names` by language."""

    code: str
    name: str
    names: Mapping[str, str] | None = None
    parent: str = ""
    position: int = 0


@command
def upsert_categories(actor: Actor, rows: Sequence[CategoryRow]) -> list[str]:
    """Create and change categories by code; "created", "changed" or "same" for each row.

    Raises Invalid for a code that stands twice, a parent that is not there, or a circle.
    """
    known = {found.code: found for found in db.session.scalars(select(Category)).all()}
    _demand_tree(rows, {found.code: found.parent_id for found in known.values()}, known)
    created = [row for row in rows if row.code not in known]
    if created:
        db.session.execute(insert(Category), [_values(row) for row in created])
    ids: dict[str, int] = dict(db.session.execute(select(Category.code, Category.id)).all())
    outcomes = []
    for row in rows:
        wanted = _values(row) | {"parent_id": ids[row.parent] if row.parent else None}
        found = known.get(row.code)
        if found is not None and all(getattr(found, name) == value for name, value in wanted.items()):
            outcomes.append("same")
            continue
        if found is not None or wanted["parent_id"]:
            db.session.execute(update(Category).where(Category.id == ids[row.code]).values(**wanted))
        outcomes.append("changed" if found is not None else "created")
    return outcomes


@command
def save_category(actor: Actor, row: CategoryRow, *, is_new: bool = False) -> str:
    """One category by hand: "created", "changed" or "same". Raises Invalid, or Conflict when a new code is taken."""
    before = _told(row.code)
    if is_new and before:
        raise Conflict(N_("There is a category {code} already.", code=row.code))
    (outcome,) = upsert_categories(actor, [row])
    after = _told(row.code)
    changes = {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
    if outcome != "same":
        audit.record(
            actor, "category", int(after["id"]), outcome, {k: pair for k, pair in changes.items() if k != "id"}
        )
    return outcome


@command
def drop_category(actor: Actor, code: str) -> None:
    """Take out a category with nothing in it. Raises NotFound, Conflict."""
    category_id = db.session.scalar(select(Category.id).where(Category.code == code).with_for_update())
    if category_id is None:
        raise NotFound(N_("There is no category {code}.", code=code))
    is_used = exists().where(Article.category_id == category_id) | exists().where(Category.parent_id == category_id)
    if db.session.scalar(select(is_used)):
        raise Conflict(N_("The category {code} still holds articles or categories. Move them first.", code=code))
    if db.session.scalar(select(exists().where(AssortmentRule.category_id == category_id))):
        raise Conflict(N_("An assortment allows or denies the category {code}. Change that first.", code=code))
    db.session.execute(delete(Category).where(Category.id == category_id))
    audit.record(actor, "category", category_id, "deleted", {"code": [code, None]})


def _told(code: str) -> dict[str, Any]:
    """A category as the history tells it, empty when it is not there."""
    above = select(Category.code).where(
        Category.id == select(Category.parent_id).where(Category.code == code).scalar_subquery()
    )
    row = db.session.execute(
        select(Category.id, Category.name, Category.names, Category.position, above.scalar_subquery().label("parent"))
        .where(Category.code == code)
    ).one_or_none()  # fmt: skip
    return {} if row is None else dict(row._mapping)  # noqa: SLF001


def _values(row: CategoryRow) -> dict[str, Any]:
    names = {language: name for language, name in (row.names or {}).items() if name}
    return {"code": row.code, "name": row.name or row.code, "names": names, "position": row.position}


def _demand_tree(rows: Sequence[CategoryRow], parents: dict[str, int | None], known: dict[str, Category]) -> None:
    codes = {found.id: found.code for found in known.values()}
    above = {code: codes[parent] if parent else "" for code, parent in parents.items()}
    if len({row.code for row in rows}) != len(rows) or any(not row.code or len(row.code) > 40 for row in rows):
        raise Invalid("code", N_("A category needs a code of its own, of at most {length} characters.", length=40))
    above |= {row.code: row.parent for row in rows}
    for row in rows:
        path = [row.code]
        while parent := above[path[-1]]:
            if parent not in above:
                raise Invalid("parent", N_("There is no category {code}.", code=parent))
            if parent in path:
                raise Invalid("parent", N_("The category {code} would stand below itself.", code=row.code))
            path.append(parent)
