"""Articles in the order of an account's own prices, and within a range of them, without prices kept ready.

The lists an account reaches are walked in the order of their entries. What an article really costs, the one pricing
call says of each candidate; how far that can be from the entry (discounts, VAT of gross lists, rates, rounding) bounds
when the walk may end. So the order is exact and true in the next request, and a page out of 100,000 articles costs the
pricing of some hundred. Threshold algorithm: Fagin, Lotem, Naor, Optimal aggregation algorithms for middleware, 2003.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.catalog.domain.order_quantity import smallest
from app.catalog.queries.articles import articles_by_id
from app.core.actor import Actor
from app.core.db import db
from app.core.quantity import Factor
from app.pricing.domain.price import PriceItem
from app.pricing.queries.prices import price_lines

_FEW = 3000  # so many articles are looked up by their ids; more are found by walking the lists
_FIRST = 200
_ONE = Factor(1)
_HUNDRED = Decimal(100)

Place = tuple[Decimal | None, int]
"""Where an article stands: its price for one base unit (None behind all others: it has none) and its id."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Which articles are asked for: a condition on `articles a` with the values of its parameters.

    Where they are known by a query of ids, and how many they are, is said beside it: few are then taken from there.
    """

    condition: str = "true"
    values: Mapping[str, Any] = field(default_factory=dict)
    ids: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class _List:
    """A list that may set prices. An own price from it lies between entry x low - slack and entry x high + slack."""

    list_id: int
    head_id: int
    is_special: bool
    may_shut: bool
    low: Decimal
    high: Decimal
    slack: Decimal


_LISTS = text("""
SELECT l.version_id, l.head_id, l.kind, l.is_gross, l.digits, l.currency = t.currency, x.rate, l.rounding,
       (SELECT coalesce(max(r.rate), 0) FROM vat_rates r WHERE r.country = o.country),
       ARRAY(SELECT max(r.percent) FROM discount_rules r JOIN discount_matrices m ON m.id = r.matrix_id
             WHERE m.is_active GROUP BY m.id)
FROM companies t JOIN companies o ON o.kind = 'operator'
CROSS JOIN LATERAL price_levels(t.id, :on) l
LEFT JOIN LATERAL (
    SELECT r.rate FROM exchange_rates r
    WHERE l.converts AND l.currency <> t.currency AND r.currency_from = l.currency AND r.currency_to = t.currency
      AND r.on_date <= :on ORDER BY r.on_date DESC LIMIT 1
) x ON true
WHERE t.id = :company AND l.is_asked AND l.version_id IS NOT NULL ORDER BY l.place""")

# The condition on the quantity lets through more than the smallest quantity one can order: that is looked at later.
_ENTRY = """e.unit = a.base_unit AND e.min_quantity <= greatest(a.minimum, a.step, 1)"""
_VALID = "(e.valid_from IS NULL OR e.valid_from <= :on) AND (e.valid_to IS NULL OR :on < e.valid_to)"
_WALK = """
SELECT w.id, w.bound FROM unnest(CAST(:lists AS bigint[]), CAST(:factors AS numeric[]), CAST(:slacks AS numeric[]),
                                 CAST(:starts AS numeric[])) l (list_id, factor, slack, start)
CROSS JOIN LATERAL (
    SELECT a.id, e.price / e.base_quantity * l.factor + l.slack AS bound
    FROM price_entries e JOIN articles a ON a.id = e.article_id
    WHERE e.price_list_id = l.list_id AND e.price / e.base_quantity {sign} l.start AND {entry} AND {valid} AND {matching}
    ORDER BY e.price / e.base_quantity {order} LIMIT :limit
) w"""
# OFFSET 0 keeps the planner from reading whole lists for the few articles asked for.
_LOOKUP = """
SELECT a.id, e.each * l.factor + l.slack AS bound
FROM unnest(CAST(:lists AS bigint[]), CAST(:factors AS numeric[]), CAST(:slacks AS numeric[]),
            CAST(:starts AS numeric[])) l (list_id, factor, slack, start)
CROSS JOIN LATERAL (
    SELECT e.article_id, e.unit, e.min_quantity, e.price / e.base_quantity AS each FROM price_entries e
    WHERE e.price_list_id = l.list_id AND e.article_id = ANY(ARRAY(SELECT id FROM hit)) AND {valid}
    OFFSET 0
) e
JOIN hit a ON a.id = e.article_id
WHERE e.each {sign} l.start AND {entry}"""
_SPECIAL = """
SELECT a.id, greatest(e.price, 0) / e.base_quantity * l.factor + l.slack
FROM unnest(CAST(:heads AS bigint[]), CAST(:special_factors AS numeric[]), CAST(:special_slacks AS numeric[]))
     l (head_id, factor, slack)
