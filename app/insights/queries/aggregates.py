"""What was ordered, from the maintained sums; what changed since they were worked out is counted from the orders.

Net of the goods as they stand: cancelled orders and lines are out, promotions on whole orders stand apart as allowances.
Days and months are those of the reports' time zone. All amounts are net, each in its own currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.core.once import once
from app.insights.domain.report_parameters import Period, shifted

# How an order came in, of facts that stand in the order itself.
CHANNEL = (
    "CASE WHEN o.source <> 'portal' THEN o.source WHEN starts_with(o.client_ref, 'standing:') THEN 'standing'"
    " WHEN o.staff_id IS NOT NULL THEN 'staff' ELSE 'portal' END"
)
STANDS = "l.state NOT IN ('cancelled', 'rejected')"
DIRTY = """dirty AS MATERIALIZED (
    SELECT DISTINCT company_id, CAST(date_trunc('month', at AT TIME ZONE :zone) AS date) AS month FROM sales_marks)"""
_IN_CELL = """o.company_id = d.company_id AND o.placed_at >= CAST(d.month AS timestamp) AT TIME ZONE :zone
        AND o.placed_at < CAST(d.month + interval '1 month' AS timestamp) AT TIME ZONE :zone"""
_ORDER = f"o.id, o.company_id, CAST(o.placed_at AT TIME ZONE :zone AS date) AS day, {CHANNEL} AS channel, o.currency"
OF_ORDERS = f"""
    SELECT o.company_id, o.day, o.channel, o.currency, 1 AS orders, l.lines, l.net, a.amount AS allowances
    FROM live o
    CROSS JOIN LATERAL (SELECT CAST(count(*) AS int) AS lines, coalesce(sum(l.net), 0) AS net FROM order_lines l
        WHERE l.order_id = o.id AND {STANDS}) l
    CROSS JOIN LATERAL (SELECT coalesce(sum(a.amount), 0) AS amount FROM order_allowances a WHERE a.order_id = o.id) a"""  # noqa: S608 -- constants
OF_LINES = f"""
    SELECT o.company_id, CAST(date_trunc('month', o.day) AS date) AS month, l.article_id, o.channel, o.currency,
        1 AS lines, l.base_quantity AS quantity, l.net
    FROM live o JOIN order_lines l ON l.order_id = o.id AND {STANDS}"""  # noqa: S608 -- constants
_DAYS = f"""
{DIRTY}, live AS (
    SELECT {_ORDER} FROM dirty d JOIN orders o ON {_IN_CELL} AND o.state <> 'cancelled'
    WHERE d.month >= :first AND d.month < :until
), facts AS (
    SELECT s.company_id, s.day, s.channel, s.currency, s.orders, s.lines, s.net, s.allowances FROM sales_days s
    WHERE s.day >= :since AND s.day < :until {{chosen}}
      AND NOT EXISTS (SELECT FROM dirty d WHERE d.company_id = s.company_id AND d.month = s.month)
    UNION ALL SELECT * FROM ({OF_ORDERS}) s WHERE s.day >= :since AND s.day < :until {{chosen}}
)"""  # noqa: S608 -- constants
# Whole months come from the sums; what begins or ends inside a month is counted from the orders.
_LIVE_LINES = f"""
{DIRTY}, live AS (
    SELECT {_ORDER} FROM dirty d JOIN orders o ON {_IN_CELL} AND o.state <> 'cancelled'
    WHERE d.month >= :whole AND d.month < :whole_end
    UNION ALL
    SELECT {_ORDER} FROM orders o WHERE o.state <> 'cancelled' AND o.placed_at >= :since_at AND o.placed_at < :whole_at
    UNION ALL
    SELECT {_ORDER} FROM orders o WHERE o.state <> 'cancelled' AND o.placed_at >= :end_at AND o.placed_at < :until_at
)"""  # noqa: S608 -- constants
_ARTICLES = f"""
{_LIVE_LINES}, facts AS (
    SELECT s.month, s.article_id, {{channel}}s.currency, s.lines, s.quantity, s.net FROM {{table}} s
    WHERE s.month >= :whole AND s.month < :whole_end
    UNION ALL
    SELECT s.month, s.article_id, {{channel}}s.currency, -s.lines, -s.quantity, -s.net
    FROM dirty d JOIN sales_account_articles s ON s.company_id = d.company_id AND s.month = d.month
    WHERE d.month >= :whole AND d.month < :whole_end
    UNION ALL SELECT s.month, s.article_id, {{channel}}s.currency, s.lines, s.quantity, s.net FROM ({OF_LINES}) s
)"""  # noqa: S608 -- constants
_ALL_CHANNELS = _ARTICLES.format(table="sales_article_months", channel="")
_EACH_CHANNEL = _ARTICLES.format(table="sales_articles", channel="s.channel, ")
_ACCOUNT_ARTICLES = f"""
{_LIVE_LINES}, facts AS (
    SELECT s.company_id, s.month, s.article_id, s.channel, s.currency, s.lines, s.quantity, s.net
    FROM sales_account_articles s
    WHERE s.month >= :whole AND s.month < :whole_end {{chosen}}
      AND NOT EXISTS (SELECT FROM dirty d WHERE d.company_id = s.company_id AND d.month = s.month)
    UNION ALL SELECT s.* FROM ({OF_LINES}) s WHERE true {{chosen}}
)"""  # noqa: S608 -- constants
_TREE = """tree AS (
    WITH RECURSIVE below AS (
        SELECT id FROM categories WHERE code = :category
        UNION ALL SELECT c.id FROM categories c JOIN below b ON c.parent_id = b.id
    ) SELECT id FROM below)"""
_IN_SEGMENT = """EXISTS (SELECT FROM company_segments cs JOIN segments g ON g.id = cs.segment_id
    WHERE cs.company_id = c.id AND g.code = :segment)"""
_ZONE = text("SELECT time_zone FROM sales_states WHERE id = 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of the sales is meant: codes, "" for all. `company_id` narrows to one account, as a tenant always is."""

    account: str = ""
    group: str = ""
    segment: str = ""
    manager: str = ""
    category: str = ""
    currency: str = ""
    channel: str = ""
    company_id: int | None = None

    @property
    def is_of_accounts(self) -> bool:
        return bool(self.account or self.group or self.segment or self.manager or self.company_id)


