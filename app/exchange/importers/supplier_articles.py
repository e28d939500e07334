"""Articles of one supplier by his numbers; which of ours each is, is proposed and then confirmed on the pages."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.catalog.service.matching import SupplierArticleRow, upsert_supplier_articles
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("number", N_("Supplier's article number"), ("supplier number", "supplier sku", "sku", "article number", "item no",
          "order number", "Lieferantenartikelnummer", "Artikelnummer", "Bestellnummer", "артикул поставщика", "артикул",
          "артикул постачальника"), is_required=True, length=60),
    Field("name", N_("Name"), ("name", "description", "product name", "Bezeichnung", "название", "наименование", "назва",
          "найменування"), length=300),
    Field("brand", N_("Brand"), ("brand", "manufacturer", "Marke", "Hersteller", "бренд", "производитель", "виробник"),
          length=100),
    Field("mpn", N_("Manufacturer's number"), ("mpn", "manufacturer number", "manufacturer part number", "Herstellernummer",
          "номер производителя", "номер виробника"), length=80),
    Field("gtin", N_("GTIN"), ("gtin", "ean", "upc", "barcode", "GTIN/EAN", "штрихкод", "штрих-код"), length=14),
    Field("unit", N_("Unit"), ("unit", "unit code", "uom", "Einheit", "Mengeneinheit", "единица", "ед. изм.", "одиниця",
          "од. вим."), length=3),
    Field("price", N_("Price, net"), ("price", "net price", "purchase price", "Preis", "Einkaufspreis", "цена", "ціна"),
          shape=Shape.NUMBER),
    Field("currency", N_("Currency"), ("currency", "Währung", "валюта"), length=3),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    code = chunk.options["supplier"]
    supplier = db.session.execute(
        select(Company.id, Company.currency).where(Company.code == code, Company.kind == "supplier")
    ).one_or_none()
    if supplier is None:
        raise Invalid("supplier", N_("There is no supplier {code}.", code=code))
    rows = []
    for item in chunk.items:
        values = item.values
        currency = values.get("currency", "").upper() or (supplier.currency if "price" in values else "")
        rows.append(SupplierArticleRow(
            values["number"], values.get("name", ""), values.get("brand", ""), values.get("mpn", ""), values.get("gtin", ""),
            values.get("unit", "").upper(), values.get("price"), currency,
        ))  # fmt: skip
    for item, result in zip(chunk.items, upsert_supplier_articles(actor, supplier.id, rows), strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, result.field, f"bad_{result.field}", result.problem))
    return outcome


IMPORTERS.add(
    "supplier_articles",
    Importer(
        code="supplier_articles",
        label=N_("Articles of a supplier"),
        about=N_(
            "One article of the supplier a row, by his number. Which article of ours it is, is proposed with a confidence "
            "and confirmed under Articles of suppliers."
        ),
        permission=Permission.CATALOGUE,
        fields=FIELDS,
        options=(Option("supplier", N_("Supplier"), N_("Code of the supplier's account."), is_required=True),),
        apply=apply,
    ),
)
