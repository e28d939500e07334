"""The credit ledger: the published vector, figures in refusals, payments once, and limits that hold."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.accounts.domain.credit import Standing, available, rate_of, share
from app.accounts.domain.roles import CompanyKind
from app.accounts.models.credit import CreditEntry
from app.accounts.queries.accounts import account
from app.accounts.queries.credit import credit_accounts, credit_counts, credit_terms, disagreeing, ledger, standing
from app.accounts.service.credit import (
    ask_limit,
    follow_currency,
    give_back,
    record_payment,
    record_refund,
    set_insured,
    set_limit,
    set_limits,
    use,
)
from app.accounts.service.importing import AccountRow, upsert_accounts
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories import accounts as make

SYSTEM = Actor.system()


def buy(company, order_id: int, amount: str | int, **more) -> None:
    use(SYSTEM, company.id, order_id, f"SO-{order_id}", Decimal(amount), company.currency, **more)


def stands(company) -> tuple[Decimal, Decimal | None]:
    found = standing(SYSTEM, company.id)
    return found.outstanding, found.available


def test_the_published_vector(ctx):
    company = make.customer()
    set_limit(SYSTEM, company.id, Decimal(10_000))
    buy(company, 1, 3000)
    assert stands(company) == (-3000, 7000)
    record_payment(SYSTEM, company.id, Decimal(1000), "BANK-1")
    assert stands(company) == (-2000, 8000)
    assert give_back(SYSTEM, company.id, 1, None, "cancelled") == 3000
    assert stands(company) == (1000, 11_000)
    set_limit(SYSTEM, company.id, Decimal(500), reason="Turnover fell")
    assert stands(company) == (1000, 1500)
    told = [
        (str(one.kind), one.amount, one.outstanding, one.available, one.limit) for one in ledger(SYSTEM, company.id)
    ]
    assert told[::-1] == [
        ("allocated", 0, 0, 10_000, 10_000), ("purchased", -3000, -3000, 7000, 10_000),
        ("reimbursed", 1000, -2000, 8000, 10_000), ("reverted", 3000, 1000, 11_000, 10_000),
        ("updated", 0, 1000, 1500, 500),
    ]  # fmt: skip


def test_a_foreign_order_keeps_both_amounts_and_the_unrounded_rate(ctx):
    """EUR 20,000 = USD 22,400: a rate of 0.8928 would give 19,998.72 back."""
    company = make.customer()
    set_limit(SYSTEM, company.id, Decimal(30_000))
    use(SYSTEM, company.id, 1, "SO-1", Decimal(22_400), "USD", charged=Decimal(20_000))
    (entry,) = ledger(SYSTEM, company.id, limit=1)
    assert (entry.amount, entry.foreign_amount, entry.foreign_currency) == (-20_000, 22_400, "USD")
    assert entry.rate.quantize(Decimal("0.0001")) == Decimal("0.8929")
    assert (entry.rate * 22_400).quantize(Decimal("0.000001")) == 20_000
    assert give_back(SYSTEM, company.id, 1, Decimal(11_200), "half of it") == 10_000
    assert give_back(SYSTEM, company.id, 1, None, "the rest") == 10_000
    assert stands(company) == (0, 30_000)
    with pytest.raises(Conflict, match="EUR, this order is in USD"):
        use(SYSTEM, company.id, 2, "SO-2", Decimal(1), "USD")


@given(st.decimals("0.01", 10**9, places=2), st.decimals("0.01", 10**9, places=2))
def test_a_rate_gives_the_amount_back_to_the_cent(charged, amount):
    assert abs(rate_of(charged, amount) * amount - charged) < Decimal("0.000001")
    assert share(charged, amount, amount) == charged


def test_an_order_above_the_limit_is_refused_with_the_figures(ctx):
    company = make.customer()
    set_limit(SYSTEM, company.id, Decimal(1000))
    buy(company, 1, "400.50")
    with pytest.raises(Conflict) as refused:
        buy(company, 2, "599.51")
    words = str(refused.value.message)
    assert all(figure in words for figure in ("599.51 EUR", "599.500000 EUR", "1000.000000 EUR", "higher limit"))
    assert refused.value.details.available == Decimal("599.50")
    buy(company, 2, "599.50")
    assert stands(company) == (-1000, 0)
    assert db.session.scalar(select(text("count(*)")).select_from(CreditEntry)) == 3


def test_without_a_limit_everything_is_written_and_nothing_refused(ctx):
    company = make.customer()
    buy(company, 1, 10**9)
    found = standing(SYSTEM, company.id)
    assert (found.limit, found.available, found.outstanding, found.used) == (None, None, -(10**9), 10**9)
    buy(company, 2, 0)
    assert len(ledger(SYSTEM, company.id)) == 1


def test_an_account_that_may_exceed_may(ctx):
    company = make.customer()
    set_limit(SYSTEM, company.id, Decimal(10), may_exceed=True, reason="Old friends")
    buy(company, 1, 100)
    assert stands(company) == (-100, -90)
    set_limit(SYSTEM, company.id, Decimal(10), may_exceed=False)
    with pytest.raises(Conflict):
        buy(company, 2, "0.01")


def test_nothing_goes_on_account_beyond_what_is_insured_where_that_binds(ctx):
    company, system = make.customer(), SYSTEM
    set_limit(system, company.id, Decimal(1000))
    set_insured(system, company.id, Decimal(300), None, is_binding=False)
    buy(company, 1, "200")
    assert standing(system, company.id).available == 800
    set_insured(system, company.id, Decimal(300), None, is_binding=True)
    assert standing(system, company.id).available == 100
    with pytest.raises(Conflict):
        buy(company, 2, "100.01")
    buy(company, 2, "100")
    give_back(system, company.id, 2, None, "cancelled")
    today = clock.today()
    set_insured(system, company.id, Decimal(300), today, is_binding=True)
    buy(company, 3, "50")
    set_insured(system, company.id, Decimal(300), today - timedelta(days=1), is_binding=True)
    assert standing(system, company.id).available == -250
    with pytest.raises(Conflict):
        buy(company, 4, "0.01")
    set_insured(system, company.id, Decimal(5000), None, is_binding=True)
    with pytest.raises(Conflict):  # the limit holds as well
        buy(company, 4, "750.01")


def test_closing_and_reopening_an_order_does_not_pass_the_limit(ctx):
    """An order that is closed, while others use the credit, and opened again is judged again."""
    company = make.customer()
    set_limit(SYSTEM, company.id, Decimal(1000))
    buy(company, 1, 800)
    give_back(SYSTEM, company.id, 1, None, "closed")
    buy(company, 2, 700)
    with pytest.raises(Conflict):
        buy(company, 1, 800)
    assert stands(company) == (-700, 300)
    give_back(SYSTEM, company.id, 2, Decimal(500), "a part cancelled")
    buy(company, 1, 800)
    assert give_back(SYSTEM, company.id, 1, None, "closed again") == 800


@pytest.mark.parametrize("limit", ["999.99", "1000", "12345.67", "1234567.89", "99999999999.99"])
def test_a_limit_above_999_is_not_cut_at_a_comma(isolated, world, client, limit):
    with world():
        house, company = make.operator(), make.customer("K-1")
        boss = make.person(house, "operator_admin")
    make.sign_in(client, boss)
    answer = client.post("/accounts/K-1/credit/limit", data={"limit": f"{Decimal(limit):,}", "reason": "x"})
    assert answer.status == 303, answer.text
    with world():
        assert standing(SYSTEM, company.id).limit == Decimal(limit)
    assert f"{Decimal(limit):,.2f}" in client.get("/accounts/K-1/credit").text


def test_a_payment_is_recorded_once_by_its_reference(ctx):
    company = make.customer()
    buy(company, 1, 500)
    assert not record_payment(SYSTEM, company.id, Decimal(200), " BANK-7 ").is_repeat
    again = record_payment(SYSTEM, company.id, Decimal("200.00"), "BANK-7")
    assert (again.is_repeat, again.outstanding) == (True, -300)
    with pytest.raises(Conflict, match="BANK-7"):
        record_payment(SYSTEM, company.id, Decimal(201), "BANK-7")
    record_refund(SYSTEM, company.id, Decimal(50), "BANK-7", comment="Broken on arrival")
    assert stands(company) == (-250, None)
    for amount, reference, field in ((-1, "R", "amount"), (0, "R", "amount"), ("0.001", "R", "amount"),
                                     (1, " ", "reference"), (1, "x" * 81, "reference")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            record_payment(SYSTEM, company.id, Decimal(amount), reference)
        assert refused.value.field == field
    with pytest.raises(Invalid):
        record_refund(SYSTEM, company.id, Decimal(1), "R", comment=" ")


def test_a_refund_of_an_order_is_told_apart_from_a_cancellation(ctx):
    company = make.customer()
    buy(company, 1, 500)
    assert give_back(SYSTEM, company.id, 1, Decimal(120), "goods returned", is_refund=True) == 120
    assert give_back(SYSTEM, company.id, 1, Decimal(9999), "cancelled") == 380
    assert give_back(SYSTEM, company.id, 1, None, "once more") == 0
    assert [str(one.kind) for one in ledger(SYSTEM, company.id)] == ["reverted", "refunded", "purchased"]
    assert give_back(SYSTEM, company.id, 77, None, "paid in advance") == 0


def test_nobody_but_the_operator_moves_limits_and_payments(isolated, world):
    with world():
        company, other = make.customer(), make.customer()
        make.credit(company, 100)
        buyer = make.actor_for(make.person(company, "company_admin"), company)
    with world(buyer):
        use(buyer, company.id, 1, "SO-1", Decimal(60), "EUR")
        assert standing(buyer).available == 40
        for change in (lambda: set_limit(buyer, company.id, Decimal(10**6)), lambda: use(buyer, other.id, 1, "", Decimal(1), "EUR"),
                       lambda: record_payment(buyer, company.id, Decimal(60), "R"), lambda: give_back(buyer, other.id, 1, None, "")):  # fmt: skip
            with pytest.raises(Forbidden):
                change()
        with pytest.raises(NotFound):
            standing(buyer, other.id)
        for statement in ("UPDATE credit_accounts SET credit_limit = 1", "UPDATE credit_accounts SET may_exceed = true",
                          "INSERT INTO credit_accounts (company_id, currency, credit_limit) VALUES (1, 'EUR', 1)",
                          "UPDATE credit_entries SET amount = 1", "DELETE FROM credit_entries"):  # fmt: skip
            with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
                db.session.execute(text(statement))


def test_the_first_order_opens_the_ledger_in_the_buyers_own_scope(isolated, world):
    with world():
        company = make.customer()
        buyer = make.actor_for(make.person(company), company)
    with world(buyer):
        use(buyer, company.id, 1, "SO-1", Decimal(60), "EUR")
        assert standing(buyer).outstanding == -60
        use(buyer, company.id, 2, "SO-2", Decimal(40), "EUR")
        with statements() as sent:
            use(buyer, company.id, 3, "SO-3", Decimal(40), "EUR")
        assert len(sent) == 1
        assert standing(buyer).outstanding == -140


def test_limits_of_many_accounts_come_with_imports(ctx):
    make.operator()
    old = make.customer("OLD")
    set_limit(SYSTEM, old.id, Decimal(5))
    counts = []
    for rows in (2, 20):
        with statements() as sent:
            results = upsert_accounts(
                SYSTEM, [AccountRow(f"N-{rows}-{i}", country="DE", credit_limit=Decimal(i)) for i in range(rows)]
            )
        assert {one.outcome for one in results} == {"created"}
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert account(SYSTEM, "N-20-7").credit_limit == 7
    (same, changed) = upsert_accounts(
        SYSTEM, [AccountRow("OLD", credit_limit=Decimal(5)), AccountRow("N-2-1", credit_limit=Decimal(9))]
    )
    assert (same.outcome, changed.outcome) == ("same", "changed")
    assert [str(one.kind) for one in ledger(SYSTEM, changed.company_id)] == ["updated", "allocated"]
    (bad,) = upsert_accounts(SYSTEM, [AccountRow("OLD", credit_limit=Decimal(-1))])
    assert bad.outcome == "refused"
    assert set_limits(SYSTEM, {}) == set()


def test_the_ledger_follows_the_currency_only_when_nothing_is_open(ctx):
    company = make.customer()
    buy(company, 1, 10)
    with pytest.raises(Invalid) as refused:
        follow_currency(SYSTEM, company.id, "USD")
    assert refused.value.field == "currency"
    record_payment(SYSTEM, company.id, Decimal(10), "R-1")
    follow_currency(SYSTEM, company.id, "USD")
    assert standing(SYSTEM, company.id).currency == "USD"


def test_an_account_asks_for_a_higher_limit_and_gets_an_answer(isolated, world):
    with world():
        company = make.customer()
        make.credit(company, 100)
        boss = make.actor_for(make.person(company, "company_admin"), company)
    with world(boss):
        for wrong in ("100", "99", "-1", "100.001"):
            with pytest.raises(Invalid):
                ask_limit(boss, company.id, Decimal(wrong))
        ask_limit(boss, company.id, Decimal(500), "A new dock")
        assert credit_terms(boss).asked_limit == 500
    with world():
        (line,) = credit_accounts(SYSTEM, state="asked")
        assert (line.company_id, line.asked_limit) == (company.id, 500)
        set_limit(SYSTEM, company.id, Decimal(400), reason="For a start")
        assert credit_terms(SYSTEM, company.id).asked_limit is None
        assert [one.action for one in audit.history(SYSTEM, "company", company.id)] == [
            "credit_asked",
            "credit_limit_changed",
        ]


def test_accounts_by_the_use_of_their_limit(ctx):
    none, empty, half, full = (make.customer(name) for name in ("NONE", "EMPTY", "HALF", "FULL"))
    zero = make.customer("ZERO", is_on_credit_hold=True, hold_reason="late")
    for company, limit in ((empty, 1000), (half, 1000), (full, 1000), (zero, 100)):
        set_limit(SYSTEM, company.id, Decimal(limit))
    for company, order_id, amount in ((none, 1, 10**6), (half, 2, 500), (full, 3, 900), (zero, 4, 50)):
        buy(company, order_id, amount)
    set_limit(SYSTEM, zero.id, Decimal(0))
    order = ["ZERO", "FULL", "HALF", "EMPTY", "NONE"]
    assert [one.code for one in credit_accounts(SYSTEM)] == order
    seen, after = [], None
    while rows := credit_accounts(SYSTEM, after=after, limit=2):
        seen += [one.code for one in rows]
        last = rows[-1]
        after = (str(-1 if last.use is None else last.use), str(last.company_id))
    assert seen == order
    assert [one.code for one in credit_accounts(SYSTEM, before=after, limit=2)] == ["HALF", "EMPTY"]
    assert credit_counts(SYSTEM) == {"": 5, "tight": 2, "held": 1, "asked": 0}
    assert [one.code for one in credit_accounts(SYSTEM, search="ful")] == ["FULL"]
    with pytest.raises(NotFound):
        credit_accounts(make.actor_for(make.person(none), none))


def test_only_customers_have_credit(ctx):
    with pytest.raises(NotFound):
        set_limit(SYSTEM, make.operator().id, Decimal(1))
    with pytest.raises(NotFound):
        record_payment(SYSTEM, make.supplier(kind=str(CompanyKind.SUPPLIER)).id, Decimal(1), "R")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["use", "back", "part", "pay", "limit"]), st.integers(1, 3),
                          st.decimals("0.01", 900, places=2)), max_size=12))  # fmt: skip
def test_whatever_happens_the_kept_sum_is_the_sum_of_the_ledger(ctx, steps):
    company = make.customer()
    set_limit(SYSTEM, company.id, Decimal(1000))
    for place, (step, order_id, amount) in enumerate(steps):
        before = standing(SYSTEM, company.id)
        if step == "use":
            try:
                buy(company, order_id, amount)
            except Conflict:
                assert amount > before.available
            else:
                assert amount <= before.available
        elif step == "pay":
            record_payment(SYSTEM, company.id, amount, f"R-{place}")
        elif step == "limit":
            set_limit(SYSTEM, company.id, amount)
        else:
            back = give_back(SYSTEM, company.id, order_id, None if step == "back" else amount, "")
            assert standing(SYSTEM, company.id).outstanding - before.outstanding == back >= 0
    assert disagreeing(SYSTEM) == {}
    entries = ledger(SYSTEM, company.id)
    for entry, older in pairwise(entries):
        assert entry.outstanding == older.outstanding + entry.amount


@given(
    st.none() | st.decimals(0, 10**6, places=2), st.decimals(-(10**6), 10**6, places=2), st.decimals(0, 10**6, places=2)
)
def test_refusal(limit, outstanding, amount):
    found = Standing(limit, outstanding, available(limit, outstanding), "EUR", False, False, "")
    assert (found.refusal(amount) is None) == (limit is None or amount <= limit + outstanding)
