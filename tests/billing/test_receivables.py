"""What accounts owe as of any day, their statements, and what an accountant agrees about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.queries.credit import standing
from app.billing.domain.ageing import Claim, aged
from app.billing.models.dunning import PaymentPromise
from app.billing.models.open_items import OpenItem
from app.billing.queries.receivables import account_ageing, ageing, ageing_totals, key_of, open_items
from app.billing.queries.statements import currencies_of, statement_of
from app.billing.service.receivables import insure, promise, review_promises, withdraw_promise, write_off
from app.billing.service.settling import settle, unsettle
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Forbidden, Invalid, NotFound
from tests.factories import accounts as make
from tests.factories.receivables import owed, posted

SYSTEM = Actor.system()
D = Decimal
DAY = date(2026, 6, 30)
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
def late(ctx):
    """An account with a claim in every class, a payment that settles half of one in July, and a credit."""
    make.operator()
    company = make.customer(name="Late")
    items = [owed(company, amount, DAY - timedelta(days=days))
             for amount, days in (("100.00", -5), ("50.00", 10), ("40.00", 40), ("30.00", 70), ("20.00", 200))]  # fmt: skip
    with clock.frozen(NOON):
        paid = posted(company, "-25.00", DAY)
        settle(SYSTEM, items[1], paid, D("25.00"), settled_on=date(2026, 7, 5))
        posted(company, "-7.00", DAY, "credit_note")
    return company, items


def test_ageing_as_of_any_day(late):
    company, items = late
    found = account_ageing(SYSTEM, DAY, company.id)["EUR"]
    assert found.classes == (D("100"), D("50"), D("40"), D("30"), D("20"))  # the payment settles nothing yet
    assert (found.unallocated, found.balance) == (D("-32"), D("208"))
    later = account_ageing(SYSTEM, date(2026, 7, 31), company.id)["EUR"]
    assert later.classes == (0, D("100"), D("25"), D("40"), D("50"))
    assert (later.unallocated, later.balance) == (D("-7"), D("208"))
    assert "EUR" not in account_ageing(SYSTEM, date(2025, 1, 1), company.id)
    line = next(line for line in open_items(SYSTEM, DAY, company.id) if line.id == items[1])
    assert (line.open, line.amount, line.level) == (D("50"), D("50"), 0)


def test_what_was_taken_back_later_is_still_settled_on_the_day(late):
    company, items = late
    with clock.frozen(datetime(2026, 8, 1, 12, tzinfo=UTC)):
        paid = posted(company, "-40.00", date(2026, 7, 1))
        settlement = settle(SYSTEM, items[2], paid, D("40.00"), settled_on=date(2026, 7, 2))
    with clock.frozen(datetime(2026, 8, 10, 12, tzinfo=UTC)):
        unsettle(SYSTEM, settlement)
    on = {day: sum(line.open for line in open_items(SYSTEM, day, company.id) if line.id == items[2])
          for day in (date(2026, 7, 1), date(2026, 7, 2), date(2026, 8, 9), date(2026, 8, 10))}  # fmt: skip
    assert list(on.values()) == [D("40"), 0, 0, D("40")]


def test_the_statement_in_sql_is_that_of_the_rule(late):
    company, _items = late
    rows = db.session.execute(text("SELECT due_on, open_amount FROM open_items WHERE open_amount <> 0")).all()
    assert account_ageing(SYSTEM, date(2026, 8, 1), company.id)["EUR"] == aged(
        [Claim(*row) for row in rows], date(2026, 8, 1)
    )


def test_the_list_pages_by_what_is_overdue_and_adds_up(late):
    other = make.customer(name="Other")
    owed(other, "500.00", DAY - timedelta(days=1))
    rows = ageing(SYSTEM, DAY)
    assert [(row.name, row.ageing.overdue) for row in rows] == [("Other", D("500")), ("Late", D("140"))]
    first = ageing(SYSTEM, DAY, limit=1)
    key = tuple(str(part) for part in key_of(first[0]))
    assert [row.name for row in ageing(SYSTEM, DAY, after=key)] == ["Late"]
    back = tuple(str(part) for part in key_of(rows[1]))
    assert [row.name for row in ageing(SYSTEM, DAY, before=back)] == ["Other"]
    ((currency, total, count),) = ageing_totals(SYSTEM, DAY)
    assert (currency, total.overdue, total.balance, count) == ("EUR", D("640"), D("708"), 2)
    assert [row.name for row in ageing(SYSTEM, DAY, search="lat")] == ["Late"]
    with pytest.raises(NotFound):
        ageing(make.actor_for(make.person(other), other), DAY)


def test_statement_adds_up_for_every_period(late, world):
    company, _items = late
    whole = statement_of(SYSTEM, "EUR", date(2025, 1, 1), date(2026, 12, 31), company.id)
    assert (whole.opening, whole.closing) == (0, D("208.00"))
    edge = date(2026, 6, 5)
    first = statement_of(SYSTEM, "EUR", date(2025, 1, 1), edge, company.id)
    second = statement_of(SYSTEM, "EUR", edge + timedelta(days=1), date(2026, 12, 31), company.id)
    assert first.closing == second.opening
    assert second.closing == whole.closing
    assert currencies_of(SYSTEM, company.id) == ["EUR"]
    book = make.actor_for(make.person(company), company)
    with pytest.raises(NotFound):
        statement_of(book, "EUR", edge, edge, make.customer().id)
    with statements() as few:
        statement_of(SYSTEM, "EUR", edge, date(2026, 12, 31), company.id)
    assert len(few) == 2


def test_a_claim_is_given_up_with_a_reason_and_a_right(late):
    _company, items = late
    with clock.frozen(NOON):
        written = write_off(SYSTEM, items[4], D("20.00"), "insolvent", client_ref="w1")
        assert write_off(SYSTEM, items[4], D("20.00"), "insolvent", client_ref="w1") == written
    item = db.session.get_one(OpenItem, written)
    assert (item.kind, item.amount, item.open_amount, item.text) == ("write_off", D("-20"), 0, "insolvent")
    assert db.session.get_one(OpenItem, items[4]).open_amount == 0
    for amount, reason in (("0", "x"), ("40.01", "x"), ("1.001", "x"), ("1.00", " ")):
        with pytest.raises(Invalid):
            write_off(SYSTEM, items[2], D(amount), reason, client_ref=f"w{amount}")
    with pytest.raises(Forbidden):
        write_off(SYSTEM.with_permissions([]), items[2], D(1), "x", client_ref="w3")


def test_promises_are_kept_or_broken_by_what_was_paid(late):
    company, items = late
    with clock.frozen(NOON):
        whole = promise(SYSTEM, company.id, "EUR", D("100.00"), date(2026, 7, 10), client_ref="p1")
        assert promise(SYSTEM, company.id, "EUR", D("100.00"), date(2026, 7, 10), client_ref="p1") == whole
        single = promise(SYSTEM, company.id, "EUR", D("30.00"), date(2026, 7, 10), item_id=items[3], client_ref="p2")
        gone = promise(SYSTEM, company.id, "EUR", D("1.00"), date(2026, 7, 10), client_ref="p3")
        withdraw_promise(SYSTEM, gone)
        lines = {line.id: line.promised_on for line in open_items(SYSTEM, DAY, company.id)}
        assert lines[items[0]] == date(2026, 7, 10)
        assert review_promises(SYSTEM) == 0
    with clock.frozen(NOON + timedelta(days=3)):
        settle(SYSTEM, items[3], posted(company, "-30.00", date(2026, 7, 3)), D("30.00"), settled_on=date(2026, 7, 3))
        assert review_promises(SYSTEM) == 1
    with clock.frozen(NOON + timedelta(days=10)):
        assert review_promises(SYSTEM) == 0  # the last day is not over
    with clock.frozen(NOON + timedelta(days=11)):
        assert review_promises(SYSTEM) == 1
    states = {row.id: row.state for row in db.session.query(PaymentPromise).populate_existing()}
    assert states == {whole: "broken", single: "kept", gone: "withdrawn"}


def test_what_no_insurance_covers(late):
    company, _items = late
    insure(SYSTEM, company.id, D("150.00"), "EUR", insurer="Kredit AG", until=DAY)
    (row,) = ageing(SYSTEM, DAY)
    assert (row.uninsured(DAY), row.uninsured(DAY + timedelta(days=1))) == (D("58"), D("208"))
    with pytest.raises(Invalid):
        insure(SYSTEM, company.id, D("150.00"), "EUR")
    insure(SYSTEM, company.id, D("150.00"), "EUR", insurer="Kredit AG", is_binding=True)
    assert standing(SYSTEM, company.id).limit == 150
    with pytest.raises(Invalid):
        insure(SYSTEM, company.id, D("150.00"), "USD", insurer="Kredit AG", is_binding=True)
    insure(SYSTEM, company.id, None, "EUR")
    assert ageing(SYSTEM, DAY)[0].uninsured(DAY) is None
    assert standing(SYSTEM, company.id).limit is None
