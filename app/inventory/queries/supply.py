"""All sources of articles for one account in one statement; reserving reads the same, with locks.

Because they share their SQL and the code that takes from it, a reservation gives what the promise said.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.core.db import db
from app.inventory.domain.display import Display, StockView, parse_bands
from app.inventory.domain.promise import Place, Policy, Source, Supply, Terms

# What a shelf `s` keeps back and when it is low: its own figure, else that of its warehouse `w`, of the category,
# of everything. The tree of categories is walked only when a category has a default.
KEPT = """CASE WHEN s.inherits_threshold THEN coalesce(w.own_threshold, m.threshold, w.rest_threshold, 0)
    ELSE s.threshold END"""
LOW = "coalesce(s.low_mark, w.own_low, m.low_mark, w.rest_low)"
CATEGORY_MARKS = """category_marks AS (
    SELECT c.id, d.threshold, d.low_mark
    FROM categories c LEFT JOIN stock_defaults d ON d.category_id = c.id
    WHERE c.parent_id IS NULL AND (SELECT EXISTS (SELECT FROM stock_defaults WHERE level = 'category'))
    UNION ALL
    SELECT c.id, coalesce(d.threshold, up.threshold), coalesce(d.low_mark, up.low_mark)
    FROM category_marks up JOIN categories c ON c.parent_id = up.id LEFT JOIN stock_defaults d ON d.category_id = c.id
)"""
MARKS = """LEFT JOIN (
        articles a JOIN category_marks m ON m.id = a.category_id AND (SELECT EXISTS (SELECT FROM category_marks))
    ) ON a.id = s.article_id"""
PLACES = """SELECT w.id, w.code, w.name, w.position, own.threshold AS own_threshold, own.low_mark AS own_low,
        rest.threshold AS rest_threshold, rest.low_mark AS rest_low
    FROM warehouses w
    LEFT JOIN stock_defaults own ON own.warehouse_id = w.id
    LEFT JOIN stock_defaults rest ON rest.level = 'everything'"""

_SUPPLY = f"""
WITH RECURSIVE served AS MATERIALIZED (
    SELECT w.id, w.name, coalesce(p.position, w.position) AS position, w.own_threshold, w.own_low, w.rest_threshold,
        w.rest_low
    FROM ({PLACES}) w
    LEFT JOIN (
        SELECT l.id FROM warehouse_lists l
        WHERE l.account_id = :company OR l.level = 'everybody'
            OR l.group_id = (SELECT c.group_id FROM companies c WHERE c.id = :company)
        ORDER BY l.account_id IS NULL, l.group_id IS NULL LIMIT 1
    ) chosen ON true
    LEFT JOIN warehouse_list_places p ON p.list_id = chosen.id AND p.warehouse_id = w.id
    WHERE chosen.id IS NULL OR p.list_id IS NOT NULL
), {CATEGORY_MARKS}, shelves AS (
    SELECT s.id, s.article_id, s.warehouse_id, trim_scale(s.on_hand - s.reserved - {KEPT}) AS free, {LOW} AS low
    FROM stock s JOIN served w ON w.id = s.warehouse_id {MARKS}
    WHERE s.article_id = ANY(CAST(:ids AS bigint[])) AND s.on_hand - s.reserved - {KEPT} > 0
    {{lock_shelves}}
), coming AS (
    SELECT i.id, i.article_id, i.warehouse_id, trim_scale(i.quantity - i.received - i.reserved) AS free, i.expected_on
    FROM incoming_goods i JOIN served w ON w.id = i.warehouse_id
    WHERE i.article_id = ANY(CAST(:ids AS bigint[])) AND i.state = 'open' AND i.expected_on >= :today
        AND i.quantity - i.received - i.reserved > 0
    {{lock_coming}}
), suppliers AS (
    SELECT x.id, x.article_id, x.lead_days, CASE
        WHEN x.ships_directly AND x.fed_on > :today - coalesce((SELECT supplier_days FROM stock_settings), 7)
        THEN trim_scale(x.quantity - x.reserved) ELSE 0 END AS free
    FROM supplier_stock x WHERE x.article_id = ANY(CAST(:ids AS bigint[]))
    {{lock_suppliers}}
), rules AS (
    SELECT r.id, r.article_id, r.account_id, r.mode, trim_scale(r.quantity_limit - r.reserved) AS room
    FROM backorder_rules r
    WHERE (r.article_id = ANY(CAST(:ids AS bigint[])) AND (r.account_id IS NULL OR r.account_id = :company))
        OR (r.article_id IS NULL AND r.account_id = :company)
    {{lock_rules}}
)
SELECT 0, NULL::bigint, NULL::bigint, NULL::bigint, NULL::numeric, NULL::numeric, NULL::date, json_build_object(
    'display', (SELECT c.stock_display FROM companies c WHERE c.id = :company),
    'bands', (SELECT bands FROM stock_settings),
    'holidays', (SELECT json_agg(h.day ORDER BY h.day) FROM holidays h WHERE h.day > :today AND h.day < :today + 370),
    'places', (SELECT json_agg(json_build_array(w.id, w.name) ORDER BY w.position, w.id) FROM served w))::text
