"""The pages of the account desk: what stands on them, what is entered there, and what they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts.domain.roles import Role
from app.core import clock
from app.sales.queries.tasks import TaskFilters, notes_of, open_tasks
from app.sales.service.tasks import add_note, create_task
from tests.factories.accounts import customer, person, sign_in
from tests.factories.insights import bare_abandonment
from tests.factories.ordering import article, change_company, fill_cart, order, ref
from tests.factories.ordering import buyer as buyer_of
from tests.support.queries import counted


@pytest.fixture
def desk(client, world, cast):
    """Sales signed in; the customer is theirs and has an order and a filled cart."""
    with world():
        change_company(cast.customer.id, manager_id=cast.people["sales"].id)
        buyer = cast.actor("customer.buyer")
        made = article("A-1", "10.00", stock=100)
        order(buyer, [(made, 5)])
        fill_cart(buyer, [(made, 3)])
    sign_in(client, cast.people["sales"])
    return client


def test_account_page_tells_and_takes_notes_and_tasks(desk, world, cast):
    there = f"/sales/accounts/{cast.customer.code}"
    page = desk.get(there)
    assert page.h1 == "Möller"
    for word in ("50.00", "A-1", "Latest orders", "Open carts", "Buyer", "Balance"):
        assert word in page.text, word
    form = page.form(f"{there}/notes") | {"note-kind": "call", "note-text": "Wants red paint", "note-with_whom": "Ada"}
    assert desk.post(f"{there}/notes", form).status == 303
    assert desk.post(f"{there}/notes", form).status == 303  # sent twice, written once
    task = page.form(f"{there}/tasks") | {"task-kind": "call", "task-text": "Offer red paint"}
    assert desk.post(f"{there}/tasks", task).status == 303
    again = desk.get(there).text
    assert "Wants red paint" in again and "Offer red paint" in again and "Ada" in again
    wrong = desk.post(f"{there}/tasks", task | {"task-text": " ", "task-client_ref": ref()})
    assert wrong.status == 422 and wrong.errors
    late = task | {"task-client_ref": ref(), "task-due_on": "2020-01-01"}
    assert desk.post(f"{there}/tasks", late).status == 422
    with world():
        me = cast.actor("sales")
        assert len(notes_of(me, cast.customer.id)) == 1
        (made,) = open_tasks(me, TaskFilters(company_id=cast.customer.id))
        assert made.assignee_id == me.user_id


def test_account_page_leads_there_and_back(desk, cast):
    page = desk.get(f"/accounts/{cast.customer.code}")
    assert page.link("Turnover, notes and tasks") == f"/sales/accounts/{cast.customer.code}"
    assert desk.get(f"/sales/accounts/{cast.customer.code}").link("Account data") == f"/accounts/{cast.customer.code}"


def test_my_day_closes_tasks_from_the_list(desk, world, cast):
    with world(me := _actor(world, cast)):
        first = create_task(me, cast.customer.id, kind="call", text="Ring him", due_on=clock.today(), client_ref=ref())
        bare_abandonment(_buyer(cast), "123.45")
    page = desk.get("/sales/today")
    assert "Ring him" in page.text and "123.45" in page.text
    refused = desk.post(f"/sales/tasks/{first}/done", {"outcome": "", "back": "/sales/today"})
    assert refused.status == 422 and refused.errors
    done = desk.post(f"/sales/tasks/{first}/done", {"outcome": "He orders", "back": "/sales/today"})
    assert done.location == "/sales/today"
    assert "Ring him" not in desk.get("/sales/today").text
    assert "He orders" in desk.get(f"/sales/tasks/{first}").text
    assert desk.post(f"/sales/tasks/{first}/done", {"outcome": "x", "back": "https://elsewhere.example/"}).status == 409


def test_task_page_moves_and_gives_away(desk, world, cast):
    with world(me := _actor(world, cast)):
        one = create_task(me, cast.customer.id, kind="todo", text="Look", due_on=clock.today(), client_ref=ref())
    day = clock.today() + timedelta(days=4)
    chief = cast.people["operator_admin"].id
    assert desk.post(f"/sales/tasks/{one}/postpone", {"move-due_on": str(day)}).status == 303
    assert desk.post(f"/sales/tasks/{one}/assign", {"assign-assignee_id": str(chief)}).status == 303
    assert "Look" not in desk.get("/sales/tasks").text
    assert "Look" in desk.get("/sales/tasks?whose=all&due=week&kind=todo&q=loo").text
    assert "Look" not in desk.get("/sales/tasks?whose=all&due=today").text
    assert desk.post(f"/sales/tasks/{one}/drop", {"drop-outcome": ""}).status == 422
    assert desk.post(f"/sales/tasks/{one}/drop", {"drop-outcome": "Not needed"}).status == 303
    assert "Not needed" in desk.get(f"/sales/tasks/{one}").text


def test_portfolio_filters_files_and_views(desk):
    assert "Stranger" in desk.get("/sales").text
    mine = desk.get("/sales?whose=mine")
    assert "Möller" in mine.text and "Stranger" not in mine.text
    lines = desk.get("/sales/portfolio.csv?whose=mine").response.get_data(as_text=True).splitlines()
    assert len(lines) == 2 and ";Möller;" in lines[1] and ";50;" in lines[1]
    assert desk.get("/sales/portfolio.xlsx").response.data.startswith(b"PK")
    form = mine.form("/sales/views") | {"view-name": "My own"}
    saved = desk.post("/sales/views", form)
    assert saved.location == "/sales?whose=mine"
    assert desk.get("/sales").link("My own") == "/sales?whose=mine"
    assert desk.get("/sales?after=broken&sort=weather&whose=99&group=x&silent=-1").status == 200


def test_pages_cost_the_same_whatever_the_rows(desk, world, cast, isolated):
    account, pages = f"/sales/accounts/{cast.customer.code}", ("/sales", "/sales/today", "/sales/tasks")
    fill(world, cast, 2)
    before = {address: cost(desk, isolated, address) for address in (*pages, account)}
    fill(world, cast, 18)
    assert {address: cost(desk, isolated, address) for address in (*pages, account)} == before


def fill(world, cast, rows):
    with world(me := _actor(world, cast)):
        for number in range(rows):
            create_task(me, cast.customer.id, kind="todo", text="Do", due_on=clock.today(), client_ref=ref())
            add_note(me, cast.customer.id, f"Said {number}", client_ref=ref())
            bare_abandonment(_buyer(cast))
            company = customer(name=f"More {ref()[:6]}", manager_id=me.user_id)
            person(cast.customer, Role.BUYER)
            order(_buyer(cast), [(article(f"B-{ref()[:8]}", "1.00", stock=9), 1)])
            fill_cart(buyer_of(company), [(article(f"C-{ref()[:8]}", "1.00", stock=9), 1)])


def cost(desk, isolated, address):
    desk.get(address)
    with counted(isolated) as seen:
        assert desk.get(address).status == 200
    return len(seen)


def _actor(world, cast):
    with world():
        return cast.actor("sales")


def _buyer(cast):
    return cast.actor("customer.buyer")
