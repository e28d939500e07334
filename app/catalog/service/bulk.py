"""One field of many articles at once: chosen on the server, looked at before, applied as one change, taken back as one."""

# ruff: noqa: S608 -- statements are put together from constants of the catalogue

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, text

from app.catalog.domain.attributes import plain_value
from app.catalog.domain.bulk import FACTS_OF, BulkChange, Filter, demand_fit
from app.catalog.models.bulk import BulkEdit
from app.catalog.models.categories import Category
from app.catalog.queries.selection import filtered_ids
from app.catalog.service.articles import take_turn
from app.catalog.service.vocabulary import FACETS, definitions, gather_facets, learn
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_

KEPT_FOR = timedelta(days=2)
# How each fact is read as a portrait has it, and written from one (`w.facts`).
_READ = {
    "category": "coalesce((SELECT c.code FROM categories c WHERE c.id = a.category_id), '')",
    "minimum": "trim_scale(a.minimum)::text",
    "step": "trim_scale(a.step)::text",
}
_WRITE = {
    "category": "category_id = (SELECT c.id FROM categories c WHERE c.code = w.facts ->> 'category')",
    "minimum": "minimum = CAST(w.facts ->> 'minimum' AS numeric)",
    "step": "step = CAST(w.facts ->> 'step' AS numeric)",
    "lead_time_days": "lead_time_days = CAST(w.facts ->> 'lead_time_days' AS integer)",
    "attributes": "attributes = w.facts -> 'attributes'",
}
# Articles whose own maximum or anchor the new quantities do not fit.
_UNFIT = """(a.maximum IS NOT NULL AND a.maximum < CAST(:minimum AS numeric))
    OR (a.anchor = 'zero' AND CAST(:step AS numeric) > 0 AND mod(CAST(:minimum AS numeric), CAST(:step AS numeric)) <> 0)"""
_TOLD = text("""
INSERT INTO audit_entries (company_id, user_id, user_name, via, object_type, object_id, action, changes)
SELECT :company, :user, :name, :via, 'article', r.article_id, :action,
       (SELECT jsonb_object_agg(k, CASE WHEN :is_back THEN jsonb_build_array(r.after -> k, r.before -> k)
                                        ELSE jsonb_build_array(r.before -> k, r.after -> k) END)
        FROM jsonb_object_keys(r.after) k WHERE r.before -> k IS DISTINCT FROM r.after -> k)
       || jsonb_build_object('bulk_edit', r.bulk_edit_id)
FROM bulk_edit_rows r WHERE r.bulk_edit_id = :bulk AND r.article_id = ANY(CAST(:ids AS bigint[])) ORDER BY r.article_id""")
_KEEP = """INSERT INTO bulk_edit_rows (bulk_edit_id, article_id, before, after)
        SELECT :kept_as, w.id, w.before, w.facts FROM w JOIN done USING (id) RETURNING article_id"""