CROSS JOIN LATERAL special_entries(l.head_id, ARRAY(SELECT id FROM hit), :on, NULL) e
JOIN hit a ON a.id = e.article_id WHERE {entry}"""
_HIT = """WITH hit AS MATERIALIZED (
    SELECT a.id, a.base_unit, a.minimum, a.step FROM {source} WHERE {matching}
)"""
_COUNT = "SELECT count(*) FROM (SELECT FROM articles a WHERE {matching} LIMIT :few) x"

# Without a price: no entry that may count, or one in a list that has the article, does not price it, and may keep the
# lists behind it from doing so.
_REST = """
SELECT a.id FROM articles a
WHERE {matching} AND (a.id {id_sign} :after OR CAST(:after AS bigint) IS NULL)
  AND (NOT EXISTS (SELECT FROM price_entries e WHERE e.price_list_id = ANY(CAST(:lists AS bigint[])) AND e.article_id = a.id
                   AND {entry} AND {valid})
       OR EXISTS (SELECT FROM price_entries e WHERE e.price_list_id = ANY(CAST(:lists AS bigint[])) AND e.article_id = a.id
                  GROUP BY e.price_list_id
                  HAVING e.price_list_id = ANY(CAST(:shutting AS bigint[])) OR NOT bool_or({valid} AND e.unit = a.base_unit
                      AND e.min_quantity <= greatest(a.minimum, CASE WHEN a.precision = 0 THEN 1 ELSE 0 END))))
