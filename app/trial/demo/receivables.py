"""What is owed by age, a reminder that went out and others that wait for approval, a promise to pay."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from app.accounts.domain.roles import Role
from app.accounts.queries.companies import account_id, operator_zone
from app.accounts.service.installation import create_user
from app.billing.domain.dunning import Level, last_day_to_pay
from app.billing.domain.interest import Basis
from app.billing.queries.receivables import open_items
from app.billing.queries.reminders import letters_of
from app.billing.service import dunning, receivables, reminders
from app.billing.service.dunning_rules import RuleEntry, save_rule, set_base_rates
from app.billing.service.open_items import NewItem, post
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.web.texts import translator

_LATE, _GENTLE = "10006", "10003"
# Taken over from the books before Kontor: number, days past due today (below zero: not due yet), gross amount.
_TAKEN_OVER = (("RE-25-0417", 128, "1284.50"), ("RE-25-0502", 73, "642.60"), ("RE-25-0561", 44, "2310.00"),
               ("RE-25-0588", 17, "418.20"), ("RE-25-0603", -9, "996.03"))  # fmt: skip
_LEVELS = (
    Level(1, 5, Decimal(0), 10),
    Level(2, 15, Decimal("5.00"), 7),
    Level(3, 30, Decimal("15.00"), 7, with_interest=True),
)
_BUNDESBANK = "Deutsche Bundesbank"


def add_receivables(house: Actor) -> None:
    """Needs the accounts; the bookkeeper of the shipyard keeps the books of its branch, too."""
    with acting_as(house):
        today = clock.today(operator_zone(house))
        branch = account_id(house, "10002")
        create_user(house, "buch@hansewerft.example", company_id=branch, role=Role.BOOKKEEPER)
        _rules(house)
        late, gentle = account_id(house, _LATE), account_id(house, _GENTLE)
        for company_id in (late, gentle):
            _take_over(house, company_id, today)
        _payment(house, late, today)
        receivables.insure(house, late, Decimal(3000), "EUR", insurer="Nordische Kreditversicherung", until=None)
        items = [row for row in open_items(house, today, gentle) if row.number == "RE-25-0561"]
        receivables.promise(
            house, gentle, "EUR", Decimal("2310.00"), today + timedelta(days=6), item_id=items[0].id,
            note="Frau Gruber am Telefon", client_ref="demo-promise",
        )  # fmt: skip
        _remind(house, late, today)


def _rules(house: Actor) -> None:
    set_base_rates(house, [
        (date(2025, 1, 1), Decimal("2.27"), _BUNDESBANK), (date(2025, 7, 1), Decimal("1.27"), _BUNDESBANK),
    ])  # fmt: skip
    save_rule(house, RuleEntry(
        name="Standard", currency="EUR", levels=_LEVELS, minimum=Decimal("20.00"), gap_days=7, points=Decimal(9),
        basis=Basis.DAYS_365, is_default=True,
    ))  # fmt: skip


def _take_over(house: Actor, company_id: int, today: date) -> None:
    for number, late, amount in _TAKEN_OVER:
        due_on = today - timedelta(days=late)
        post(house, NewItem(
            company_id=company_id, kind="invoice", number=number, amount=Decimal(amount), currency="EUR",
            issued_on=due_on - timedelta(days=30), due_on=due_on, source=f"taken-over:{company_id}:{number}",
        ))  # fmt: skip


def _payment(house: Actor, company_id: int, today: date) -> None:
    """Money that says nothing about what it is for."""
    post(house, NewItem(
        company_id=company_id, kind="payment", number="HB-0093", amount=Decimal("-250.00"), currency="EUR",
        issued_on=today - timedelta(days=3), text="Akonto", source="taken-over:payment",
    ))  # fmt: skip


def _remind(house: Actor, company_id: int, today: date) -> None:
    """Ten days ago one account was reminded; today's proposal waits."""
    before = last_day_to_pay(today - timedelta(days=10))
    with clock.frozen(clock.now() - (today - before)):
        run_id = dunning.start_run(house, before, client_ref="demo-reminders-1")
        dunning.propose(house, run_id)
        others = [row.id for row in letters_of(house, run_id) if row.company_id != company_id]
        if others:
            dunning.leave_out(house, run_id, others, "called them")
        dunning.approve(house, run_id)
        reminders.issue_run(house, run_id, translator)
    day = today
    while last_day_to_pay(day) != day:
        day -= timedelta(days=1)
    run_id = dunning.start_run(house, day, client_ref="demo-reminders-2")
    dunning.propose(house, run_id)
