"""What rules that warn read, the rules themselves, and what they have warned of. The operator's alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import select, text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.outbox import parked_count
from app.exchange.queries.message_lists import counts
from app.insights.domain.report_parameters import Period
from app.insights.queries.aggregates import Selection, day_facts, report_zone
from app.insights.queries.start_figures import figures
from app.sales.domain.alerts import DAYS, LEAST_ORDERS, PERIODS, Reading, fall
from app.sales.models.alerts import AlertCrossing, AlertRule

_OVERDUE = text("SELECT count(*) FROM conversations WHERE state = 'open' AND waits_for = 'operator' AND due_at <= :now")
_MISSED = text("SELECT count(*) FROM activity WHERE kind = 'search_empty' AND at > :since")
_CARTS = text("SELECT count(*) FROM abandoned_carts WHERE state IN ('open', 'reminded')")


def _falling(actor: Actor) -> list[Reading]:
    """Each account's last days against what it usually orders in as many; each currency by itself, the worst counts."""
    zone = report_zone(actor)
    until = clock.today(zone) + timedelta(days=1)
    split = until - timedelta(days=DAYS)
    whole = Period("custom", split - timedelta(days=DAYS * PERIODS), until)
    facts = day_facts(actor, whole, Selection(), zone)
    statement = text(f"""WITH {facts.sql}
        SELECT c.id, c.name, coalesce(sum(f.net) FILTER (WHERE f.day >= :split), 0),
            coalesce(sum(f.net) FILTER (WHERE f.day < :split), 0) / {PERIODS}
        FROM facts f JOIN companies c ON c.id = f.company_id
        GROUP BY c.id, c.name, f.currency
        HAVING coalesce(sum(f.orders) FILTER (WHERE f.day < :split), 0) >= {LEAST_ORDERS}""")  # noqa: S608 -- constants
    worst: dict[int, Reading] = {}
    for company_id, name, recent, usual in db.session.execute(statement, {**facts.values, "split": split}):
        reading = Reading(company_id, name, fall(recent, usual))
        known = worst.get(company_id)
        if known is None or known.value < reading.value:
            worst[company_id] = reading
    return sorted(worst.values(), key=lambda one: (-one.value, one.words))


def _whole(value: int) -> list[Reading]:
    return [Reading(0, "", Decimal(value))]


READERS: dict[str, Callable[[Actor], list[Reading]]] = {
    "turnover_falls": _falling,
    "sold_out": lambda actor: _whole(figures(actor, ("sold_out",), clock.today("UTC"))["sold_out"]),
    "unanswered": lambda _actor: _whole(db.session.scalar(_OVERDUE, {"now": clock.now()}) or 0),
    "failed_messages": lambda actor: _whole(counts(actor).todo),
    "stuck_events": lambda actor: _whole(parked_count(actor)),
    "missed_searches": lambda _actor: _whole(db.session.scalar(_MISSED, {"since": clock.now() - timedelta(days=1)}) or 0),
    "carts": lambda _actor: _whole(db.session.scalar(_CARTS) or 0),
}  # fmt: skip


def alert_rules(actor: Actor) -> list[AlertRule]:
    """All rules, in the order they were made."""
    return list(db.session.scalars(select(AlertRule).order_by(AlertRule.id))) if actor.is_operator else []


def alert_rule(actor: Actor, rule_id: int) -> AlertRule:
    """Raises NotFound."""
    found = db.session.get(AlertRule, rule_id) if actor.is_operator else None
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Crossing:
    """Something a rule has warned of; over when `ended_at` is set."""

    id: int
    rule_id: int
    figure: str
    words: str
    value: Decimal
    crossed_at: datetime
    ended_at: datetime | None


_CROSSING = select(
    AlertCrossing.id, AlertCrossing.rule_id, AlertRule.figure, AlertCrossing.words, AlertCrossing.value,
    AlertCrossing.crossed_at, AlertCrossing.ended_at,
).join(AlertRule, AlertRule.id == AlertCrossing.rule_id)  # fmt: skip


def crossings(actor: Actor, *, limit: int = 100) -> list[Crossing]:
    """What stands first, then what is over, the latest first."""
    if not actor.is_operator:
        return []
    statement = _CROSSING.order_by(AlertCrossing.ended_at.is_not(None), AlertCrossing.id.desc()).limit(limit)
    return [Crossing(*row) for row in db.session.execute(statement)]


def raised(rule_id: int, first_id: int, last_id: int) -> list[Crossing]:
    """What one check of a rule has found that still stands, the worst first."""
    statement = _CROSSING.where(
        AlertCrossing.rule_id == rule_id, AlertCrossing.id.between(first_id, last_id), AlertCrossing.ended_at.is_(None)
    ).order_by(AlertCrossing.value.desc(), AlertCrossing.id)
    return [Crossing(*row) for row in db.session.execute(statement)]
