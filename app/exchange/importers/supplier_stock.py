"""What suppliers say they have, and how many working days they need."""

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
from app.inventory.service.suppliers import SupplierStockRow, set_supplier_stock

FIELDS = (
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item", "item number", "stock code",
          "product code", "Artikel", "Artikelnummer", "артикул", "код товара", "код товару"), is_required=True, length=60),
    Field("quantity", N_("In stock"), ("quantity", "qty", "stock", "available", "Bestand", "Menge", "остаток",
          "количество", "залишок", "кількість"), shape=Shape.NUMBER, is_required=True),
    Field("supplier", N_("Supplier's code"), ("supplier", "supplier code", "vendor", "Lieferant", "поставщик",
          "постачальник"), length=40),
    Field("lead_days", N_("Working days"), ("lead days", "lead time", "lead time days", "Lieferzeit", "срок поставки",
          "термін постачання"), shape=Shape.WHOLE),
    Field("ships_directly", N_("Ships directly"), ("ships directly", "drop ship", "dropship", "Streckengeschäft",
          "прямая поставка", "пряма поставка"), shape=Shape.SWITCH),
    Field("supplier_sku", N_("Supplier's number"), ("supplier sku", "supplier number", "vendor sku",
          "Lieferantenartikelnummer", "артикул поставщика", "артикул постачальника"), length=60),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    if "supplier" not in chunk.plan.columns and not chunk.options["supplier"]:
        raise Invalid("supplier", N_("Say whose stock it is: by a column or by the option “supplier”."))
    rows = [
        SupplierStockRow(
            values["sku"], values.get("supplier") or chunk.options["supplier"], values["quantity"],
            values.get("lead_days"), values.get("ships_directly"), values.get("supplier_sku"),
        )
        for values in (item.values for item in chunk.items)
    ]  # fmt: skip
    results = set_supplier_stock(actor, rows)
    for item, result in zip(chunk.items, results, strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, "sku", "refused", result.problem))
    outcome.figures = {"units": sum((row.quantity for row in rows), Decimal(0))}
    return outcome


IMPORTERS.add(
    "supplier_stock",
    Importer(
        code="supplier_stock",
        label=N_("Suppliers' stock"),
        about=N_(
            "What suppliers have of our articles, in base units, with their working days. Articles of suppliers who ship "
            "directly can be sold from it; a figure counts for as many days as the rules of stock say."
        ),
        permission=Permission.STOCK,
        fields=FIELDS,
        options=(
            Option("supplier", N_("Supplier"), N_("Code of the supplier for a file without a column that names him.")),
        ),
        apply=apply,
        figures={"units": N_("Units at suppliers")},
    ),
)