ORDER BY a.id {id_order} LIMIT :limit"""


def by_own_price(
    actor: Actor, matching: Matching, *, company_id: int, on: date, after: Place | None = None,
    before: Place | None = None, is_descending: bool = False, low: Decimal | None = None, high: Decimal | None = None,
    limit: int = 50,
) -> list[Place]:  # fmt: skip
    """The next articles in the order of their own net price for one base unit, at the smallest quantity one can order.

    `low` and `high` hold it to a range, ends included; then articles without a price are left out, else they come last.
    Equal prices come by id. With `before` the articles before that place, in the same order. Raises NotFound for
    another's account.
    """
    is_backwards = before is not None and after is None
    walk = _Walk(actor, matching, company_id, on, is_descending=is_descending, is_backwards=is_backwards)
    place = before if is_backwards else after
    has_rest = low is None and high is None
    found: list[Place] = []
    if is_backwards:
        if place is not None and place[0] is None:
            found, place = (walk.unpriced(place[1], limit) if has_rest else []), None
        if len(found) < limit:
            found += walk.priced(place, low, high, limit - len(found))
        return found[::-1]
    if place is None or place[0] is not None:
        found = [*walk.priced(place, low, high, limit)]
    if len(found) < limit and has_rest:
        found += walk.unpriced(place[1] if place is not None and place[0] is None else None, limit - len(found))
    return found


class _Walk:
    """One look at the lists of an account."""

    def __init__(
        self, actor: Actor, matching: Matching, company_id: int, on: date, *, is_descending: bool, is_backwards: bool
    ) -> None:
        self._actor, self._matching, self._company_id, self._on = actor, matching, company_id, on
        self._is_descending = is_descending is not is_backwards
        self._by_id = -1 if is_backwards else 1
        self._prices: dict[int, Decimal | None] = {}
        self._lists = [_read(row) for row in db.session.execute(_LISTS, {"company": company_id, "on": on})]
        size = matching.size
        if size is None:
            size = self._rows(_COUNT.format(matching=matching.condition), few=_FEW + 1)[0][0]
        few = size <= _FEW
        special = any(one.is_special for one in self._lists)
        down = self._is_descending
        by_ids = few and bool(matching.ids)
        shape = {"source": f"({matching.ids}) known JOIN articles a ON a.id = known.id" if by_ids else "articles a",
                 "sign": "<=" if down else ">=", "order": "DESC" if down else "", "entry": _ENTRY, "valid": _VALID,
                 "matching": matching.condition, "id_sign": "<" if is_backwards else ">",
                 "id_order": "DESC" if is_backwards else ""}  # fmt: skip
        self._statement = (
            (_HIT if few or special else "") + (_LOOKUP if few else _WALK) + (f" UNION ALL {_SPECIAL}" if special else "")
            + " ORDER BY bound {order} LIMIT :limit"
        ).format(**(shape | ({"matching": "true"} if by_ids else {})))  # fmt: skip
        self._rest = _REST.format(**shape)

    def priced(
        self, after: Place | None, low: Decimal | None, high: Decimal | None, limit: int
    ) -> Sequence[tuple[Decimal, int]]:
        """Articles with a price behind a place and within a range."""
        sign = -1 if self._is_descending else 1
        first, last = (high, low) if self._is_descending else (low, high)
        begin = after[0] if after is not None else first
        asked = _FIRST
        while True:
            candidates = self._candidates(begin, asked)
            self._price([article_id for article_id, _bound in candidates])
            places = self._places([row[0] for row in candidates], after, low, high)
            if len(candidates) < asked:
                return places[:limit]
            bound = candidates[-1][1]
            sure = [place for place in places if sign * place[0] < sign * bound]
            if len(sure) >= limit or (last is not None and sign * bound > sign * last):
                return (sure if len(sure) >= limit else places)[:limit]
            asked *= 4

    def _places(
        self, ids: Sequence[int], after: Place | None, low: Decimal | None, high: Decimal | None
    ) -> list[tuple[Decimal, int]]:
        """Those that have a price in the range and stand behind a place, in order."""
        known = {(price, article_id) for article_id in ids if (price := self._prices[article_id]) is not None}
        start = None if after is None or after[0] is None else self._key((after[0], after[1]))
        return sorted(
            (place for place in known if (start is None or self._key(place) > start)
             and (low is None or place[0] >= low) and (high is None or place[0] <= high)),
            key=self._key,
        )  # fmt: skip

    def _key(self, place: tuple[Decimal, int]) -> tuple[Decimal, int]:
        return (-place[0] if self._is_descending else place[0], self._by_id * place[1])

    def unpriced(self, after_id: int | None, limit: int) -> list[Place]:
        """Articles without a price, by id."""
        found: list[Place] = []
        asked = limit
        while len(found) < limit:
            rows = self._rows(
                self._rest, lists=[one.list_id for one in self._lists], after=after_id, limit=asked,
                shutting=[one.list_id for one in self._lists if one.may_shut],
            )  # fmt: skip
            self._price([row[0] for row in rows])
            found += [(None, row[0]) for row in rows if self._prices[row[0]] is None]
            if len(rows) < asked:
                break
            after_id, asked = rows[-1][0], asked * 4
        return found[:limit]

    def _candidates(self, begin: Decimal | None, limit: int) -> list[tuple[int, Decimal]]:
        """Articles with the most (or least) an own price from one of their entries may be, in that order."""
        plain = [one for one in self._lists if not one.is_special]
        special = [one for one in self._lists if one.is_special]
        down = self._is_descending
        rows = self._rows(
            self._statement,
            lists=[one.list_id for one in plain],
            factors=[one.high if down else one.low for one in plain],
            slacks=[one.slack if down else -one.slack for one in plain],
            starts=[_start(one, begin, is_descending=down) for one in plain],
            heads=[one.head_id for one in special],
            special_factors=[one.high if down else one.low for one in special],
            special_slacks=[one.slack if down else -one.slack for one in special],
            limit=limit,
        )
        return [(row[0], row[1]) for row in rows]

    def _price(self, ids: Sequence[int]) -> None:
        """Ask the one pricing call of articles not asked yet."""
        new = [article_id for article_id in dict.fromkeys(ids) if article_id not in self._prices]
        if not new:
            return
        articles = articles_by_id(self._actor, new, company_id=self._company_id)
        items = [
            PriceItem(article.id, smallest(article), article.base_unit, article.base_unit, _ONE, article.vat_category,
                      article.vat_class)
            for article in articles.values()
        ]  # fmt: skip
        for line in price_lines(self._actor, items, company_id=self._company_id, on=self._on):
            price = line.unit_price
            self._prices[line.article_id] = None if price is None else price / line.base_quantity

    def _rows(self, statement: str, **values: Any) -> Sequence[Any]:
        return db.session.execute(text(statement), {**self._matching.values, "on": self._on, **values}).all()


def _read(row: Sequence[Any]) -> _List:
    """How far prices made of a list's entries may be from them."""
    version_id, head_id, kind, is_gross, digits, is_own, rate, rounding, vat, discounts = row
    low = high = Decimal(1) if rate is None else rate
    slack = Decimal(0)
    if is_gross:
        low, slack = low / (1 + vat / _HUNDRED), Decimal(1).scaleb(-digits)
    if rate is not None or discounts:
        slack += Decimal(1).scaleb(-digits)
    for percent in discounts:  # the most each matrix takes off; they work one after the other
        low *= 1 - percent / _HUNDRED
    if rounding is not None:  # of a formula: a step, and an ending that moves a price by up to ten times itself
        slack += sum((10 * Decimal(part) for part in rounding.split() if part[:1].isdigit()), Decimal(1))
    return _List(
        version_id, head_id, kind != "list", kind != "list" or (not is_own and rate is None), low, high, slack
    )  # fmt: skip


def _start(one: _List, begin: Decimal | None, *, is_descending: bool) -> Decimal:
    """Entries before this cannot make a price behind the place where the page begins."""
    if is_descending:
        return (
            Decimal("Infinity") if begin is None else (begin + one.slack) / one.low if one.low else Decimal("Infinity")
        )
    return Decimal(0) if begin is None else max(Decimal(0), (begin - one.slack) / one.high)
