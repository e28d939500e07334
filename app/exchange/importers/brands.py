"""Brands: names, a text, an address on the web."""

from __future__ import annotations

from app.catalog.service.brands import BrandRow, upsert_brands
from app.core.actor import Actor
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.fields import Field
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("code", N_("Code"), ("brand code", "code", "Markencode", "код", "код бренда", "код бренду"), is_required=True,
          length=100),
    Field("name", N_("Name"), ("brand", "name", "brand name", "Marke", "Bezeichnung", "бренд", "название", "назва"),
          length=100),
    Field("about", N_("About the brand"), ("about", "description", "Beschreibung", "описание", "опис"), length=5_000),
    Field("website", N_("Address on the web"), ("website", "url", "web", "Webseite", "сайт"), length=300),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    rows = [
        BrandRow(item.values["code"], item.values.get("name"), item.values.get("about"), item.values.get("website"))
        for item in chunk.items
    ]
    for item, result in zip(chunk.items, upsert_brands(actor, rows), strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, result.field, f"bad_{result.field}", result.problem))
    return outcome


IMPORTERS.add(
    "brands",
    Importer(
        code="brands",
        label=N_("Brands"),
        about=N_(
            "One brand a row, known by its code, else by its name. Articles of a brand that gets another name carry the "
            "new one."
        ),
        permission=Permission.CATALOGUE,
        fields=FIELDS,
        apply=apply,
    ),
)
