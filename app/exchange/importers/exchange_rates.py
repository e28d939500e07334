"""Rates of exchange, one pair and day a row."""

from __future__ import annotations

from app.core.actor import Actor
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.pricing.service.rates import ExchangeRow, exchange_problem, set_exchange_rates

FIELDS = (
    Field("currency_from", N_("From currency"), ("from currency", "from", "base", "von", "из валюты", "з валюти"),
          is_required=True, length=3),
    Field("currency_to", N_("To currency"), ("to currency", "to", "quote", "nach", "в валюту", "у валюту"),
          is_required=True, length=3),
    Field("rate", N_("Rate"), ("rate", "exchange rate", "Kurs", "курс"), shape=Shape.NUMBER, is_required=True),
    Field("on_date", N_("Day"), ("day", "date", "Datum", "дата"), shape=Shape.DAY, is_required=True),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    good: list[tuple[Item, ExchangeRow]] = []
    for item in chunk.items:
        values = item.values
        row = ExchangeRow(
            values["currency_from"].upper(), values["currency_to"].upper(), values["on_date"], values["rate"],
            chunk.options["source"],
        )  # fmt: skip
        problem = exchange_problem(row)
        if problem is None:
            good.append((item, row))
        else:
            outcome.refuse(chunk.problem(item, problem.field, f"bad_{problem.field}", problem.message))
    states = set_exchange_rates(actor, [row for _item, row in good])
    for (item, _row), state in zip(good, states, strict=True):
        outcome.note(item.row, RowState(state))
    return outcome


IMPORTERS.add(
    "exchange_rates",
    Importer(
        code="exchange_rates",
        label=N_("Exchange rates"),
        about=N_("One unit of a currency is so many units of another from a day on, one pair a row."),
        permission=Permission.PRICES,
        fields=FIELDS,
        options=(Option("source", N_("Source"), N_("Who publishes these rates, such as ECB.")),),
        apply=apply,
    ),
)