@dataclass(frozen=True, slots=True)
class Facts:
    """A part of SQL that ends in a table `facts`, and its values: `WITH {sql} SELECT ... FROM facts f`."""

    sql: str
    values: Mapping[str, Any]
    where: str


def report_zone(actor: Actor) -> str:
    """The time zone of days and months in reports."""
    return once(("report_zone",), lambda: db.session.scalar(_ZONE) or "UTC")


def day_facts(actor: Actor, period: Period, selection: Selection, zone: str) -> Facts:
    """facts(company_id, day, channel, currency, orders, lines, net, allowances)."""
    chosen, sql, values = _chosen(actor, selection)
    values |= {"zone": zone, "since": period.since, "until": period.until, "first": period.since.replace(day=1)}
    return Facts(sql + _DAYS.format(chosen=chosen), values, _where(selection))


def article_facts(
    actor: Actor,
    period: Period,
    selection: Selection,
    zone: str,
    *,
    needs_accounts: bool = False,
    needs_channels: bool = False,
) -> Facts:
    """facts([company_id,] month, article_id, [channel,] currency, lines, quantity, net); several rows a key."""
    chosen, sql, values = _chosen(actor, selection)
    if needs_accounts or chosen:
        sql += _ACCOUNT_ARTICLES.format(chosen=chosen)
    else:
        sql += _EACH_CHANNEL if needs_channels or selection.channel else _ALL_CHANNELS
    return Facts(sql, values | {"zone": zone} | _edges(period, zone), _where(selection, has_articles=True))


def _edges(period: Period, zone: str) -> dict[str, Any]:
    whole = period.since if period.since.day == 1 else shifted(period.since.replace(day=1), 1)
    end = period.until.replace(day=1)
    if whole >= end:
        whole = end = period.until
    bounds = {"since_at": period.since, "whole_at": whole, "end_at": end, "until_at": period.until}
    return {"whole": whole, "whole_end": end} | {name: _start(day, zone) for name, day in bounds.items()}


def _start(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _chosen(actor: Actor, selection: Selection) -> tuple[str, str, dict[str, Any]]:
    """The condition on accounts, the tables before the facts, and the values."""
    tests: list[str] = []
    values: dict[str, Any] = {}
    company_id = selection.company_id if actor.is_operator else actor.company_id
    if company_id is not None:
        tests.append("c.id = :company_id")
        values["company_id"] = company_id
    for name, condition in (
        ("account", "c.code = :account"),
        ("group", "c.group_id = (SELECT g.id FROM account_groups g WHERE g.code = :group)"),
        ("segment", _IN_SEGMENT),
        ("manager", "c.manager_id = CAST(:manager AS bigint)"),
    ):
        if value := getattr(selection, name):
            tests.append(condition)
            values[name] = value
    tables = []
    if tests:
        tables.append(f"chosen AS MATERIALIZED (SELECT c.id FROM companies c WHERE {' AND '.join(tests)}), ")  # noqa: S608 -- constants
    if selection.category:
        tables.append(f"{_TREE}, ")
        values["category"] = selection.category
    values |= {name: value for name in ("currency", "channel") if (value := getattr(selection, name))}
    return ("AND s.company_id IN (SELECT id FROM chosen)" if tests else ""), "".join(tables), values


def _where(selection: Selection, *, has_articles: bool = False) -> str:
    tests = [f"f.{name} = :{name}" for name in ("currency", "channel") if getattr(selection, name)]
    if has_articles and selection.category:
        tests.append("f.article_id IN (SELECT a.id FROM articles a WHERE a.category_id IN (SELECT id FROM tree))")
    return f"WHERE {' AND '.join(tests)}" if tests else ""
