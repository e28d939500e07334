"""Reports over millions of order lines on a throw-away PostgreSQL: how long a page takes, and whether its sums are right.

Orders are written by plain SQL with triggers off; then the sums are built as the job builds them, some orders are changed
so that marks stand, and every report of the operator is opened over HTTP in each of its groupings.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core.actor import Actor, Scope, Via
from app.core.local.instance import servers, temporary_instance
from app.core.tenancy import acting_as
from app.insights.domain.report_parameters import Period, entries
from app.insights.queries.recount import recount
from app.insights.reports import reports
from app.insights.service.aggregates import rebuild, refresh
from app.insights.service.reporting import Answer, ask
from app.insights.service.sums_check import check
from app.trial.bench_stock import PASSWORD, BenchStock, opened, settle
from app.trial.measure import measures
from config import Config

LINES_AN_ORDER = 20
ACCOUNTS, ARTICLES, CATEGORIES = 1_000, 50_000, 200
_SIGN_IN = "buyer@example.test"
HOUSE = Actor(None, 1, Scope.OPERATOR, frozenset({"*"}), via=Via.CLI, name="trial")
_GROUND = f"""
SELECT setseed(0.5);
UPDATE memberships SET company_id = 1, role = 'operator_admin' WHERE user_id = 2;
UPDATE companies SET time_zone = 'Europe/Berlin' WHERE id = 1;
INSERT INTO account_groups (id, code, name) OVERRIDING SYSTEM VALUE
    SELECT n, 'G' || n, 'Group ' || n FROM generate_series(1, 8) n;
INSERT INTO companies (id, code, kind, name, legal_name, country, currency, group_id, manager_id)
    OVERRIDING SYSTEM VALUE
    SELECT n + 10, 'K' || lpad(n::text, 5, '0'), 'customer', 'Customer ' || n, 'Customer ' || n, 'DE', 'EUR', 1 + n % 8,
        CASE WHEN n % 3 > 0 THEN 2 END FROM generate_series(1, {ACCOUNTS}) n;
INSERT INTO categories (id, code, name, parent_id) OVERRIDING SYSTEM VALUE
    SELECT n, 'C' || n, 'Category ' || n, CASE WHEN n > 10 THEN 1 + n % 10 END FROM generate_series(1, {CATEGORIES}) n;
INSERT INTO articles (id, sku, sku_key, name, category_id) OVERRIDING SYSTEM VALUE
    SELECT n, 'A-' || lpad(n::text, 6, '0'), 'A-' || lpad(n::text, 6, '0'), 'Article number ' || n, 11 + n % 190
    FROM generate_series(1, {ARTICLES}) n;
INSERT INTO article_costs (article_id, cost, currency)
    SELECT n, round((n % 977 + 50) / 20.0, 4), 'EUR' FROM generate_series(1, {ARTICLES}) n WHERE n % 10 > 0;
"""  # noqa: S608 -- constants
_ORDERS = """
INSERT INTO orders (id, company_id, number, client_ref, source, state, placed_at, currency, net_total, gross_total,
    line_count) OVERRIDING SYSTEM VALUE
SELECT n, 11 + floor(power(random(), 2) * {accounts})::int, 'T' || n, 'T' || n,
    (ARRAY['portal', 'portal', 'portal', 'edi', 'api', 'history'])[1 + n % 6], 'placed',
    now() - (random() * 1095) * interval '1 day', CASE WHEN n % 20 = 0 THEN 'USD' ELSE 'EUR' END, 0, 0, {lines}
FROM generate_series({first}, {last}) n"""
_LINES = """
INSERT INTO order_lines (company_id, order_id, position, article_id, sku, name, quantity, unit, base_quantity, unit_price,
    price_unit, net, state, promised_on)
SELECT o.company_id, o.id, p, a.id, a.sku, a.name, q.q, 'H87', q.q, (a.id %% 977 + 50) / 10.0, 'H87',
    round(q.q * (a.id %% 977 + 50) / 10.0, 2), CASE WHEN (o.id + p) %% 50 = 0 THEN 'cancelled' ELSE 'placed' END,
    CAST(o.placed_at AS date) + 3
FROM orders o CROSS JOIN generate_series(1, {lines}) p
CROSS JOIN LATERAL (SELECT 1 + floor(power(random() + 0 * p, 2) * {articles})::int AS article, 1 + (o.id + p) %% 12 AS q) q
JOIN articles a ON a.id = q.article
WHERE o.id BETWEEN {first} AND {last}"""
_CHUNK = 50_000
Say = Callable[[str], None]
Plain = dict[Period, dict[str, tuple[Any, Any]]]


@dataclass(frozen=True, slots=True)
class Page:
    """One report in one grouping; `is_right` None where there is no plain sum to compare with."""

    report: str
    parameters: dict[str, str]
    seconds: Decimal
    rows: int
    is_right: bool | None


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: to build all sums, to work changed cells out, of the slowest page."""

    build: Decimal
    refresh: Decimal
    slowest_page: Decimal


