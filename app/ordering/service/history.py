"""Orders of earlier years: stored as they were, closed, without stock, events, people or VAT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from app.accounts.queries.companies import account_ids
from app.catalog.domain.article import key_of
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, RowProblem
from app.core.money import minor_units
from app.core.texts import N_, Message
from app.ordering.domain.history import HistoryLine, HistoryResult

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('ordering.history'))")
_ARTICLES = text("SELECT sku_key, id FROM articles WHERE sku_key = ANY(CAST(:keys AS text[]))")
_ORDERS = text("""
SELECT o.company_id, o.number, o.id, o.source, o.currency
FROM unnest(CAST(:companies AS bigint[]), CAST(:numbers AS text[])) AS w (company_id, number)
JOIN orders o ON o.company_id = w.company_id AND o.number = w.number""")
_LINES = text("""
SELECT order_id, position, article_id, quantity, unit_price
FROM order_lines WHERE order_id = ANY(CAST(:orders AS bigint[]))""")
_ADD_ORDERS = text("""
INSERT INTO orders (company_id, number, client_ref, source, state, placed_at, currency, payment_days, buyer,
                    net_total, gross_total, line_count)
SELECT w.company_id, w.number, 'history:' || w.number, 'history', 'closed', w.placed_at, w.currency, c.payment_days,
       jsonb_build_object('name', c.name), 0, 0, 0
FROM unnest(CAST(:companies AS bigint[]), CAST(:numbers AS text[]), CAST(:placed AS timestamptz[]),
            CAST(:currencies AS text[])) AS w (company_id, number, placed_at, currency)
JOIN companies c ON c.id = w.company_id
RETURNING company_id, number, id""")
_NET = "round(w.quantity * w.unit_price, w.digits)"
_VALUES = """unnest(CAST(:orders AS bigint[]), CAST(:companies AS bigint[]), CAST(:positions AS integer[]),
            CAST(:articles AS bigint[]), CAST(:quantities AS numeric[]), CAST(:prices AS numeric[]),
            CAST(:digits AS integer[]))
     AS w (order_id, company_id, position, article_id, quantity, unit_price, digits)"""
_ADD_LINES = text(f"""
INSERT INTO order_lines (company_id, order_id, position, article_id, sku, gtin, name, quantity, unit, base_quantity,
                         unit_price, price_unit, net, vat_category)
SELECT w.company_id, w.order_id, w.position, a.id, a.sku, a.gtin, a.name, w.quantity, a.base_unit, w.quantity,
       w.unit_price, a.base_unit, {_NET}, 'O'
FROM {_VALUES}
JOIN articles a ON a.id = w.article_id""")  # noqa: S608 -- constants of this file
_CHANGE_LINES = text(f"""
UPDATE order_lines l
SET article_id = a.id, sku = a.sku, gtin = a.gtin, name = a.name, quantity = w.quantity, unit = a.base_unit,
    base_quantity = w.quantity, unit_price = w.unit_price, price_unit = a.base_unit, net = {_NET}
FROM {_VALUES}
JOIN articles a ON a.id = w.article_id
WHERE l.order_id = w.order_id AND l.position = w.position""")  # noqa: S608
_SUM_UP = text("""
UPDATE orders o SET net_total = s.net, gross_total = s.net, line_count = s.lines, placed_at = least(o.placed_at, s.placed_at)
FROM (SELECT l.order_id, w.placed_at, sum(l.net) AS net, count(*) AS lines
      FROM unnest(CAST(:orders AS bigint[]), CAST(:placed AS timestamptz[])) AS w (order_id, placed_at)
      JOIN order_lines l ON l.order_id = w.order_id GROUP BY l.order_id, w.placed_at) s
