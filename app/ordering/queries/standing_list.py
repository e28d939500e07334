"""The list of standing orders, and how many runs ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import visible
from app.ordering.domain.schedule import Schedule
from app.ordering.domain.standing import AHEAD, RunState, StandingState
from app.ordering.models.orders import Order
from app.ordering.models.standing import StandingOrder, StandingOrderLine, StandingRun


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A line of the list: what runs next, and how many runs ask."""

    id: int
    number: str
    name: str
    account: str
    account_name: str
    owner: str
    state: StandingState
    schedule: Schedule
    line_count: int
    next_on: date | None
    next_state: RunState | None
    asking: int
    last_number: str | None
    last_net: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class StandingFilters:
    text: str = ""
    state: str = ""


def standing_orders(
    actor: Actor, filters: StandingFilters, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None,
    limit: int,
) -> list[StandingRow]:  # fmt: skip
    """Of the account, for the operator of all; the latest first, keys are (id,). One statement."""
    lines = select(func.count()).where(StandingOrderLine.standing_id == StandingOrder.id).scalar_subquery()
    asking = (
        select(func.count())
        .where(StandingRun.standing_id == StandingOrder.id, StandingRun.state == RunState.REVIEW)
        .scalar_subquery()
    )
    coming = (
        select(StandingRun.on_day, StandingRun.state)
        .where(StandingRun.standing_id == StandingOrder.id, StandingRun.state.in_(AHEAD))
        .order_by(StandingRun.planned_on)
        .limit(1)
        .lateral()
    )
    last = (
        select(Order.number, Order.net_total)
        .join(StandingRun, StandingRun.order_id == Order.id)
        .where(StandingRun.standing_id == StandingOrder.id)
        .order_by(StandingRun.planned_on.desc())
        .limit(1)
        .lateral()
    )
    statement = (
        select(
            StandingOrder.id, StandingOrder.number, StandingOrder.name, Company.code, Company.name, User.name,
            StandingOrder.state, StandingOrder.schedule, lines, coming.c.on_day, coming.c.state, asking,
            last.c.number, last.c.net_total, StandingOrder.currency,
        )
        .join(Company, Company.id == StandingOrder.company_id)
        .join(User, User.id == StandingOrder.owner_id)
        .outerjoin(coming, coming.c.on_day.is_not(None))
        .outerjoin(last, last.c.number.is_not(None))
        .limit(limit)
    )  # fmt: skip
    if filters.state in set(StandingState):
        statement = statement.where(StandingOrder.state == filters.state)
    if filters.text:
        statement = statement.where(
            StandingOrder.name.icontains(filters.text, autoescape=True)
            | StandingOrder.number.icontains(filters.text, autoescape=True)
            | Company.name.icontains(filters.text, autoescape=True)
        )
    if after:
        statement = statement.where(StandingOrder.id < int(after[0]))
    if before:
        statement = statement.where(StandingOrder.id > int(before[0]))
    order = StandingOrder.id if before else StandingOrder.id.desc()
    rows = list(db.session.execute(visible(actor, statement, StandingOrder).order_by(order)))
    return [_row(row) for row in (rows[::-1] if before else rows)]


def _row(row: Sequence[Any]) -> StandingRow:
    next_state = RunState(row[10]) if row[10] else None
    values = [*row[:6], StandingState(row[6]), Schedule.from_json(row[7]), row[8], row[9], next_state, *row[11:]]
    return StandingRow(*values)


def asking_count(actor: Actor) -> int:
    """Runs of the account that wait for an answer."""
    statement = select(func.count()).where(StandingRun.state == RunState.REVIEW)
    return db.session.scalar(visible(actor, statement, StandingRun)) or 0
