"""Credit notes of earlier years: one line of goods that came back a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from app.accounts.queries.companies import account_ids
from app.catalog.domain.article import key_of
from app.core.actor import Actor
from app.core.db import db
from app.core.money import minor_units, round_amount
from app.core.texts import N_, Message
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission

FIELDS = (
    Field("number", N_("Return number"), ("return number", "return no", "credit note", "credit note number",
          "Gutschrift", "Gutschriftnummer", "Retourennummer", "номер возврата", "возврат", "номер повернення",
          "повернення"), is_required=True, length=40),
    Field("position", N_("Line number"), ("line no", "line number", "line", "position", "pos", "Positionsnummer",
          "номер строки", "строка", "позиция", "номер рядка", "рядок", "позиція"), shape=Shape.WHOLE),
    Field("returned_at", N_("Returned at"), ("returned at", "return date", "date", "Datum", "Retourendatum", "дата",
          "дата возврата", "дата повернення"), shape=Shape.MOMENT, is_required=True),
    Field("account", N_("Account"), ("account", "account code", "customer", "customer id", "customer no", "Kunde",
          "Kundennummer", "клиент", "код клиента", "контрагент", "клієнт", "код клієнта"), is_required=True, length=40),
    Field("sku", N_("Article number"), ("sku", "article", "article number", "item", "item number", "stock code",
          "product code", "Artikel", "Artikelnummer", "артикул", "код товара", "код товару"), is_required=True, length=60),
    Field("quantity", N_("Quantity"), ("qty", "quantity", "pieces", "Menge", "Anzahl", "количество", "кол-во",
          "кількість"), shape=Shape.NUMBER, is_required=True),
    Field("unit_price", N_("Unit price"), ("unit price", "price", "Einzelpreis", "Preis", "цена", "ціна"),
          shape=Shape.NUMBER, is_required=True),
)  # fmt: skip

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('exchange.returns'))")
_ARTICLES = text("SELECT sku_key, id FROM articles WHERE sku_key = ANY(CAST(:keys AS text[]))")
_KNOWN = text("""
SELECT r.company_id, r.number, r.id, r.currency
FROM unnest(CAST(:companies AS bigint[]), CAST(:numbers AS text[])) AS w (company_id, number)
JOIN history_returns r ON r.company_id = w.company_id AND r.number = w.number""")
_KNOWN_LINES = text("""
SELECT return_id, position, article_id, quantity, unit_price
FROM history_return_lines WHERE return_id = ANY(CAST(:returns AS bigint[]))""")
_ADD = text("""
INSERT INTO history_returns (company_id, number, returned_at, currency)
SELECT * FROM unnest(CAST(:companies AS bigint[]), CAST(:numbers AS text[]), CAST(:moments AS timestamptz[]),
                     CAST(:currencies AS text[]))
RETURNING company_id, number, id, currency""")
_STORE_LINES = text("""
INSERT INTO history_return_lines (return_id, company_id, position, article_id, sku, quantity, unit_price, net)
SELECT w.return_id, w.company_id, w.position, w.article_id, a.sku, w.quantity, w.unit_price,
       round(w.quantity * w.unit_price, w.digits)
FROM unnest(CAST(:returns AS bigint[]), CAST(:companies AS bigint[]), CAST(:positions AS integer[]),
            CAST(:articles AS bigint[]), CAST(:quantities AS numeric[]), CAST(:prices AS numeric[]),
            CAST(:digits AS integer[]))
     AS w (return_id, company_id, position, article_id, quantity, unit_price, digits)
JOIN articles a ON a.id = w.article_id
ON CONFLICT (return_id, position) DO UPDATE
SET article_id = excluded.article_id, sku = excluded.sku, quantity = excluded.quantity,
    unit_price = excluded.unit_price, net = excluded.net""")
_SUM_UP = text("""
UPDATE history_returns r SET net_total = s.net, line_count = s.lines, returned_at = least(r.returned_at, s.returned_at)
FROM (SELECT l.return_id, w.returned_at, sum(l.net) AS net, count(*) AS lines
      FROM unnest(CAST(:returns AS bigint[]), CAST(:moments AS timestamptz[])) AS w (return_id, returned_at)
      JOIN history_return_lines l ON l.return_id = w.return_id GROUP BY l.return_id, w.returned_at) s
