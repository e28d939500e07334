"""Budgets on the database: taken, reserved, handed over, given back; the kept sum and the entries agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.accounts.domain.budget import BudgetClaim, BudgetRule, PeriodKind, Source
from app.accounts.models.budgets import Budget
from app.accounts.queries.budgets import (
    all_budgets,
    choices,
    current_budgets,
    disagreeing,
    entries,
    judge,
    spending,
)
from app.accounts.queries.budgets import budget as budget_line
from app.accounts.queries.cost_centres import cost_centre_lines, cost_centres
from app.accounts.service.budgets import (
    BudgetChange,
    BudgetFacts,
    consume,
    edit_budget,
    give_back,
    hand_over,
    set_budget,
)
from app.core import audit
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories import accounts as make

SYSTEM = Actor.system()
DAY = date(2026, 11, 22)
ORDER, OTHER, WAITING = Source("order", 1, "SO-1"), Source("order", 2, "SO-2"), Source("approval", 5, "A-5")


def left(budget: Budget) -> Decimal:
    return db.session.scalar(select(Budget.amount + Budget.carried - Budget.taken).where(Budget.id == budget.id))


def of(centre, amount) -> BudgetClaim:
    return BudgetClaim(centre.id, Decimal(amount))


@pytest.fixture
def yard(ctx):
    """A company with a person and a cost centre that has 1,000 EUR for the year."""
    company = make.customer()
    centre = make.cost_centre(company, "4711")
    return company, make.actor_for(make.person(company), company), centre, make.budget(centre, 1000)


@pytest.fixture
def buyer(isolated, world):
    """The same, and the test acts as the buyer, in his company's scope."""
    with world():
        company = make.customer()
        centre = make.cost_centre(company, "4711")
        actor, budget = make.actor_for(make.person(company), company), make.budget(centre, 1000)
    with world(actor):
        yield company, actor, centre, budget


def test_an_order_takes_and_a_cancel_gives_back(buyer):
    company, actor, centre, budget = buyer
    (verdict,) = judge(actor, company.id, [of(centre, 400)], "EUR", DAY)
    assert (verdict.left, verdict.is_over) == (1000, False)
    consume(actor, company.id, ORDER, [of(centre, 400)], "EUR", DAY)
    assert left(budget) == 600
    assert give_back(actor, company.id, ORDER, [of(centre, 150)], "two lines cancelled") == 150
    assert left(budget) == 750
    assert give_back(actor, company.id, ORDER) == 250
    assert give_back(actor, company.id, ORDER) == 0
    assert left(budget) == 1000
    told = entries(actor, budget.id)
    assert [(one.amount, one.source_number) for one in told] == [(-250, "SO-1"), (-150, "SO-1"), (400, "SO-1")]
    assert told[1].reason == "two lines cancelled"
    assert told[0].who == actor.name


def test_an_entry_names_who_acted_for_the_buyer(buyer):
    company, actor, centre, budget = buyer
    desk = replace(actor, staff_id=7, staff_name="Sven Larsen")
    consume(desk, company.id, ORDER, [of(centre, 1)], "EUR", DAY)
    assert entries(actor, budget.id)[0].who == f"{actor.name} (Sven Larsen)"


def test_never_more_is_given_back_than_was_taken(buyer):
    company, actor, centre, budget = buyer
    consume(actor, company.id, ORDER, [of(centre, 400)], "EUR", DAY)
    assert give_back(actor, company.id, ORDER, [of(centre, 4000)]) == 400
    assert left(budget) == 1000


def test_a_blocking_budget_refuses_and_says_the_figures(buyer):
    company, actor, centre, budget = buyer
    consume(actor, company.id, ORDER, [of(centre, 400)], "EUR", DAY)
    with pytest.raises(Conflict) as refused:
        consume(actor, company.id, OTHER, [of(centre, 300), of(centre, "300.01")], "EUR", DAY)
    assert "600" in str(refused.value.message)
    assert "600.01" in str(refused.value.message)
    assert refused.value.details[0].budget_id == budget.id
    assert left(budget) == 600
    consume(actor, company.id, OTHER, [of(centre, 300), of(centre, 300)], "EUR", DAY)
    assert left(budget) == 0


