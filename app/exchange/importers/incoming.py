"""Goods on their way: one row a line of a purchase."""

from __future__ import annotations

from decimal import Decimal

from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.inventory.service.incoming import IncomingRow, set_incoming

FIELDS = (
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item", "item number", "stock code",
          "product code", "Artikel", "Artikelnummer", "артикул", "код товара", "код товару"), is_required=True, length=60),
    Field("quantity", N_("Quantity"), ("quantity", "qty", "Menge", "количество", "кол-во", "кількість"),
          shape=Shape.NUMBER, is_required=True),
    Field("expected_on", N_("Expected"), ("expected", "expected on", "expected date", "delivery date", "arrival", "due",
          "Liefertermin", "erwartet", "дата поставки", "ожидается", "дата постачання", "очікується"), shape=Shape.DAY,
          is_required=True),
    Field("reference", N_("Purchase number"), ("reference", "purchase", "purchase order", "po number", "order number",
          "Bestellnummer", "номер заказа", "номер замовлення"), is_required=True, length=80),
    Field("line", N_("Line"), ("line", "line number", "position", "Position", "строка", "рядок"), length=20),
    Field("warehouse", N_("Warehouse"), ("warehouse", "warehouse code", "location", "Lager", "Lagerort", "склад",
          "код склада", "код складу"), length=40),
    Field("supplier", N_("Supplier's code"), ("supplier", "supplier code", "vendor", "Lieferant", "поставщик",
          "постачальник"), length=40),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    if "warehouse" not in chunk.plan.columns and not chunk.options["warehouse"]:
        raise Invalid("warehouse", N_("Say where the goods go: by a column or by the option “warehouse”."))
    rows = [
        IncomingRow(
            values["sku"], values.get("warehouse") or chunk.options["warehouse"], values["quantity"],
            values["expected_on"], values["reference"], values.get("line", ""), values.get("supplier", ""),
        )
        for values in (item.values for item in chunk.items)
    ]  # fmt: skip
    results = set_incoming(actor, rows)
    for item, result in zip(chunk.items, results, strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, "sku", "refused", result.problem))
    outcome.figures = {"units": sum((row.quantity for row in rows), Decimal(0))}
    return outcome


IMPORTERS.add(
    "incoming",
    Importer(
        code="incoming",
        label=N_("Goods to come"),
        about=N_(
            "Lines of purchases with the day they are expected, in base units. A line is known by purchase number, line, "
            "article and warehouse; what was received or cancelled is not changed any more."
        ),
        permission=Permission.STOCK,
        fields=FIELDS,
        options=(
            Option(
                "warehouse", N_("Warehouse"), N_("Code of the warehouse for a file without a column that names it.")
            ),
        ),
        apply=apply,
        figures={"units": N_("Units to come")},
    ),
)