UNION ALL SELECT 1, article_id, id, warehouse_id, free, low, NULL, NULL FROM shelves
UNION ALL SELECT 2, article_id, id, warehouse_id, free, NULL, expected_on, NULL FROM coming
UNION ALL SELECT 3, article_id, id, NULL, free, lead_days, NULL, NULL FROM suppliers
UNION ALL SELECT 4, article_id, id, account_id, room, NULL, NULL, mode FROM rules"""  # noqa: S608 -- constants


def _statement(*, locks: bool) -> TextClause:
    """Rows with nothing to give are not locked; those that wait for another buyer's lock are read again after it."""
    tables = {"shelves": "s", "coming": "i", "suppliers": "x", "rules": "r"}
    return text(_SUPPLY.format(**{
        f"lock_{name}": f"ORDER BY {alias}.id FOR UPDATE OF {alias}" if locks else "" for name, alias in tables.items()
    }))  # fmt: skip


_READ, _LOCK = _statement(locks=False), _statement(locks=True)


@dataclass(frozen=True, slots=True)
class _House:
    """What holds for all articles of one account."""

    view: StockView
    holidays: frozenset[date]
    places: dict[int, tuple[int, str]]  # warehouse id -> rank and name


def supplies(
    company_id: int, article_ids: Collection[int], *, on: date, today: date | None = None, locks: bool = False
) -> tuple[dict[int, Supply], Terms]:
    """Sources by article for an account, and the terms of its question; articles without any are not in it.

    `today` (by default the day asked for) is the day from which on incoming goods count and lead times begin. With
    `locks` the rows are locked: stock, then goods to come, suppliers' stock and rules, each in the order of ids.
    """
    today = today or on
    rows = db.session.execute(
        _LOCK if locks else _READ,
        {"company": company_id, "ids": array_text(sorted(article_ids)), "today": today},
    ).all()
    house = _house(rows[0][7])
    terms = Terms(on, today, house.holidays, house.view)
    return _gather(rows[1:], house, terms, article_ids), terms


def array_text(values: Iterable[object]) -> str:
    """An array as PostgreSQL writes it; for a thousand numbers this is four times as fast as the driver's own way."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


@lru_cache(maxsize=512)
def _house(facts: str) -> _House:
    known = json.loads(facts)
    view = StockView(Display(known["display"] or Display.NUMBER), parse_bands(known["bands"] or "10,100"))
    places = {place[0]: (rank, place[1]) for rank, place in enumerate(known["places"] or ())}
    return _House(view, frozenset(date.fromisoformat(day) for day in known["holidays"] or ()), places)


def _gather(rows: Iterable[Any], house: _House, terms: Terms, article_ids: Collection[int]) -> dict[int, Supply]:
    found: dict[int, Supply] = {}
    several: set[int] = set()
    rules: list[Any] = []
    for row in rows:
        kind, article_id, row_id, warehouse_id, free, more, day, _note = row
        if kind == 4:
            rules.append(row)
            continue
        supply = found.get(article_id)
        if supply is None:
            supply = found[article_id] = Supply()
        elif supply.places:
            several.add(article_id)
        if kind == 1:
            supply.places.append(Place(Source.WAREHOUSE, row_id, warehouse_id, house.places[warehouse_id][1], free))
            if more is not None:
                supply.low_mark = more + (supply.low_mark or 0)
        elif kind == 2:
            name = house.places[warehouse_id][1]
            supply.places.append(Place(Source.INCOMING, row_id, warehouse_id, name, free, day))
        else:
            days = int(more)
            supply.supplier_days = days if supply.supplier_days is None else min(days, supply.supplier_days)
            if free > 0:
                supply.places.append(Place(Source.DROP_SHIP, row_id, None, "", free, terms.after(days)))
    for article_id in several:
        found[article_id].places.sort(key=lambda place: _turn(place, house))
    _set_rules(found, rules, article_ids)
    return found


def _turn(place: Place, house: _House) -> tuple[int, int, int]:
    """When a source gives: shelves in the order of their warehouses, then the others by day."""
    if place.day is None:
        return (0, house.places[place.warehouse_id or 0][0], place.row_id)
    return (place.day.toordinal(), place.source is Source.DROP_SHIP, place.row_id)


def _set_rules(found: dict[int, Supply], rules: list[Any], article_ids: Collection[int]) -> None:
    """The most specific rule of each article: of article and account, of the account, of the article."""
    rules.sort(key=lambda row: (row[3] is not None) * 2 + (row[1] is not None))
    for _kind, article_id, rule_id, _account, room, _more, _day, mode in rules:
        for key in article_ids if article_id is None else (article_id,):
            supply = found.get(key)
            if supply is None:
                supply = found[key] = Supply()
            supply.policy, supply.rule_id, supply.room = Policy(mode), rule_id, room