WHERE r.id = s.return_id""")

_Key = tuple[int, str]
_Place = tuple[_Key, int]
_Content = tuple[int, Decimal, Decimal]


class _Line(NamedTuple):
    item: Item
    company_id: int
    article_id: int
    position: int

    @property
    def key(self) -> _Key:
        return self.company_id, self.item.values["number"]

    @property
    def content(self) -> _Content:
        return self.article_id, self.item.values["quantity"], self.item.values["unit_price"]


class _Stored(NamedTuple):
    return_id: int
    currency: str


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    db.session.execute(_ONE_AT_A_TIME)
    lines = _resolve(actor, chunk, outcome)
    known = _known({line.key for line in lines})
    lines = [line for line in lines if _has_currency(line, known, chunk, outcome)]
    stored = _stored_lines(known)
    given: dict[_Place, _Content] = {}
    wanted = [line for line in lines if _is_wanted(line, stored, given, chunk, outcome)]
    known |= _add([line for line in wanted if line.key not in known], chunk.options["currency"])
    if wanted:
        _store(wanted, known, chunk.options["currency"])
    _add_figures(chunk, outcome)
    return outcome


def _resolve(actor: Actor, chunk: Chunk, outcome: Outcome) -> list[_Line]:
    companies = account_ids(actor, {item.values["account"] for item in chunk.items})
    keys = {item.values["sku"]: key_of(item.values["sku"]) for item in chunk.items}
    found = db.session.execute(_ARTICLES, {"keys": list(set(keys.values()))})
    articles: dict[str, int] = {row.sku_key: row.id for row in found}
    lines = []
    for item in chunk.items:
        values = item.values
        company_id, article_id = companies.get(values["account"]), articles.get(keys[values["sku"]])
        position = values.get("position", item.ordinal)
        problem = _what_is_wrong(values, company_id, article_id, position)
        if problem is not None:
            outcome.refuse(chunk.problem(item, *problem))
        elif company_id is not None and article_id is not None:
            lines.append(_Line(item, company_id, article_id, position))
    return lines


def _what_is_wrong(
    values: Mapping[str, Any], company_id: int | None, article_id: int | None, position: int
) -> tuple[str, str, Message] | None:
    if company_id is None:
        return "account", "unknown_account", N_("There is no account {code}.", code=values["account"])
    if article_id is None:
        return "sku", "unknown_article", N_("There is no article {sku}.", sku=values["sku"])
    if values["quantity"] <= 0:
        return "quantity", "not_positive", N_("The quantity must be above zero.")
    if values["unit_price"] < 0:
        return "unit_price", "negative", N_("The price must not be below zero.")
    if position < 1:
        return "position", "not_positive", N_("Line numbers start at 1.")
    return None


def _known(keys: Iterable[_Key]) -> dict[_Key, _Stored]:
    wanted = list(keys)
    columns = {"companies": [key[0] for key in wanted], "numbers": [key[1] for key in wanted]}
    rows = db.session.execute(_KNOWN, columns)
    return {(row.company_id, row.number): _Stored(row.id, row.currency) for row in rows}


def _has_currency(line: _Line, known: Mapping[_Key, _Stored], chunk: Chunk, outcome: Outcome) -> bool:
    held = known.get(line.key)
    if held is None or held.currency == chunk.options["currency"]:
        return True
    other = N_("Return {number} is in {currency}.", number=line.key[1], currency=held.currency)
    outcome.refuse(chunk.problem(line.item, "number", "other_currency", other))
    return False


def _stored_lines(known: Mapping[_Key, _Stored]) -> dict[_Place, _Content]:
    if not known:
        return {}
    keys = {stored.return_id: key for key, stored in known.items()}
    rows = db.session.execute(_KNOWN_LINES, {"returns": list(keys)})
    return {(keys[row.return_id], row.position): (row.article_id, row.quantity, row.unit_price) for row in rows}


def _is_wanted(
    line: _Line, stored: Mapping[_Place, _Content], given: dict[_Place, _Content], chunk: Chunk, outcome: Outcome
) -> bool:
    """Note what becomes of a line; whether it is to be stored. `given` gathers the lines of this part."""
    place = (line.key, line.position)
    content = given.get(place) or stored.get(place)
    if content == line.content:
        outcome.note(line.item.row, RowState.SAME)
        return False
    if content is not None and (place in given or "position" not in line.item.values):
        twice = N_("Return {number} has another line {position} already.", number=line.key[1], position=line.position)
        outcome.refuse(chunk.problem(line.item, "position", "line_twice", twice))
        return False
    given[place] = line.content
    outcome.note(line.item.row, RowState.CREATED if content is None else RowState.CHANGED)
    return True


def _add(lines: Sequence[_Line], currency: str) -> dict[_Key, _Stored]:
    moments: dict[_Key, datetime] = {}
    for line in lines:
        moments.setdefault(line.key, line.item.values["returned_at"])
    if not moments:
        return {}
    columns = {
        "companies": [key[0] for key in moments],
        "numbers": [key[1] for key in moments],
        "moments": list(moments.values()),
        "currencies": [currency] * len(moments),
    }
    rows = db.session.execute(_ADD, columns)
    return {(row.company_id, row.number): _Stored(row.id, row.currency) for row in rows}


def _store(lines: Sequence[_Line], known: Mapping[_Key, _Stored], currency: str) -> None:
    columns: dict[str, list[Any]] = {
        "returns": [known[line.key].return_id for line in lines],
        "companies": [line.company_id for line in lines],
        "positions": [line.position for line in lines],
        "articles": [line.article_id for line in lines],
        "quantities": [line.item.values["quantity"] for line in lines],
        "prices": [line.item.values["unit_price"] for line in lines],
        "digits": [minor_units(currency)] * len(lines),
    }
    db.session.execute(_STORE_LINES, columns)
    moments: dict[int, datetime] = {}
    for line in lines:
        return_id, moment = known[line.key].return_id, line.item.values["returned_at"]
        moments[return_id] = min(moments.get(return_id, moment), moment)
    db.session.execute(_SUM_UP, {"returns": list(moments), "moments": list(moments.values())})


def _add_figures(chunk: Chunk, outcome: Outcome) -> None:
    returns = pieces = net = Decimal(0)
    for item in chunk.items:
        if outcome.states[item.row] is not RowState.REFUSED:
            returns += item.ordinal == 1
            pieces += item.values["quantity"]
            net += round_amount(item.values["quantity"] * item.values["unit_price"], chunk.options["currency"])
    outcome.figures = {"returns": returns, "pieces": pieces, "net": net}


IMPORTERS.add(
    "returns",
    Importer(
        code="returns",
        label=N_("Returns of earlier years"),
        about=N_(
            "Credit notes of earlier years, one line a row, quantities positive. They move no stock and are kept for "
            "reports."
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
        figures={"returns": N_("Returns"), "pieces": N_("Pieces"), "net": N_("Net amount")},
    ),
)
