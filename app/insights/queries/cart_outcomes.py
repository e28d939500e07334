"""What became of carts left behind: those somebody looked after against those that were left alone. The operator's alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.insights.domain.report_parameters import Period

_BOUNDS = """a.state <> 'left_out' AND a.noticed_at >= CAST(:since AS timestamp) AT TIME ZONE :zone
    AND a.noticed_at < CAST(:until AS timestamp) AT TIME ZONE :zone"""
_BY_MONTH = text(f"""
SELECT CAST(date_trunc('month', a.noticed_at AT TIME ZONE :zone) AS date), a.currency,
    count(*) FILTER (WHERE NOT a.is_held_out), count(*) FILTER (WHERE NOT a.is_held_out AND a.recovered_at IS NOT NULL),
    coalesce(sum(coalesce(a.recovered_value, a.value)) FILTER (WHERE NOT a.is_held_out AND a.recovered_at IS NOT NULL), 0),
    count(*) FILTER (WHERE a.is_held_out), count(*) FILTER (WHERE a.is_held_out AND a.recovered_at IS NOT NULL)
FROM abandoned_carts a WHERE {_BOUNDS}
GROUP BY 1, 2 ORDER BY 2, 1""")  # noqa: S608 -- constants
_BY_REASON = text(f"""
SELECT coalesce(nullif(a.reason, ''), 'none'), a.currency, count(*), sum(a.value),
    count(*) FILTER (WHERE a.recovered_at IS NOT NULL),
    coalesce(sum(coalesce(a.recovered_value, a.value)) FILTER (WHERE a.recovered_at IS NOT NULL), 0)
FROM abandoned_carts a WHERE {_BOUNDS}
GROUP BY 1, 2 ORDER BY 2, 4 DESC, 1""")  # noqa: S608 -- constants


@dataclass(frozen=True, slots=True)
class RecoveryMonth:
    """Carts noticed in a month: how many came back of those looked after, and of those left alone; value is net."""

    month: date
    currency: str
    treated: int
    recovered: int
    value: Decimal
    held_out: int
    held_out_recovered: int


@dataclass(frozen=True, slots=True)
class ReasonOutcome:
    """Carts left for one reason; values are net in `currency`."""

    reason: str
    currency: str
    carts: int
    value: Decimal
    recovered: int
    recovered_value: Decimal


def recovery_by_month(actor: Actor, period: Period, zone: str) -> list[RecoveryMonth]:
    """By the month in which a cart was noticed."""
    values = {"zone": zone, "since": period.since, "until": period.until}
    return [RecoveryMonth(*row) for row in db.session.execute(_BY_MONTH, values)] if actor.is_operator else []


def outcomes_by_reason(actor: Actor, period: Period, zone: str) -> list[ReasonOutcome]:
    """By the main reason that was found, the most valuable first."""
    values = {"zone": zone, "since": period.since, "until": period.until}
    return [ReasonOutcome(*row) for row in db.session.execute(_BY_REASON, values)] if actor.is_operator else []
