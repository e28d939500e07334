"""Who may open the account desk, and do what there. A denial changes nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.db import db
from app.sales.models.tasks import SavedView
from app.sales.service.handovers import Wanted, hand_over
from app.sales.service.saved_views import save_view
from app.sales.service.tasks import create_task
from tests.factories.accounts import sign_in
from tests.factories.ordering import article, change_company, fill_cart, ref

DESK, READERS = ("operator_admin", "sales"), ("accountant", "pricing")
OUTSIDE = ("warehouse", "customer.company_admin", "customer.buyer", "stranger.buyer")
NOBODY = "nobody"

READ = (
    "/sales",
    "/sales?sort=name&only=falling",
    "/sales/portfolio.csv",
    "/sales/accounts/{code}",
    "/sales/accounts/{code}/carts/{cart}",
)
WORK = ("/sales/today", "/sales/today?whose=all", "/sales/tasks", "/sales/tasks/{task}")
HAND = ("/sales/handovers", "/sales/handovers/new", "/sales/handovers/{handover}")
MISSING = ("/sales/accounts/NONE", "/sales/accounts/{code}/carts/0", "/sales/tasks/0", "/sales/handovers/0")
POSTS = (
    "/sales/accounts/{code}/notes", "/sales/accounts/{code}/tasks", "/sales/tasks/{task}/done",
    "/sales/tasks/{task2}/drop", "/sales/tasks/{task3}/postpone", "/sales/tasks/{task3}/assign", "/sales/views",
    "/sales/views/{view}/delete", "/sales/handovers/new", "/sales/handovers/{handover}/cancel",
)  # fmt: skip
MATRIX = [
    *(("GET", address, name, 200) for address in (*READ, *WORK, *HAND) for name in DESK),
    *(("GET", address, name, 404) for address in MISSING for name in DESK),
    *(("GET", address, name, 200) for address in READ for name in READERS),
    *(("GET", address, name, 403) for address in (*WORK, *HAND) for name in READERS),
    *(("GET", address, name, 403) for address in (*READ, *WORK, *HAND) for name in OUTSIDE),
    *(("POST", address, name, 403) for address in POSTS for name in (*READERS, *OUTSIDE)),
    *(("POST", address, "sales", 303) for address in POSTS),
    *(("GET", address, NOBODY, 303) for address in (*READ, *WORK, *HAND)),
    *(("POST", address, NOBODY, 303) for address in POSTS),
]


@pytest.fixture
def scene(cast, world):
    with world():
        sales, chief = cast.actor("sales"), cast.actor("operator_admin")
        change_company(cast.customer.id, manager_id=chief.user_id)
        cart = fill_cart(cast.actor("customer.buyer"), [(article("A-1", "10.00"), 3)])
        tasks = [
            create_task(sales, cast.customer.id, kind="todo", text="Look", due_on=today(), client_ref=ref())
            for _ in range(3)
        ]
    with world(sales):
        later = today() + timedelta(days=9)
        planned = hand_over(sales, Wanted(chief.user_id, sales.user_id, later), client_ref=ref())
        view = save_view(sales, "portfolio", "Mine", "whose=mine", is_shared=True)
    names = {"cart": cart, "handover": planned, "view": view, "code": cast.customer.code}
    names |= {"task": tasks[0], "task2": tasks[1], "task3": tasks[2]}
    forms = {
        "notes": {"note-kind": "note", "note-text": "Said", "note-client_ref": ref()},
        "tasks": {"task-kind": "call", "task-text": "Ask", "task-due_on": str(today()), "task-assignee_id": "0",
                  "task-client_ref": ref()},
        "done": {"outcome": "Fine", "back": "/sales/today"},
        "drop": {"drop-outcome": "Not needed"},
        "postpone": {"move-due_on": str(later)},
        "assign": {"assign-assignee_id": str(sales.user_id)},
        "views": {"view-name": "Again", "view-query": "whose=mine"},
        "new": {"from_id": str(chief.user_id), "to_id": str(sales.user_id), "starts_on": str(later), "client_ref": ref()},
    }  # fmt: skip
    return names, forms


def today() -> date:
    return clock.today()


def state() -> str:
    return str(
        [db.session.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all() for table in
         ("sales_tasks", "account_notes", "saved_views", "handovers", "handover_accounts")]
    )  # fmt: skip


@pytest.mark.parametrize("name", [*DESK, *READERS, *OUTSIDE, NOBODY])
def test_access(client, world, cast, scene, name):
    names, forms = scene
    if name != NOBODY:
        sign_in(client, cast.people[name])
    with world():
        before = state()
    for method, address, _name, status in (row for row in MATRIX if row[2] == name):
        there = address.format(**names)
        page = client.post(there, forms.get(there.rpartition("/")[2], {})) if method == "POST" else client.get(there)
        assert page.status == status, (method, there)
        if name == NOBODY:
            assert page.location.startswith("/sign-in")
    with world():
        assert (state() == before) is (name != "sales")


def test_a_view_of_somebody_else_is_not_deleted(client, world, cast, scene):
    names, _forms = scene
    sign_in(client, cast.people["operator_admin"])
    assert client.post(f"/sales/views/{names['view']}/delete", {}).status == 404
    assert "Mine" in client.get("/sales").text
    with world():
        assert db.session.get(SavedView, names["view"]) is not None
