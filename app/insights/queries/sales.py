"""Sales grouped one way, from the maintained sums; and the plain recount they must equal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period
from app.insights.queries.aggregates import Selection, article_facts, day_facts, report_zone

_DAY_SUMS = "sum(f.orders) AS orders, sum(f.lines) AS lines, CAST(NULL AS numeric) AS quantity, sum(f.net) AS net, sum(f.allowances) AS allowances"
_LINE_SUMS = "CAST(NULL AS bigint) AS orders, sum(f.lines) AS lines, {quantity} AS quantity, sum(f.net) AS net, CAST(NULL AS numeric) AS allowances"
# By -> the key, and how key, code and name are read of the grouped rows `t`.
_OF_DAYS = {
    "month": ("date_trunc('month', f.day)", "CAST(t.key AS date), '', NULL", ""),
    "day": ("f.day", "t.key, '', NULL", ""),
    "channel": ("f.channel", "NULL, t.key, NULL", ""),
    "account": ("f.company_id", "NULL, c.code, c.name", "JOIN companies c ON c.id = t.key"),
    "group": ("c.group_id", "NULL, coalesce(g.code, ''), g.name", "LEFT JOIN account_groups g ON g.id = t.key"),
    "manager": ("c.manager_id", "NULL, coalesce(CAST(t.key AS text), ''), u.name", "LEFT JOIN users u ON u.id = t.key"),
}
_OF_LINES = {
    "month": ("f.month", "t.key, '', NULL", ""),
    "channel": ("f.channel", "NULL, t.key, NULL", ""),
    "account": ("f.company_id", "NULL, c.code, c.name", "JOIN companies c ON c.id = t.key"),
    "group": ("c.group_id", "NULL, coalesce(g.code, ''), g.name", "LEFT JOIN account_groups g ON g.id = t.key"),
    "manager": ("c.manager_id", "NULL, coalesce(CAST(t.key AS text), ''), u.name", "LEFT JOIN users u ON u.id = t.key"),
    "article": ("f.article_id", "NULL, a.sku, a.name", "JOIN articles a ON a.id = t.key"),
    "category": ("a.category_id", "NULL, coalesce(g.code, ''), g.name", "LEFT JOIN categories g ON g.id = t.key"),
}
_JOINS = {
    "group": "JOIN companies c ON c.id = f.company_id",
    "manager": "JOIN companies c ON c.id = f.company_id",
    "category": "JOIN articles a ON a.id = f.article_id",
}
# Key, join, names and a table for some of very many articles: the others make one group without a key.
_FEW_ARTICLES = (
    "w.id",
    "LEFT JOIN wanted w ON w.id = f.article_id",
    "LEFT JOIN articles a ON a.id = t.key",
    "wanted AS MATERIALIZED (SELECT id FROM articles WHERE sku = ANY(CAST(:codes AS text[]))),",
)
_NEEDS_ACCOUNTS = ("account", "group", "manager")


@dataclass(frozen=True, slots=True)
class Sums:
    """`orders` and `allowances` are None where articles are told apart. `net` is before the allowances."""

    lines: int
    net: Decimal
    orders: int | None = None
    allowances: Decimal | None = None
    quantity: Decimal | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """One group: its day or month, or its code and name; "" is none (no group, no manager, no category)."""

    currency: str
    day: date | None
    code: str
    name: str | None
    sums: Sums


@dataclass(frozen=True, slots=True)
class Sales:
    """`rows` by currency, time upwards or the largest first; `totals` of all rows by currency, also of those not here."""

    rows: list[Sale]
    totals: dict[str, Sums]


def sales(
    actor: Actor,
    period: Period,
    by: str,
    selection: Selection,
    *,
    limit: int | None = None,
    of: Sales | None = None,
) -> Sales:
    """At most `limit` rows of each currency, with the totals and the count of all of them. One statement and the zone.

    `of`: only the groups of that answer (and the largest of each currency), to be compared with it; articles that are not
    in it are added up without being counted one by one.
    """
    zone = report_zone(actor)
    has_lines = by in ("article", "category") or bool(selection.category)
    table = _OF_LINES if has_lines else _OF_DAYS
    if has_lines:
        facts = article_facts(
            actor,
            period,
            selection,
            zone,
            needs_accounts=by in _NEEDS_ACCOUNTS,
            needs_channels=by == "channel",
        )
    else:
        facts = day_facts(actor, period, selection, zone)
    key, shown, names = table[by]
    join = _JOINS.get(by, "")
    wanted = ""
    if of is not None and by == "article":
        key, join, names, wanted = _FEW_ARTICLES
    code = shown.split(", ", 1)[1].rsplit(", ", 1)[0]
    line_sums = _LINE_SUMS.format(quantity="sum(f.quantity)" if by == "article" else "CAST(NULL AS numeric)")
    order = "t.key" if by in ("month", "day") else "t.net DESC, t.key"
    statement = text(f"""WITH {facts.sql}, {wanted} grouped AS MATERIALIZED (
            SELECT {key} AS key, f.currency, {line_sums if has_lines else _DAY_SUMS}
            FROM facts f {join} {facts.where} GROUP BY 1, 2 HAVING sum(f.lines) > 0 OR sum(f.net) <> 0
        ), totals AS (SELECT currency AS all_of, {_TOTALS} FROM grouped GROUP BY 1
        ), t AS (
            SELECT t.*, row_number() OVER (PARTITION BY t.currency ORDER BY {order}) AS place
            FROM (SELECT * FROM totals CROSS JOIN LATERAL (
                SELECT t.* FROM grouped t WHERE t.currency = all_of ORDER BY {order} LIMIT CAST(:limit AS int)) one) t
        )
        SELECT t.currency, {shown}, t.lines, t.net, t.orders, t.allowances, t.quantity, t.all_lines, t.all_net,
            t.all_orders, t.all_allowances, t.all_rows
        FROM t {names} WHERE t.place = 1 OR CAST(:codes AS text[]) IS NULL OR {code} = ANY(CAST(:codes AS text[]))
        ORDER BY t.currency, t.place""")  # noqa: S608 -- constants
    values = {**facts.values, "limit": limit, "codes": None if of is None else [sale.code for sale in of.rows]}
    rows: list[Sale] = []
    totals: dict[str, Sums] = {}
    for row in db.session.execute(statement, values):
        currency, day, code, name, lines, net, orders, allowances, quantity, *total = row
        if code is not None:  # all articles that were not asked for
            rows.append(Sale(currency, day, str(code), name, Sums(lines, net, orders, allowances, quantity)))
        totals[currency] = Sums(int(total[0]), total[1], _whole(total[2]), total[3], None, total[4])
    return Sales(rows, totals)


_TOTALS = (
    "sum(lines) AS all_lines, sum(net) AS all_net, sum(orders) AS all_orders, sum(allowances) AS all_allowances,"
    " count(*) AS all_rows"
)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
