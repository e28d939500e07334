"""Runs of standing orders on a real database, with the clock in our hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.inventory.service.places import add_holidays
from app.ordering.domain.standing import Answer, Choice, RunState
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order, OrderLine
from app.ordering.queries.standing import lines_of, standing_order
from app.ordering.service.standing import (
    add_days_off,
    edit_standing,
    end_standing,
    pause_standing,
    resume_standing,
    take_over,
)
from app.ordering.service.standing_changes import (
    RunChange,
    answer,
    change_following,
    change_this_run,
    run_now,
    skip_run,
    unskip_run,
)
from app.ordering.service.standing_runs import work_off_all
from tests.factories.accounts import customer, person
from tests.factories.ordering import (
    article,
    buyer,
    change_article,
    change_company,
    change_price,
    set_on_hand,
    wanted,
)
from tests.factories.standing import MONDAY, NOW, kept, standing, states, terms, weekly

SYSTEM = Actor.system()
WEEK = timedelta(weeks=1)
SIX = datetime(2027, 1, 4, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _friday(ctx):
    with clock.frozen(NOW):
        yield


def sweep(moment: datetime | None = None) -> None:
    with clock.frozen(moment or clock.now()), system_scope("test"):
        work_off_all(SYSTEM)


def orders() -> list[Order]:
    with system_scope("test"):
        return list(db.session.scalars(select(Order).order_by(Order.id).execution_options(populate_existing=True)))


def doing(actor, function, *arguments, moment=None, **more):
    with clock.frozen(moment or clock.now()), acting_as(actor):
        return function(actor, *arguments, **more)


def test_a_run_is_announced_placed_and_followed_by_the_next():
    ann, nut = buyer(), article("NUT", "2.00")
    number = standing(ann, [(nut, 4)])
    assert states() == [(MONDAY, "planned")]
    sweep(SIX - timedelta(hours=49))
    assert states() == [(MONDAY, "planned")]
    sweep(SIX - timedelta(hours=48))
    assert states() == [(MONDAY, "announced")]
    sweep(SIX)
    assert states() == [(MONDAY, "placed"), (MONDAY + WEEK, "planned")]
    (order,) = orders()
    assert (order.po_number, order.user_id, order.net_total) == ("SO-2027-01/1", ann.user_id, Decimal("8.00"))
    assert order.client_ref.startswith("standing:")
    assert kept(ann, number).order_number == order.number
    sweep(SIX)
    sweep(SIX + WEEK)
    assert [one.po_number for one in orders()] == ["SO-2027-01/1", "SO-2027-01/2"]


def test_the_cart_of_a_run_is_no_cart_of_the_person():
    ann, nut = buyer(), article("NUT")
    standing(ann, [(nut, 4)])
    sweep(SIX)
    with system_scope("test"):
        assert [(cart.kind, cart.state) for cart in db.session.scalars(select(Cart))] == [("standing", "ordered")]


def test_after_an_outage_one_order_is_placed_and_the_rest_is_missed():
    ann, nut = buyer(), article("NUT")
    standing(ann, [(nut, 4)])
    sweep(SIX + 3 * WEEK + timedelta(days=2))
    assert states() == [
        (MONDAY, "missed"), (MONDAY + WEEK, "missed"), (MONDAY + 2 * WEEK, "missed"), (MONDAY + 3 * WEEK, "placed"),
        (MONDAY + 4 * WEEK, "planned"),
    ]  # fmt: skip
    assert len(orders()) == 1


def test_a_dearer_price_asks_and_a_cheaper_one_does_not():
    ann, nut, pin = buyer(), article("NUT", "2.00"), article("PIN", "1.00")
    number = standing(ann, [(nut, 4), (pin, 1)])
    change_price(nut, "2.01")
    change_price(pin, "0.50")
    sweep(SIX)
    run = kept(ann, number)
    assert (run.state, [one.code for one in run.questions]) == (RunState.REVIEW, ["price_up"])
    assert str(run.questions[0].message) == "Dearer than agreed by 0.5 %."
    assert orders() == []
    line_id = run.questions[0].line_id
    doing(ann, answer, number, MONDAY, {line_id: Answer(Choice.ACCEPT)}, moment=SIX)
    sweep(SIX)
    assert kept(ann, number).state is RunState.PLACED
    assert orders()[0].net_total == Decimal("8.54")
    sweep(SIX + WEEK)
    assert len(orders()) == 2, "the accepted price is the agreed one from then on"


def test_a_rise_within_the_tolerance_passes_but_small_rises_do_not_add_up():
    ann, nut = buyer(), article("NUT", "100.00")
    number = standing(ann, [(nut, 1)], tolerance=Decimal(2))
    change_price(nut, "101.50")
    sweep(SIX)
    assert len(orders()) == 1
    change_price(nut, "103.00")
    sweep(SIX + WEEK)
    assert kept(ann, number, MONDAY + WEEK).state is RunState.REVIEW


def test_the_ceiling_holds_for_the_whole_order():
    ann, nut = buyer(), article("NUT", "10.00")
    number = standing(ann, [(nut, 4)], ceiling=Decimal("39.99"))
    sweep(SIX)
    run = kept(ann, number)
    assert [one.code for one in run.questions] == ["ceiling"]
    doing(ann, answer, number, MONDAY, {}, accepted_total=Decimal(40), moment=SIX)
    sweep(SIX)
    assert kept(ann, number).state is RunState.PLACED


def test_everything_that_keeps_lines_back_is_asked_at_once():
    ann = buyer()
    new = article("NEW", "3.00")
    old, short, packed, free, gone = (article(sku, "1.00") for sku in ("OLD", "SHORT", "PACKED", "FREE", "GONE"))
    number = standing(ann, [(old, 1), (short, 5), (packed, 5), (free, 1), (gone, 2)])
    change_article(old, status="discontinued", successor_id=new.id)
    change_article(gone, status="discontinued")
    change_article(packed, step=4)
    set_on_hand(short, 3)
    change_price(free, "1.20")
    sweep(SIX)
    run = kept(ann, number)
    with acting_as(ann):
        lines = {line.id: line.article_id for line in lines_of(ann, standing_order(ann, number).id)}
    found = {(lines[one.line_id], one.code) for one in run.questions}
    assert found >= {
        (old.id, "discontinued"), (gone.id, "discontinued"), (packed.id, "quantity"), (short.id, "stock"),
        (free.id, "price_up"),
    }  # fmt: skip
    of = {article_id: line_id for line_id, article_id in lines.items()}
    answers = {
        of[old.id]: Answer(Choice.REPLACE), of[gone.id]: Answer(Choice.DROP_ALL), of[free.id]: Answer(Choice.DROP),
        of[packed.id]: Answer(Choice.QUANTITY, Decimal(4)), of[short.id]: Answer(Choice.QUANTITY, Decimal(3)),
    }  # fmt: skip
    doing(ann, answer, number, MONDAY, answers, moment=SIX)
    sweep(SIX)
    assert kept(ann, number).state is RunState.PLACED
    with system_scope("test"):
        placed = {row.sku: row.quantity for row in db.session.scalars(select(OrderLine))}
    assert placed == {"NEW": 1, "PACKED": 4, "SHORT": 3}
    with acting_as(ann):
        left = {line.article_id for line in lines_of(ann, standing_order(ann, number).id)}
    assert left == {new.id, short.id, packed.id, free.id}, "for all: the successor in, what was dropped for all out"


@pytest.mark.parametrize(
    ("facts", "words"), [({"is_blocked": True}, "blocked"), ({"is_on_credit_hold": True}, "credit hold")]
)
def test_blocks_and_holds_are_not_got_round(facts, words):
    ann, nut = buyer(), article("NUT")
    number = standing(ann, [(nut, 4)])
    change_company(ann.company_id, **facts)
    sweep(SIX)
    run = kept(ann, number)
    assert [one.code for one in run.questions] == ["refused"]
    assert words in str(run.questions[0].message)
    change_company(ann.company_id, **dict.fromkeys(facts, False))
    doing(ann, answer, number, MONDAY, {}, moment=SIX)
    sweep(SIX)
    assert kept(ann, number).state is RunState.PLACED


def test_a_question_is_repeated_once_and_then_given_up():
    ann, nut = buyer(), article("NUT", "2.00")
    number = standing(ann, [(nut, 4)], answer_hours=72)
    change_price(nut, "3.00")
    sweep(SIX)
    assert kept(ann, number).answer_by == SIX + timedelta(hours=72)
    sweep(SIX + timedelta(hours=36))
    assert kept(ann, number).state is RunState.REVIEW
    sweep(SIX + timedelta(hours=72))
    run = kept(ann, number)
    assert (run.state, str(run.reason)) == (RunState.FAILED, "Nobody answered in time.")
    change_price(nut, "2.00")
    sweep(SIX + WEEK)
    assert kept(ann, number, MONDAY + WEEK).state is RunState.PLACED


def test_an_answer_does_not_count_beyond_the_next_run():
    ann, nut = buyer(), article("NUT", "2.00")
    number = standing(ann, [(nut, 4)], schedule=weekly(weekdays=(0, 1)), answer_hours=72)
    change_price(nut, "3.00")
    sweep(SIX)
    assert kept(ann, number).answer_by == SIX + timedelta(days=1)


def test_who_left_is_asked_through_the_administrator_who_takes_over():
    company = customer()
    ann, boss = buyer(company), buyer(company, "company_admin")
    nut = article("NUT")
    number = standing(ann, [(nut, 4)])
    with system_scope("test"):
        person_row = db.session.get(type(person(company)), ann.user_id)
        person_row.is_active = False
        db.session.commit()
    sweep(SIX)
    assert [one.code for one in kept(boss, number).questions] == ["owner_left"]
    doing(boss, take_over, number, moment=SIX)
    sweep(SIX)
    assert kept(boss, number).state is RunState.PLACED
    assert orders()[0].user_id == boss.user_id


def test_skipping_lands_ahead_and_can_be_taken_back():
    ann, nut = buyer(), article("NUT")
    number = standing(ann, [(nut, 4)])
    doing(ann, skip_run, number, MONDAY)
    assert states() == [(MONDAY, "skipped"), (MONDAY + WEEK, "planned")]
    doing(ann, unskip_run, number, MONDAY)
    sweep(SIX)
    assert states() == [(MONDAY, "placed"), (MONDAY + WEEK, "planned")]
    doing(ann, skip_run, number, MONDAY + 2 * WEEK, moment=SIX)
    sweep(SIX + WEEK)
    assert states()[2:] == [(MONDAY + 2 * WEEK, "skipped"), (MONDAY + 3 * WEEK, "planned")]


def test_a_review_skipped_late_never_plans_into_the_past():
    ann, nut = buyer(), article("NUT", "2.00")
    number = standing(ann, [(nut, 4)], answer_hours=600)
    change_price(nut, "3.00")
    sweep(SIX)
    late = SIX + timedelta(days=6, hours=23)
    doing(ann, skip_run, number, MONDAY, moment=late)
    assert states() == [(MONDAY, "skipped"), (MONDAY + WEEK, "planned")]


def test_pause_lets_dates_pass_and_resume_goes_on_ahead():
    ann, nut = buyer(), article("NUT")
    number = standing(ann, [(nut, 4)])
    doing(ann, pause_standing, number)
    sweep(SIX + WEEK)
    assert orders() == []
    doing(ann, resume_standing, number, moment=SIX + 2 * WEEK + timedelta(hours=1))
    assert states() == [(MONDAY, "skipped"), (MONDAY + 3 * WEEK, "planned")]
    sweep(SIX + 3 * WEEK)
    assert len(orders()) == 1


def test_done_at_once_it_counts_for_its_date():
    ann, nut = buyer(), article("NUT")
    number = standing(ann, [(nut, 4)])
    doing(ann, run_now, number, MONDAY)
    sweep()
    sweep(SIX)
    assert len(orders()) == 1
    assert states() == [(MONDAY, "placed"), (MONDAY + WEEK, "planned")]


def test_one_run_is_changed_for_once():
    ann, nut, pin = buyer(), article("NUT", "1.00"), article("PIN", "1.00")
    number = standing(ann, [(nut, 4)])
    change = RunChange([wanted(nut, 6), wanted(pin, 1)], {"po_number": "EXTRA"}, on_day=date(2027, 1, 6))
    doing(ann, change_this_run, number, MONDAY, change)
    assert kept(ann, number).is_changed
    sweep(SIX)
    assert orders() == []
    sweep(SIX + timedelta(days=2))
    sweep(SIX + WEEK)
    assert [(one.po_number, one.net_total) for one in orders()] == [("EXTRA", 7), ("SO-2027-01/2", 4)]


def test_a_change_from_one_run_on_leaves_the_runs_before_it():
    ann, nut = buyer(), article("NUT", "1.00")
    number = standing(ann, [(nut, 4)])
    doing(ann, change_following, number, MONDAY + 2 * WEEK, RunChange([wanted(nut, 9)], {"note": "Gate 2"}))
    for n in range(4):
        sweep(SIX + n * WEEK)
    assert [(one.net_total, one.note) for one in orders()] == [(4, ""), (4, ""), (9, "Gate 2"), (9, "Gate 2")]


def test_holidays_of_operator_and_account_move_the_next_run():
    ann, nut = buyer(), article("NUT")
    number = standing(ann, [(nut, 4)])
    with system_scope("test"):
        add_holidays(SYSTEM, [(MONDAY, "Operator closed")])
    doing(ann, add_days_off, [(MONDAY + timedelta(days=1), "We are closed")])
    assert kept(ann, number).on_day == date(2027, 1, 6)
    sweep(SIX)
    assert orders() == []
    sweep(SIX + timedelta(days=2))
    assert len(orders()) == 1


def test_it_ends_after_its_last_order():
    ann, nut = buyer(), article("NUT")
    number = standing(ann, [(nut, 4)], schedule=weekly(runs=2))
    for n in range(4):
        sweep(SIX + n * WEEK)
    assert states() == [(MONDAY, "placed"), (MONDAY + WEEK, "placed")]
    with acting_as(ann):
        assert standing_order(ann, number).state == "ended"


def test_a_new_schedule_replaces_what_was_planned():
    ann, nut = buyer(), article("NUT")
    number = standing(ann, [(nut, 4)])
    sweep(SIX)
    entry = terms(ann, schedule=weekly(weekdays=(3,)))
    doing(ann, edit_standing, number, entry, [wanted(nut, 5)], moment=SIX)
    assert states() == [(MONDAY, "placed"), (date(2027, 1, 7), "planned")]


def test_ending_cancels_what_lies_ahead_and_what_asks():
    ann, nut = buyer(), article("NUT", "2.00")
    number = standing(ann, [(nut, 4)])
    change_price(nut, "3.00")
    sweep(SIX)
    doing(ann, end_standing, number, moment=SIX)
    assert states() == [(MONDAY, "cancelled"), (MONDAY + WEEK, "cancelled")]
    sweep(SIX + WEEK)
    assert orders() == []