def test_a_warning_is_returned_and_a_question_needs_leave(buyer):
    company, actor, centre, budget = buyer
    change = BudgetChange(Decimal(1000), BudgetRule.WARN, is_recurring=False, carries_over=False, is_active=True)
    edit_budget(actor, budget.id, change)
    (verdict,) = consume(actor, company.id, ORDER, [of(centre, 1200)], "EUR", DAY)
    assert verdict.outcome is BudgetRule.WARN
    assert left(budget) == -200
    edit_budget(actor, budget.id, BudgetChange(Decimal(1000), BudgetRule.ASK, False, False, True))
    with pytest.raises(Conflict, match="needs an approval"):
        consume(actor, company.id, OTHER, [of(centre, 1)], "EUR", DAY)
    consume(actor, company.id, WAITING, [of(centre, 1)], "EUR", DAY, allow_asked=True)
    assert left(budget) == -201


def test_an_approval_reserves_and_hands_over_to_its_order(buyer):
    company, actor, centre, budget = buyer
    consume(actor, company.id, WAITING, [of(centre, 700)], "EUR", DAY)
    assert budget_line(actor, budget.id).reserved == 700
    with pytest.raises(Conflict):  # two pending orders cannot both pass
        consume(actor, company.id, Source("approval", 6), [of(centre, 700)], "EUR", DAY)
    assert hand_over(actor, company.id, WAITING, ORDER) == 700
    assert hand_over(actor, company.id, WAITING, ORDER) == 0
    assert (left(budget), budget_line(actor, budget.id).reserved) == (300, 0)
    assert give_back(actor, company.id, WAITING) == 0
    assert give_back(actor, company.id, ORDER) == 700


def test_a_changed_approval_gives_back_and_takes_in_one_step(buyer):
    company, actor, centre, budget = buyer
    consume(actor, company.id, WAITING, [of(centre, 900)], "EUR", DAY)
    (verdict,) = consume(actor, company.id, ORDER, [of(centre, 950)], "EUR", DAY, instead_of=WAITING)
    assert (verdict.left, verdict.is_over) == (1000, False)
    assert left(budget) == 50
    assert give_back(actor, company.id, WAITING) == 0
    consume(actor, company.id, WAITING, [of(centre, 50)], "EUR", DAY)
    with pytest.raises(Conflict):
        consume(actor, company.id, OTHER, [of(centre, 51)], "EUR", DAY, instead_of=WAITING)
    assert left(budget) == 0  # the reservation still stands


def test_a_return_goes_to_the_period_of_the_original_order(buyer):
    company, actor, centre, budget = buyer
    edit_budget(actor, budget.id, BudgetChange(Decimal(1000), BudgetRule.BLOCK, True, False, True))
    consume(actor, company.id, ORDER, [of(centre, 400)], "EUR", DAY)
    consume(actor, company.id, OTHER, [of(centre, 100)], "EUR", date(2027, 1, 5))
    (line,) = current_budgets(actor, date(2027, 1, 5))
    assert (line.state.taken, line.state.period.starts_on) == (100, date(2027, 1, 1))
    give_back(actor, company.id, ORDER, reason="returned in January")
    assert left(budget) == 1000
    assert budget_line(actor, line.state.id).state.taken == 100


