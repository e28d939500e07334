"""Standing orders. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.schedule import Every, Schedule, Shift
from app.ordering.domain.standing import Settings, Terms
from app.ordering.models.standing import StandingRun
from app.ordering.queries.standing import Run, run_of, standing_order
from app.ordering.service.standing import create_standing
from tests.factories.ordering import ref, ship_to, wanted

MONDAY = date(2027, 1, 4)
# A Friday noon in Berlin: the first run is on Monday, six in the morning.
NOW = datetime(2027, 1, 1, 11, tzinfo=UTC)


def weekly(**facts: Any) -> Schedule:
    return Schedule(**{"every": Every.WEEKS, "starts_on": MONDAY, "weekdays": (0,), "shift": Shift.FORWARD} | facts)


def terms(actor: Actor, **facts: Any) -> Terms:
    """Every Monday at six; `wishes` beside the address and settings by name."""
    settings = {name: facts.pop(name) for name in list(facts) if name in Settings.__dataclass_fields__}
    wishes = {"ship_to_id": ship_to(actor)} | facts.pop("wishes", {})
    values = {"name": "Consumables", "schedule": weekly(), "run_time": time(6), "po_pattern": "SO-{year}-{month}/{n}"}
    return Terms(**values | facts, wishes=wishes, settings=Settings(**settings))


def standing(actor: Actor, lines: Iterable[tuple[Any, Any]], **facts: Any) -> str:
    """Number of a standing order of these lines."""
    entry = terms(actor, **facts)
    with acting_as(actor):
        return create_standing(actor, entry, [wanted(made, quantity) for made, quantity in lines], client_ref=ref())


def kept(actor: Actor, number: str, planned_on: date = MONDAY) -> Run:
    """A run as it is now."""
    with acting_as(actor):
        found = run_of(actor, standing_order(actor, number).id, planned_on)
    assert found is not None
    return found


def states() -> list[tuple[date, str]]:
    """Dates and states of all runs."""
    with system_scope("test"):
        rows = db.session.execute(
            select(StandingRun.planned_on, StandingRun.state).order_by(StandingRun.standing_id, StandingRun.planned_on)
        )
        return [(row[0], row[1]) for row in rows]


def money(text: str) -> Decimal:
    return Decimal(text)
