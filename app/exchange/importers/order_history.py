"""Orders of earlier years: one line of an order a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from app.core.actor import Actor
from app.core.money import round_amount
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.ordering.domain.history import HistoryLine
from app.ordering.service.history import import_orders

FIELDS = (
    Field("number", N_("Order number"), ("order number", "order no", "order", "invoice no", "Bestellnummer",
          "Auftragsnummer", "номер заказа", "заказ", "номер замовлення", "замовлення"), is_required=True, length=40),
    Field("position", N_("Line number"), ("line no", "line number", "line", "position", "pos", "Positionsnummer",
          "номер строки", "строка", "позиция", "номер рядка", "рядок", "позиція"), shape=Shape.WHOLE),
    Field("placed_at", N_("Ordered at"), ("ordered at", "order date", "date", "invoice date", "Bestelldatum", "Datum",
          "дата заказа", "дата", "дата замовлення"), shape=Shape.MOMENT, is_required=True),
    Field("account", N_("Account"), ("account", "account code", "customer", "customer id", "customer no", "Kunde",
          "Kundennummer", "клиент", "код клиента", "контрагент", "клієнт", "код клієнта"), is_required=True, length=40),
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item", "item number", "stock code",
          "product code", "Artikel", "Artikelnummer", "артикул", "код товара", "код товару"), is_required=True, length=60),
    Field("quantity", N_("Quantity"), ("qty", "quantity", "pieces", "Menge", "Anzahl", "количество", "кол-во",
          "кількість"), shape=Shape.NUMBER, is_required=True),
    Field("unit_price", N_("Unit price"), ("unit price", "price", "Einzelpreis", "Preis", "цена", "ціна"),
          shape=Shape.NUMBER, is_required=True),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    currency = chunk.options["currency"]
    result = import_orders(actor, [_line(item, currency) for item in chunk.items])
    for state, rows in (
        (RowState.CREATED, result.created),
        (RowState.CHANGED, result.changed),
        (RowState.SAME, result.same),
    ):
        for row in rows:
            outcome.note(row, state)
    for problem in result.problems:
        outcome.refuse(replace(problem, column=chunk.plan.header(problem.column)))
    _sum_up(chunk, outcome)
    return outcome


def _line(item: Item, currency: str) -> HistoryLine:
    values = item.values
    placed_at: datetime = values["placed_at"]
    position: int | None = values.get("position")
    return HistoryLine(
        row=item.row,
        number=values["number"],
        position=item.ordinal if position is None else position,
        placed_at=placed_at,
        account=values["account"],
        sku=values["sku"],
        quantity=values["quantity"],
        unit_price=values["unit_price"],
        currency=currency,
        is_numbered=position is not None,
    )


def _sum_up(chunk: Chunk, outcome: Outcome) -> None:
    orders = pieces = net = Decimal(0)
    for item in chunk.items:
        if outcome.states[item.row] is not RowState.REFUSED:
            orders += item.ordinal == 1
            pieces += item.values["quantity"]
            net += round_amount(item.values["quantity"] * item.values["unit_price"], chunk.options["currency"])
    outcome.figures = {"orders": orders, "pieces": pieces, "net": net}


IMPORTERS.add(
    "order_history",
    Importer(
        code="order_history",
        label=N_("Order history"),
        about=N_(
            "Orders of earlier years, one line a row. They move no stock and are never invoiced. Without line numbers a "
            "line that is stored already is not replaced."
        ),
        permission=Permission.HISTORY,
        fields=FIELDS,
        options=(
            Option(
                "currency", N_("Currency"), N_("Three letters. All amounts of the file are in it."), is_required=True
            ),
        ),
        group=("account", "number"),
        chunk_rows=5_000,
        apply=apply,
        figures={"orders": N_("Orders"), "pieces": N_("Pieces"), "net": N_("Net amount")},
    ),
)
