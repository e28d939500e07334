"""Standing orders as they are shown and as their runs need them: lists, lines at today's prices, runs to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import Message
from app.inventory.domain.promise import Promise
from app.inventory.queries.promises import promises
from app.inventory.queries.rules import holidays
from app.ordering.domain.cart import find_problems
from app.ordering.domain.schedule import Schedule
from app.ordering.domain.standing import (
    AHEAD,
    COUNTED,
    Agreed,
    Choice,
    Question,
    RunState,
    Settings,
    StandingState,
    choices_for,
    price_question,
)
from app.ordering.models.orders import Order
from app.ordering.models.standing import (
    AccountDayOff,
    StandingOrder,
    StandingOrderLine,
    StandingRun,
    StandingRunLine,
)
from app.ordering.queries.cart import need, price_day, price_item
from app.pricing.domain.price import PricedLine
from app.pricing.queries.prices import price_lines


@dataclass(frozen=True, slots=True)
class StandingHead:
    """A standing order without its lines. `wishes` as JSON; the schedule's dates are those of `time_zone`."""

    id: int
    company_id: int
    account: str
    account_name: str
    time_zone: str
    number: str
    name: str
    owner_id: int
    owner: str
    state: StandingState
    currency: str
    schedule: Schedule
    run_time: time
    wishes: dict[str, Any]
    po_pattern: str
    settings: Settings
    source: str
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A line as it stands in the order, or in one run that differs from it."""

    id: int
    position: int
    article_id: int
    quantity: Decimal
    unit: str
    note: str
    agreed: Agreed

    @property
    def key(self) -> tuple[int, str]:
        return self.article_id, self.unit


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line at today's price and the stock of its day, and what would be asked about it."""

    line: StandingLine
    article: Article
    price: PricedLine
    promise: Promise
    questions: tuple[Question, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        return choices_for(self.questions) if self.questions else ()

    @property
    def now(self) -> Agreed:
        return Agreed(self.price.unit_price, self.price.base_quantity, self.price.price_unit)

    @property
    def change(self) -> Decimal | None:
        """In percent against the agreed price; None where the two cannot be compared."""
        return self.line.agreed.rise(self.now)


@dataclass(frozen=True, slots=True)
class Run:
    """One date of a standing order as it is kept. `net` is that of the order it became."""

    id: int
    standing_id: int
    planned_on: date
    on_day: date
    run_at: datetime
    state: RunState
    own_lines: bool
    wishes: dict[str, Any]
    questions: tuple[Question, ...]
    asked_at: datetime | None
    answer_by: datetime | None
    accepted_total: Decimal | None
    order_id: int | None
    order_number: str | None
    net: Decimal | None
    reason: Message | None
    finished_at: datetime | None
    asks: int
    refusals: int

    @property
    def is_changed(self) -> bool:
        return self.own_lines or bool(self.wishes)


_HEAD: tuple[Any, ...] = (
    StandingOrder.id, StandingOrder.company_id, Company.code, Company.name, Company.time_zone, StandingOrder.number,
    StandingOrder.name, StandingOrder.owner_id, User.name, StandingOrder.state, StandingOrder.currency,
    StandingOrder.schedule, StandingOrder.run_time, StandingOrder.wishes, StandingOrder.po_pattern,
    StandingOrder.notice_hours, StandingOrder.answer_hours, StandingOrder.tolerance, StandingOrder.ceiling,
    StandingOrder.source, StandingOrder.version, StandingOrder.created_at,
)  # fmt: skip
OPEN = frozenset({RunState.RUNNING, RunState.REVIEW, RunState.WAITING})  # under way
LINE_PARTS = ("id", "position", "article_id", "quantity", "unit", "note", "agreed_price", "agreed_base_quantity",
               "agreed_unit")  # fmt: skip
_RUN: tuple[Any, ...] = (
    StandingRun.id, StandingRun.standing_id, StandingRun.planned_on, StandingRun.on_day, StandingRun.run_at,
    StandingRun.state, StandingRun.own_lines, StandingRun.wishes, StandingRun.questions, StandingRun.asked_at,
    StandingRun.answer_by, StandingRun.accepted_total, StandingRun.order_id, Order.number, Order.net_total,
    StandingRun.reason, StandingRun.finished_at, StandingRun.asks, StandingRun.refusals,
)  # fmt: skip


def _heads(*terms: ColumnElement[bool]) -> Select[Any]:
    return (
        select(*_HEAD)
        .join(Company, Company.id == StandingOrder.company_id)
        .join(User, User.id == StandingOrder.owner_id)
        .where(*terms)
    )


def _head(row: Sequence[Any]) -> StandingHead:
    state, currency, schedule, run_time, wishes, po_pattern, *rest = row[9:]
    rule, settings = Schedule.from_json(schedule), Settings(*rest[:4])
    values = [
        *row[:9], StandingState(state), currency, rule, run_time, wishes, po_pattern, settings, *rest[4:],
    ]  # fmt: skip
    return StandingHead(*values)


def standing_order(actor: Actor, number: str, *, account: str = "") -> StandingHead:
    """One by its number; for the operator with the code of the account."""
    terms = [StandingOrder.number == number] + ([Company.code == account] if account else [])
    return _one(actor, *terms)


def standing_head(actor: Actor, standing_id: int) -> StandingHead:
    return _one(actor, StandingOrder.id == standing_id)


def _one(actor: Actor, *terms: ColumnElement[bool]) -> StandingHead:
    row = db.session.execute(visible(actor, _heads(*terms), StandingOrder)).one_or_none()
    if row is None:
        raise NotFound
    return _head(row)


def all_heads(actor: Actor) -> list[StandingHead]:
    """Every standing order of the actor's account that has not ended."""
    terms = (StandingOrder.company_id == actor.company_id, StandingOrder.state != StandingState.ENDED)
    return [_head(row) for row in db.session.execute(_heads(*terms).order_by(StandingOrder.id))]


def line_of(row: Sequence[Any]) -> StandingLine:
    values = [*row[:6], Agreed(*row[6:9])]
    return StandingLine(*values)


def lines_of(actor: Actor, standing_id: int) -> list[StandingLine]:
    """The lines that hold for every run which has none of its own."""
    columns = [getattr(StandingOrderLine, name) for name in LINE_PARTS]
    statement = select(*columns).where(StandingOrderLine.standing_id == standing_id)
    ordered = statement.order_by(StandingOrderLine.position, StandingOrderLine.id)
    return [line_of(row) for row in db.session.execute(visible(actor, ordered, StandingOrderLine))]


def lines_of_runs(actor: Actor, run_ids: Iterable[int]) -> dict[int, list[StandingLine]]:
    """Lines of runs that have their own, by run. One statement."""
    columns = [getattr(StandingRunLine, name) for name in LINE_PARTS]
    statement = select(*columns, StandingRunLine.run_id).where(StandingRunLine.run_id.in_(list(run_ids)))
    ordered = statement.order_by(StandingRunLine.position, StandingRunLine.id)
    found: dict[int, list[StandingLine]] = {}
    for row in db.session.execute(visible(actor, ordered, StandingRunLine)):
        found.setdefault(row[-1], []).append(line_of(row))
    return found


def lines_of_run(actor: Actor, run: Run) -> list[StandingLine]:
    """What a run would order."""
    if run.own_lines:
        return lines_of_runs(actor, [run.id]).get(run.id, [])
    return lines_of(actor, run.standing_id)


def select_runs(*terms: Any) -> Select[Any]:
    return select(*_RUN).outerjoin(Order, Order.id == StandingRun.order_id).where(*terms)


def run_from(row: Sequence[Any]) -> Run:
    values = list(row)
    values[5] = RunState(values[5])
    values[8] = tuple(Question.from_json(one) for one in values[8])
    values[15] = Message.from_json(values[15]) if values[15] else None
    return Run(*values)


def run_of(actor: Actor, standing_id: int, planned_on: date) -> Run | None:
    """The run of a date by the rule, None when nothing is kept of it yet."""
    terms = (StandingRun.standing_id == standing_id, StandingRun.planned_on == planned_on)
    row = db.session.execute(visible(actor, select_runs(*terms), StandingRun)).one_or_none()
    return run_from(row) if row else None


def run_by_id(actor: Actor, run_id: int) -> Run:
    row = db.session.execute(visible(actor, select_runs(StandingRun.id == run_id), StandingRun)).one_or_none()
    if row is None:
        raise NotFound
    return run_from(row)


def runs_of(actor: Actor, standing_id: int, *, since: date | None = None) -> list[Run]:
    """What is kept of a standing order's runs, in the order of their dates."""
    statement = select_runs(StandingRun.standing_id == standing_id)
    if since is not None:
        statement = statement.where(StandingRun.planned_on >= since)
    ordered = statement.order_by(StandingRun.planned_on)
    return [run_from(row) for row in db.session.execute(visible(actor, ordered, StandingRun))]


def past_runs(actor: Actor, standing_id: int, limit: int = 50) -> list[Run]:
    """Runs that are over, the latest first."""
    statement = select_runs(
        StandingRun.standing_id == standing_id,
        StandingRun.state.not_in([*AHEAD, *OPEN]),
        StandingRun.run_at <= clock.now(),
    )
    ordered = statement.order_by(StandingRun.planned_on.desc()).limit(limit)
    return [run_from(row) for row in db.session.execute(visible(actor, ordered, StandingRun))]


def count_orders(standing_id: int) -> int:
    """How many runs became orders, or wait for approval to become one."""
    statement = select(func.count()).where(StandingRun.standing_id == standing_id, StandingRun.state.in_(COUNTED))
    return db.session.scalar(statement) or 0


def days_off(actor: Actor, company_id: int, since: date) -> list[tuple[date, str]]:
    """Days the account itself is closed, from a day on."""
    statement = select(AccountDayOff.day, AccountDayOff.name).where(
        AccountDayOff.company_id == company_id, AccountDayOff.day >= since
    )
    rows = db.session.execute(visible(actor, statement.order_by(AccountDayOff.day), AccountDayOff))
    return [(row.day, row.name) for row in rows]


def closed_days(actor: Actor, company_id: int, since: date) -> frozenset[date]:
    """Days without runs: the operator's holidays and those of the account."""
    return frozenset(day for day, _ in (*holidays(actor, since), *days_off(actor, company_id, since)))


def judged(actor: Actor, head: StandingHead, lines: Sequence[StandingLine], on: date | None = None) -> list[JudgedLine]:
    """Lines at today's prices and the stock of a day (None: today); a constant number of statements."""
    today = price_day(actor)
    day = max(on or today, today)
    articles = articles_by_id(actor, {line.article_id for line in lines}, company_id=head.company_id)
    prices = price_lines(
        actor,
        [price_item(articles[line.article_id], line.quantity, line.unit) for line in lines],
        company_id=head.company_id,
        on=today,
    )
    needs = [
        need(article, factor.to_base(line.quantity))
        for line in lines
        if (factor := (article := articles[line.article_id]).factor(line.unit)) is not None
    ]
    lone = [need(article, Decimal(1)) for article in articles.values()]
    promised = promises(actor, needs, day, company_id=head.company_id, today=today)
    if len(promised) < len(articles):  # an article in a unit it is no longer sold in
        promised = promises(actor, lone, day, company_id=head.company_id, today=today) | promised
    found = []
    for line, price in zip(lines, prices, strict=True):
        article, promise = articles[line.article_id], promised[line.article_id]
        problems = find_problems(article, line.quantity, line.unit, price, promise)
        questions = [Question.of_problem(line.id, problem) for problem in problems]
        now = Agreed(price.unit_price, price.base_quantity, price.price_unit)
        dearer = price_question(line.id, line.agreed, now, head.settings.tolerance)
        if dearer is not None:
            questions.append(dearer)
        found.append(JudgedLine(line, article, price, promise, tuple(questions)))
    return found


def goods_net(lines: Iterable[JudgedLine]) -> Decimal:
    """What the lines that have a price come to, net, without promotions and delivery."""
    return sum((line.price.net for line in lines if line.price.net is not None), Decimal(0))
