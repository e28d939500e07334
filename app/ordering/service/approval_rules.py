"""An account's rules of approval, limits of its people, deputies and times: changed by its administrator or by staff."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.queries.companies import buying_terms, own_or_asked
from app.accounts.queries.cost_centres import cost_centres
from app.catalog.models.categories import Category
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.texts import N_
from app.ordering.domain.approval import ALL, Approver, ApproverKind, RuleStep
from app.ordering.domain.approval_conditions import (
    COMPARATORS,
    WITH_AMOUNT,
    WITH_GROSS,
    WITH_TARGETS,
    Kind,
    Person,
)
from app.ordering.models.approvals import ApprovalDeputy, ApprovalLimit, ApprovalRule, ApprovalSettings
from app.ordering.policy import Permission
from app.ordering.queries.approval_facts import people_to_ask

STEPS_MOST = 5
APPROVERS_MOST = 20
_BIG = Decimal(10) ** 11


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule as it is entered; amounts in the account's currency. No roles and no people: it holds for all."""

    name: str
    kind: Kind
    steps: tuple[RuleStep, ...]
    comparator: str = ">"
    value: Decimal | None = None
    is_gross: bool = False
    about: str = ""
    is_enabled: bool = True
    targets: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    allows_self: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """When approvers are reminded and others asked, when a request ends, how long prices and stock are held."""

    remind_hours: int = 24
    escalate_hours: int = 72
    expire_days: int = 14
    hold_hours: int = 0
    holds_stock: bool = False


@command
def save_rule(actor: Actor, entry: RuleEntry, rule_id: int | None = None, *, company_id: int | None = None) -> int:
    """Add a rule, or change one. Raises Invalid: no name or a known one, no amount, a step nobody could decide."""
    company_id = _allowed(actor, company_id)
    _check(actor, company_id, entry)
    rule = _rule(company_id, rule_id) if rule_id is not None else ApprovalRule(company_id=company_id)
    before = _facts(rule) if rule_id is not None else {}
    same = select(ApprovalRule.id).where(ApprovalRule.company_id == company_id, ApprovalRule.name == entry.name.strip())
    if any(found != rule_id for found in db.session.scalars(same)):
        raise Invalid("name", N_("There is a rule {name} already.", name=entry.name.strip()))
    rule.name, rule.about, rule.is_enabled = entry.name.strip(), entry.about.strip(), entry.is_enabled
    rule.kind, rule.comparator = str(entry.kind), entry.comparator
    rule.value = entry.value if entry.kind in WITH_AMOUNT else None
    rule.is_gross = entry.is_gross and entry.kind in WITH_GROSS
    rule.currency = buying_terms(actor, company_id).currency
    rule.targets = sorted(set(entry.targets)) if entry.kind in WITH_TARGETS else []
    rule.roles, rule.people = sorted(set(entry.roles)), sorted(set(entry.people))
    rule.steps = [{"need": step.need, "approvers": [str(one) for one in step.approvers]} for step in entry.steps]
    rule.allows_self = entry.allows_self
    db.session.add(rule)
    db.session.flush()
    after = _facts(rule)
    changes = {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
    if changes:
        action = "changed" if rule_id is not None else "created"
        audit.record(actor, "approval_rule", rule.id, action, changes, company_id=company_id)
    return rule.id


@command
def switch_rule(actor: Actor, rule_id: int, *, is_enabled: bool, company_id: int | None = None) -> None:
    company_id = _allowed(actor, company_id)
    rule = _rule(company_id, rule_id)
    if rule.is_enabled == is_enabled:
        return
    if is_enabled:
        _demand_approvers(actor, company_id, _steps(rule))
    rule.is_enabled = is_enabled
    audit.record(actor, "approval_rule", rule_id, "changed", {"is_enabled": [not is_enabled, is_enabled]},
                 company_id=company_id)  # fmt: skip


@command
def delete_rule(actor: Actor, rule_id: int, *, company_id: int | None = None) -> None:
    """Requests that it has asked for go on."""
    company_id = _allowed(actor, company_id)
    rule = _rule(company_id, rule_id)
    audit.record(actor, "approval_rule", rule_id, "deleted", _facts(rule), company_id=company_id)
    db.session.delete(rule)


@command
def set_limit(
    actor: Actor,
    user_id: int,
    *,
    buy_up_to: Decimal | None,
    approve_up_to: Decimal | None,
    company_id: int | None = None,
) -> None:
    """How much a person may buy alone and approve, net in the account's currency; None: no limit."""
    company_id = _allowed(actor, company_id)
    _demand_people(actor, company_id, {user_id}, "user_id")
    for field, amount in (("buy_up_to", buy_up_to), ("approve_up_to", approve_up_to)):
        if amount is not None and not 0 <= amount < _BIG:
            raise Invalid(field, N_("Take an amount of 0 or more, or leave it empty."))
    known = db.session.get(ApprovalLimit, (company_id, user_id))
    before = (known.buy_up_to, known.approve_up_to) if known else (None, None)
    if before == (buy_up_to, approve_up_to):
        return
    values = {"buy_up_to": buy_up_to, "approve_up_to": approve_up_to}
    statement = insert(ApprovalLimit).values(company_id=company_id, user_id=user_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["company_id", "user_id"], set_=values))
    audit.record(
        actor, "approval_limit", user_id, "changed",
        {"buy_up_to": [before[0], buy_up_to], "approve_up_to": [before[1], approve_up_to]}, company_id=company_id,
    )  # fmt: skip


