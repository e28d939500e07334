"""Credit holds: by an accountant with a reason, by rule when invoices are late, and released again.

The flag and its reason live on the company alone; see `companies.set_credit_hold`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from app.accounts.domain.credit import Standing
from app.accounts.models.companies import Company
from app.accounts.models.credit import CreditAccount
from app.accounts.queries.credit import standing
from app.accounts.service.companies import set_credit_hold
from app.accounts.service.credit import locked_account
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid
from app.core.texts import N_

MOST_DAYS = 365


@command
def hold(actor: Actor, company_id: int, reason: str) -> None:
    """Stop buying on account; buyers read the reason."""
    _demand_operator(actor)
    set_credit_hold(actor, company_id, is_on_hold=True, reason=reason)


@command
def release(actor: Actor, company_id: int, reason: str, *, spared_days: int = 0) -> Standing:
    """Let the account buy on account again; the limit still holds, and the standing returned says what is free.

    For `spared_days` the rule about late invoices leaves it alone. A reason is needed: it stays in the history.
    """
    _demand_operator(actor)
    if not reason.strip():
        raise Invalid("reason", N_("Say why: it stays in the history of the account."))
    if not 0 <= spared_days <= MOST_DAYS:
        raise Invalid("spared_days", N_("Enter days from 0 to 365."))
    account = locked_account(company_id)
    account.spared_until = clock.today() + timedelta(days=spared_days) if spared_days else None
    db.session.flush()
    set_credit_hold(actor, company_id, is_on_hold=False, reason=reason)
    return standing(actor, company_id)


@command
def set_hold_rule(actor: Actor, company_id: int, days_late: int | None) -> None:
    """After how many days that an invoice is late the account is held by itself; None: never."""
    _demand_operator(actor)
    if days_late is not None and not 1 <= days_late <= MOST_DAYS:
        raise Invalid("hold_after_days", N_("Enter days from 1 to 365, or leave it empty."))
    account = locked_account(company_id)
    if account.hold_after_days != days_late:
        audit.record(actor, "company", company_id, "credit_rule",
                     {"hold_after_days": [account.hold_after_days, days_late]}, company_id=company_id)  # fmt: skip
        account.hold_after_days = days_late


@command
def hold_late(actor: Actor, days_late: Mapping[int, int]) -> list[int]:
    """Hold the accounts whose rule says so, of how many days their oldest unpaid invoice is late; returns those held.

    Who is on hold already, or was released and spared until a later day, is left alone.
    """
    _demand_operator(actor)
    rows = db.session.execute(
        select(CreditAccount.company_id, CreditAccount.hold_after_days)
        .join(Company, Company.id == CreditAccount.company_id)
        .where(
            CreditAccount.company_id.in_(days_late), ~Company.is_on_credit_hold,
            CreditAccount.hold_after_days.is_not(None),
            CreditAccount.spared_until.is_(None) | (CreditAccount.spared_until < clock.today()),
        )
        .order_by(CreditAccount.company_id)
    )  # fmt: skip
    held = [row[0] for row in rows if row[1] is not None and days_late[row[0]] >= row[1]]
    for company_id in held:
        late = days_late[company_id]
        set_credit_hold(actor, company_id, is_on_hold=True, reason=f"An invoice is {late} days late.")
    return held


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
