"""What was ordered against what it cost, and against the list: from the maintained sums of articles by month.

A month's quantity is valued at the purchase cost, and at the list price, that held at the month's end (today for the
present month). Without a known one in the currency of the sale the turnover counts as unknown, and is never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.texts import N_
from app.insights.domain.report_parameters import Period
from app.insights.domain.report_rows import Block, Row
from app.insights.queries.aggregates import STANDS, Selection, article_facts, report_zone

# What stands against a quantity: (article, currency, value of one base unit, from, to).
_COSTS = """
    SELECT c.article_id, c.currency, c.cost AS value, c.valid_from AS since,
        lead(c.valid_from) OVER (PARTITION BY c.article_id ORDER BY c.valid_from NULLS FIRST) AS until
    FROM article_costs c"""
_PRICES = """
    SELECT e.article_id, p.currency, e.price / e.base_quantity AS value,
        greatest(p.valid_from, e.valid_from) AS since,
        least(p.until, e.valid_to, lead(e.valid_from) OVER (PARTITION BY p.id, e.article_id ORDER BY e.valid_from NULLS FIRST))
            AS until
    FROM (SELECT v.id, v.currency, v.valid_from,
              least(v.valid_to, lead(v.valid_from) OVER (ORDER BY v.valid_from NULLS FIRST, v.version)) AS until
          FROM price_lists v JOIN price_lists h ON h.code = :list AND coalesce(v.series_id, v.id) = h.id
          WHERE v.state = 'approved' AND v.kind = 'list') p
    JOIN (SELECT DISTINCT ON (e.price_list_id, e.article_id, e.valid_from) e.* FROM price_entries e
        JOIN articles a ON a.id = e.article_id AND a.base_unit = e.unit
        JOIN price_lists v ON v.id = e.price_list_id
        JOIN price_lists h ON h.code = :list AND coalesce(v.series_id, v.id) = h.id
        ORDER BY e.price_list_id, e.article_id, e.valid_from, e.min_quantity) e ON e.price_list_id = p.id"""
_KEYS = {
    "month": ("f.month", "t.key, '', NULL", "", ""),
    "account": ("f.company_id", "NULL, c.code, c.name", "", "JOIN companies c ON c.id = t.key"),
    "article": ("f.article_id", "NULL, a.sku, a.name", "", "JOIN articles a ON a.id = t.key"),
    "category": (
        "a.category_id", "NULL, coalesce(g.code, ''), g.name", "JOIN articles a ON a.id = f.article_id",
        "LEFT JOIN categories g ON g.id = t.key",
    ),
    "manager": (
        "c.manager_id", "NULL, coalesce(CAST(t.key AS text), ''), u.name", "JOIN companies c ON c.id = f.company_id",
        "LEFT JOIN users u ON u.id = t.key",
    ),
}  # fmt: skip
_BY_ACCOUNT = ("account", "manager")


@dataclass(frozen=True, slots=True)
class Valued:
    """`value` is cost or list price of what is `known_net`; net of the rest is unknown."""

    net: Decimal
    known_net: Decimal
    value: Decimal
    lines: int
    count: int = 0


@dataclass(frozen=True, slots=True)
class ValuedRow:
    currency: str
    month: date | None
    code: str
    name: str | None
    sums: Valued


def valued_sales(
    actor: Actor,
    period: Period,
    by: str,
    selection: Selection,
    *,
    against: Literal["cost", "list"],
    price_list: str = "",
    limit: int | None = None,
) -> tuple[list[ValuedRow], dict[str, Valued]]:
    """Rows, the largest first, and the totals of each currency."""
    zone = report_zone(actor)
    facts = article_facts(actor, period, selection, zone, needs_accounts=by in _BY_ACCOUNT)
    key, shown, join, names = _KEYS[by]
    order = "t.key" if by == "month" else "t.net DESC, t.key"
    statement = text(f"""WITH {facts.sql}, known AS ({_COSTS if against == "cost" else _PRICES}), grouped AS MATERIALIZED (
            SELECT {key} AS key, f.currency, sum(f.lines) AS lines, sum(f.net) AS net,
                coalesce(sum(f.net) FILTER (WHERE k.value IS NOT NULL), 0) AS known_net,
                coalesce(sum(f.quantity * k.value), 0) AS value
            FROM facts f {join} LEFT JOIN known k ON k.article_id = f.article_id AND k.currency = f.currency
                AND (k.since IS NULL OR k.since <= least(CAST(f.month + interval '1 month' AS date) - 1, :today))
                AND (k.until IS NULL OR k.until > least(CAST(f.month + interval '1 month' AS date) - 1, :today))
            {facts.where} GROUP BY 1, 2 HAVING sum(f.lines) > 0
        ), totals AS (
            SELECT currency AS all_of, sum(net) AS all_net, sum(known_net) AS all_known, sum(value) AS all_value,
                sum(lines) AS all_lines, count(*) AS all_rows
            FROM grouped GROUP BY 1
        ), t AS (
            SELECT * FROM totals CROSS JOIN LATERAL (
                SELECT t.* FROM grouped t WHERE t.currency = all_of ORDER BY {order} LIMIT CAST(:limit AS int)) one
        )
        SELECT t.currency, {shown}, t.net, t.known_net, t.value, t.lines, t.all_net, t.all_known, t.all_value,
            t.all_lines, t.all_rows
        FROM t {names} ORDER BY t.currency, {order}""")  # noqa: S608 -- constants
    values = {**facts.values, "limit": limit, "list": price_list, "today": clock.today(zone)}
    rows: list[ValuedRow] = []
    totals: dict[str, Valued] = {}
    for row in db.session.execute(statement, values):
        currency, month, code, name, net, known, value, lines, *total = row
        rows.append(ValuedRow(currency, month, str(code), name, Valued(net, known, value, int(lines))))
        totals[currency] = Valued(total[0], total[1], total[2], int(total[3]), total[4])
    return rows, totals


_MAIN_LIST = text("""
SELECT h.code, h.name FROM price_lists h
WHERE h.series_id IS NULL AND h.kind = 'list' AND h.is_active AND (:code = '' OR h.code = :code)
ORDER BY (SELECT max(v.entry_count) FROM price_lists v WHERE v.series_id = h.id OR v.id = h.id) DESC, h.id LIMIT 1""")


def reference_list(actor: Actor, code: str) -> tuple[str, str] | None:
    """Code and name of the named list, else of the one with most prices; None where there is none."""
    row = db.session.execute(_MAIN_LIST, {"code": code}).one_or_none()
    return None if row is None else (row.code, row.name)


_REASONS = text(f"""
SELECT o.currency,
    CASE WHEN l.price_source <> '' THEN 'agreed'
         WHEN coalesce(p.series_id, p.id) = h.id THEN CASE WHEN l.price_from > 0 THEN 'break' ELSE 'list' END
         WHEN l.price_list <> '' THEN 'own' ELSE 'other' END AS reason,
    count(*), sum(l.net)
