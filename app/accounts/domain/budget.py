"""Budgets of cost centres: periods of the company's own year, what is left, and what an order may take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from app.core.money import Money
from app.core.texts import N_, Message

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_ZERO = Decimal(0)


class BudgetRule(StrEnum):
    """What happens to an order that takes more than is left."""

    BLOCK = "block"
    WARN = "warn"
    ASK = "ask"


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DATES = "dates"


RULE_NAMES: dict[BudgetRule, Message] = {
    BudgetRule.BLOCK: N_("refuse the order"),
    BudgetRule.WARN: N_("warn the buyer"),
    BudgetRule.ASK: N_("ask for an approval"),
}
KIND_NAMES: dict[PeriodKind, Message] = {
    PeriodKind.MONTH: N_("month"),
    PeriodKind.QUARTER: N_("quarter"),
    PeriodKind.YEAR: N_("year"),
    PeriodKind.DATES: N_("own dates"),
}
_STRICTNESS = (None, BudgetRule.WARN, BudgetRule.ASK, BudgetRule.BLOCK)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day, both within."""

    starts_on: date
    ends_on: date

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


def period_of(kind: PeriodKind, day: date, fiscal_month: int = 1) -> Period:
    """The month, quarter or year around a day, of a year that begins on the first of `fiscal_month`."""
    length = _MONTHS[kind]
    back = (day.month - fiscal_month) % length
    starts_on = _first_of(day.year, day.month - back)
    return Period(starts_on, _first_of(starts_on.year, starts_on.month + length) - timedelta(days=1))


def following(kind: PeriodKind, period: Period) -> Period:
    """The next period, without a gap; of own dates one with as many days."""
    starts_on = period.ends_on + timedelta(days=1)
    if kind is PeriodKind.DATES:
        return Period(starts_on, period.ends_on + timedelta(days=period.days))
    return Period(starts_on, _first_of(starts_on.year, starts_on.month + _MONTHS[kind]) - timedelta(days=1))


def _first_of(year: int, month: int) -> date:
    """The first of a month counted on beyond the ends of the year."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget of one period as it stands, net. `id` is None while the period has no row yet."""

    id: int | None
    cost_centre_id: int
    kind: PeriodKind
    period: Period
    currency: str
    amount: Decimal
    carried: Decimal
    taken: Decimal
    rule: BudgetRule
    is_recurring: bool
    carries_over: bool
    previous_id: int | None = None

    @property
    def total(self) -> Decimal:
        return self.amount + self.carried

    @property
    def left(self) -> Decimal:
        """Below zero when more was taken."""
        return self.amount + self.carried - self.taken


def next_state(budget: BudgetState) -> BudgetState:
    """The next period of a recurring budget: as much again, and what was left when that is carried over."""
    carried = max(budget.left, _ZERO) if budget.carries_over else _ZERO
    return replace(
        budget,
        id=None,
        previous_id=budget.id,
        period=following(budget.kind, budget.period),
        carried=carried,
        taken=_ZERO,
    )


def until(budget: BudgetState, day: date) -> list[BudgetState]:
    """The periods missing from the last one known up to that of the day; none when it does not recur or is current."""
    missing = []
    while budget.is_recurring and budget.period.ends_on < day:
        budget = next_state(budget)
        missing.append(budget)
    return missing


@dataclass(frozen=True, slots=True)
class BudgetClaim:
    """So much, net in the account's currency, is to be booked to a cost centre."""

    cost_centre_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Source:
    """What takes from budgets: an order, or an approval that waits. `number` is for people."""

    kind: Literal["order", "approval"]
    id: int
    number: str = ""


