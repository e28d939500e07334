"""The one pricing call: terms of the account, lists of its chain, entries and VAT rates in one statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import repeat
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.pricing.domain.book import Book, price_items
from app.pricing.domain.chain import Break, Ladder, ListPrices, Strategy
from app.pricing.domain.price import PricedLine, PriceItem
from app.pricing.domain.vat import Parties

# One row per list of the chain (one without a list when there is none), its entries column by column as text: a list
# of 3,000 entries crosses the border in a few values and costs a third of as many rows. OFFSET 0 keeps the planner
# from turning the probes of one list into a scan of it. A gross list becomes net at the article's own rate, rounded to
# four digits.
_PRICES = text("""
WITH rates AS (
    SELECT DISTINCT ON (v.vat_class) v.vat_class, v.rate
    FROM vat_rates v JOIN companies o ON o.kind = 'operator' AND o.country = v.country
    WHERE v.valid_from <= :on
    ORDER BY v.vat_class, v.valid_from DESC
), terms AS (
    SELECT c.currency, c.country, c.vat_id, o.country AS seller_country,
           (SELECT json_object_agg(r.vat_class, r.rate::text) FROM rates r) AS rates,
           coalesce(ac.chain_id, (SELECT d.id FROM chains d WHERE d.is_default)) AS chain_id
    FROM companies c
    JOIN companies o ON o.kind = 'operator'
    LEFT JOIN account_chains ac ON ac.company_id = c.id
    WHERE c.id = :company
)
SELECT t.currency, t.country, t.vat_id, t.seller_country, t.rates, h.strategy,
       p.code, p.currency, cl.may_merge, e.*
FROM terms t
LEFT JOIN chains h ON h.id = t.chain_id
LEFT JOIN chain_lists cl ON cl.chain_id = h.id
LEFT JOIN price_lists p ON p.id = cl.price_list_id AND p.is_active
    AND (p.valid_from IS NULL OR p.valid_from <= :on) AND (p.valid_to IS NULL OR :on < p.valid_to)
LEFT JOIN LATERAL (
    SELECT string_agg(e.article_id::text, ' '),
           string_agg(CASE WHEN e.base_quantity = 1 AND e.valid_from IS NULL THEN e.unit
                      ELSE concat_ws('/', e.unit, e.base_quantity, e.valid_from) END, ' '),
           string_agg(e.min_quantity::text, ' '),
           string_agg(trim_scale(CASE WHEN NOT p.is_gross THEN e.price ELSE round(e.price / (1 + coalesce((
               SELECT r.rate FROM articles a JOIN rates r ON r.vat_class = a.vat_class
               WHERE a.id = e.article_id AND a.vat_category = 'S'), 0) / 100), 4) END)::text, ' ')
    FROM price_entries e
    WHERE e.price_list_id = p.id AND e.article_id = ANY(CAST(:ids AS bigint[]))
      AND (e.valid_from IS NULL OR e.valid_from <= :on) AND (e.valid_to IS NULL OR :on < e.valid_to)
    OFFSET 0
) e ON true
ORDER BY cl.position""")


def price_lines(actor: Actor, items: Sequence[PriceItem], *, company_id: int, on: date) -> list[PricedLine]:
    """Price all items for an account on a business day, in the order given; one statement."""
    book = price_book(actor, {item.article_id for item in items}, company_id=company_id, on=on)
    return price_items(book, items)


def ladders(actor: Actor, article_ids: Collection[int], *, company_id: int, on: date) -> dict[int, Ladder]:
    """All breaks an account has for articles, by unit and quantity; articles without a price are not in it."""
    book = price_book(actor, article_ids, company_id=company_id, on=on)
    found = {article_id: book.ladder(article_id) for article_id in article_ids}
    return {article_id: ladder for article_id, ladder in found.items() if ladder}


def price_book(actor: Actor, article_ids: Collection[int], *, company_id: int, on: date) -> Book:
    """All prices an account's lists have for some articles. Raises NotFound for another's account."""
    if not actor.is_operator and company_id != actor.company_id:
        raise NotFound
    rows = db.session.execute(_PRICES, {"ids": sorted(article_ids), "company": company_id, "on": on}).all()
    if not rows:
        raise NotFound
    currency, country, vat_id, seller_country, rates, strategy = rows[0][:6]
    return Book(
        currency,
        Parties(seller_country, country, vat_id),
        {vat_class: Decimal(rate) for vat_class, rate in (rates or {}).items()},
        Strategy(strategy or Strategy.MERGE),
        tuple(_list_prices(*row[6:]) for row in rows if row[6] is not None),
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


def _list_prices(code: str, currency: str, may_merge: bool, *columns: str | None) -> ListPrices:
    entries: dict[int, list[Break]] = {}
    if columns[0] is None:
        return ListPrices(code, currency, entries, may_merge)
    ids, kinds, minima, prices = (column.split(" ") for column in columns if column is not None)
    read = _Kinds()
    units, bases, starts = zip(*map(read.__getitem__, kinds), strict=True)
    steps = map(_break, zip(units, map(_Decimals().__getitem__, minima), map(Decimal, prices), bases, repeat(code)))
    held, row = None, []
    for article_id, step in zip(ids, steps, strict=True):
        if article_id != held:
            held, row = article_id, entries.setdefault(int(article_id), [])
        row.append(step)
    if any(start for _unit, _base, start in read.values()):
        _keep_latest(entries, zip(ids, starts, strict=True))
    return ListPrices(code, currency, entries, may_merge)


def _keep_latest(entries: dict[int, list[Break]], starts: Iterable[tuple[str, str]]) -> None:
    """Where a slot has several entries that are valid, the one that began last holds."""
    began: dict[int, list[str]] = {}
    for key, start in starts:
        began.setdefault(int(key), []).append(start)
    for article_id, steps in entries.items():
        if any(began[article_id]):
            order = sorted(range(len(steps)), key=began[article_id].__getitem__)
            entries[article_id] = list({steps[i][:2]: steps[i] for i in order}.values())
