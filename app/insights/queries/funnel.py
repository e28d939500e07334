"""From a visit to an order, and what was searched in vain: counted from the notes of activity. The operator's alone.

A step is a person on a day: who searched ten times on one day counts once. Days are those of the reports' time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period

_PLACES = {
    "week": ("CAST(date_trunc('week', f.day) AS date)", "CAST(NULL AS text)"),
    "segment": ("CAST(NULL AS date)", "coalesce(s.name, '')"),
    "account": ("CAST(NULL AS date)", "c.name"),
}
_STEPS = """
SELECT {day} AS day, {label} AS label, count(*), count(*) FILTER (WHERE f.searched), count(*) FILTER (WHERE f.looked),
    count(*) FILTER (WHERE f.filled), count(*) FILTER (WHERE f.paid), count(*) FILTER (WHERE f.ordered)
FROM (
    SELECT a.company_id, a.user_id, CAST(a.at AT TIME ZONE :zone AS date) AS day,
        bool_or(a.kind IN ('search', 'search_empty')) AS searched, bool_or(a.kind = 'article_view') AS looked,
        bool_or(a.kind = 'cart_add') AS filled, bool_or(a.kind = 'checkout') AS paid, bool_or(a.kind = 'order') AS ordered
    FROM activity a
    WHERE a.at >= CAST(:since AS timestamp) AT TIME ZONE :zone AND a.at < CAST(:until AS timestamp) AT TIME ZONE :zone
    GROUP BY 1, 2, 3
) f
JOIN companies c ON c.id = f.company_id {joined}
WHERE :account = '' OR c.code = :account
GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2"""
_SEGMENT = "LEFT JOIN company_segments cs ON cs.company_id = c.id LEFT JOIN segments s ON s.id = cs.segment_id"
_MISSED = text("""
SELECT a.facts ->> 'text', count(*), count(DISTINCT a.user_id), count(DISTINCT a.company_id),
    CAST(max(a.at) AT TIME ZONE :zone AS date),
    count(DISTINCT o.user_id)
FROM activity a
LEFT JOIN LATERAL (
    SELECT b.user_id FROM activity b
    WHERE b.user_id = a.user_id AND b.kind = 'order' AND b.at > a.at AND b.at < a.at + interval '2 days' LIMIT 1
) o ON true
WHERE a.kind = 'search_empty' AND a.facts ->> 'text' <> ''
    AND a.at >= CAST(:since AS timestamp) AT TIME ZONE :zone AND a.at < CAST(:until AS timestamp) AT TIME ZONE :zone
GROUP BY 1 ORDER BY 2 DESC, 1""")


@dataclass(frozen=True, slots=True)
class Steps:
    """How many persons on how many days came how far; `day` is the first of a week, else `label` names the rest."""

    day: date | None
    label: str | None
    visits: int
    searched: int
    looked: int
    filled: int
    checkout: int
    ordered: int


def steps(actor: Actor, period: Period, zone: str, *, by: str = "week", account: str = "") -> list[Steps]:
    """The funnel by week, segment or account; an account of several segments counts in each."""
    if not actor.is_operator:
        return []
    day, label = _PLACES[by]
    statement = text(_STEPS.format(day=day, label=label, joined=_SEGMENT if by == "segment" else ""))
    values = {"zone": zone, "since": period.since, "until": period.until, "account": account}
    return [Steps(*row) for row in db.session.execute(statement, values)]


@dataclass(frozen=True, slots=True)
class MissedSearch:
    """What was searched in vain; `ordered` of `people` placed an order within two days all the same."""

    text: str
    times: int
    people: int
    accounts: int
    last_on: date
    ordered: int


def missed_searches(actor: Actor, period: Period, zone: str) -> list[MissedSearch]:
    """Searches without result, the most frequent first."""
    if not actor.is_operator:
        return []
    values = {"zone": zone, "since": period.since, "until": period.until}
    return [MissedSearch(*row) for row in db.session.execute(_MISSED, values)]