# What articles are filtered by follows; words to search by do so by themselves.
_FACETS = {
    "brand": FACETS.format(attributes="a.attributes", brand="(w.facts ->> 'brand')"),
    "attribute": FACETS.format(attributes="(w.facts -> 'attributes')", brand="a.brand"),
}
_HEADS = text("""
SELECT DISTINCT coalesce(a.variant_of_id, a.id) FROM articles a
WHERE a.id = ANY(CAST(:ids AS bigint[])) AND (a.is_head OR a.variant_of_id IS NOT NULL)""")


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What a change would do. `unfit` articles are left out, because the numbers do not fit their own rule."""

    changed: int
    same: int
    unfit: int
    examples: tuple[tuple[str, str, Mapping[str, Any], Mapping[str, Any]], ...]  # number, name, before, after


@command
def choose(actor: Actor, ids: Collection[int]) -> int:
    """Keep a selection on the server; returns its number. Raises Invalid for none."""
    if not ids:
        raise Invalid("ids", N_("Select the articles first."))
    db.session.execute(delete(BulkEdit).where(BulkEdit.state == "chosen", BulkEdit.created_at < clock.now() - KEPT_FOR))
    values = {"user_id": actor.user_id, "user_name": actor.name, "article_ids": sorted(set(ids))}
    return db.session.scalars(insert(BulkEdit).values(**values).returning(BulkEdit.id)).one()


@command
def choose_all(actor: Actor, wanted: Filter) -> int:
    """Keep everything a filter finds now."""
    return choose(actor, filtered_ids(actor, wanted))


def preview_change(actor: Actor, bulk_id: int, change: BulkChange) -> BulkPreview:
    """Count what would change, three examples with it; nothing is stored. Raises Invalid, NotFound."""
    bulk = _held(bulk_id)
    change = _checked(change)
    values = _values(bulk.article_ids, change)
    counted = f"""
        WITH w AS ({_wanted(change)})
        SELECT count(*) FILTER (WHERE NOT w.unfit AND w.before <> w.facts),
               count(*) FILTER (WHERE NOT w.unfit AND w.before = w.facts), count(*) FILTER (WHERE w.unfit)
        FROM w"""
    shown = f"""
        WITH w AS ({_wanted(change)})
        SELECT a.sku, coalesce(a.names ->> :locale, a.name), w.before, w.facts
        FROM w JOIN articles a ON a.id = w.id WHERE NOT w.unfit AND w.before <> w.facts ORDER BY a.sku_key LIMIT 3"""
    counts = db.session.execute(text(counted), values).one()
    examples = db.session.execute(text(shown), values | {"locale": actor.locale}).all()
    changed, same, unfit = counts
    return BulkPreview(changed, same, unfit, tuple((row[0], row[1], row[2], row[3]) for row in examples))


@command
def apply_change(actor: Actor, bulk_id: int, change: BulkChange) -> int:
    """Change the field of all chosen articles; returns how many changed. Raises Invalid, NotFound, Conflict."""
    take_turn()
    bulk = _held(bulk_id, is_locked=True)
    if bulk.state != "chosen":
        raise Conflict(N_("This change has been made already."))
    change = _checked(change)
    if change.field in ("brand", "attribute"):
        spoken = [{change.attribute: change.value}] if change.attribute and change.value else []
        learn(definitions(), spoken, [str(change.facts.get("brand") or "")])
    wanted = f"SELECT w.id, w.before, w.facts FROM ({_wanted(change)}) w WHERE NOT w.unfit AND w.before <> w.facts"
    changed = _write(change.field, wanted, _values(bulk.article_ids, change), kept_as=bulk_id)
    _tell(actor, bulk_id, changed, is_back=False)
    bulk.field, bulk.value, bulk.state = change.field, change.as_json(), "done"
    bulk.changed_count, bulk.done_at = len(changed), clock.now()
    about = {"field": change.field, "value": change.as_json(), "articles": len(changed)}
    audit.record(actor, "bulk_edit", bulk_id, "bulk_changed", about)
    return len(changed)


@command
def undo_bulk(actor: Actor, bulk_id: int) -> tuple[int, int]:
    """Put the field back wherever it still stands as this change left it; how many, and how many changed again since.

    Raises Conflict when it is undone already, or nothing is left to undo.
    """
    take_turn()
    bulk = _held(bulk_id, is_locked=True)
    if bulk.state != "done":
        raise Conflict(N_("There is nothing to undo here."))
    wanted = f"""SELECT a.id, {_now(bulk.field)} AS before, r.before AS facts
        FROM bulk_edit_rows r JOIN articles a ON a.id = r.article_id
        WHERE r.bulk_edit_id = :bulk AND {_now(bulk.field)} = r.after"""
    changed = _write(bulk.field, wanted, {"bulk": bulk_id})
    if not changed and bulk.changed_count:
        raise Conflict(N_("All of these articles have been changed again since. Nothing is undone."))
    _tell(actor, bulk_id, changed, is_back=True)
    bulk.state, bulk.undone_at = "undone", clock.now()
    left = bulk.changed_count - len(changed)
    audit.record(actor, "bulk_edit", bulk_id, "bulk_undone", {"articles": len(changed), "left": left})
    return len(changed), left


def _held(bulk_id: int, *, is_locked: bool = False) -> BulkEdit:
    bulk = db.session.get(BulkEdit, bulk_id, with_for_update=is_locked or None, populate_existing=True)
    if bulk is None:
        raise NotFound(N_("This selection is no longer kept. Select the articles again."))
    return bulk


def _checked(change: BulkChange) -> BulkChange:
    """The change with its value as it is kept. Raises Invalid."""
    demand_fit(change)
    code = change.facts.get("category")
    if code and db.session.scalar(select(Category.id).where(Category.code == code)) is None:
        raise Invalid("category", N_("There is no category {code}.", code=code))
    if change.field != "attribute":
        return change
    known = definitions()
    if change.attribute not in known:
        raise Invalid("attribute", N_("There is no property {code}.", code=change.attribute))
    value = plain_value(known[change.attribute], change.value) if change.value.strip() else ""
    return BulkChange("attribute", {}, change.attribute, value)


def _now(field: str) -> str:
    pairs = (f"'{fact}', {_READ.get(fact, f'a.{fact}')}" for fact in FACTS_OF[field])
    return f"jsonb_build_object({', '.join(pairs)})"


def _wanted(change: BulkChange) -> str:
    """Chosen articles with the facts as they are and as they are to be."""
    facts = "CAST(:facts AS jsonb)"
    if change.field == "attribute":
        kept = "a.attributes || jsonb_build_object(CAST(:code AS text), CAST(:value AS text))"
        facts = f"jsonb_build_object('attributes', {kept if change.value else 'a.attributes - CAST(:code AS text)'})"
    unfit = _UNFIT if change.field == "quantities" else "false"
    return f"""SELECT a.id, {_now(change.field)} AS before, {facts} AS facts, {unfit} AS unfit
        FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[]))"""


def _values(ids: list[int], change: BulkChange) -> dict[str, Any]:
    values: dict[str, Any] = {"ids": ids}
    if change.field == "attribute":
        return values | {"code": change.attribute} | ({"value": change.value} if change.value else {})
    if change.field == "quantities":
        values |= {"minimum": change.facts["minimum"], "step": change.facts["step"]}
    return values | {"facts": json.dumps(dict(change.facts))}


def _write(field: str, wanted: str, values: Mapping[str, Any], *, kept_as: int | None = None) -> list[int]:
    """One UPDATE for all, with what stood there before kept as rows of a bulk edit; the ids that changed."""
    sets = [_WRITE.get(fact, f"{fact} = w.facts ->> '{fact}'") for fact in FACTS_OF[field]]
    if field in _FACETS:
        sets.append(f"facets = CASE WHEN a.is_head THEN a.facets ELSE {_FACETS[field]} END")
    outcome = "SELECT id FROM done" if kept_as is None else _KEEP
    statement = f"""
        WITH w AS MATERIALIZED ({wanted}), done AS (
            UPDATE articles a SET {", ".join(sets)}, updated_at = clock_timestamp() FROM w WHERE a.id = w.id RETURNING a.id
        )
        {outcome}"""
    extra = {} if kept_as is None else {"kept_as": kept_as}
    changed = list(db.session.execute(text(statement), {**values, **extra}).scalars())
    if changed and (field in _FACETS or field == "status"):
        gather_facets(list(db.session.execute(_HEADS, {"ids": changed}).scalars()))
    return changed


def _tell(actor: Actor, bulk_id: int, ids: list[int], *, is_back: bool) -> None:
    db.session.execute(_TOLD, {
        "company": actor.company_id, "user": actor.user_id, "name": actor.name, "via": str(actor.via), "bulk": bulk_id,
        "ids": ids, "is_back": is_back, "action": "bulk_undone" if is_back else "bulk_changed",
    })  # fmt: skip
