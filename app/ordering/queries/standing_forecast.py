"""What the standing orders of a month come to: orders placed, and runs still planned at today's prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import visible
from app.ordering.domain.schedule import Occurrence, instant, occurrences
from app.ordering.domain.standing import AHEAD, COUNTED, RunState, StandingState
from app.ordering.models.standing import StandingOrderLine, StandingRun
from app.ordering.queries.cart import price_day, price_item
from app.ordering.queries.standing import (
    LINE_PARTS,
    OPEN,
    Run,
    StandingHead,
    StandingLine,
    all_heads,
    closed_days,
    line_of,
    lines_of_runs,
    run_from,
    select_runs,
)
from app.pricing.queries.prices import price_lines

_BEFORE = timedelta(days=31)
Planned = tuple[StandingHead, Run | None]


@dataclass(slots=True)
class ForecastRow:
    """One standing order in a month: orders placed, and what is still planned at today's prices. Net."""

    number: str
    name: str
    currency: str
    placed: int = 0
    placed_net: Decimal = Decimal(0)
    planned: int = 0
    planned_net: Decimal = Decimal(0)

    @property
    def net(self) -> Decimal:
        return self.placed_net + self.planned_net


@dataclass(frozen=True, slots=True)
class Forecast:
    """A month by standing order, and its sums by currency."""

    rows: tuple[ForecastRow, ...]
    sums: dict[str, ForecastRow] = field(default_factory=dict)


def forecast(actor: Actor, first: date) -> Forecast:
    """The month that begins on a day, for the actor's account; a constant number of statements."""
    end = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    heads = all_heads(actor)
    found = {head.id: ForecastRow(head.number, head.name, head.currency) for head in heads}
    runs = _runs_by_standing(actor, [head.id for head in heads])
    for head in heads:
        for run in runs.get(head.id, []):
            if first <= run.on_day < end and run.state is RunState.PLACED and run.net is not None:
                found[head.id].placed += 1
                found[head.id].placed_net += run.net
    closed = closed_days(
        actor, actor.company_id, min((head.schedule.starts_on for head in heads), default=first) - _BEFORE
    )
    planned = [(head, run) for head in heads for run in _planned_in(head, runs.get(head.id, []), closed, first, end)]
    for (head, _run), net in zip(planned, _nets(actor, planned), strict=True):
        found[head.id].planned += 1
        found[head.id].planned_net += net
    rows = tuple(row for row in found.values() if row.placed or row.planned)
    return Forecast(rows, _sums(rows))


def _sums(rows: Sequence[ForecastRow]) -> dict[str, ForecastRow]:
    sums: dict[str, ForecastRow] = {}
    for row in rows:
        total = sums.setdefault(row.currency, ForecastRow("", "", row.currency))
        total.placed += row.placed
        total.placed_net += row.placed_net
        total.planned += row.planned
        total.planned_net += row.planned_net
    return sums


def _runs_by_standing(actor: Actor, ids: Sequence[int]) -> dict[int, list[Run]]:
    statement = select_runs(StandingRun.standing_id.in_(ids)).order_by(StandingRun.planned_on)
    found: dict[int, list[Run]] = {}
    for row in db.session.execute(visible(actor, statement, StandingRun)):
        run = run_from(row)
        found.setdefault(run.standing_id, []).append(run)
    return found


def _planned_in(
    head: StandingHead, rows: Sequence[Run], closed: frozenset[date], first: date, end: date
) -> Iterator[Run | None]:
    """Runs of the month that are under way or lie ahead; None for a date nothing is kept of yet."""
    yield from (run for run in rows if run.state in OPEN and first <= run.on_day < end)
    if head.state is not StandingState.ACTIVE:
        return
    known = {run.planned_on: run for run in rows}
    settled = [run for run in rows if run.state not in AHEAD and run.state is not RunState.SKIPPED]
    after = Occurrence(settled[-1].planned_on, settled[-1].on_day) if settled else None
    left = head.schedule.runs
    if left is not None:
        left -= sum(run.state in COUNTED | OPEN for run in rows)
    for one in occurrences(head.schedule, closed, after=after):
        run = known.get(one.planned)
        on = run.on_day if run else one.on
        at = run.run_at if run else instant(one.on, head.run_time, head.time_zone)
        if one.on >= end or (left is not None and left <= 0):
            return
        if at <= clock.now() or (run is not None and run.state not in AHEAD):
            continue
        if left is not None:
            left -= 1
        if first <= on < end:
            yield run


def _nets(actor: Actor, planned: Sequence[Planned]) -> list[Decimal]:
    """What each run comes to at today's prices; all of them are priced in one call."""
    of_orders = _lines_of_orders(actor, {head.id for head, _ in planned})
    of_runs = lines_of_runs(actor, [run.id for _, run in planned if run is not None and run.own_lines])
    sets: dict[tuple[str, int], list[StandingLine]] = {("order", key): lines for key, lines in of_orders.items()}
    sets |= {("run", key): lines for key, lines in of_runs.items()}
    flat = [line for lines in sets.values() for line in lines]
    articles = articles_by_id(actor, {line.article_id for line in flat})
    items = [price_item(articles[line.article_id], line.quantity, line.unit) for line in flat]
    prices = iter(price_lines(actor, items, company_id=actor.company_id, on=price_day(actor)))
    nets = {key: sum((next(prices).net or Decimal(0) for _ in lines), Decimal(0)) for key, lines in sets.items()}
    return [
        nets.get(("run", run.id) if run is not None and run.own_lines else ("order", head.id), Decimal(0))
        for head, run in planned
    ]


def _lines_of_orders(actor: Actor, ids: set[int]) -> dict[int, list[StandingLine]]:
    columns = [getattr(StandingOrderLine, name) for name in LINE_PARTS]
    statement = select(*columns, StandingOrderLine.standing_id).where(StandingOrderLine.standing_id.in_(ids))
    found: dict[int, list[StandingLine]] = {}
    for row in db.session.execute(visible(actor, statement, StandingOrderLine)):
        found.setdefault(row[-1], []).append(line_of(row))
    return found
