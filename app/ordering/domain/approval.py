"""Who must say yes before an order is placed: pure facts and rules in, steps out.

Amounts are those before promotions and coupons, charges included: an order that costs nothing in the end is judged by
what it would cost. Limits of persons are net.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.accounts.domain.roles import Role
from app.ordering.domain.approval_conditions import Condition, Facts, Firing, Kind, Person


class ApproverKind(StrEnum):
    PERSON = "person"
    ROLE = "role"
    MANAGER = "manager"  # of the cost centres concerned
    ADMINISTRATORS = "administrators"


@dataclass(frozen=True, slots=True)
class Approver:
    """Whom a rule asks: `value` is a user id or a role, empty for the others."""

    kind: ApproverKind
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}" if self.value else str(self.kind)

    @classmethod
    def parse(cls, text: str) -> Approver:
        kind, _, value = text.partition(":")
        return cls(ApproverKind(kind), value)


ALL = 0  # as `need`: everybody


@dataclass(frozen=True, slots=True)
class RuleStep:
    """One step of a rule: `need` of its approvers, `ALL` for everybody. Steps of a rule follow one another."""

    approvers: tuple[Approver, ...]
    need: int = 1


@dataclass(frozen=True, slots=True)
class Rule:
    """When it concerns the orders of these people (nobody named: of all), who is asked in which order.

    `allows_self`: who orders and is among the approvers has approved by ordering.
    """

    id: int
    name: str
    condition: Condition
    steps: tuple[RuleStep, ...]
    roles: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    allows_self: bool = False

    def concerns(self, person: Person) -> bool:
        return (not self.roles and not self.people) or person.role in self.roles or person.user_id in self.people


class StepKind(StrEnum):
    RULE = "rule"
    LIMIT = "limit"  # the person may not buy for so much alone
    BUDGET = "budget"  # a budget asks, and no rule says who answers


@dataclass(frozen=True, slots=True)
class Step:
    """So many of these people must say yes. Steps of the same `order` are asked at once, lower ones first.

    `is_fallback`: nobody the rule names can decide, so it fell to others. `need` 0: settled by ordering.
    """

    order: int
    kind: StepKind
    rule_id: int | None
    name: str
    firing: Firing
    candidates: frozenset[int]
    need: int
    is_fallback: bool = False

    @property
    def is_automatic(self) -> bool:
        return self.need == 0


def required(facts: Facts, rules: Iterable[Rule]) -> tuple[Step, ...]:
    """Every step that these facts ask for, in an order that does not depend on that of the rules."""
    known = sorted(rules, key=lambda rule: rule.id)
    steps = [step for rule in known for step in _of_rule(rule, facts)]
    if facts.budget_asks and not any(s.firing.kind is Kind.BUDGET and not s.is_automatic for s in steps):
        steps.extend(_of_budgets(facts))
    steps.extend(_of_limit(facts))
    return tuple(sorted(steps, key=lambda s: (s.order, s.kind, s.rule_id or 0, sorted(s.candidates))))


def _of_rule(rule: Rule, facts: Facts) -> Iterator[Step]:
    if not rule.concerns(facts.requester):
        return
    firing = rule.condition.firing(facts)
    if firing is None:
        return
    for order, wanted in enumerate(rule.steps, 1):
        for named in _named(wanted.approvers, facts, firing):
            yield _step(order, StepKind.RULE, rule, firing, _decided_by(named, wanted.need, facts, rule.allows_self))


def _of_budgets(facts: Facts) -> Iterator[Step]:
    firing = Condition(Kind.BUDGET).firing(facts)
    if firing is not None:
        for named in _named((Approver(ApproverKind.MANAGER),), facts, firing):
            yield _step(1, StepKind.BUDGET, None, firing, _decided_by(named, 1, facts, allows_self=False))


def _of_limit(facts: Facts) -> Iterator[Step]:
    limit = facts.requester.buy_up_to
    if limit is None or facts.net_total <= limit:
        return
    named = {p.user_id for p in facts.people if p.is_approver} - {facts.requester.user_id}
    firing = Firing(Kind.TOTAL, ">", limit, facts.net_total, facts.currency)
    yield _step(1, StepKind.LIMIT, None, firing, _decided_by(named, 1, facts, allows_self=False))


@dataclass(frozen=True, slots=True)
class _Deciders:
    candidates: frozenset[int]
    need: int
    is_fallback: bool


def _step(order: int, kind: StepKind, rule: Rule | None, firing: Firing, deciders: _Deciders) -> Step:
    return Step(
        order, kind, rule.id if rule else None, rule.name if rule else "", firing, deciders.candidates, deciders.need,
        deciders.is_fallback,
    )  # fmt: skip


def _named(approvers: Iterable[Approver], facts: Facts, firing: Firing) -> list[set[int]]:
    """Whom a step names: one set, or one for each manager where managers of several cost centres are asked."""
    others: set[int] = set()
    has_managers = False
    for approver in approvers:
        if approver.kind is ApproverKind.PERSON:
            others.add(int(approver.value))
        elif approver.kind is ApproverKind.ROLE:
            others |= {p.user_id for p in facts.people if p.role == approver.value}
        elif approver.kind is ApproverKind.ADMINISTRATORS:
            others |= _administrators(facts)
        else:
            has_managers = True
    if not has_managers:
        return [others]
    managers = {c.manager_id for c in facts.cost_centres if not firing.centre_ids or c.id in firing.centre_ids}
    return [others | ({manager} if manager is not None else set()) for manager in sorted(managers, key=str)] or [others]


def _administrators(facts: Facts) -> set[int]:
    return {p.user_id for p in facts.people if p.role == Role.COMPANY_ADMIN}


def _decided_by(named: set[int], need: int, facts: Facts, allows_self: bool) -> _Deciders:
    """Of those named the ones who may approve so much; climbing where nobody may, at last to the administrators."""
    total, me = facts.net_total, facts.requester.user_id
    there = {p.user_id: p for p in facts.people if p.user_id in named}
    able = {user_id for user_id, p in there.items() if p.may_approve(total)}
    is_fallback = not able
    if is_fallback and there:
        able = {p.user_id for p in facts.people if p.approve_up_to is not None and p.may_approve(total)} - {me}
    if not able:
        able = _administrators(facts)
    if not able:
        return _Deciders(frozenset(), 1, is_fallback)
    if is_fallback:
        need = 1
    others = frozenset(able - {me})
    if me in able and not others:
        return _Deciders(frozenset(), 0, is_fallback)
    wanted = len(able) if need == ALL else need
    if me in able and allows_self:
        return _Deciders(others, min(wanted - 1, len(others)), is_fallback)
    return _Deciders(others, min(wanted, len(others)), is_fallback)


def has_dead_end(steps: Iterable[Step]) -> bool:
    """Whether nobody at all can decide a step: an account without an administrator."""
    return any(step.need and not step.candidates for step in steps)
