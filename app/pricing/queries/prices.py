"""The one pricing call: terms of the account, lists of its levels, entries, rules and rates in one statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import groupby, repeat
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import Rounding
from app.core.quantity import Factor
from app.pricing.domain.book import Book, price_items
from app.pricing.domain.chain import Break, Ladder, ListPrices, Slot, Strategy
from app.pricing.domain.levels import RANKS, Combine, Level
from app.pricing.domain.price import PricedLine, PriceItem
from app.pricing.domain.rework import Conversion, Rework
from app.pricing.domain.rounding import Rounder
from app.pricing.domain.rules import ArticleFacts, Rule
from app.pricing.domain.rules.discounts import Discount, Discounts
from app.pricing.domain.vat import parties_of

# One row per list of each level (one without a list where a chain has none), its entries column by column as text: a
# list of 3,000 entries crosses the border in a few values and costs a third of as many rows. OFFSET 0 keeps the planner
# from turning the probes of one list into a scan of it. A gross list becomes net at the article's own rate. Which lists
# an account reaches and which version of each holds, price_levels() says; special_entries() has the entries of
# contracts and formulas. Facts of articles are read only where there are discounts; these come with the first row.
_NET = """trim_scale(CASE WHEN NOT l.is_gross THEN e.price ELSE round(e.price / (1 + coalesce((
               SELECT r.rate FROM articles a JOIN rates r ON r.vat_class = a.vat_class
               WHERE a.id = e.article_id AND a.vat_category = 'S'), 0) / 100), l.digits) END)::text"""
_COLUMNS = f"""string_agg(e.article_id::text, ' ') AS ids,
           string_agg(CASE WHEN e.base_quantity = 1 AND e.valid_from IS NULL THEN e.unit
                      ELSE concat_ws('/', e.unit, e.base_quantity, e.valid_from) END, ' ') AS kinds,
           string_agg(e.min_quantity::text, ' ') AS minima,
           string_agg({_NET}, ' ') AS prices"""
_ENTRIES_NOW = "price_entries e WHERE e.price_list_id = l.version_id"
_ENTRIES_THEN = """(
        SELECT e.price_list_id, e.article_id, e.unit, e.min_quantity, e.price, e.base_quantity, e.valid_from, e.valid_to
        FROM price_entries e WHERE e.held_since <= :moment
        UNION ALL
        SELECT c.price_list_id, c.article_id, c.unit, c.min_quantity, c.old_price, c.old_base_quantity, c.valid_from,
               c.valid_to
        FROM price_changes c WHERE c.held_since <= :moment AND :moment < c.changed_at
    ) e WHERE e.price_list_id = l.version_id"""
_STATEMENT = f"""
WITH RECURSIVE rates AS (
    SELECT DISTINCT ON (v.vat_class) v.vat_class, v.rate
    FROM vat_rates v JOIN companies o ON o.kind = 'operator' AND o.country = v.country
    WHERE v.valid_from <= :on
    ORDER BY v.vat_class, v.valid_from DESC
), terms AS MATERIALIZED (
    SELECT c.currency, c.country, c.vat_id, o.country AS seller_country, c.group_id,
           (SELECT json_object_agg(r.vat_class, r.rate::text) FROM rates r) AS rates,
           json_build_object('gross', c.vat_mode = 'gross', 'checked', (
               SELECT v.is_valid FROM vat_checks v WHERE v.company_id = c.id AND v.vat_id = c.vat_id AND c.vat_id <> ''
               ORDER BY v.id DESC LIMIT 1
           ), 'exempt', (
               SELECT json_build_array(x.reason, x.reason_code) FROM vat_exemptions x
               WHERE x.company_id = c.id AND x.valid_from <= :on AND (x.valid_to IS NULL OR :on < x.valid_to)
               ORDER BY x.valid_from DESC, x.id DESC LIMIT 1
           ), 'rules', (
               SELECT json_object_agg(r.vat_class, json_build_array(r.category, r.reason, r.reason_code)) FROM (
                   SELECT DISTINCT ON (p.vat_class) p.vat_class, p.category, p.reason, p.reason_code FROM vat_rules p
                   WHERE p.country = c.country AND p.valid_from <= :on ORDER BY p.vat_class, p.valid_from DESC) r
           )) AS vat
    FROM companies c
    JOIN companies o ON o.kind = 'operator'
    WHERE c.id = :company
), discounts AS MATERIALIZED (
    SELECT json_agg(json_build_array(m.id, m.name, m.reach, r.target, coalesce(r.article_id::text, r.category_id::text,
               nullif(r.brand, ''), r.discount_group), r.min_quantity::text, r.percent::text, r.counts = 'box',
               r.group_id IS NOT NULL) ORDER BY m.position, m.id, r.id) AS rules,
           array_agg(DISTINCT r.category_id) FILTER (WHERE r.category_id IS NOT NULL) AS categories
    FROM discount_matrices m
    JOIN discount_rules r ON r.matrix_id = m.id
    WHERE m.is_active AND (m.valid_from IS NULL OR m.valid_from <= :on) AND (m.valid_to IS NULL OR :on < m.valid_to)
      AND (r.group_id IS NULL OR r.group_id = (SELECT group_id FROM terms))
      AND (r.article_id IS NULL OR r.article_id = ANY(CAST(:ids AS bigint[])))
), under AS (
    SELECT c.id, c.id AS named, 0 AS depth FROM categories c WHERE c.id IN (SELECT unnest(categories) FROM discounts)
    UNION ALL
    SELECT c.id, u.named, u.depth + 1 FROM categories c JOIN under u ON c.parent_id = u.id
), facts AS MATERIALIZED (
    SELECT json_agg(json_build_array(a.id, a.brand, a.discount_group,
               (SELECT json_agg(u.named ORDER BY u.depth) FROM under u WHERE u.id = a.category_id),
               (SELECT json_object_agg(p.unit, json_build_array(p.numerator, p.denominator))
                FROM article_units p WHERE p.article_id = a.id))) AS facts
    FROM articles a WHERE a.id = ANY(CAST(:ids AS bigint[])) AND (SELECT rules FROM discounts) IS NOT NULL
)
SELECT t.currency, t.country, t.vat_id, t.seller_country, t.rates, t.vat,
       CASE WHEN coalesce(l.place, 1) = 1 THEN (SELECT rules FROM discounts) END,
       CASE WHEN coalesce(l.place, 1) = 1 THEN (SELECT facts FROM facts) END,
       l.rank, l.subject, l.chain, l.combine, l.strategy, l.code, l.currency, l.may_merge, l.digits, l.rounding,
       x.rate, x.on_date, x.source, s.remaining,
       coalesce(e.ids, s.ids), coalesce(e.kinds, s.kinds), coalesce(e.minima, s.minima), coalesce(e.prices, s.prices)