WHERE o.id = s.order_id""")

# One delivery for each order and one part for each line, as every order has them.
_DELIVER = text("""
WITH made AS (
    INSERT INTO order_deliveries (company_id, order_id, position, number, ship_to)
    SELECT o.company_id, o.id, 1, o.number || '/1', o.ship_to FROM orders o
    WHERE o.id = ANY(CAST(:orders AS bigint[]))
        AND NOT EXISTS (SELECT 1 FROM order_deliveries d WHERE d.order_id = o.id)
    RETURNING id, order_id
), deliveries AS (
    SELECT id, order_id FROM made UNION ALL
    SELECT id, order_id FROM order_deliveries WHERE order_id = ANY(CAST(:orders AS bigint[])) AND position = 1
)
INSERT INTO order_line_parts (company_id, order_line_id, delivery_id, position, quantity, base_quantity, net)
SELECT l.company_id, l.id, d.id, 1, l.quantity, l.base_quantity, l.net
FROM order_lines l JOIN deliveries d ON d.order_id = l.order_id
ON CONFLICT (order_line_id, position) DO UPDATE
SET quantity = excluded.quantity, base_quantity = excluded.base_quantity, net = excluded.net
WHERE (order_line_parts.quantity, order_line_parts.net) <> (excluded.quantity, excluded.net)""")

_OrderKey = tuple[int, str]


class _Wanted(NamedTuple):
    line: HistoryLine
    key: _OrderKey
    article_id: int


class _Stored(NamedTuple):
    order_id: int
    source: str
    currency: str


@command
def import_orders(actor: Actor, lines: Sequence[HistoryLine]) -> HistoryResult:
    """Store old order lines and bring the sums of their orders up to date.

    A line is known by account, order number and position: a repeat changes nothing, another content replaces the
    line. Lines of one order may come in several calls; its date is that of the earliest line. A number used by an
    order of the portal is refused.
    A constant number of statements however many lines.
    """
    if not actor.is_operator:
        raise Forbidden(N_("Only the operator keeps the history of orders."))
    result = HistoryResult()
    db.session.execute(_ONE_AT_A_TIME)
    wanted = _resolve(actor, lines, result)
    orders = _known_orders(wanted)
    currencies = {key: order.currency for key, order in orders.items()}
    wanted = [entry for entry in wanted if _fits_order(entry, orders, currencies, result)]
    held = _known_lines(orders[key].order_id for key in {entry.key for entry in wanted} if key in orders)
    new, changed = _compare(wanted, orders, held, result)
    added = _add_orders([entry for entry in new if entry.key not in orders])
    result.new_orders = len(added)
    orders.update(added)
    for statement, entries in ((_ADD_LINES, new), (_CHANGE_LINES, changed)):
        if entries:
            db.session.execute(statement, _columns(entries, orders))
    _sum_up((*new, *changed), orders)
    return result


def _sum_up(entries: Iterable[_Wanted], orders: Mapping[_OrderKey, _Stored]) -> None:
    placed: dict[int, datetime] = {}
    for entry in entries:
        order_id, moment = orders[entry.key].order_id, entry.line.placed_at
        placed[order_id] = min(placed.get(order_id, moment), moment)
    if placed:
        db.session.execute(_SUM_UP, {"orders": list(placed), "placed": list(placed.values())})
        db.session.execute(_DELIVER, {"orders": list(placed)})


def _resolve(actor: Actor, lines: Sequence[HistoryLine], result: HistoryResult) -> list[_Wanted]:
    """Lines with a known account and article and a meaningful content; the others become problems."""
    companies = account_ids(actor, {line.account for line in lines})
    keys = {line.sku: key_of(line.sku) for line in lines}
    found = db.session.execute(_ARTICLES, {"keys": list(set(keys.values()))})
    articles: dict[str, int] = {row.sku_key: row.id for row in found}
    wanted = []
    for line in lines:
        company_id, article_id = companies.get(line.account), articles.get(keys[line.sku])
        if company_id is None:
            _refuse(result, line, "account", "unknown_account", N_("There is no account {code}.", code=line.account))
        elif article_id is None:
            _refuse(result, line, "sku", "unknown_article", N_("There is no article {sku}.", sku=line.sku))
        elif line.quantity <= 0:
            _refuse(result, line, "quantity", "not_positive", N_("The quantity must be above zero."))
        elif line.unit_price < 0:
            _refuse(result, line, "unit_price", "negative", N_("The price must not be below zero."))
        elif line.position < 1:
            _refuse(result, line, "position", "not_positive", N_("Line numbers start at 1."))
        else:
            wanted.append(_Wanted(line, (company_id, line.number), article_id))
    return wanted


def _refuse(result: HistoryResult, line: HistoryLine, column: str, code: str, message: Message) -> None:
    result.problems.append(RowProblem(line.row, column, code, message, str(getattr(line, column))))


def _known_orders(wanted: Iterable[_Wanted]) -> dict[_OrderKey, _Stored]:
    keys = list({entry.key for entry in wanted})
    rows = db.session.execute(_ORDERS, {"companies": [key[0] for key in keys], "numbers": [key[1] for key in keys]})
    return {(row.company_id, row.number): _Stored(row.id, row.source, row.currency) for row in rows}


def _fits_order(
    entry: _Wanted, orders: Mapping[_OrderKey, _Stored], currencies: dict[_OrderKey, str], result: HistoryResult
) -> bool:
    order, line = orders.get(entry.key), entry.line
    if order is not None and order.source != "history":
        taken = N_("Order {number} was placed in this portal and is not history.", number=line.number)
        _refuse(result, line, "number", "portal_order", taken)
        return False
    currency = currencies.setdefault(entry.key, line.currency)
    if currency != line.currency:
        other = N_("Order {number} is in {currency}.", number=line.number, currency=currency)
        _refuse(result, line, "number", "other_currency", other)
        return False
    return True


def _known_lines(order_ids: Iterable[int]) -> dict[tuple[int, int], tuple[int, Decimal, Decimal]]:
    orders = list(order_ids)
    if not orders:
        return {}
    rows = db.session.execute(_LINES, {"orders": orders})
    return {(row.order_id, row.position): (row.article_id, row.quantity, row.unit_price) for row in rows}


def _compare(
    wanted: Sequence[_Wanted],
    orders: Mapping[_OrderKey, _Stored],
    held: Mapping[tuple[int, int], tuple[int, Decimal, Decimal]],
    result: HistoryResult,
) -> tuple[list[_Wanted], list[_Wanted]]:
    """Lines to add and lines to change. Within one call a position holds one content."""
    new: list[_Wanted] = []
    changed: list[_Wanted] = []
    given: dict[tuple[_OrderKey, int], tuple[int, Decimal, Decimal]] = {}
    for entry in wanted:
        line = entry.line
        content = (entry.article_id, line.quantity, line.unit_price)
        place = (entry.key, line.position)
        order = orders.get(entry.key)
        known = given.get(place) or (held.get((order.order_id, line.position)) if order else None)
        if known == content:
            result.same.append(line.row)
        elif known is None:
            new.append(entry)
            result.created.append(line.row)
        elif place in given or not line.is_numbered:
            twice = N_(
                "Order {number} has another line {position} already.", number=line.number, position=line.position
            )
            _refuse(result, line, "position", "line_twice", twice)
            continue
        else:
            changed.append(entry)
            result.changed.append(line.row)
        given[place] = content
    return new, changed


def _add_orders(entries: Sequence[_Wanted]) -> dict[_OrderKey, _Stored]:
    """New orders in the order of their first lines, dated by the earliest of them."""
    placed: dict[_OrderKey, datetime] = {}
    currencies: dict[_OrderKey, str] = {}
    for entry in entries:
        placed[entry.key] = min(placed.get(entry.key, entry.line.placed_at), entry.line.placed_at)
        currencies.setdefault(entry.key, entry.line.currency)
    if not placed:
        return {}
    values = {
        "companies": [key[0] for key in placed],
        "numbers": [key[1] for key in placed],
        "placed": list(placed.values()),
        "currencies": [currencies[key] for key in placed],
    }
    rows = db.session.execute(_ADD_ORDERS, values)
    return {(company_id, number): _Stored(order_id, "history", "") for company_id, number, order_id in rows}


def _columns(entries: Sequence[_Wanted], orders: Mapping[_OrderKey, _Stored]) -> dict[str, list[Any]]:
    return {
        "orders": [orders[entry.key].order_id for entry in entries],
        "companies": [entry.key[0] for entry in entries],
        "positions": [entry.line.position for entry in entries],
        "articles": [entry.article_id for entry in entries],
        "quantities": [entry.line.quantity for entry in entries],
        "prices": [entry.line.unit_price for entry in entries],
        "digits": [minor_units(entry.line.currency) for entry in entries],
    }
