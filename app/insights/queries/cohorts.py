"""Of the accounts that first ordered in a month, how many ordered again so many months later. The operator's alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period, shifted
from app.insights.queries.aggregates import Selection, day_facts

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Cohort:
    """`kept[n]`: accounts that ordered n months after their first month; None where that month is not over."""

    month: date
    accounts: int
    kept: tuple[int | None, ...]


def cohorts(actor: Actor, period: Period, zone: str, today: date, *, segment: str = "") -> list[Cohort]:
    """Cohorts whose first order lies in the period, orders of the system before included."""
    if not actor.is_operator:
        return []
    whole = Period("custom", date(2000, 1, 1), shifted(today.replace(day=1), 1))
    facts = day_facts(actor, whole, Selection(segment=segment), zone)
    statement = text(f"""WITH {facts.sql}, months AS (
        SELECT f.company_id, CAST(date_trunc('month', f.day) AS date) AS month FROM facts f GROUP BY 1, 2
    ), firsts AS (
        SELECT company_id, min(month) AS first FROM months GROUP BY 1
    )
    SELECT s.first, CAST((extract(year FROM m.month) - extract(year FROM s.first)) * 12
        + extract(month FROM m.month) - extract(month FROM s.first) AS int) AS later, count(*)
    FROM firsts s JOIN months m ON m.company_id = s.company_id
    WHERE s.first >= date_trunc('month', CAST(:cohort_since AS timestamp)) AND s.first < :cohort_until
    GROUP BY 1, 2 ORDER BY 1, 2""")  # noqa: S608 -- constants
    values = {**facts.values, "cohort_since": period.since, "cohort_until": period.until}
    found: dict[date, dict[int, int]] = {}
    for month, later, count in db.session.execute(statement, values):
        found.setdefault(month, {})[later] = count
    return [Cohort(month, counts.get(0, 0), _kept(month, counts, today)) for month, counts in found.items()]


def _kept(month: date, counts: dict[int, int], today: date) -> tuple[int | None, ...]:
    return tuple(
        counts.get(later, 0) if shifted(month, later) <= today.replace(day=1) else None
        for later in range(1, MONTHS + 1)
    )