@dataclass(frozen=True, slots=True)
class CostCentre:
    """Whom a purchase is booked to."""

    id: int
    code: str
    name: str
    is_active: bool = True
    manager_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one budget says to a claim; without a budget `budget_id` and `rule` are None and it passes.

    `left` is what is left before the claim. `outcome` is the rule when the budget is exceeded, else None.
    """

    cost_centre_id: int
    code: str
    name: str
    budget_id: int | None
    rule: BudgetRule | None
    left: Decimal
    amount: Decimal
    is_over: bool
    message: Message
    currency: str = ""

    @property
    def outcome(self) -> BudgetRule | None:
        return self.rule if self.is_over else None


def outcome(verdicts: Iterable[Verdict]) -> BudgetRule | None:
    """The strictest: block before ask before warn; None when all pass."""
    return max((one.outcome for one in verdicts), key=_STRICTNESS.index, default=None)


def summed(claims: Iterable[BudgetClaim]) -> dict[int, Decimal]:
    """Claims by cost centre; those of nothing are left out."""
    sums: dict[int, Decimal] = {}
    for claim in claims:
        sums[claim.cost_centre_id] = sums.get(claim.cost_centre_id, _ZERO) + claim.amount
    return {cost_centre_id: amount for cost_centre_id, amount in sums.items() if amount > 0}


def verdicts(centre: CostCentre, budgets: Sequence[BudgetState], amount: Decimal, currency: str) -> list[Verdict]:
    """What the budgets of a cost centre say, each for itself; nothing is converted from one currency to another.

    Budgets in other currencies alone are exceeded by any amount: nothing may slip past them.
    """
    fitting = [budget for budget in budgets if budget.currency == currency]
    if fitting:
        return [_verdict(centre, budget, amount) for budget in fitting]
    rule: BudgetRule | None = None
    message = N_("Cost centre {code} {name} has no budget.", code=centre.code, name=centre.name)
    if budgets:
        strictest = max(budgets, key=lambda budget: _STRICTNESS.index(budget.rule))
        rule = strictest.rule
        message = N_(
            "The budget of cost centre {code} {name} is in {budget}; this order is in {currency}. "
            "Choose another cost centre.",
            code=centre.code, name=centre.name, budget=strictest.currency, currency=currency,
        )  # fmt: skip
    return [Verdict(centre.id, centre.code, centre.name, None, rule, _ZERO, amount, bool(budgets), message, currency)]


def _verdict(centre: CostCentre, budget: BudgetState, amount: Decimal) -> Verdict:
    is_over = amount > 0 and amount > budget.left
    return Verdict(
        centre.id, centre.code, centre.name, budget.id, budget.rule, budget.left, amount, is_over,
        _words(centre, budget, amount, is_over=is_over), budget.currency,
    )  # fmt: skip


def _words(centre: CostCentre, budget: BudgetState, amount: Decimal, *, is_over: bool) -> Message:
    parts = {
        "code": centre.code, "name": centre.name, "day": budget.period.ends_on,
        "left": Money(max(budget.left, _ZERO), budget.currency), "total": Money(budget.total, budget.currency),
    }  # fmt: skip
    if not is_over:
        return N_("Cost centre {code} {name}: {left} of {total} are left until {day}.", **parts)
    taken = Money(amount, budget.currency)
    if budget.rule is BudgetRule.BLOCK:
        return N_(
            "Cost centre {code} {name} has {left} of {total} left until {day}; this order takes {amount}. "
            "Take lines out or choose another cost centre.",
            **parts, amount=taken,
        )  # fmt: skip
    if budget.rule is BudgetRule.ASK:
        return N_(
            "Cost centre {code} {name} has {left} of {total} left until {day}; this order takes {amount} and needs an "
            "approval.",
            **parts, amount=taken,
        )  # fmt: skip
    return N_(
        "Cost centre {code} {name} has {left} of {total} left until {day}; this order takes {amount}.",
        **parts, amount=taken,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a period comes to at the pace so far; None in its first days, when nothing can be said."""

    days_gone: int
    days: int
    expected: Decimal | None


def forecast(budget: BudgetState, today: date) -> Forecast:
    """Spending so far, spread evenly over the days gone, carried on to the last day."""
    gone = min(max((today - budget.period.starts_on).days + 1, 0), budget.period.days)
    if gone * 10 < budget.period.days:
        return Forecast(gone, budget.period.days, None)
    return Forecast(gone, budget.period.days, budget.taken * budget.period.days / gone)
