"""What is in stock: one count a row with its warehouse, or one column a warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import Field, Option, Shape, Variants
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.inventory.models.stock import Warehouse
from app.inventory.service.stock import StockRow, WarehouseRow, set_stock, upsert_warehouses

FIELDS = (
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item", "item number", "stock code",
          "product code", "Artikel", "Artikelnummer", "артикул", "код товара", "код товару"), is_required=True, length=60),
    Field("stock", N_("In stock"), ("stock", "on hand", "in stock", "quantity", "qty", "Bestand", "Menge", "остаток",
          "количество", "наличие", "залишок", "кількість", "наявність"), shape=Shape.NUMBER, is_required=True,
          variants=Variants.CODE),
    Field("warehouse", N_("Warehouse"), ("warehouse", "warehouse code", "location", "Lager", "Lagerort", "склад",
          "код склада", "код складу"), length=40),
    Field("threshold", N_("Kept back"), ("threshold", "safety stock", "Mindestbestand", "Sicherheitsbestand",
          "страховой запас", "страховий запас"), shape=Shape.NUMBER),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    _open_warehouses(actor, chunk)
    wanted = [entry for item in chunk.items for entry in _counts(item, chunk)]
    results = set_stock(
        actor, [row for _item, _key, row in wanted], reference=f"import {chunk.options['warehouse']}".strip()
    )
    pieces = Decimal(0)
    for (item, key, row), result in zip(wanted, results, strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
            pieces += row.on_hand
        elif outcome.states.get(item.row) is not RowState.REFUSED:
            outcome.refuse(chunk.problem(item, key, "refused", result.problem))
    outcome.figures = {"units": pieces}
    return outcome


def _counts(item: Item, chunk: Chunk) -> Iterator[tuple[Item, str, StockRow]]:
    """The counts of a row: one for each column that names a warehouse, or the one of the row's own warehouse."""
    values = item.values
    for key in chunk.plan.columns:
        name, _sign, code = key.partition(":")
        if name == "stock" and key in values:
            warehouse = code or values.get("warehouse") or chunk.options["warehouse"]
            yield item, key, StockRow(values["sku"], warehouse, values[key], values.get("threshold"))


def _open_warehouses(actor: Actor, chunk: Chunk) -> None:
    """Warehouses named by a header or by the option are made when missing; those of a column must be there."""
    columns = chunk.plan.columns
    named = {key.partition(":")[2] for key in columns if key.startswith("stock:")}
    if "stock" in columns and "warehouse" not in columns:
        if not chunk.options["warehouse"]:
            raise Invalid("warehouse", N_("Say which warehouse was counted: by a column or by the option “warehouse”."))
        named.add(chunk.options["warehouse"])
    ordered = [key.partition(":")[2] for key in columns if key.partition(":")[2] in named]
    known = set(db.session.scalars(select(Warehouse.code)))
    missing = [code for code in dict.fromkeys([*ordered, *sorted(named)]) if code not in known]
    if missing:
        rows = [
            WarehouseRow(code, code.replace("_", " ").capitalize(), len(known) + n) for n, code in enumerate(missing)
        ]
        upsert_warehouses(actor, rows)


IMPORTERS.add(
    "stock",
    Importer(
        code="stock",
        label=N_("Stock"),
        about=N_(
            "What was counted, in base units. Either one column for each warehouse (stock_north) or a row for each "
            "warehouse. Every difference goes into the stock ledger. Warehouses named by a header are made when missing."
        ),
        permission=Permission.STOCK,
        fields=FIELDS,
        options=(
            Option(
                "warehouse", N_("Warehouse"), N_("Code of the warehouse for a file without a column that names it.")
            ),
        ),
        apply=apply,
        figures={"units": N_("Units in stock")},
    ),
)