def test_the_next_period_makes_itself_and_carries_what_was_left(buyer):
    company, actor, centre, budget = buyer
    edit_budget(actor, budget.id, BudgetChange(Decimal(1000), BudgetRule.BLOCK, True, True, True))
    consume(actor, company.id, ORDER, [of(centre, 400)], "EUR", DAY)
    later = date(2028, 2, 29)
    (verdict,) = judge(actor, company.id, [of(centre, 1)], "EUR", later)
    assert (verdict.left, verdict.budget_id) == (2600, None)
    assert choices(actor, "EUR", later)[0].left == 2600
    (virtual,) = current_budgets(actor, later)
    assert (virtual.state.id, virtual.state.left) == (None, 2600)
    consume(actor, company.id, OTHER, [of(centre, 2600)], "EUR", later)
    assert [(one.state.period.starts_on.year, one.state.left) for one in all_budgets(actor)] == [
        (2028, 0), (2027, 1600), (2026, 600),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        consume(actor, company.id, Source("order", 3), [of(centre, 1)], "EUR", later)


def test_a_budget_that_has_ended_or_is_switched_off_stops_nobody(buyer):
    company, actor, centre, budget = buyer
    assert judge(actor, company.id, [of(centre, 5000)], "EUR", date(2027, 1, 1))[0].rule is None
    edit_budget(actor, budget.id, BudgetChange(Decimal(1000), BudgetRule.BLOCK, True, False, False))
    (verdict,) = consume(actor, company.id, ORDER, [of(centre, 5000)], "EUR", DAY)
    assert verdict.budget_id is None
    assert choices(actor, "EUR", DAY)[0].left is None


def test_month_and_year_both_count(buyer):
    company, actor, centre, budget = buyer
    month = set_budget(actor, BudgetFacts(centre.id, PeriodKind.MONTH, DAY, Decimal(100), BudgetRule.BLOCK))
    consume(actor, company.id, ORDER, [of(centre, 60)], "EUR", DAY)
    with pytest.raises(Conflict):
        consume(actor, company.id, OTHER, [of(centre, 41)], "EUR", DAY)
    assert (left(budget), budget_line(actor, month).state.left) == (940, 40)
    give_back(actor, company.id, ORDER, [of(centre, 10)])
    assert (left(budget), budget_line(actor, month).state.left) == (950, 50)
    assert choices(actor, "EUR", DAY)[0].left == 50


def test_the_fiscal_year_begins_where_the_company_says(ctx):
    company = make.customer(fiscal_month=2)
    centre = make.cost_centre(company)
    facts = BudgetFacts(centre.id, PeriodKind.QUARTER, DAY, Decimal(1), BudgetRule.WARN)
    period = budget_line(SYSTEM, set_budget(SYSTEM, facts, company.id), company.id).state.period
    assert (period.starts_on, period.ends_on) == (date(2026, 11, 1), date(2027, 1, 31))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Decimal(-1)}, "amount"), ({"amount": Decimal("1.005")}, "amount"),
        ({"amount": Decimal(10) ** 11}, "amount"), ({"kind": PeriodKind.DATES}, "ends_on"),
        ({"kind": PeriodKind.DATES, "ends_on": date(2026, 11, 21)}, "ends_on"), ({"cost_centre_id": 0}, "cost_centre_id"),
        ({"kind": PeriodKind.YEAR}, "starts_on"),
    ],
)  # fmt: skip
def test_what_a_budget_cannot_be(buyer, changes, field):
    _company, actor, centre, _budget = buyer
    facts = {
        "cost_centre_id": centre.id,
        "kind": PeriodKind.MONTH,
        "starts_on": DAY,
        "amount": Decimal(5),
        "rule": BudgetRule.WARN,
    }
    with pytest.raises(Invalid) as refused:
        set_budget(actor, BudgetFacts(**(facts | changes)))
    assert refused.value.field == field


def test_a_series_is_not_begun_twice(buyer):
    _company, actor, centre, budget = buyer
    edit_budget(actor, budget.id, BudgetChange(Decimal(1000), BudgetRule.BLOCK, True, False, True))
    with pytest.raises(Invalid):
        set_budget(actor, BudgetFacts(centre.id, PeriodKind.YEAR, date(2028, 1, 1), Decimal(5), BudgetRule.WARN))


