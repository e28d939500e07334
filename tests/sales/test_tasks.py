"""Tasks and notes: who gets them, how they are closed, and what a repeat does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.models import AuditEntry
from app.sales.queries.tasks import TaskFilters, count_tasks, notes_of, open_tasks, task
from app.sales.service import tasks as service
from tests.factories.ordering import change_company, ref

TODAY = date(2026, 11, 20)


@pytest.fixture
def desk(isolated, world, cast):
    """Sales at work on a frozen day."""
    with world():
        actor = cast.actor("sales")
    with clock.frozen(datetime(2026, 11, 20, 9, tzinfo=UTC)), world(actor):
        yield actor


def call(desk, company, **facts):
    values = {"kind": "call", "text": "Ask for the order", "due_on": TODAY, "client_ref": ref()}
    return service.create_task(desk, company.id, **(values | facts))


def test_a_task_goes_to_the_manager_else_to_who_writes_it(desk, cast):
    customer, chief = cast.customer, cast.people["operator_admin"]
    assert task(desk, call(desk, customer)).assignee_id == desk.user_id
    change_company(customer.id, manager_id=chief.id)
    assert task(desk, call(desk, customer)).assignee_id == chief.id
    named = task(desk, call(desk, customer, assignee_id=desk.user_id, subject=("cart", 7)))
    assert (named.assignee_id, named.subject_kind, named.subject_id) == (desk.user_id, "cart", 7)
    assert [one.id for one in open_tasks(desk, TaskFilters(subject=("cart", 7)))] == [named.id]


def test_a_repeat_gives_the_first_and_other_content_is_refused(desk, cast):
    customer, key = cast.customer, ref()
    first = call(desk, customer, client_ref=key)
    assert call(desk, customer, client_ref=key) == first
    with pytest.raises(Conflict):
        call(desk, customer, client_ref=key, text="Something else")
    note = service.add_note(desk, customer.id, "Moves in May", client_ref=key)
    assert service.add_note(desk, customer.id, "Moves in May", client_ref=key) == note
    assert count_tasks(desk, TaskFilters()) == len(notes_of(desk, customer.id)) == 1


def test_what_is_refused(desk, cast):
    customer = cast.customer
    for facts in (
        {"kind": "dance"},
        {"text": "  "},
        {"text": "x" * 2001},
        {"due_on": TODAY - timedelta(days=1)},
        {"due_on": TODAY + timedelta(days=1200)},
        {"subject": ("weather", 1)},
        {"assignee_id": cast.people["customer.buyer"].id},
    ):
        with pytest.raises(Invalid):
            call(desk, customer, **facts)
    with pytest.raises(NotFound):
        call(desk, cast.house)
    with pytest.raises(Invalid):
        tomorrow = datetime(2026, 11, 21, tzinfo=UTC)
        service.add_note(desk, customer.id, "Talked", kind="call", happened_at=tomorrow, client_ref=ref())


def test_closing_moving_and_giving_away(desk, cast):
    customer, chief = cast.customer, cast.people["operator_admin"]
    one = call(desk, customer)
    with pytest.raises(Invalid):
        service.complete_task(desk, one, outcome=" ")
    service.postpone(desk, one, due_on=TODAY + timedelta(days=3))
    assert service.reassign(desk, [one], chief.id) == 1
    assert service.reassign(desk, [one], chief.id) == 0
    assert (task(desk, one).due_on, task(desk, one).assignee_id) == (TODAY + timedelta(days=3), chief.id)
    service.complete_task(desk, one, outcome="He orders on Monday")
    assert (task(desk, one).state, task(desk, one).outcome) == ("done", "He orders on Monday")
    for again in (
        lambda: service.complete_task(desk, one, outcome="x"),
        lambda: service.drop_task(desk, one, reason="x"),
        lambda: service.postpone(desk, one, due_on=TODAY),
    ):
        with pytest.raises(Conflict):
            again()
    other = call(desk, customer, kind="todo")
    service.complete_task(desk, other, outcome="")
    third = call(desk, customer)
    service.drop_task(desk, third, reason="He called himself")
    assert open_tasks(desk) == []
    told = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.object_type == "sales_task", AuditEntry.object_id == one)
    ).all()
    assert sorted(told) == ["created", "done", "postponed", "reassigned"]


def test_a_meeting_keeps_its_hour_over_the_change_of_clocks(desk, cast):
    starts = datetime(2027, 3, 26, 10, tzinfo=UTC)
    planned = call(desk, cast.customer, kind="meeting", starts_at=starts, due_on=date(2027, 3, 26))
    service.postpone(desk, planned, due_on=date(2027, 3, 30))
    moved = task(desk, planned).starts_at.astimezone(ZoneInfo(desk.time_zone))
    assert moved == starts.astimezone(ZoneInfo(desk.time_zone)) + timedelta(days=4)  # the hour on the wall


def test_lists_go_on_by_key(desk, cast):
    customer = cast.customer
    made = [call(desk, customer, due_on=TODAY + timedelta(days=n // 2)) for n in range(5)]
    first = open_tasks(desk, limit=2)
    key = (first[-1].due_on.isoformat(), str(first[-1].id))
    then = open_tasks(desk, after=key, limit=3)
    assert [one.id for one in first + then] == made
    assert [one.id for one in open_tasks(desk, before=(then[0].due_on.isoformat(), str(then[0].id)))] == made[:2]
    assert count_tasks(desk, TaskFilters(until=TODAY)) == 2
