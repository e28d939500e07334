"""Budgets as they stand: what they say to an order, what a buyer may choose, lists, entries, and the check of sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.domain.budget import (
    BudgetClaim,
    BudgetRule,
    BudgetState,
    CostCentre,
    Period,
    PeriodKind,
    Verdict,
    summed,
    until,
    verdicts,
)
from app.accounts.queries.companies import own_or_asked
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_

# Columns of BudgetState in their order; the budgets that hold on a day, and recurring ones whose next period is missing.
STATE = """b.id, b.cost_centre_id, b.kind, b.starts_on, b.ends_on, b.currency, b.amount, b.carried, b.taken, b.rule,
    b.is_recurring, b.carries_over, b.previous_id"""
CURRENT = """b.is_active AND b.starts_on <= :on AND (b.ends_on >= :on OR (b.is_recurring AND NOT EXISTS (
    SELECT 1 FROM budgets n WHERE n.previous_id = b.id)))"""
_STATE_WIDTH = 13

_JUDGE = text(f"""
SELECT c.id, c.code, c.name, c.is_active, c.manager_id, {STATE}
FROM cost_centres c
LEFT JOIN budgets b ON b.cost_centre_id = c.id AND {CURRENT}
WHERE c.company_id = :company AND c.id = ANY(CAST(:ids AS bigint[]))
ORDER BY c.code, b.ends_on, b.id""")  # noqa: S608 -- constants
_CHOICES = text(f"""
SELECT c.id, c.code, c.name, c.is_active, c.manager_id, {STATE}
FROM cost_centres c
LEFT JOIN budgets b ON b.cost_centre_id = c.id AND {CURRENT}
WHERE c.company_id = :company AND c.is_active AND (
    CAST(:user AS bigint) IS NULL OR c.is_for_all OR c.manager_id = :user
    OR EXISTS (SELECT 1 FROM cost_centre_people p WHERE p.cost_centre_id = c.id AND p.user_id = :user))
ORDER BY c.code, b.ends_on, b.id""")  # noqa: S608 -- constants


@dataclass(frozen=True, slots=True)
class CostCentreChoice:
    """A cost centre as a buyer chooses it. `left` is the least that its budgets leave; None: no budget holds today."""

    id: int
    code: str
    name: str
    left: Decimal | None
    rule: BudgetRule | None
    currency: str


def state_of(row: Sequence[Any]) -> BudgetState:
    """A row of the columns STATE."""
    return BudgetState(
        id=row[0], cost_centre_id=row[1], kind=PeriodKind(row[2]), period=Period(row[3], row[4]), currency=row[5],
        amount=row[6], carried=row[7], taken=row[8], rule=BudgetRule(row[9]), is_recurring=row[10],
        carries_over=row[11], previous_id=row[12],
    )  # fmt: skip


def on_day(budget: BudgetState, day: date) -> BudgetState:
    """The budget itself, or its period of the day when that has no row yet."""
    return (until(budget, day) or [budget])[-1]


def judge(
    actor: Actor, company_id: int, claims: Sequence[BudgetClaim], currency: str, on: date
) -> list[Verdict]:  # fmt: skip
    """What the budgets say to an order, one verdict a budget; a cost centre without a budget passes. One statement.

    `on` is the day in the company's time zone. Raises Invalid for a cost centre that the company does not have.
    """
    sums = summed(claims)
    if not sums:
        return []
    values = {"company": own_or_asked(actor, company_id), "ids": list(sums), "on": on}
    found = _by_centre(db.session.execute(_JUDGE, values), on)
    if found.keys() != sums.keys():
        raise Invalid("cost_centre_id", N_("There is no such cost centre."))
    return [one for key, (centre, budgets) in found.items() for one in verdicts(centre, budgets, sums[key], currency)]


def choices(actor: Actor, currency: str, on: date, company_id: int | None = None) -> list[CostCentreChoice]:
    """The cost centres the actor may order on, with what is left of their budgets; one statement."""
    asker = None if actor.is_operator else actor.user_id
    values = {"company": own_or_asked(actor, company_id), "user": asker, "on": on}
    return [_choice(*pair, currency) for pair in _by_centre(db.session.execute(_CHOICES, values), on).values()]


def _choice(centre: CostCentre, budgets: Sequence[BudgetState], currency: str) -> CostCentreChoice:
    tightest = min(verdicts(centre, budgets, Decimal(0), currency), key=lambda one: one.left)
    left = tightest.left if tightest.rule else None
    return CostCentreChoice(centre.id, centre.code, centre.name, left, tightest.rule, tightest.currency)


def _by_centre(rows: Iterable[Sequence[Any]], on: date) -> dict[int, tuple[CostCentre, list[BudgetState]]]:
    found: dict[int, tuple[CostCentre, list[BudgetState]]] = {}
    for row in rows:
        _centre, budgets = found.setdefault(row[0], (CostCentre(*row[:5]), []))
        if row[5] is not None:
            budgets.append(on_day(state_of(row[5:]), on))
    return found


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A budget of one period in a list or on its page. `page_id` is the last period that has a row."""

    state: BudgetState
    code: str
    name: str
    is_active: bool
    reserved: Decimal
    next_id: int | None
    page_id: int


