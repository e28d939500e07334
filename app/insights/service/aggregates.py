"""Keeping the sums of what was ordered: marked cells are worked out afresh, all in one transaction.

Marks and what they are about become visible together. A run takes the marks away that it sees and counts with a later
look at the orders, so what is committed between stays marked; two runs never work at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import TextClause, text

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.insights.domain.report_parameters import shifted
from app.insights.queries.aggregates import CHANNEL, OF_LINES, OF_ORDERS, report_zone
from app.insights.queries.operator_zone import operator_zone

MARKS_A_RUN = 5_000
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('kontor.sales', 0))")
_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended('kontor.sales', 0))")
_TAKE = text("""
WITH taken AS (
    DELETE FROM sales_marks WHERE id IN (SELECT id FROM sales_marks ORDER BY id LIMIT :limit) RETURNING company_id, at
)
SELECT DISTINCT company_id, CAST(date_trunc('month', at AT TIME ZONE :zone) AS date) AS month FROM taken ORDER BY 1, 2
""")
_CELLS = "unnest(CAST(:companies AS bigint[]), CAST(:months AS date[])) AS d (company_id, month)"
_LIVE = f"""live AS (
    SELECT o.id, o.company_id, CAST(o.placed_at AT TIME ZONE :zone AS date) AS day, {CHANNEL} AS channel, o.currency
    FROM {_CELLS} JOIN orders o ON o.company_id = d.company_id AND o.state <> 'cancelled'
      AND o.placed_at >= CAST(d.month AS timestamp) AT TIME ZONE :zone
      AND o.placed_at < CAST(d.month + interval '1 month' AS timestamp) AT TIME ZONE :zone)"""  # noqa: S608 -- constants
_MONTH = f"""live AS (
    SELECT o.id, o.company_id, CAST(o.placed_at AT TIME ZONE :zone AS date) AS day, {CHANNEL} AS channel, o.currency
    FROM orders o WHERE o.state <> 'cancelled' AND o.placed_at >= CAST(:month AS timestamp) AT TIME ZONE :zone
      AND o.placed_at < (CAST(:month AS timestamp) + interval '1 month') AT TIME ZONE :zone)"""  # noqa: S608 -- constants
_INTO_DAYS = f"""
INSERT INTO sales_days (company_id, day, channel, currency, month, orders, lines, net, allowances)
WITH {{live}}
SELECT company_id, day, channel, currency, date_trunc('month', day), sum(orders), sum(lines), sum(net), sum(allowances)
FROM ({OF_ORDERS}) f GROUP BY 1, 2, 3, 4"""  # noqa: S608 -- constants
_INTO_ACCOUNT_ARTICLES = f"""
INSERT INTO sales_account_articles (company_id, month, article_id, channel, currency, lines, quantity, net)
WITH {{live}}
SELECT company_id, month, article_id, channel, currency, sum(lines), sum(quantity), sum(net)
FROM ({OF_LINES}) f GROUP BY 1, 2, 3, 4, 5"""  # noqa: S608 -- constants
_OF_CELLS = f"FROM {_CELLS} JOIN sales_account_articles s ON s.company_id = d.company_id AND s.month = d.month"
_SUMS = "sum(s.lines) AS lines, sum(s.quantity) AS quantity, sum(s.net) AS net"
# Table -> key of the sums of all accounts.
_OF_ALL = {
    "sales_articles": ("month", "article_id", "channel", "currency"),
    "sales_article_months": ("month", "article_id", "currency"),
}


def _of_all(statement: str) -> list[TextClause]:
    """The statement for each table of all accounts: {keys} bare, {s}, {a} and {f} of those rows."""
    return [
        text(
            statement.format(
                table=table,
                keys=", ".join(keys),
                s=", ".join(f"s.{key}" for key in keys),
                a=", ".join(f"a.{key}" for key in keys),
                f=", ".join(f"f.{key}" for key in keys),
            )
        )
        for table, keys in _OF_ALL.items()
    ]


# What the cells add to the articles of all accounts is taken out before they are worked out, and put in afterwards.
_TAKE_OUT = _of_all(f"""
UPDATE {{table}} a SET lines = a.lines - f.lines, quantity = a.quantity - f.quantity, net = a.net - f.net
FROM (SELECT {{s}}, {_SUMS} {_OF_CELLS} GROUP BY {{s}}) f WHERE ({{a}}) = ({{f}})""")  # noqa: S608 -- constants
_PUT_IN = _of_all(f"""
INSERT INTO {{table}} AS a ({{keys}}, lines, quantity, net)
SELECT {{s}}, {_SUMS} {_OF_CELLS} GROUP BY {{s}}
ON CONFLICT ({{keys}}) DO UPDATE
SET lines = a.lines + excluded.lines, quantity = a.quantity + excluded.quantity, net = a.net + excluded.net""")
_MONTH_ARTICLES = _of_all(f"""
INSERT INTO {{table}} ({{keys}}, lines, quantity, net)
SELECT {{s}}, {_SUMS} FROM sales_account_articles s WHERE s.month = :month GROUP BY {{s}}""")  # noqa: S608 -- constants
_EMPTY = _of_all("DELETE FROM {table} WHERE lines = 0 AND month = ANY(CAST(:distinct_months AS date[]))")
_BOUNDS = text("""
SELECT CAST(date_trunc('month', min(placed_at) AT TIME ZONE :zone) AS date) AS first,
    CAST(date_trunc('month', max(placed_at) AT TIME ZONE :zone) AS date) AS last FROM orders""")
_FORGET = [
    text(f"DELETE FROM {table} s USING {_CELLS} WHERE s.company_id = d.company_id AND s.month = d.month")  # noqa: S608 -- constants
    for table in ("sales_days", "sales_account_articles")
]
_STATE = text("""
INSERT INTO sales_states (id, time_zone, built_at) VALUES (1, :zone, :now)
ON CONFLICT (id) DO UPDATE SET time_zone = excluded.time_zone, built_at = excluded.built_at""")


@command
def refresh(actor: Actor, limit: int = MARKS_A_RUN) -> int:
    """Work marked cells out; returns how many. Nothing while another process is at it."""
    if not db.session.scalar(_LOCK):
        return 0
    zone, wanted = report_zone(actor), operator_zone(actor)
    if zone != wanted:
        return _build(wanted)
    cells = db.session.execute(_TAKE, {"limit": limit, "zone": zone}).all()
    if not cells:
        return 0
    values: Mapping[str, Any] = {
        "zone": zone,
        "companies": [cell.company_id for cell in cells],
        "months": [cell.month for cell in cells],
        "distinct_months": sorted({cell.month for cell in cells}),
    }
    counted = [text(sql.format(live=_LIVE)) for sql in (_INTO_DAYS, _INTO_ACCOUNT_ARTICLES)]
    for statement in (*_TAKE_OUT, *_FORGET, *counted, *_PUT_IN, *_EMPTY):
        db.session.execute(statement, values)
    return len(cells)


@command
def rebuild(actor: Actor) -> int:
    """Work everything out afresh, in the operator's present time zone; returns how many cells there are."""
    db.session.execute(_WAIT)
    return _build(operator_zone(actor))


def _build(zone: str) -> int:
    """Month by month, so that no statement takes long; the transaction may."""
    for table in ("sales_marks", "sales_days", "sales_account_articles", *_OF_ALL):
        db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 -- constants
    bounds = db.session.execute(_BOUNDS, {"zone": zone}).one()
    month = bounds.first
    while month is not None and month <= bounds.last:
        values = {"zone": zone, "month": month}
        counted = [text(sql.format(live=_MONTH)) for sql in (_INTO_DAYS, _INTO_ACCOUNT_ARTICLES)]
        for statement in (*counted, *_MONTH_ARTICLES):
            db.session.execute(statement, values)
        month = shifted(month, 1)
    db.session.execute(_STATE, {"zone": zone, "now": clock.now()})
    return db.session.scalar(text("SELECT count(*) FROM (SELECT DISTINCT company_id, month FROM sales_days) c")) or 0
