"""What articles cost the operator, one a row."""

from __future__ import annotations

from app.accounts.queries.companies import operator_party
from app.core.actor import Actor
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.pricing.service.costs import CostRow, set_costs

FIELDS = (
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item", "item number", "Artikel",
          "Artikelnummer", "артикул"), is_required=True, length=60),
    Field("cost", N_("Cost"), ("cost", "purchase price", "cost price", "Einkaufspreis", "EK", "себестоимость",
          "закупочная цена", "собівартість", "ціна закупівлі"), shape=Shape.NUMBER, is_required=True),
    Field("currency", N_("Currency"), ("currency", "Währung", "валюта"), length=3),
    Field("valid_from", N_("First day"), ("valid from", "gültig ab", "действует с", "діє з"), shape=Shape.DAY),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    currency = chunk.options["currency"].upper() or operator_party(actor).currency
    rows = [
        CostRow(
            item.values["sku"], item.values["cost"], item.values.get("currency", currency).upper(),
            item.values.get("valid_from"),
        )
        for item in chunk.items
    ]  # fmt: skip
    for item, (state, problem) in zip(chunk.items, set_costs(actor, rows), strict=True):
        if problem is None:
            outcome.note(item.row, RowState(state))
        else:
            outcome.refuse(chunk.problem(item, "sku", "refused", problem))
    return outcome


IMPORTERS.add(
    "costs",
    Importer(
        code="costs",
        label=N_("Costs"),
        about=N_("What one base unit of an article costs you, one article a row. Customers never see it."),
        permission=Permission.PRICES,
        fields=FIELDS,
        options=(Option("currency", N_("Currency"), N_("Three letters; empty: as the file says, else your own.")),),
        apply=apply,
    ),
)
