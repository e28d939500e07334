"""Returns and claims against what was ordered, by article, account or month. The operator's alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period
from app.insights.queries.aggregates import Selection, article_facts, day_facts

# By what: the key of the facts, the key of a line that came back, its words.
_KEYS = {
    "article": ("f.article_id", "l.article_id", "CAST(NULL AS date)", "a.sku || ' ' || a.name",
                "JOIN articles a ON a.id = k.key"),
    "account": ("f.company_id", "l.company_id", "CAST(NULL AS date)", "c.name", "JOIN companies c ON c.id = k.key"),
    "month": ("CAST(date_trunc('month', f.day) AS date)",
              "CAST(date_trunc('month', o.placed_at AT TIME ZONE :zone) AS date)", "k.key", "''", ""),
}  # fmt: skip
BY = tuple(_KEYS)
# Only keys with something wrong are added up, but every month is shown.
_RATES = """
WITH {facts}, wrong AS (
    SELECT w.line_id, bool_or(w.is_return) AS is_returned, bool_or(NOT w.is_return) AS is_claimed
    FROM (
        SELECT x.order_line_id AS line_id, true AS is_return FROM return_lines x JOIN returns r ON r.id = x.return_id
        WHERE r.state NOT IN ('refused', 'withdrawn', 'lapsed')
        UNION ALL
        SELECT x.order_line_id, false FROM claim_lines x JOIN claims m ON m.id = x.claim_id
        WHERE m.state NOT IN ('refused', 'withdrawn')
    ) w GROUP BY 1
), bad AS (
    SELECT {key} AS key, CAST(count(*) FILTER (WHERE w.is_returned) AS int) AS returned,
        CAST(count(*) FILTER (WHERE w.is_claimed) AS int) AS claimed, CAST(count(*) AS int) AS wrong
    FROM wrong w JOIN order_lines l ON l.id = w.line_id JOIN orders o ON o.id = l.order_id
    WHERE o.state <> 'cancelled' AND l.state NOT IN ('cancelled', 'rejected')
        AND o.placed_at >= CAST(:bad_since AS timestamp) AT TIME ZONE :zone
        AND o.placed_at < CAST(:bad_until AS timestamp) AT TIME ZONE :zone
    GROUP BY 1
), ordered AS (
    SELECT {fact} AS key, CAST(sum(f.lines) AS int) AS lines FROM facts f {only} GROUP BY 1
)
SELECT {month}, {label}, k.lines, coalesce(b.returned, 0), coalesce(b.claimed, 0), coalesce(b.wrong, 0)
FROM ordered k LEFT JOIN bad b ON b.key = k.key {joined}
WHERE k.lines > 0 AND (b.wrong > 0 OR :is_month)
ORDER BY 1, b.wrong DESC NULLS LAST, 2"""


@dataclass(frozen=True, slots=True)
class Complaints:
    """Lines ordered, and how many of them came back or were claimed (a line counts once in `wrong`)."""

    month: date | None
    label: str
    lines: int
    returned: int
    claimed: int
    wrong: int


def complaints(actor: Actor, period: Period, zone: str, *, by: str) -> list[Complaints]:
    """By the day of the order; articles and accounts without any are left out."""
    if not actor.is_operator:
        return []
    fact, key, month, label, joined = _KEYS[by]
    facts = (article_facts if by == "article" else day_facts)(actor, period, Selection(), zone)
    only = "" if by == "month" else f"WHERE {fact} IN (SELECT key FROM bad)"  # noqa: S608 -- constants
    statement = text(
        _RATES.format(facts=facts.sql, fact=fact, key=key, month=month, label=label, joined=joined, only=only)
    )
    values = {**facts.values, "bad_since": period.since, "bad_until": period.until, "is_month": by == "month"}
    return [Complaints(*row) for row in db.session.execute(statement, values)]