@command
def set_times(actor: Actor, times: Times, *, company_id: int | None = None) -> None:
    """Requests that wait already keep the times they were made with."""
    company_id = _allowed(actor, company_id)
    for field, value, most in (
        ("remind_hours", times.remind_hours, 720), ("escalate_hours", times.escalate_hours, 2160),
        ("expire_days", times.expire_days, 365),
    ):  # fmt: skip
        if not 1 <= value <= most:
            raise Invalid(field, N_("Take a number from 1 to {most}.", most=most))
    if not 0 <= times.hold_hours <= 720:
        raise Invalid("hold_hours", N_("Take a number from 0 to {most}.", most=720))
    if times.holds_stock and not times.hold_hours:
        raise Invalid("hold_hours", N_("Say for how many hours prices and stock are held."))
    values = {name: getattr(times, name) for name in Times.__dataclass_fields__}
    known = db.session.get(ApprovalSettings, company_id)
    before = {name: getattr(known, name) for name in values} if known else {}
    statement = insert(ApprovalSettings).values(company_id=company_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["company_id"], set_=values))
    changes = {name: [before.get(name), value] for name, value in values.items() if before.get(name) != value}
    if changes:
        audit.record(actor, "company", company_id, "approval_times_changed", changes, company_id=company_id)


@command
def add_deputy(actor: Actor, deputy_id: int, starts_on: date, ends_on: date, *, note: str = "",
               user_id: int | None = None) -> int:  # fmt: skip
    """From one day to another a colleague decides for the actor, or for `user_id` where the actor keeps the rules."""
    _demand_in_person(actor)
    absent = actor.user_id if user_id is None else user_id
    if absent is None or (absent != actor.user_id and not actor.can(Permission.APPROVAL_RULES)):
        raise NotFound
    if deputy_id == absent:
        raise Invalid("deputy_id", N_("Choose somebody else."))
    _demand_people(actor, actor.company_id, {deputy_id}, "deputy_id")
    _demand_people(actor, actor.company_id, {absent}, "user_id")
    if ends_on < starts_on:
        raise Invalid("ends_on", N_("The last day is before the first."))
    if ends_on < clock.today(actor.time_zone):
        raise Invalid("ends_on", N_("These days are over."))
    row = ApprovalDeputy(
        company_id=actor.company_id, user_id=absent, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on,
        note=note.strip()[:200],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "approval_deputy", row.id, "created",
                 {"user_id": absent, "deputy_id": deputy_id, "starts_on": starts_on, "ends_on": ends_on})  # fmt: skip
    return row.id


@command
def end_deputy(actor: Actor, row_id: int) -> None:
    _demand_in_person(actor)
    row = db.session.scalar(
        select(ApprovalDeputy).where(ApprovalDeputy.id == row_id, ApprovalDeputy.company_id == actor.company_id)
    )
    if row is None or (row.user_id != actor.user_id and not actor.can(Permission.APPROVAL_RULES)):
        raise NotFound
    audit.record(actor, "approval_deputy", row_id, "deleted", {"deputy_id": row.deputy_id, "ends_on": row.ends_on})
    db.session.execute(delete(ApprovalDeputy).where(ApprovalDeputy.id == row_id))


def _allowed(actor: Actor, company_id: int | None) -> int:
    actor.demand(Permission.APPROVAL_RULES)
    return own_or_asked(actor, company_id)


