"""What an account bought before, beside what it costs and how much there is today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, text

from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import N_
from app.inventory.domain.promise import Promise
from app.inventory.queries.promises import promises
from app.ordering.domain.cart import LineProblem, WantedLine, find_problems
from app.ordering.models.orders import OrderLine
from app.ordering.queries.cart import need, price_day, price_item
from app.pricing.domain.price import PricedLine
from app.pricing.queries.prices import price_lines

# What keeps a line out of the cart; other problems (stock, price, quantity) are solved there or by another quantity.
_SHUT = {"not_in_assortment", "discontinued", "head", "unknown_unit"}
SORTS = ("last", "times", "total", "sku")
_LIKE = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


@dataclass(frozen=True, slots=True)
class Today:
    """A wanted line at today's price and stock, with everything that keeps it from being ordered."""

    article: Article
    quantity: Decimal
    unit: str
    price: PricedLine
    promise: Promise
    problems: tuple[LineProblem, ...]

    @property
    def is_open(self) -> bool:
        """Whether it can be put into the cart at all."""
        return not any(problem.code in _SHUT for problem in self.problems)

    @property
    def is_fine(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Then:
    """A price of the past: for `base_quantity` of `unit`, net."""

    price: Decimal
    base_quantity: Decimal
    unit: str
    currency: str

    def change(self, now: PricedLine) -> Decimal | None:
        """Today's price less that one, for that one's base quantity; None where the two cannot be compared."""
        if now.unit_price is None or now.currency != self.currency or now.price_unit != self.unit:
            return None
        return now.unit_price * self.base_quantity / now.base_quantity - self.price


@dataclass(frozen=True, slots=True)
class OldLine:
    """A line of an order that is to be ordered again; `today` None: the account may not see the article."""

    position: int
    sku: str
    name: str
    quantity: Decimal
    unit: str
    then: Then
    today: Today | None
    net: Decimal = Decimal(0)

    @property
    def change(self) -> Decimal | None:
        return self.then.change(self.today.price) if self.today else None


@dataclass(frozen=True, slots=True)
class Compared:
    """What lines cost then and cost today, of those that can be ordered in the same quantity and currency."""

    lines: int
    then: Decimal
    now: Decimal


@dataclass(frozen=True, slots=True)
class BoughtFilters:
    """`days` 0: ever. `sort` is one of SORTS. `user_id` 0: whoever ordered."""

    text: str = ""
    days: int = 0
    sort: str = "last"
    is_descending: bool = True
    user_id: int = 0


@dataclass(frozen=True, slots=True)
class BoughtRow:
    """An article of the account's orders: when last, how much then and in all, in how many orders.

    `key` is what the list is sorted by.
    """

    article_id: int
    key: str
    sku: str
    name: str
    last_at: datetime
    order_number: str
    quantity: Decimal
    unit: str
    total: Decimal
    times: int
    then: Then
    today: Today | None

    @property
    def change(self) -> Decimal | None:
        return self.then.change(self.today.price) if self.today else None


def at_today(actor: Actor, wanted: Sequence[WantedLine]) -> list[Today | None]:
    """Price and stock of each line by itself, in the order given; a constant number of statements."""
    articles = articles_by_id(actor, {line.article_id for line in wanted})
    known = [line for line in wanted if line.article_id in articles]
    day = price_day(actor)
    items = [price_item(articles[line.article_id], line.quantity, line.unit) for line in known]
    prices = price_lines(actor, items, company_id=actor.company_id, on=day)
    needs = [need(articles[item.article_id], item.base_quantity) for item in items]
    promised = promises(actor, needs, day)
    found = iter(
        Today(
            article := articles[line.article_id], line.quantity, line.unit, price, promised[line.article_id],
            find_problems(article, line.quantity, line.unit, price, promised[line.article_id]),
        )
        for line, price in zip(known, prices, strict=True)
    )  # fmt: skip
    return [_allowed(next(found)) if line.article_id in articles else None for line in wanted]


def _allowed(today: Today) -> Today:
    """Of what is not in the assortment nothing is told but that."""
    if today.article.is_visible:
        return today
    return replace(today, price=replace(today.price, unit_price=None, net=None, problem=today.problems[0].message))


def old_lines(
    actor: Actor, order_id: int, *, after: int = 0, limit: int, currency: str,
    entered: dict[int, Decimal] | None = None, positions: Sequence[int] | None = None,
) -> list[OldLine]:  # fmt: skip
    """Lines of an order by position, those from `entered` with that quantity instead."""
    statement = (
        select(
            OrderLine.position, OrderLine.article_id, OrderLine.sku, OrderLine.name, OrderLine.quantity, OrderLine.unit,
            OrderLine.unit_price, OrderLine.price_base_quantity, OrderLine.price_unit, OrderLine.net,
        )
        .where(OrderLine.order_id == order_id, OrderLine.position > after, OrderLine.quantity > 0)
        .order_by(OrderLine.position)
        .limit(limit)
    )  # fmt: skip
    if positions is not None:
        statement = statement.where(OrderLine.position.in_(positions))
    rows = db.session.execute(visible(actor, statement, OrderLine)).all()
    changed = entered or {}
    wanted = [WantedLine(row.article_id, changed.get(row.position, row.quantity), row.unit) for row in rows]
    return [
        OldLine(
            row.position, row.sku, row.name, row.quantity, row.unit,
            Then(row.unit_price, row.price_base_quantity, row.price_unit, currency), today, row.net,
        )
        for row, today in zip(rows, at_today(actor, wanted), strict=True)
    ]  # fmt: skip


def lines_again(actor: Actor, order_id: int) -> list[WantedLine]:
    """The lines of an order as they stand: what was cancelled is not ordered again."""
    statement = (
        select(OrderLine.article_id, OrderLine.quantity, OrderLine.unit)
        .where(OrderLine.order_id == order_id, OrderLine.quantity > 0)
        .order_by(OrderLine.position)
    )
    return [WantedLine(*row) for row in db.session.execute(visible(actor, statement, OrderLine))]


def compared(lines: Sequence[OldLine], currency: str) -> Compared:
    """The sums to set against each other."""
    pairs = [
        (line.net, line.today.price.net)
        for line in lines
        if line.today is not None and line.today.is_fine and line.today.quantity == line.quantity
        and line.today.price.net is not None and line.today.price.currency == currency
    ]  # fmt: skip
    zero = Decimal(0)
    return Compared(len(pairs), sum((then for then, _now in pairs), zero), sum((now for _then, now in pairs), zero))


_BOUGHT = """
WITH mine AS (
    SELECT l.id, l.article_id, l.order_id, l.sku, l.name, l.quantity, l.unit, l.base_quantity, l.unit_price,
        l.price_base_quantity, l.price_unit, o.placed_at, o.number, o.currency
    FROM order_lines l JOIN orders o ON o.id = l.order_id
    WHERE l.company_id = :company AND l.quantity > 0 AND o.state <> 'cancelled' AND o.placed_at >= :since
        AND (:person = 0 OR o.user_id = :person)
), last AS (
    SELECT DISTINCT ON (article_id) * FROM mine ORDER BY article_id, placed_at DESC, id DESC
), summed AS (
    SELECT article_id, sum(base_quantity) AS total, count(DISTINCT order_id) AS times FROM mine GROUP BY article_id
), listed AS (
    SELECT last.article_id, {key} AS key, last.sku, last.name, last.placed_at, last.number, last.quantity, last.unit,
        summed.total, summed.times, last.unit_price, last.price_base_quantity, last.price_unit, last.currency
    FROM last JOIN summed USING (article_id)
    WHERE :pattern = '' OR last.sku ILIKE :pattern OR last.name ILIKE :pattern
)
SELECT * FROM listed
WHERE :start = '' OR (key, article_id) {sign} (CAST(:start AS {kind}), CAST(:start_id AS bigint))
ORDER BY key {way}, article_id {way} LIMIT :most"""
_KEYS = {
    "last": ("last.placed_at", "timestamptz"), "times": ("summed.times", "bigint"),
    "total": ("summed.total", "numeric"), "sku": ("last.sku", "text"),
}  # fmt: skip


def bought(
    actor: Actor, filters: BoughtFilters, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int,
) -> list[BoughtRow]:  # fmt: skip
    """Articles the account has bought, imported orders included, one row each; keys are (sort value, article id)."""
    column, kind = _KEYS[filters.sort]
    is_down = filters.is_descending != (before is not None)
    start = before or after
    statement = text(_BOUGHT.format(key=column, kind=kind, sign="<" if is_down else ">", way="DESC" if is_down else ""))
    since = clock.now() - timedelta(days=filters.days) if filters.days else "-infinity"
    pattern = f"%{filters.text.translate(_LIKE)}%" if filters.text else ""
    try:
        start_value, start_id = (start[0], int(start[1])) if start else ("", 0)
    except (IndexError, ValueError):
        raise NotFound(N_("This address is damaged. Open the list again.")) from None
    rows = list(db.session.execute(
        statement,
        {"company": actor.company_id, "since": since, "pattern": pattern, "start": start_value, "start_id": start_id,
         "person": filters.user_id, "most": limit},
    ))  # fmt: skip
    if before is not None:
        rows.reverse()
    today = at_today(actor, [WantedLine(row.article_id, row.quantity, row.unit) for row in rows])
    return [
        BoughtRow(
            row.article_id, row.key.isoformat() if isinstance(row.key, datetime) else str(row.key), row.sku, row.name,
            row.placed_at, row.number, row.quantity, row.unit, row.total, row.times,
            Then(row.unit_price, row.price_base_quantity, row.price_unit, row.currency), now,
        )
        for row, now in zip(rows, today, strict=True)
    ]  # fmt: skip