def report_trial(*, lines: int, say: Say, keep: Path | None = None) -> dict[str, Any]:
    """Seconds of every report page over so many lines, and whether its net equals a plain recount.

    `keep`: a folder for the ground, to find it again; else it is thrown away.
    """
    with report_ground(lines, say, keep) as stock:
        start = time.perf_counter()
        with stock.app.app_context(), acting_as(HOUSE):
            if not stock.bare.execute("SELECT 1 FROM sales_states").fetchone():  # a kept ground has them
                say("building the sums")
                rebuild(HOUSE)
        stock.bare.rollback()
        built = _seconds(start)
        settle(stock)
        _disturb(stock, say)
        pages = list(_pages(stock, say))
        start = time.perf_counter()
        with stock.app.app_context(), acting_as(HOUSE):
            cells = refresh(HOUSE)
            refreshed = _seconds(start)
            say("counting all lines")
            found = check(HOUSE)
    times = Times(built, refreshed, max(page.seconds for page in pages))
    return {
        "lines": lines,
        **measures(times),
        "refreshed_cells": cells,
        "all_right": all(page.is_right is not False for page in pages) and found.is_right,
        "check": found.as_json(),
        "pages": [measures(page) for page in pages],
    }


@contextmanager
def report_ground(lines: int, say: Say, keep: Path | None = None) -> Iterator[BenchStock]:
    """An instance with so many order lines of three years, two of a hundred cancelled."""
    with _instance(keep) as config, opened(config) as stock:
        if not stock.bare.execute("SELECT 1 FROM orders LIMIT 1").fetchone():
            _fill(stock, lines, say)
        settle(stock)
        yield stock


@contextmanager
def _instance(keep: Path | None) -> Iterator[Config]:
    settings: dict[str, Any] = {"BROKER_URL": "memory://", "SECRET_KEY": "t" * 40}
    if keep is None:
        with temporary_instance(broker=False, durable=True, **settings) as config:
            yield config
    else:
        with servers(Config(KONTOR_INSTANCE=keep.resolve(), **settings)) as config:
            yield config


def _fill(stock: BenchStock, lines: int, say: Say) -> None:
    stock.bare.execute(_GROUND.encode())
    _triggers(stock, "DISABLE")
    orders = max(lines // LINES_AN_ORDER, 1)
    sizes = {"lines": LINES_AN_ORDER, "accounts": ACCOUNTS, "articles": ARTICLES}
    for first in range(1, orders + 1, _CHUNK):
        part = sizes | {"first": first, "last": min(first + _CHUNK - 1, orders)}
        stock.bare.execute(_ORDERS.format(**part).encode())
        stock.bare.execute(_LINES.format(**part).replace("%%", "%").encode())
        say(f"{part['last'] * LINES_AN_ORDER} of {lines} lines")
    _triggers(stock, "ENABLE")
    stock.bare.execute("SELECT setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders))")
    stock.bare.commit()


def _triggers(stock: BenchStock, verb: str) -> None:
    for table in ("orders", "order_lines"):
        stock.bare.execute(f"ALTER TABLE {table} {verb} TRIGGER USER".encode())


def _disturb(stock: BenchStock, say: Say) -> None:
    """Cancel some orders and lines of this year: the pages then count marked cells from the orders."""
    stock.bare.execute(
        "UPDATE orders SET state = 'cancelled' WHERE id IN (SELECT id FROM orders ORDER BY id DESC LIMIT 20)"
    )
    stock.bare.execute(
        "UPDATE order_lines SET net = net / 2, base_quantity = base_quantity / 2"
        " WHERE order_id IN (SELECT id FROM orders ORDER BY id DESC OFFSET 20 LIMIT 20)"
    )
    stock.bare.commit()
    say("40 orders changed since")


def _pages(stock: BenchStock, say: Say) -> Iterator[Page]:
    plain: Plain = {}
    client = stock.app.test_client()
    client.post("/sign-in", data={"email": _SIGN_IN, "password": PASSWORD})
    for code, report in reports.items():
        if report.audience != "operator":
            continue
        for values in _variants(code):
            client.get("/reports")
            start = time.perf_counter()
            answer = client.get(f"/reports/{code}", query_string=values)
            seconds = _seconds(start)
            if answer.status_code != 200:
                say(f"{code} {values} answered {answer.status_code}")
                yield Page(code, values, seconds, 0, is_right=False)
                continue
            with stock.app.app_context(), acting_as(HOUSE):
                found = ask(HOUSE, code, values, limit=1)
                page = Page(code, values, seconds, found.count, _is_right(found, plain))
            say(f"{code:<20}{values!s:<60}{seconds:>8} s {page.rows:>8} rows  {page.is_right}")
            yield page


def _variants(code: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{}]
    for name, entry in entries(reports[code].parameters).items():
        if entry.kind == "choice":
            found += [{name: value} for value, _ in entry.choices if value not in (entry.default, "")]
    if code == "turnover":
        found += [{"by": "article", "period": "last_30_days"}, {"by": "account", "period": "last_year"}, {"by": "article", "compare": "year"}]  # fmt: skip
    return found


def _is_right(answer: Answer, known: Plain) -> bool | None:
    """Net and lines of each currency against a plain recount, made once for a period."""
    period = getattr(answer.parameters, "period", None)
    columns = {column.code for column in answer.columns}
    if not isinstance(period, Period) or not {"net", "lines"} <= columns:
        return None
    if period not in known:
        known[period] = {currency: (sums.net, sums.lines) for currency, sums in recount(HOUSE, period).items()}
    found = {
        block.currency: (block.totals["net"], block.totals["lines"]) for block in answer.rows.blocks if block.totals
    }
    return known[period] == found


def _seconds(start: float) -> Decimal:
    return Decimal(time.perf_counter() - start).quantize(Decimal("0.001"))
