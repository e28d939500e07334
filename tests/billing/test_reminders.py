"""Runs of reminders: proposed, reviewed, approved, charged, told; never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.billing.events import ReminderIssued
from app.billing.models.dunning import DunningRun, InterestCharge, Reminder, ReminderItem
from app.billing.models.open_items import OpenItem
from app.billing.service import dunning, receivables, reminders
from app.billing.service.dunning_rules import remove_rule
from app.billing.service.open_items import stop
from app.billing.service.settling import settle
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.core.models import OutboxEntry, StoredFile
from app.web.texts import translator
from tests.factories import accounts as make
from tests.factories.receivables import LEVELS, owed, posted, reminder_rule

SYSTEM = Actor.system()
D = Decimal
DAY = date(2026, 6, 30)  # a Tuesday


def at(day: date):
    return clock.frozen(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))


def proposed_on(day: date) -> int:
    with at(day):
        run_id = dunning.start_run(SYSTEM, day, client_ref=f"run {day} {clock.now()}")
        dunning.propose(SYSTEM, run_id)
    return run_id


def sent_on(day: date) -> int:
    """Propose, approve and send as of a day; returns how many letters were issued."""
    run_id = proposed_on(day)
    with at(day):
        dunning.approve(SYSTEM, run_id)
        return reminders.issue_run(SYSTEM, run_id, translator)


def letters() -> list[Reminder]:
    return list(db.session.scalars(select(Reminder).order_by(Reminder.id).execution_options(populate_existing=True)))


@pytest.fixture
def late(ctx):
    """An account with 1,000.00 due 40 days ago."""
    make.operator()
    reminder_rule()
    company = make.customer(name="Late", email="books@late.example")
    return company, owed(company, "1000.00", DAY - timedelta(days=40))


def test_levels_are_climbed_once_each_with_fee_and_interest(late):
    _company, _item_id = late
    counts = [sent_on(DAY + timedelta(days=days)) for days in (0, 1, 7, 14, 21)]
    assert counts == [1, 0, 1, 1, 0]  # too soon on the second day, no fourth level
    found = letters()
    assert [(row.level, row.fee, row.number) for row in found] == [
        (1, 0, "REM-2026-000001"), (2, D("5"), "REM-2026-000002"), (3, D("15"), "REM-2026-000003"),
    ]  # fmt: skip
    # Due on 21 May 2026, a Thursday: 22 May to 14 July are 54 days at 9 + 1.27 %.
    assert found[2].interest == D("15.19")
    charge = db.session.scalars(select(InterestCharge)).one()
    assert (charge.start_on, charge.end_on, charge.amount) == (date(2026, 5, 22), date(2026, 7, 14), D("15.19"))
    charged = [(row.kind, row.number, row.amount, row.due_on) for row in db.session.scalars(
        select(OpenItem).where(OpenItem.kind.in_(("fee", "interest"))).order_by(OpenItem.id))]  # fmt: skip
    assert charged == [
        ("fee", "REM-2026-000002", D("5"), date(2026, 7, 14)),
        ("fee", "REM-2026-000003", D("15"), date(2026, 7, 20)),  # 19 July is a Sunday
        ("interest", "REM-2026-000003", D("15.19"), date(2026, 7, 20)),
    ]  # fmt: skip
    document = found[2].document
    assert [line["open_amount"] for line in document["lines"]] == ["1000.00", "5.00"]  # the fee of the second letter
    assert document["payable"] == "1035.19"
    assert "9 percentage points" in document["interest_text"]


def test_interest_is_charged_once_for_each_day(late):
    company, item_id = late
    for days in (0, 7, 14):
        sent_on(DAY + timedelta(days=days))
    with at(DAY):
        rule = reminders.rules(SYSTEM)[0]
    off = frozenset()
    (ledger,) = reminders.ledgers(SYSTEM, off, company.id)
    known = reminders.charged_until([item_id])
    assert known == {item_id: date(2026, 7, 14)}
    assert rule.rule.level(3).with_interest
    assert ledger.credits == 0


def test_letters_are_told_printed_once_and_never_doubled_after_a_kill(late, sent):
    run_id = proposed_on(DAY)
    with at(DAY):
        dunning.approve(SYSTEM, run_id)
        dunning.approve(SYSTEM, run_id)
        (reminder_id,) = reminders._waiting(SYSTEM, run_id)
        assert reminders.issue_reminder(SYSTEM, run_id, reminder_id, translator)
        assert not reminders.issue_reminder(SYSTEM, run_id, reminder_id, translator)  # killed here, begun again
        assert reminders.issue_run(SYSTEM, run_id, translator) == 0
        assert db.session.get_one(DunningRun, run_id).state == "done"
        assert reminders.print_reminder(SYSTEM, reminder_id, translator)
        assert not reminders.print_reminder(SYSTEM, reminder_id, translator)
    (row,) = letters()
    file = db.session.get_one(StoredFile, row.file_id)
    assert (file.name, file.media_type) == ("REM-2026-000001.pdf", "application/pdf")
    told = db.session.scalars(select(OutboxEntry.handler).where(OutboxEntry.event == ReminderIssued.__name__)).all()
    assert len(told) == len(set(told)) == 1


@pytest.mark.parametrize("way", ["stopped item", "stopped account", "promise", "dispute", "paid", "credit", "little"])
def test_what_holds_a_reminder_back(late, way):
    company, item_id = late
    with at(DAY):
        if way == "stopped item":
            stop(SYSTEM, item_id, receivables.FOREVER)
        elif way == "stopped account":
            receivables.stop_account(SYSTEM, company.id, DAY, "talks")
        elif way == "promise":
            receivables.promise(SYSTEM, company.id, "EUR", D("500.00"), DAY, client_ref="p")
        elif way == "dispute":
            db.session.get_one(OpenItem, item_id).dispute_amount = D("1000.00")
        elif way == "paid":
            settle(SYSTEM, item_id, posted(company, "-1000.00", DAY), D("1000.00"), settled_on=DAY)
        elif way == "credit":
            posted(company, "-1000.00", DAY, "credit_note")
        else:
            settle(SYSTEM, item_id, posted(company, "-980.01", DAY), D("980.01"), settled_on=DAY)
        db.session.flush()
    proposed_on(DAY)
    assert letters() == []


def test_what_was_paid_between_review_and_sending_is_not_sent(late):
    company, item_id = late
    other = owed(company, "200.00", DAY - timedelta(days=30))
    run_id = proposed_on(DAY)
    assert letters()[0].amount == D("1200")
    with at(DAY):
        settle(SYSTEM, item_id, posted(company, "-1000.00", DAY), D("1000.00"), settled_on=DAY)
        dunning.approve(SYSTEM, run_id)
        assert reminders.issue_run(SYSTEM, run_id, translator) == 1
    (row,) = letters()
    assert row.amount == D("200")
    assert list(db.session.scalars(select(ReminderItem.item_id))) == [other]


def test_review_leaves_letters_out_and_puts_them_back(late):
    run_id = proposed_on(DAY)
    (row,) = letters()
    with at(DAY):
        with pytest.raises(Invalid):
            dunning.leave_out(SYSTEM, run_id, [row.id], " ")
        assert dunning.leave_out(SYSTEM, run_id, [row.id], "called them") == 1
        assert dunning.take_in(SYSTEM, run_id, [row.id]) == 1
        assert dunning.leave_out(SYSTEM, run_id, [row.id], "called them") == 1
        dunning.approve(SYSTEM, run_id)
        assert reminders.issue_run(SYSTEM, run_id, translator) == 0
        with pytest.raises(Conflict):
            dunning.drop(SYSTEM, run_id)
    (row,) = letters()
    assert (row.state, row.reason, row.number) == ("left_out", "called them", None)
    assert sent_on(DAY + timedelta(days=1)) == 1  # it was not sent: the level is still to come


def test_one_run_at_a_time_on_working_days(late):
    with at(DAY):
        first = dunning.start_run(SYSTEM, DAY, client_ref="a")
        assert dunning.start_run(SYSTEM, DAY, client_ref="a") == first
        with pytest.raises(Conflict):
            dunning.start_run(SYSTEM, DAY, client_ref="b")
        dunning.drop(SYSTEM, first)
        for day in (DAY + timedelta(days=1), date(2026, 6, 28)):  # tomorrow, a Sunday
            with pytest.raises(Invalid):
                dunning.start_run(SYSTEM, day, client_ref="c")
    assert letters() == []


def test_lost_runs_are_asked_for_again(late, sent):
    with at(DAY):
        run_id = dunning.start_run(SYSTEM, DAY, client_ref="a")
    sent.sent.clear()
    with clock.frozen(datetime(2026, 6, 30, 12, 5, tzinfo=UTC)):
        assert dunning.sweep_runs(SYSTEM) == 1
        assert [(name, ids) for name, ids, _bounds in sent.sent] == [("billing.propose_reminders", (run_id,))]
        assert dunning.sweep_runs(SYSTEM) == 0


def test_an_account_has_a_rule_of_its_own_and_other_currencies_theirs(late):
    company, _item = late
    owed(company, "700.00", DAY - timedelta(days=40), currency="USD")
    gentle = reminder_rule(name="Gentle", is_default=False, levels=(LEVELS[2].__class__(1, 60, D(0), 10),))
    receivables.choose_rule(SYSTEM, company.id, gentle)
    proposed_on(DAY)
    assert letters() == []  # 60 days are not over; there is no rule in USD
    with pytest.raises(Conflict):
        remove_rule(SYSTEM, gentle)
