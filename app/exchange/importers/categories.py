"""The category tree: code, parent, names by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.catalog.models.categories import Category
from app.catalog.service.categories import CategoryRow, upsert_categories
from app.core.actor import Actor
from app.core.db import db
from app.core.texts import N_, Message
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import LANGUAGES, Field, Shape, Variants
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("code", N_("Code"), ("category code", "code", "category", "Kategoriecode", "Kategorie", "код", "код категории",
          "код категорії"), is_required=True, length=40),
    Field("parent", N_("Code of the parent"), ("parent code", "parent", "parent category", "Oberkategorie",
          "übergeordnet", "родитель", "код родителя", "родительская категория", "батьківська категорія"), length=40),
    Field("name", N_("Name"), ("name", "category name", "Name", "Bezeichnung", "название", "наименование", "назва"),
          is_required=True, variants=Variants.LANGUAGE, length=200),
    Field("position", N_("Position among its siblings"), ("position", "sort", "Reihenfolge", "порядок"),
          shape=Shape.WHOLE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    names: Mapping[str, Any]
    position: int


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    known = {
        row.code: _Known(row.name, row.names, row.position)
        for row in db.session.execute(select(Category.code, Category.name, Category.names, Category.position))
    }
    good = _rooted(_single(chunk, outcome), known, chunk, outcome)
    rows = [_row(item, known.get(item.values["code"]), len(known) + n) for n, item in enumerate(good)]
    for item, state in zip(good, upsert_categories(actor, rows), strict=True):
        outcome.note(item.row, RowState(state))
    return outcome


def _single(chunk: Chunk, outcome: Outcome) -> list[Item]:
    """Items without those whose code has stood in the part before."""
    seen: set[str] = set()
    kept = []
    for item in chunk.items:
        code = item.values["code"]
        if code in seen:
            twice = N_("The category {code} stands in the file twice.", code=code)
            outcome.refuse(chunk.problem(item, "code", "twice", twice))
        else:
            seen.add(code)
            kept.append(item)
    return kept


def _rooted(items: Sequence[Item], known: Mapping[str, _Known], chunk: Chunk, outcome: Outcome) -> list[Item]:
    """Items that hang on the tree: their parents are known or hang on it, too. What is left misses one or goes round."""
    given = {item.values["code"] for item in items}
    rooted = {code for code in known if code not in given}
    waiting, kept = list(items), set()
    while ready := [item for item in waiting if item.values.get("parent", "") in {"", *rooted}]:
        rooted |= {item.values["code"] for item in ready}
        kept |= {item.row for item in ready}
        waiting = [item for item in waiting if item.row not in kept]
    for item in waiting:
        outcome.refuse(chunk.problem(item, "parent", "no_parent", _no_parent(item.values["parent"], given)))
    return [item for item in items if item.row in kept]


def _no_parent(parent: str, given: set[str]) -> Message:
    if parent in given:
        return N_(
            "The category {code} cannot be the parent: it is refused itself, or stands below this one.", code=parent
        )
    return N_("There is no category {code}.", code=parent)


def _row(item: Item, known: _Known | None, position: int) -> CategoryRow:
    values = item.values
    names = {language: values[f"name:{language}"] for language in LANGUAGES if f"name:{language}" in values}
    name = values.get("name") or next(iter(names.values()), known.name if known else "")
    if known is not None:
        names = {**known.names, **names}
        position = known.position
    return CategoryRow(values["code"], name, names, values.get("parent", ""), values.get("position", position))


IMPORTERS.add(
    "categories",
    Importer(
        code="categories",
        label=N_("Categories"),
        about=N_("One category a row. A parent may stand anywhere in the file, or be known already."),
        permission=Permission.CATALOGUE,
        fields=FIELDS,
        chunk_rows=20_000,
        apply=apply,
    ),
)