FROM orders o JOIN order_lines l ON l.order_id = o.id AND {STANDS}
LEFT JOIN price_lists p ON p.code = l.price_list
LEFT JOIN price_lists h ON h.code = :list
WHERE o.state <> 'cancelled' AND o.placed_at >= CAST(:since AS timestamp) AT TIME ZONE :zone
  AND o.placed_at < CAST(:until AS timestamp) AT TIME ZONE :zone
GROUP BY 1, 2 ORDER BY 1, 4 DESC""")  # noqa: S608 -- constants


def reasons(actor: Actor, period: Period, price_list: str) -> list[tuple[str, str, int, Decimal]]:
    """(currency, why the price was as it was, lines, net), counted from the orders."""
    values = {"zone": report_zone(actor), "since": period.since, "until": period.until, "list": price_list}
    return [(currency, why, lines, net) for currency, why, lines, net in db.session.execute(_REASONS, values)]


def valued_blocks(
    found: Sequence[ValuedRow], totals: Mapping[str, Valued], figures: Callable[[Valued], Row]
) -> list[Block]:
    """What `valued_sales` found as one block for each currency; `figures` turns sums into the cells of a row."""
    return [
        Block(
            currency,
            [
                {"key": one.month, "code": one.code, "name": one.name or N_("none"), **figures(one.sums)}
                for one in found
                if one.currency == currency
            ],
            figures(total),
            total.count,
        )
        for currency, total in sorted(totals.items())
    ]
