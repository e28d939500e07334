"""What kits are made of."""

from __future__ import annotations

from app.catalog.service.kits import PartRow, upsert_kit_parts
from app.core.actor import Actor
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.fields import Field, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("kit", N_("Kit"), ("kit", "kit sku", "set", "bundle", "Set", "Setartikel", "комплект", "набор", "набір"),
          is_required=True, length=60),
    Field("sku", N_("Part"), ("part", "part sku", "sku", "component", "Teil", "Artikelnummer", "Komponente", "деталь",
          "артикул", "состав"), is_required=True, length=60),
    Field("quantity", N_("Quantity in base units"), ("quantity", "qty", "Menge", "количество", "кол-во", "кількість"),
          shape=Shape.NUMBER, is_required=True),
    Field("position", N_("Position"), ("position", "sort", "Reihenfolge", "порядок"), shape=Shape.WHOLE),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    rows = [
        PartRow(item.values["kit"], item.values["sku"], item.values["quantity"], item.values.get("position"))
        for item in chunk.items
    ]
    for item, result in zip(chunk.items, upsert_kit_parts(actor, rows), strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, result.field, f"bad_{result.field}", result.problem))
    return outcome


IMPORTERS.add(
    "kit_parts",
    Importer(
        code="kit_parts",
        label=N_("Parts of kits"),
        about=N_(
            "One part of a kit a row, so many base units of it in one kit; the quantity 0 takes a part out. Parts that the "
            "file does not name stay. A kit holds no kits."
        ),
        permission=Permission.CATALOGUE,
        fields=FIELDS,
        apply=apply,
    ),
)