_LINES = f"""
SELECT {STATE}, c.code, c.name, b.is_active,
    coalesce((SELECT sum(e.amount) FROM budget_entries e
              WHERE e.budget_id = b.id AND e.source_kind = 'approval'), 0) AS reserved,
    (SELECT n.id FROM budgets n WHERE n.previous_id = b.id) AS next_id, b.id
FROM budgets b JOIN cost_centres c ON c.id = b.cost_centre_id
WHERE b.company_id = :company AND """  # noqa: S608 -- constants
_OF_DAY = text(f"{_LINES} {CURRENT} ORDER BY c.code, b.ends_on, b.id")
_ALL = text(f"{_LINES} true ORDER BY c.code, b.starts_on DESC, b.id DESC LIMIT 1000")
_ONE = text(f"{_LINES} b.id = :id")


def current_budgets(actor: Actor, on: date, company_id: int | None = None) -> list[BudgetLine]:
    """The budgets that hold on a day, a period that has no row yet included; one statement."""
    rows = db.session.execute(_OF_DAY, {"company": own_or_asked(actor, company_id), "on": on})
    return [_of_day(_line(row), on) for row in rows]


def all_budgets(actor: Actor, company_id: int | None = None) -> list[BudgetLine]:
    """Every period, by cost centre, the latest first, at most a thousand; one statement."""
    return [_line(row) for row in db.session.execute(_ALL, {"company": own_or_asked(actor, company_id)})]


def budget(actor: Actor, budget_id: int, company_id: int | None = None) -> BudgetLine:
    row = db.session.execute(_ONE, {"company": own_or_asked(actor, company_id), "id": budget_id}).one_or_none()
    if row is None:
        raise NotFound
    return _line(row)


def _line(row: Sequence[Any]) -> BudgetLine:
    return BudgetLine(state_of(row), *row[_STATE_WIDTH:])


def _of_day(line: BudgetLine, on: date) -> BudgetLine:
    """A line of an ended recurring budget becomes one of the period that it goes on in."""
    state = on_day(line.state, on)
    return line if state is line.state else replace(line, state=state, reserved=Decimal(0))


@dataclass(frozen=True, slots=True)
class BudgetEntryLine:
    """An entry of a budget."""

    id: int
    at: datetime
    source_kind: str
    source_id: int
    source_number: str
    amount: Decimal
    reason: str
    who: str


_ENTRIES = text("""
SELECT id, at, source_kind, source_id, source_number, amount, reason, user_name FROM budget_entries
WHERE company_id = :company AND budget_id = :budget
  AND (CAST(:after AS bigint) IS NULL OR id < :after) AND (CAST(:before AS bigint) IS NULL OR id > :before)
ORDER BY CASE WHEN CAST(:before AS bigint) IS NULL THEN -id ELSE id END LIMIT :limit""")


def entries(
    actor: Actor,
    budget_id: int,
    company_id: int | None = None,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 51,
) -> list[BudgetEntryLine]:
    """Entries of a budget, the latest first; `after` an id goes on to older ones. One statement."""
    values = {"company": own_or_asked(actor, company_id), "budget": budget_id, "after": after, "before": before,
              "limit": limit}  # fmt: skip
    rows = [BudgetEntryLine(*row) for row in db.session.execute(_ENTRIES, values)]
    return rows if before is None else rows[::-1]


@dataclass(frozen=True, slots=True)
class Spending:
    """A row of spend against budget."""

    code: str
    name: str
    kind: PeriodKind
    starts_on: date
    ends_on: date
    currency: str
    rule: BudgetRule
    amount: Decimal
    carried: Decimal
    taken: Decimal
    reserved: Decimal

    @property
    def left(self) -> Decimal:
        return self.amount + self.carried - self.taken


def spending(actor: Actor, company_id: int | None = None) -> Iterator[Spending]:
    """Spend against budget of every period, for CSV and XLSX."""
    for line in all_budgets(actor, company_id):
        one = line.state
        yield Spending(
            line.code, line.name, one.kind, one.period.starts_on, one.period.ends_on, one.currency, one.rule,
            one.amount, one.carried, one.taken, line.reserved,
        )  # fmt: skip


_DISAGREE = text("""
SELECT b.id, b.taken, coalesce(sum(e.amount), 0) FROM budgets b LEFT JOIN budget_entries e ON e.budget_id = b.id
GROUP BY b.id HAVING b.taken <> coalesce(sum(e.amount), 0) ORDER BY b.id""")


def disagreeing(actor: Actor) -> Mapping[int, tuple[Decimal, Decimal]]:
    """Budgets whose kept column is not the sum of their entries: (kept, sum) by id. Empty when all is well."""
    if not actor.is_operator:
        raise NotFound
    return {row[0]: (row[1], row[2]) for row in db.session.execute(_DISAGREE)}
