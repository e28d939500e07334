"""Writing, answering, closing; who sees what; inner notes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.conversations.domain.messages import Upload
from app.conversations.queries.threads import (
    ThreadFilter,
    message_file,
    thread,
    threads_of,
    threads_page,
    unanswered_count,
)
from app.conversations.service.threads import close, follow, mark_read, reopen
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.conversations import Talk, say, talk, thread_row
from tests.factories.ordering import article, buyer, fill_cart, ref

pytestmark = pytest.mark.usefixtures("ctx")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # ten o'clock in Berlin


def colleague(play: Talk, role: Role = Role.BUYER, **facts: object):
    company = db.session.get(Company, play.buyer.company_id)
    return buyer(company, role, **facts)


def test_a_question_waits_and_an_answer_ends_the_waiting():
    play = talk()
    with clock.frozen(MONDAY):
        say(play.buyer, play)
        found = thread_row(play)
        assert (found.state, found.waits_for, found.message_count) == ("open", "operator", 1)
        assert found.due_at == MONDAY + timedelta(hours=23)  # seven hours on Monday, one on Tuesday
        with acting_as(play.desk):
            assert unanswered_count(play.desk) == 1
    with clock.frozen(MONDAY + timedelta(hours=2)):
        say(play.buyer, play, "Please.")
        assert thread_row(play).waiting_since == MONDAY, "asking again moves no limit"
        say(play.desk, play, "On Friday.")
    found = thread_row(play)
    assert (found.state, found.waits_for, found.due_at, found.alert_at) == ("answered", "customer", None, None)
    assert (found.message_count, found.last_text) == (3, "On Friday.")
    with acting_as(play.buyer):
        assert unanswered_count(play.buyer) == 1
        mark_read(play.buyer, found.id)
        assert unanswered_count(play.buyer) == 0
    with acting_as(play.desk):
        assert unanswered_count(play.desk) == 0


def test_the_same_message_twice_is_one():
    play, same = talk(), ref()
    first = say(play.buyer, play, client_ref=same)
    assert say(play.buyer, play, client_ref=same) == first
    with pytest.raises(Conflict):
        say(play.buyer, play, "Something else", client_ref=same)
    assert thread_row(play).message_count == 1


def test_inner_notes_are_the_operators_only():
    play = talk()
    say(play.desk, play, "He pays late.", is_inner=True, uploads=(Upload("risk.txt", b"A"),))
    found = thread_row(play)
    assert (found.message_count, found.last_message_id, found.last_text) == (0, None, "")
    with acting_as(play.buyer):
        assert threads_of(play.buyer) == []
        with pytest.raises(NotFound):
            thread(play.buyer, found.id)
    with pytest.raises(Forbidden):
        say(play.buyer, play, "Psst", is_inner=True)
    say(play.buyer, play)
    with acting_as(play.desk):
        page = thread(play.desk, found.id)
        assert [one.is_inner for one in page.messages] == [True, False]
        note = page.messages[0].files[0]
        assert message_file(play.desk, note.id)[0].name == "risk.txt"
    with acting_as(play.buyer):
        assert [one.text for one in thread(play.buyer, found.id).messages] == ["When does it come?"]
        with pytest.raises(NotFound):
            message_file(play.buyer, note.id)
        # the second wall: raw SQL in the tenant's role finds nothing of the note
        asked = {
            "conversation_messages": "SELECT count(*) FROM conversation_messages WHERE is_inner",
            "message_files": "SELECT count(*) FROM message_files",
            "files": "SELECT count(*) FROM files WHERE name = 'risk.txt'",
            "audit": "SELECT count(*) FROM audit_entries WHERE action = 'noted'",
            "followers": "SELECT count(*) FROM conversation_followers WHERE side = 'operator'",
        }
        assert {name: db.session.scalar(text(sql)) for name, sql in asked.items()} == dict.fromkeys(asked, 0)
        with pytest.raises(Exception, match="row-level security"), transaction() as session:
            session.execute(
                text(
                    "INSERT INTO conversation_messages (company_id, conversation_id, client_ref, request_hash, side,"
                    " author, text, is_inner) VALUES (:c, :t, 'x', 'x', 'operator', 'x', 'x', true)"
                ),
                {"c": play.buyer.company_id, "t": found.id},
            )


def test_only_those_who_may_see_the_subject_see_its_thread():
    play, stranger = talk(), buyer()
    say(play.buyer, play)
    found = thread_row(play).id
    for who, sees in (
        (colleague(play), True), (colleague(play, Role.BOOKKEEPER), True),
        (colleague(play, Role.TENDER_MANAGER), False), (stranger, False),
        (actor_for(person(operator(), Role.WAREHOUSE), operator()), True),
    ):  # fmt: skip
        with acting_as(who):
            assert bool(threads_of(who, subject=play.about)) is sees
            if not sees:
                with pytest.raises(NotFound):
                    thread(who, found)
    with pytest.raises(NotFound):
        say(stranger, play)
    with pytest.raises(NotFound):
        say(colleague(play, Role.TENDER_MANAGER), play)
    with acting_as(play.desk), pytest.raises(NotFound):
        say(play.desk, Talk(stranger, play.desk, play.order_id, ""))  # the order is of another company


def test_a_cart_is_talked_about_by_its_people_only():
    play = talk()
    cart = ("cart", fill_cart(play.buyer, [(article("TALK-2"), 1)]))
    say(play.buyer, play, about=cart)
    other = colleague(play)
    with acting_as(other):
        assert threads_of(other) == []
    with pytest.raises(NotFound):
        say(other, play, about=cart)
    say(play.desk, play, "We look.", about=cart)
    with acting_as(play.buyer):
        assert [row.kind for row in threads_of(play.buyer)] == ["cart"]


def test_files_are_checked_and_come_with_the_message():
    play = talk()
    picture = b"\x89PNG\r\n\x1a\n" + b"0" * 20
    say(play.buyer, play, uploads=(Upload("box.png", picture), Upload("note.txt", b"wet")))
    for uploads in ((Upload("run.exe", b"MZ"),), (Upload("a.txt", b""),), tuple(Upload("a", b"1") for _ in range(11))):
        with pytest.raises(Invalid) as caught:
            say(play.buyer, play, uploads=uploads)
        assert caught.value.field == "files"
    with acting_as(play.desk):
        (message,) = thread(play.desk, thread_row(play).id).messages
        assert [(one.name, one.is_picture) for one in message.files] == [("box.png", True), ("note.txt", False)]


def test_colleagues_are_called_in_by_name_or_from_the_list():
    play = talk()
    mia, max_ = colleague(play, name="Mia Maier"), colleague(play, name="Max Maier")
    say(play.buyer, play, "@Mia Maier can you look?", mentions=(max_.user_id,))
    with acting_as(mia):
        (message,) = thread(mia, thread_row(play).id).messages
        assert message.mentions == ("Max Maier", "Mia Maier")
        assert unanswered_count(mia) == 1, "who is called in follows"
        follow(mia, thread_row(play).id, is_on=False)
        assert unanswered_count(mia) == 0
    with pytest.raises(Invalid):
        say(play.buyer, play, "Hello", mentions=(play.desk.user_id,))


def test_a_closed_thread_is_opened_by_a_message_or_by_hand():
    play = talk()
    say(play.buyer, play)
    found = thread_row(play).id
    with acting_as(play.desk):
        close(play.desk, found)
        assert thread_row(play).state == "closed"
        close(play.desk, found)
        reopen(play.desk, found)
        assert (thread_row(play).state, thread_row(play).waits_for) == ("open", "operator")
        close(play.desk, found)
    say(play.buyer, play, "Still nothing.")
    assert thread_row(play).state == "open"
    stranger = buyer(customer())
    with acting_as(stranger), pytest.raises(NotFound):
        close(stranger, found)


def test_lists_show_what_waits_first_and_go_on_by_pages():
    play = talk()
    account = ("account", play.buyer.company_id)
    with clock.frozen(MONDAY):
        say(play.buyer, play)
    with clock.frozen(MONDAY + timedelta(hours=1)):
        say(play.buyer, play, "And the bill?", about=account)
    with clock.frozen(MONDAY + timedelta(hours=23, minutes=30)), acting_as(play.desk):
        shown = {
            show: [row.kind for row in threads_page(play.desk, ThreadFilter(show))]
            for show in ("unanswered", "overdue", "mine", "all")
        }
        assert shown == {
            "unanswered": ["order", "account"], "overdue": ["order"], "mine": [], "all": ["account", "order"],
        }  # fmt: skip
        assert [row.kind for row in threads_page(play.desk, ThreadFilter(text="bill"))] == ["account"]
        first = threads_page(play.desk, ThreadFilter("unanswered"), limit=1)[0]
        assert first.due_at is not None
        key = (first.due_at.isoformat(), str(first.id))
        assert [row.kind for row in threads_page(play.desk, ThreadFilter("unanswered"), after=key)] == ["account"]
