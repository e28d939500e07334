"""Hanse Werft books to three cost centres with budgets; accounts pay what they bought on account four weeks later."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_UP, Decimal

from app.accounts.domain.budget import BudgetRule, PeriodKind
from app.accounts.domain.credit import CreditKind
from app.accounts.queries.budgets import current_budgets
from app.accounts.queries.companies import buying_terms
from app.accounts.queries.credit import ledger
from app.accounts.service.budgets import BudgetChange, BudgetFacts, edit_budget, set_budget
from app.accounts.service.cost_centres import CostCentreFacts, set_cost_centre
from app.accounts.service.credit import record_payment
from app.accounts.service.credit_holds import set_hold_rule
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as

_PAID_AFTER = timedelta(days=28)
_HOLD_AFTER = 30  # days that an invoice is late
_AMPLE = Decimal(9_000_000)
# code, name, period, rule, and how much of what was taken the budget is: the first one is nearly used
_CENTRES = (
    ("4711", "Dock 3, refit", PeriodKind.YEAR, BudgetRule.WARN, Decimal("1.08")),
    ("4720", "Workshop", PeriodKind.QUARTER, BudgetRule.ASK, Decimal("1.6")),
    ("4790", "Office and canteen", PeriodKind.MONTH, BudgetRule.BLOCK, Decimal(2)),
)


def add_cost_centres(admin: Actor) -> tuple[int, ...]:
    """Three cost centres, each with a budget large enough for the orders to come; returns their ids."""
    made = []
    with acting_as(admin):
        today = clock.today(buying_terms(admin).time_zone)
        for code, name, kind, rule, _share in _CENTRES:
            made.append(set_cost_centre(admin, CostCentreFacts(code, name, manager_id=admin.user_id)))
            is_office = kind is PeriodKind.MONTH
            facts = BudgetFacts(made[-1], kind, today, _AMPLE, rule, is_recurring=True, carries_over=is_office)
            set_budget(admin, facts)
    return tuple(made)


def fit_budgets(admin: Actor) -> None:
    """Make the budgets as large as makes a good picture beside what was spent."""
    shares = {code: share for code, _name, _kind, _rule, share in _CENTRES}
    with acting_as(admin):
        for line in current_budgets(admin, clock.today(buying_terms(admin).time_zone)):
            amount = max(line.state.taken * shares[line.code], Decimal(1500)).quantize(Decimal("1E2"), ROUND_UP)
            change = BudgetChange(Decimal(f"{amount:f}"), line.state.rule, True, line.state.carries_over, True)
            edit_budget(admin, line.page_id, change)


class Payments:
    """What accounts will pay for their orders, and when."""

    def __init__(self, house: Actor) -> None:
        self.house = house
        self.due: list[tuple[datetime, int, Decimal, str]] = []
        self.payers: set[int] = set()

    def note(self, company_id: int, moment: datetime) -> None:
        """The order placed last will be paid, when it was bought on account."""
        with acting_as(self.house):
            entry = next(iter(ledger(self.house, company_id, limit=1)), None)
            if entry is not None and entry.kind is CreditKind.PURCHASED:
                self.due.append((moment + _PAID_AFTER, company_id, -entry.amount, entry.reference))
            if company_id not in self.payers:
                self.payers.add(company_id)
                set_hold_rule(self.house, company_id, _HOLD_AFTER)

    def until(self, moment: datetime) -> None:
        """Record the payments that were received by then."""
        while self.due and self.due[0][0] <= moment:
            paid_at, company_id, amount, number = self.due.pop(0)
            with clock.frozen(paid_at), acting_as(self.house):
                record_payment(self.house, company_id, amount, f"SEPA {number}", comment="Bank transfer")
