"""Related articles: what can stand in for an article and what goes with it."""

from __future__ import annotations

from app.catalog.service.kits import RelationRow, upsert_relations
from app.core.actor import Actor
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.fields import Field, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item number", "Artikel", "Artikelnummer",
          "артикул", "код товара", "код товару"), is_required=True, length=60),
    Field("other", N_("Related article"), ("other", "related", "related sku", "related article", "Zugehöriger Artikel",
          "связанный артикул", "пов'язаний артикул"), is_required=True, length=60),
    Field("kind", N_("Kind: substitute or complement"), ("kind", "relation", "type", "Art", "Beziehung", "связь", "вид",
          "зв'язок"), is_required=True, length=20),
    Field("position", N_("Position"), ("position", "sort", "Reihenfolge", "порядок"), shape=Shape.WHOLE),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    rows = [
        RelationRow(item.values["sku"], item.values["other"], item.values["kind"].lower(), item.values.get("position"))
        for item in chunk.items
    ]
    for item, result in zip(chunk.items, upsert_relations(actor, rows), strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, result.field, f"bad_{result.field}", result.problem))
    return outcome


IMPORTERS.add(
    "related",
    Importer(
        code="related",
        label=N_("Related articles"),
        about=N_(
            "One pair a row: the second article can stand in for the first (substitute) or goes with it (complement). "
            "Pairs that the file does not name stay. Successors are a column of the articles."
        ),
        permission=Permission.CATALOGUE,
        fields=FIELDS,
        apply=apply,
    ),
)