def test_a_closed_or_foreign_cost_centre_takes_no_order(yard, world):
    company, actor, _centre, _budget = yard
    closed = make.cost_centre(company, "OLD", is_active=False)
    others = make.cost_centre(company, "TEAM", people=(make.person(company),))
    stranger = make.cost_centre(make.customer(), "X")
    for centre, words in ((closed, "closed"), (others, "may not"), (stranger, "no such")):
        with pytest.raises(Invalid, match=words) as refused:
            consume(actor, company.id, ORDER, [of(centre, 0)], "EUR", DAY)
        assert refused.value.field == "cost_centre_id"
    assert [one.code for one in choices(actor, "EUR", DAY)] == ["4711"]
    assert [one.code for one in cost_centres(actor)] == ["4711", "TEAM"]
    assert [one.code for one in cost_centres(actor, only_active=False)] == ["4711", "OLD", "TEAM"]
    assert {one.code: one.people for one in cost_centre_lines(actor)} == {"4711": None, "TEAM": 1, "OLD": None}
    with pytest.raises(Forbidden):
        consume(actor, stranger.company_id, ORDER, [of(stranger, 1)], "EUR", DAY)
    with pytest.raises(NotFound):
        judge(actor, stranger.company_id, [of(stranger, 1)], "EUR", DAY)


def test_entries_cannot_be_changed_by_anybody(buyer):
    company, actor, centre, _budget = buyer
    consume(actor, company.id, ORDER, [of(centre, 400)], "EUR", DAY)
    for statement in ("UPDATE budget_entries SET amount = 1", "DELETE FROM budget_entries", "DELETE FROM budgets"):
        with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
            db.session.execute(text(statement))


def test_any_number_of_claims_costs_the_same_statements(yard):
    company, actor, _centre, _budget = yard
    counts = []
    for number in (2, 20):
        centres = [make.cost_centre(company) for _ in range(number)]
        for one in centres:
            make.budget(one, 100)
        claims = [of(one, 5) for one in centres]
        with statements() as judged:
            assert len(judge(actor, company.id, claims, "EUR", DAY)) == number
        with statements() as taken:
            consume(actor, company.id, Source("order", number), claims, "EUR", DAY)
        with statements() as back:
            give_back(actor, company.id, Source("order", number))
        counts.append((len(judged), len(taken), len(back)))
    assert counts[0] == counts[1] == (1, 3, 3)


def test_changes_stand_in_the_audit_log_and_in_the_file_of_spending(buyer):
    company, actor, centre, budget = buyer
    edit_budget(actor, budget.id, BudgetChange(Decimal(1500), BudgetRule.ASK, False, False, True))
    (entry,) = audit.history(actor, "budget", budget.id)
    assert entry.changes["amount"] == ["1000.000000", "1500"]
    consume(actor, company.id, WAITING, [of(centre, 500)], "EUR", DAY)
    (row,) = spending(actor)
    assert (row.code, row.amount, row.taken, row.reserved, row.left) == ("4711", 1500, 500, 500, 1000)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["take", "back", "part", "over"]), st.integers(1, 3),
                          st.decimals("0.01", 900, places=2)), max_size=12))  # fmt: skip
def test_whatever_happens_the_kept_sum_is_the_sum_of_the_entries(yard, steps):
    company, _actor, centre, budget = yard
    for step, number, amount in steps:
        source = Source("order", number)
        if step == "take":
            before = left(budget)
            try:
                consume(SYSTEM, company.id, source, [of(centre, amount)], "EUR", DAY)
            except Conflict:
                assert amount > before
        elif step == "over":
            hand_over(SYSTEM, company.id, source, Source("order", number % 3 + 1))
        else:
            give_back(SYSTEM, company.id, source, None if step == "back" else [of(centre, amount)])
        assert 0 <= left(budget) <= 1000
    assert disagreeing(SYSTEM) == {}