def _rule(company_id: int, rule_id: int) -> ApprovalRule:
    rule = db.session.scalar(
        select(ApprovalRule).where(ApprovalRule.id == rule_id, ApprovalRule.company_id == company_id).with_for_update()
    )
    if rule is None:
        raise NotFound
    return rule


def _facts(rule: ApprovalRule) -> dict[str, Any]:
    names = ("name", "about", "is_enabled", "kind", "comparator", "value", "is_gross", "targets", "roles", "people",
             "steps", "allows_self")  # fmt: skip
    return {name: getattr(rule, name) for name in names}


def _steps(rule: ApprovalRule) -> tuple[RuleStep, ...]:
    return tuple(RuleStep(tuple(map(Approver.parse, one["approvers"])), one["need"]) for one in rule.steps)


def _check(actor: Actor, company_id: int, entry: RuleEntry) -> None:
    if not entry.name.strip():
        raise Invalid("name", N_("Give the rule a name."))
    if len(entry.name.strip()) > 120:
        raise Invalid("name", N_("At most {most} characters.", most=120))
    if entry.comparator not in COMPARATORS:
        raise Invalid("comparator", N_("Choose one of the list."))
    if entry.value is None and entry.kind in WITH_AMOUNT and entry.kind not in WITH_TARGETS:
        raise Invalid("value", N_("Say from which value on the rule asks."))
    if entry.value is not None and not -_BIG < entry.value < _BIG:
        raise Invalid("value", N_("This number is too large."))
    if entry.kind in WITH_TARGETS:
        _demand_targets(actor, company_id, entry)
    if entry.people:
        _demand_people(actor, company_id, set(entry.people), "people")
    _demand_approvers(actor, company_id, entry.steps)


def _demand_targets(actor: Actor, company_id: int, entry: RuleEntry) -> None:
    if entry.kind is Kind.CATEGORY:
        if not entry.targets:
            raise Invalid("targets", N_("Choose at least one category."))
        known = set(db.session.scalars(select(Category.id).where(Category.id.in_(entry.targets))))
    else:
        known = {one.id for one in cost_centres(actor, company_id, only_active=False)}
    if not set(entry.targets) <= known:
        raise Invalid("targets", N_("Choose from the list."))


def _demand_people(actor: Actor, company_id: int, user_ids: Collection[int], field: str) -> None:
    known = {person.user_id for person in people_to_ask(actor, company_id)}
    if not set(user_ids) <= known:
        raise Invalid(field, N_("This person does not act for the company."))


def _demand_approvers(actor: Actor, company_id: int, steps: Sequence[RuleStep]) -> None:
    """Every step has somebody who could decide it today, as many as it needs."""
    if not steps:
        raise Invalid("steps", N_("Say who approves."))
    if len(steps) > STEPS_MOST:
        raise Invalid("steps", N_("At most {most} steps.", most=STEPS_MOST))
    people = people_to_ask(actor, company_id)
    has_manager = any(one.manager_id is not None for one in cost_centres(actor, company_id))
    for place, step in enumerate(steps, 1):
        if not step.approvers or len(step.approvers) > APPROVERS_MOST:
            raise Invalid(
                "steps", N_("Step {place}: choose one to {most} approvers.", place=place, most=APPROVERS_MOST)
            )
        there = set().union(*(_holders(one, people) for one in step.approvers))
        managers = has_manager and any(one.kind is ApproverKind.MANAGER for one in step.approvers)
        if not there and not managers:
            raise Invalid("steps", N_("Step {place}: nobody could approve. Choose somebody who is there.", place=place))
        if step.need != ALL and step.need < 1:
            raise Invalid("steps", N_("Step {place}: at least one must approve.", place=place))
        if step.need > len(there) and not managers:
            raise Invalid("steps", N_("Step {place} asks for {need} of {n} people.",
                                      place=place, need=step.need, n=len(there)))  # fmt: skip


def _holders(approver: Approver, people: Sequence[Person]) -> set[int]:
    if approver.kind is ApproverKind.PERSON:
        return {p.user_id for p in people if str(p.user_id) == approver.value}
    if approver.kind is ApproverKind.ROLE:
        return {p.user_id for p in people if p.role == approver.value}
    if approver.kind is ApproverKind.ADMINISTRATORS:
        return {p.user_id for p in people if p.role == "company_admin"}
    return set()


def _demand_in_person(actor: Actor) -> None:
    if actor.staff_id is not None:
        raise Forbidden(N_("Who acts for a customer cannot decide on the customer's approvals."))
