"""Batches in warehouses with their days of expiry."""

from __future__ import annotations

from decimal import Decimal

from app.catalog.domain.article import key_of
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.inventory.service.batches import BatchRow, set_batches

FIELDS = (
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item", "item number", "stock code",
          "product code", "Artikel", "Artikelnummer", "артикул", "код товара", "код товару"), is_required=True, length=60),
    Field("batch", N_("Batch"), ("batch", "batch number", "lot", "lot number", "Charge", "Chargennummer", "партия",
          "номер партии", "партія"), is_required=True, length=60),
    Field("quantity", N_("Quantity"), ("quantity", "qty", "Menge", "количество", "кол-во", "кількість"),
          shape=Shape.NUMBER, is_required=True),
    Field("expires_on", N_("Expires"), ("expires", "expiry", "expiry date", "best before", "Verfall", "Haltbar bis",
          "годен до", "срок годности", "придатний до"), shape=Shape.DAY),
    Field("warehouse", N_("Warehouse"), ("warehouse", "warehouse code", "location", "Lager", "Lagerort", "склад",
          "код склада", "код складу"), length=40),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    if "warehouse" not in chunk.plan.columns and not chunk.options["warehouse"]:
        raise Invalid("warehouse", N_("Say where the batches lie: by a column or by the option “warehouse”."))
    rows = [
        BatchRow(
            values["sku"], values.get("warehouse") or chunk.options["warehouse"], values["batch"], values["quantity"],
            values.get("expires_on"),
        )
        for values in (item.values for item in chunk.items)
    ]  # fmt: skip
    done = set_batches(actor, rows)
    over = 0
    for item, row, result in zip(chunk.items, rows, done.results, strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
            over += (key_of(row.sku), row.warehouse) in done.over
        else:
            outcome.refuse(chunk.problem(item, "sku", "refused", result.problem))
    outcome.figures = {
        "units": sum((row.quantity for row in rows), Decimal(0)),
        "over": Decimal(over),
    }
    return outcome


IMPORTERS.add(
    "batches",
    Importer(
        code="batches",
        label=N_("Batches"),
        about=N_(
            "What each batch holds, in base units; zero takes it away, batches that are not named stay. The batches of a "
            "warehouse should add up to what is on hand: rows that go beyond it are counted."
        ),
        permission=Permission.STOCK,
        fields=FIELDS,
        options=(
            Option(
                "warehouse", N_("Warehouse"), N_("Code of the warehouse for a file without a column that names it.")
            ),
        ),
        apply=apply,
        figures={"units": N_("Units in batches"), "over": N_("Rows beyond what is on hand")},
    ),
)
