"""Which steps an order needs: tables of examples, and what must hold for all orders and rules."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.domain.roles import Role
from app.ordering.domain.approval import ALL, Approver, ApproverKind, Rule, RuleStep, StepKind, has_dead_end, required
from app.ordering.domain.approval_conditions import (
    KIND_NAMES,
    BudgetAsk,
    CentreFacts,
    Condition,
    Facts,
    Firing,
    Kind,
    LineFacts,
    Person,
)

ANN, BEN, CLEO, DAN, EVE = 1, 2, 3, 4, 5
ANYBODY = Approver(ApproverKind.ROLE, "approver")
ADMINS = Approver(ApproverKind.ADMINISTRATORS)
MANAGER = Approver(ApproverKind.MANAGER)


def person(user_id: int, role: str = "buyer", **limits) -> Person:
    return Person(user_id, role, **{name: None if v is None else Decimal(v) for name, v in limits.items()})


CREW = (person(ANN), person(BEN, "approver"), person(CLEO, "approver"), person(DAN, "company_admin"))


def facts(total="1000", *, people=CREW, me=ANN, lines=(), **parts) -> Facts:
    net = Decimal(total)
    requester = next(p for p in people if p.user_id == me)
    return Facts(requester, "EUR", net, net * Decimal("1.19"), tuple(lines), tuple(people), **parts)


def line(sku="NUT", net="100", price="10", **parts) -> LineFacts:
    return LineFacts(hash(sku) % 1000, sku, Decimal(net), Decimal(price), **parts)


def rule(number=1, condition=None, *approvers, need=1, **parts) -> Rule:
    condition = condition or Condition(Kind.TOTAL, ">", Decimal(0))
    return Rule(number, f"rule {number}", condition, (RuleStep(approvers or (ANYBODY,), need),), **parts)


def total(sign, value, **parts):
    return Condition(Kind.TOTAL, sign, Decimal(value), **parts)


@pytest.mark.parametrize(
    ("condition", "order", "fires"),
    [
        (total(">", 1000), facts("1000"), False),
        (total(">=", 1000), facts("1000"), True),
        (total("<", 1000), facts("999.99"), True),
        (total("<=", 1000), facts("1000.01"), False),
        (total(">", 1000, is_gross=True), facts("900"), True),
        (total(">", 1000, currency="USD"), facts("1"), True),  # cannot be compared: ask
        (Condition(Kind.LINE_PRICE, ">", Decimal(10)), facts(lines=[line(price="10")]), False),
        (Condition(Kind.LINE_PRICE, ">", Decimal(10), is_gross=True),
         facts(lines=[line(price="10", vat_rate=Decimal(19))]), True),
        (Condition(Kind.LINE_NET, ">", Decimal(99)), facts(lines=[line(net="1"), line("PIN")]), True),
        (Condition(Kind.CATEGORY, targets=frozenset({7})), facts(lines=[line(categories=frozenset({9, 7}))]), True),
        (Condition(Kind.CATEGORY, targets=frozenset({7})), facts(lines=[line(categories=frozenset({9}))]), False),
        (Condition(Kind.CATEGORY, ">", Decimal(150), targets=frozenset({7})),
         facts(lines=[line(categories=frozenset({7})), line("PIN", categories=frozenset({7}))]), True),
        (Condition(Kind.COST_CENTRE, targets=frozenset({3})),
         facts(cost_centres=(CentreFacts(3, "YARD", Decimal(5)),)), True),
        (Condition(Kind.COST_CENTRE, ">", Decimal(5)),
         facts(cost_centres=(CentreFacts(3, "YARD", Decimal(5)), CentreFacts(4, "DOCK", Decimal(5)))), False),
        (Condition(Kind.BUDGET), facts(), False),
        (Condition(Kind.BUDGET), facts(budget_asks=(BudgetAsk(3, "Yard", Decimal(10), Decimal(90)),)), True),
        (Condition(Kind.NEW_MAKER), facts(lines=[line(maker="Bosch", is_new_maker=True)]), True),
        (Condition(Kind.NEW_SHIP_TO), facts(new_ship_tos=("Dock 3",)), True),
        (Condition(Kind.PRICE_CHANGE, ">", Decimal(10)), facts(lines=[line(price="11", last_price=Decimal(10))]), False),
        (Condition(Kind.PRICE_CHANGE, ">", Decimal(10)), facts(lines=[line(price="12", last_price=Decimal(10))]), True),
        (Condition(Kind.PRICE_CHANGE, ">", Decimal(10)), facts(lines=[line(price="12")]), False),
        (Condition(Kind.LINES, ">=", Decimal(2)), facts(lines=[line(), line("PIN")]), True),
        (Condition(Kind.DELIVERY, ">", Decimal(20)), facts(delivery_cost=Decimal("20.01")), True),
    ],
)  # fmt: skip
def test_conditions_speak_when_they_are_met(condition, order, fires):
    firing = condition.firing(order)
    assert (firing is not None) is fires
    if firing is not None:
        assert "{" not in str(firing.message)
        assert Firing.from_json(firing.as_json()) == firing


def test_every_kind_has_a_name():
    assert set(KIND_NAMES) == set(Kind)


R = [person(ANN, "approver"), person(BEN, "approver"), person(DAN, "company_admin")]


@pytest.mark.parametrize(
    ("people", "approvers", "need", "allows_self", "deciders", "wanted"),
    [
        (R, (ANYBODY,), 1, False, {BEN}, 1),  # the colleague decides
        (R, (ANYBODY,), 1, True, {BEN}, 0),  # ordering is approving
        (R, (ANYBODY,), ALL, True, {BEN}, 1),
        (R, (ANYBODY,), ALL, False, {BEN}, 1),
        ([person(ANN, "approver"), person(DAN, "company_admin")], (ANYBODY,), 1, False, set(), 0),  # the only one
        ([person(ANN), person(DAN, "company_admin")], (ANYBODY,), 1, False, {DAN}, 1),  # nobody: the administrator
        ([person(ANN, "company_admin")], (ANYBODY,), 1, False, set(), 0),  # and that is the orderer alone
        (CREW, (ANYBODY,), 2, False, {BEN, CLEO}, 2),
        (CREW, (ANYBODY,), 9, False, {BEN, CLEO}, 2),  # never more than there are
        (CREW, (Approver(ApproverKind.PERSON, str(EVE)),), 1, False, {DAN}, 1),  # has left
        (CREW, (Approver(ApproverKind.PERSON, str(CLEO)), ADMINS), ALL, False, {CLEO, DAN}, 2),
    ],
)  # fmt: skip
def test_who_decides(people, approvers, need, allows_self, deciders, wanted):
    (step,) = required(facts(people=people), [rule(1, None, *approvers, need=need, allows_self=allows_self)])
    assert (step.candidates, step.need) == (deciders, wanted)
    assert step.is_automatic is (wanted == 0)


@pytest.mark.parametrize(
    ("amount", "deciders"), [("400", None), ("500", None), ("600", {BEN, CLEO}), ("900", {CLEO}), ("1200", {DAN})]
)
def test_limits_climb_and_never_end_dead(amount, deciders):
    people = [
        person(ANN, buy_up_to=500), person(BEN, "approver", approve_up_to=600),
        person(CLEO, "approver", approve_up_to=1000), person(DAN, "company_admin"),
    ]  # fmt: skip
    steps = required(facts(amount, people=people), [])
    assert [step.candidates for step in steps] == ([] if deciders is None else [deciders])
    assert all(step.kind is StepKind.LIMIT for step in steps)


def test_a_rule_whose_approver_may_not_approve_so_much_climbs_to_the_next():
    people = [person(ANN), person(BEN, "approver", approve_up_to=600), person(CLEO, "buyer", approve_up_to=5000),
              person(DAN, "company_admin")]  # fmt: skip
    (step,) = required(facts("1000", people=people), [rule(1, None, Approver(ApproverKind.PERSON, str(BEN)))])
    assert (step.candidates, step.is_fallback) == ({CLEO}, True)


def test_steps_of_a_rule_follow_one_another_and_those_of_rules_stand_side_by_side():
    chain = replace(rule(1), steps=(RuleStep((ANYBODY,)), RuleStep((ADMINS,))))
    steps = required(facts(), [rule(2, None, ADMINS), chain])
    assert [(step.order, step.rule_id) for step in steps] == [(1, 1), (1, 2), (2, 1)]


def test_each_manager_of_a_cost_centre_is_asked():
    centres = (
        CentreFacts(1, "A", Decimal(5), BEN),
        CentreFacts(2, "B", Decimal(5), CLEO),
        CentreFacts(3, "C", Decimal(1)),
    )
    steps = required(facts(cost_centres=centres), [rule(1, Condition(Kind.COST_CENTRE, ">", Decimal(2)), MANAGER)])
    assert {step.candidates for step in steps} == {frozenset({BEN}), frozenset({CLEO})}


def test_a_budget_that_asks_is_answered_even_without_a_rule():
    asks = (BudgetAsk(1, "A", Decimal(0), Decimal(5)),)
    (step,) = required(facts(cost_centres=(CentreFacts(1, "A", Decimal(5), CLEO),), budget_asks=asks), [])
    assert (step.kind, step.candidates) == (StepKind.BUDGET, {CLEO})
    (step,) = required(facts(budget_asks=asks), [rule(1, Condition(Kind.BUDGET), ANYBODY)])
    assert (step.kind, step.rule_id) == (StepKind.RULE, 1)


def test_rules_concern_whom_they_name():
    order = facts()
    assert required(order, [rule(1, roles=frozenset({"approver"}))]) == ()
    assert required(order, [rule(1, people=frozenset({BEN}))]) == ()
    assert required(order, [rule(1, roles=frozenset({"approver"}), people=frozenset({ANN}))])


# --- what holds for all

AMOUNTS = st.decimals(min_value=0, max_value=5000, places=2)
LIMITS = st.none() | AMOUNTS
ROLES = st.sampled_from([str(role) for role in (Role.BUYER, Role.APPROVER, Role.BOOKKEEPER, Role.COMPANY_ADMIN)])
CROWDS = st.lists(st.tuples(ROLES, LIMITS, LIMITS), min_size=0, max_size=5).map(
    lambda rows: (
        Person(1, "company_admin"),
        *(Person(place, role, buy, approve) for place, (role, buy, approve) in enumerate(rows, 2)),
    )
)
APPROVERS = st.one_of(
    st.sampled_from([ANYBODY, ADMINS, MANAGER]),
    st.integers(1, 9).map(lambda number: Approver(ApproverKind.PERSON, str(number))),
)
CONDITIONS = st.one_of(
    st.builds(total, st.sampled_from([">", ">=", "<", "<="]), AMOUNTS, is_gross=st.booleans()),
    st.just(Condition(Kind.BUDGET)),
    st.just(Condition(Kind.COST_CENTRE)),
)
STEPS = st.lists(
    st.builds(RuleStep, st.lists(APPROVERS, min_size=1, max_size=3).map(tuple), st.integers(0, 3)),
    min_size=1, max_size=3,
).map(tuple)  # fmt: skip
RULES = st.lists(
    st.builds(Rule, st.integers(1, 99), st.just("r"), CONDITIONS, STEPS, allows_self=st.booleans()),
    max_size=5, unique_by=lambda made: made.id,
)  # fmt: skip


@st.composite
def orders(draw) -> Facts:
    people = draw(CROWDS)
    me = draw(st.sampled_from(people))
    asks = (BudgetAsk(1, "A", Decimal(0), Decimal(5)),) if draw(st.booleans()) else ()
    centres = draw(st.lists(st.integers(1, 9) | st.none(), max_size=2))
    net = draw(AMOUNTS)
    return Facts(
        me, "EUR", net, net * Decimal("1.19"), (), people, budget_asks=asks,
        cost_centres=tuple(CentreFacts(n, str(n), net, manager) for n, manager in enumerate(centres, 1)),
    )  # fmt: skip


@given(orders(), RULES, st.randoms())
def test_the_order_of_rules_does_not_matter(order, rules, chance):
    shuffled = list(rules)
    chance.shuffle(shuffled)
    assert required(order, shuffled) == required(order, rules)


def needed(steps) -> int:
    return sum(not step.is_automatic for step in steps)


@given(orders(), RULES)
def test_one_rule_more_never_needs_fewer_steps(order, rules):
    for place in range(len(rules)):
        assert needed(required(order, rules[:place] + rules[place + 1 :])) <= needed(required(order, rules))


@given(orders(), RULES)
def test_every_step_can_be_decided_by_somebody_else(order, rules):
    steps = required(order, rules)
    known = {p.user_id for p in order.people}
    assert not has_dead_end(steps)
    for step in steps:
        assert step.need <= len(step.candidates)
        assert step.candidates <= known - {order.requester.user_id}


@given(orders(), RULES, AMOUNTS)
def test_a_greater_order_with_rules_above_amounts_needs_no_fewer_steps(order, rules, more):
    upward = [r for r in rules if r.condition.kind is not Kind.TOTAL or r.condition.comparator.startswith(">")]
    simple = [replace(r, allows_self=False) for r in upward]
    people = tuple(replace(p, approve_up_to=None) for p in order.people)
    requester = next(p for p in people if p.user_id == order.requester.user_id)
    order = replace(order, people=people, requester=requester)
    greater = replace(order, net_total=order.net_total + more, gross_total=order.gross_total + more)
    assert needed(required(greater, simple)) >= needed(required(order, simple))
