"""The operator sets how orders may be changed after placing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models.companies import Company
from app.accounts.queries.companies import operator_id
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.texts import N_
from app.ordering.domain.lifecycle import CancelUntil
from app.ordering.domain.rules import ANSWER_DAYS_MOST, GRACE_MOST, ChangeRules
from app.ordering.models.changes import OrderRules


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What an account has of its own; None: as the operator's."""

    grace_minutes: int | None = None
    cancel_until: CancelUntil | None = None
    waits_for_confirmation: bool | None = None


@command
def set_rules(actor: Actor, rules: ChangeRules) -> None:
    """Set what holds for all accounts without rules of their own. Orders placed before keep theirs."""
    _demand_operator(actor)
    _check(rules.grace_minutes)
    if not 1 <= rules.answer_days <= ANSWER_DAYS_MOST:
        raise Invalid("answer_days", N_("Take 1 to {most} days.", most=ANSWER_DAYS_MOST))
    house = operator_id()
    if house is None:
        raise NotFound
    _put(actor, house, asdict(rules) | {"cancel_until": str(rules.cancel_until)}, is_default=True)


@command
def set_own_rules(actor: Actor, account: str, rules: OwnRules) -> None:
    """Set what one account has of its own; nothing at all takes its rules away."""
    _demand_operator(actor)
    company_id = db.session.scalar(select(Company.id).where(Company.code == account, Company.kind == "customer"))
    if company_id is None:
        raise Invalid("account", N_("There is no account {code}.", code=account))
    if rules.grace_minutes is not None:
        _check(rules.grace_minutes)
    if rules == OwnRules():
        db.session.execute(delete(OrderRules).where(OrderRules.company_id == company_id))
        audit.record(actor, "company", company_id, "order_rules", {"own": False}, company_id=company_id)
        return
    until = None if rules.cancel_until is None else str(rules.cancel_until)
    _put(actor, company_id, asdict(rules) | {"cancel_until": until}, is_default=False)


def _put(actor: Actor, company_id: int, values: dict[str, Any], *, is_default: bool) -> None:
    before = db.session.get(OrderRules, company_id)
    old = {name: getattr(before, name) if before else None for name in values}
    db.session.execute(
        insert(OrderRules)
        .values(company_id=company_id, is_default=is_default, **values)
        .on_conflict_do_update(index_elements=[OrderRules.company_id], set_=values)
    )
    if before is not None:
        db.session.expire(before)
    changes = {name: [old[name], value] for name, value in values.items() if old[name] != value}
    if changes:
        audit.record(actor, "company", company_id, "order_rules", changes, company_id=company_id)


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))


def _check(minutes: int) -> None:
    if not 0 <= minutes <= GRACE_MOST:
        raise Invalid("grace_minutes", N_("Take 0 to {most} minutes.", most=GRACE_MOST))