FROM terms t
LEFT JOIN price_levels(:company, :on) l ON l.is_asked OR :whole
LEFT JOIN LATERAL (
    SELECT r.rate, r.on_date, r.source FROM exchange_rates r
    WHERE l.converts AND l.currency <> t.currency AND r.currency_from = l.currency AND r.currency_to = t.currency
      AND r.on_date <= :on
    ORDER BY r.on_date DESC LIMIT 1
) x ON true
LEFT JOIN LATERAL (
    SELECT {_COLUMNS}
    FROM ENTRIES_PLACEHOLDER AND l.kind = 'list' AND e.article_id = ANY(CAST(:ids AS bigint[]))
      AND (e.valid_from IS NULL OR e.valid_from <= :on) AND (e.valid_to IS NULL OR :on < e.valid_to)
    OFFSET 0
) e ON true
LEFT JOIN LATERAL (
    SELECT {_COLUMNS}, string_agg(coalesce(trim_scale(e.remaining)::text, '-'), ' ') AS remaining
    FROM special_entries(l.head_id, CAST(:ids AS bigint[]), :on, CAST(:moment AS timestamptz)) e
    WHERE l.kind <> 'list'
    OFFSET 0
) s ON true
ORDER BY l.place"""  # noqa: S608 -- constants of this file
_PRICES = text(_STATEMENT.replace("ENTRIES_PLACEHOLDER", _ENTRIES_NOW))
_PRICES_THEN = text(_STATEMENT.replace("ENTRIES_PLACEHOLDER", _ENTRIES_THEN))


def price_lines(actor: Actor, items: Sequence[PriceItem], *, company_id: int, on: date) -> list[PricedLine]:
    """Price all items for an account on a business day, in the order given; one statement."""
    book = price_book(actor, {item.article_id for item in items}, company_id=company_id, on=on)
    return price_items(book, items)


def ladders(actor: Actor, article_ids: Collection[int], *, company_id: int, on: date) -> dict[int, Ladder]:
    """All breaks an account has for articles, by unit and quantity; articles without a price are not in it."""
    book = price_book(actor, article_ids, company_id=company_id, on=on)
    found = {article_id: book.ladder(article_id) for article_id in article_ids}
    return {article_id: ladder for article_id, ladder in found.items() if ladder}


def price_book(
    actor: Actor, article_ids: Collection[int], *, company_id: int, on: date, at: datetime | None = None,
    is_whole: bool = False,
) -> Book:  # fmt: skip
    """All prices an account's levels have for some articles. Raises NotFound for another's account.

    `is_whole` also reads the levels that another one keeps from being asked: they change no price, but explain it.

    With `at` the entries are those of that moment, as far as the history of prices tells; assignments, rules and rates
    are those of the day `on` as they are known now.
    """
    if not actor.is_operator and company_id != actor.company_id:
        raise NotFound
    values = {"ids": sorted(article_ids), "company": company_id, "on": on, "moment": at, "whole": is_whole}
    rows = db.session.execute(_PRICES if at is None else _PRICES_THEN, values).all()
    if not rows:
        raise NotFound
    currency, country, vat_id, seller_country, rates, vat, rules, facts = rows[0][:8]
    return Book(
        currency,
        parties_of(seller_country, country, vat_id, vat),
        {vat_class: Decimal(rate) for vat_class, rate in (rates or {}).items()},
        tuple(_levels([row[8:] for row in rows if row[8] is not None], currency)),
        tuple(_rules(rules or ())),
        {row[0]: _facts(*row[1:]) for row in facts or ()},
    )


def _levels(rows: Iterable[Sequence[Any]], currency: str) -> Iterator[Level]:
    """Neighbouring rows of one assignment are the lists of its chain."""
    for (rank, subject, chain, combine, strategy), group in groupby(rows, key=lambda row: tuple(row[:5])):
        kind = RANKS[rank]
        lists = tuple(_list_prices(kind, currency, row[5:]) for row in group if row[5] is not None)
        yield Level(kind, Strategy(strategy), lists, Combine(combine), chain, subject)


def _rules(rows: Iterable[Sequence[Any]]) -> Iterator[Rule]:
    for (_id, name, reach), group in groupby(rows, key=lambda row: tuple(row[:3])):
        found: dict[tuple[str, str], list[Discount]] = {}
        for _, _, _, target, key, minimum, percent, by_box, is_own in group:
            one = Discount(Decimal(minimum), Decimal(percent), by_box, is_own)
            found.setdefault((target, key or ""), []).append(one)
        yield Discounts(name, found, reach)


def _facts(brand: str, group: str, categories: list[int] | None, packs: dict[str, list[int]] | None) -> ArticleFacts:
    return ArticleFacts(
        tuple(categories or ()), brand, group, {unit: Factor(*parts) for unit, parts in (packs or {}).items()}
    )


class _Decimals(dict[str, Decimal]):
    """Decimals by their text, without the zeros of the column: breaks are few values, many times."""

    def __missing__(self, text: str) -> Decimal:
        value = self[text] = Decimal(text).normalize() + 0
        return value


class _Kinds(dict[str, tuple[str, Decimal, str]]):
    """Unit, base quantity and first day by their text: "H87", "H87/100" or "H87/1/2026-05-01"."""

    def __missing__(self, text: str) -> tuple[str, Decimal, str]:
        unit, *rest = text.split("/")
        base = Decimal(rest[0]).normalize() + 0 if rest else Decimal(1)
        value = self[text] = (unit, base, rest[1] if len(rest) > 1 else "")
        return value


_break: Callable[[tuple[Any, ...]], Break] = partial(tuple.__new__, Break)  # several times as fast as Break(*values)


def _list_prices(kind: str, currency: str, row: Sequence[Any]) -> ListPrices:
    """A list from its row; a formula's prices are rounded, those of another currency converted where they may be."""
    code, own_currency, may_merge, digits, rounding, rate, on_date, rate_source, remaining, *columns = row
    entries: dict[int, list[Break]] = {}
    rework = None
    if rounding is not None or rate is not None:
        conversion = Conversion(own_currency, currency, rate, on_date, rate_source) if rate is not None else None
        rework = Rework(_rounder(rounding, digits), conversion, digits)
        own_currency = currency if conversion else own_currency
    if columns[0] is None:
        return ListPrices(code, own_currency, entries, may_merge, digits=digits, rework=rework)
    ids, kinds, minima, prices = (column.split(" ") for column in columns)
    read = _Kinds()
    units, bases, starts = zip(*map(read.__getitem__, kinds), strict=True)
    steps = map(
        _break,
        zip(units, map(_Decimals().__getitem__, minima), map(Decimal, prices), bases, repeat(code), repeat(kind)),
    )
    held, entries_of = None, []
    for article_id, step in zip(ids, steps, strict=True):
        if article_id != held:
            held, entries_of = article_id, entries.setdefault(int(article_id), [])
        entries_of.append(step)
    if any(start for _unit, _base, start in read.values()):
        _keep_latest(entries, zip(ids, starts, strict=True))
    left = _remaining(ids, units, minima, remaining) if remaining else {}
    if rework is None:
        return ListPrices(code, own_currency, entries, may_merge, left, digits)
    source = {(article_id, *step[:2]): step.price for article_id, row in entries.items() for step in row}
    changed = {
        article_id: [step._replace(price=rework.price(step.price)) for step in row]
        for article_id, row in entries.items()
    }
    return ListPrices(code, own_currency, changed, may_merge, left, digits, rework, source)


def _rounder(rounding: str | None, digits: int) -> Rounder | None:
    if rounding is None:
        return None
    step, mode, *ending = rounding.split(" ")
    return Rounder(digits, Decimal(step), Rounding(mode), Decimal(ending[0]) if ending else None)


def _remaining(ids: Sequence[str], units: Sequence[str], minima: Sequence[str], remaining: str) -> dict[Slot, Decimal]:
    """What is left of agreed quantities; where an entry has none, there is no end."""
    rows = zip(ids, units, minima, remaining.split(" "), strict=True)
    return {
        (int(article_id), unit, Decimal(minimum).normalize() + 0): Decimal(left)
        for article_id, unit, minimum, left in rows
        if left != "-"
    }


def _keep_latest(entries: dict[int, list[Break]], starts: Iterable[tuple[str, str]]) -> None:
    """Where a slot has several entries that are valid, the one that began last holds."""
    began: dict[int, list[str]] = {}
    for key, start in starts:
        began.setdefault(int(key), []).append(start)
    for article_id, steps in entries.items():
        if any(began[article_id]):
            order = sorted(range(len(steps)), key=began[article_id].__getitem__)
            entries[article_id] = list({steps[i][:2]: steps[i] for i in order}.values())
