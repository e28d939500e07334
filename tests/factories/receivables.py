"""Open items and rules of reminders. Call inside `world()` or `ctx`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from app.accounts.models.companies import Company
from app.billing.domain.dunning import Level
from app.billing.domain.interest import Basis
from app.billing.service.dunning_rules import RuleEntry, save_rule, set_base_rates
from app.billing.service.open_items import NewItem, post, post_invoice
from app.core.actor import Actor
from tests.factories.billing import bare_invoice

SYSTEM = Actor.system()
_numbers = count(1)
LEVELS = (
    Level(1, 3, Decimal(0), 10),
    Level(2, 14, Decimal("5.00"), 7),
    Level(3, 28, Decimal("15.00"), 5, with_interest=True),
)


def owed(company: Company, amount: Any, due_on: date, **facts: Any) -> int:
    """The open item of a bare invoice, issued 30 days before it is due."""
    issued_on = facts.pop("issued_on", due_on - timedelta(days=30))
    invoice = bare_invoice(company, amount, issued_on=issued_on, due_on=due_on, **facts)
    item_id = post_invoice(SYSTEM, invoice.id)
    assert item_id is not None
    return item_id


def posted(company: Company, amount: Any, day: date, kind: str = "payment", **facts: Any) -> int:
    """An item of another kind: below zero for payments and credit notes."""
    values = {"number": f"P-{next(_numbers)}", "currency": "EUR", "issued_on": day} | facts
    return post(SYSTEM, NewItem(company_id=company.id, kind=kind, amount=Decimal(str(amount)), **values))


def reminder_rule(**facts: Any) -> int:
    """The default rule in EUR, with three levels and interest at 9 points above the base rates of 2025."""
    set_base_rates(SYSTEM, [(date(2025, 1, 1), Decimal("2.27"), "Bundesbank"), (date(2025, 7, 1), Decimal("1.27"), "")])
    values = {
        "name": "Standard", "currency": "EUR", "levels": LEVELS, "minimum": Decimal("20.00"), "gap_days": 7,
        "points": Decimal(9), "basis": Basis.DAYS_365, "is_default": True,
    }  # fmt: skip
    return save_rule(SYSTEM, RuleEntry(**(values | facts)))
