"""Who may open conversations and write in them. A denial changes nothing."""

from __future__ import annotations

import pytest

from app.core.db import statements
from tests.factories.conversations import Talk, say, thread_row
from tests.factories.ordering import article, order, ref, sign_in
from tests.support.cast import Cast
from tests.support.page import PageClient

BUYERS = ("customer.company_admin", "customer.buyer", "customer.bookkeeper")
STRANGERS = ("stranger.company_admin", "stranger.buyer")
STAFF = ("operator_admin", "sales", "accountant", "warehouse")
LIST, PAGE, WRITE = "/conversations", "/conversations/{thread}", "/conversations/about/order/{order}"
STEPS = ("/conversations/{thread}/close", "/conversations/{thread}/reopen", "/conversations/{thread}/follow")

MATRIX = [
    *(("GET", LIST, name, 200) for name in (*BUYERS, *STRANGERS, *STAFF)),
    *(("GET", PAGE, name, 200) for name in (*BUYERS, *STAFF)),
    *(("GET", PAGE, name, 404) for name in STRANGERS),
    *(("GET", WRITE, name, 303) for name in (*BUYERS, *STAFF)),
    *(("GET", WRITE, name, 404) for name in STRANGERS),
    *(("POST", WRITE, name, 303) for name in ("customer.buyer", "sales")),
    *(("POST", WRITE, name, 404) for name in STRANGERS),
    *(("POST", address, name, 303) for address in STEPS for name in ("customer.buyer", "sales")),
    *(("POST", address, name, 404) for address in STEPS for name in STRANGERS),
    *((method, address, name, 403) for name in ("pricing",)
      for method, address in (("GET", LIST), ("GET", PAGE), ("POST", WRITE), ("POST", STEPS[0]))),
    *(("GET", address, "nobody", 303) for address in (LIST, PAGE, WRITE)),
]  # fmt: skip


@pytest.fixture
def play(cast: Cast, world) -> Talk:
    with world():
        buyer = cast.actor("customer.buyer")
        placed = order(buyer, [(article("ACCESS"), 1)])
        made = Talk(buyer, cast.actor("sales"), placed.id, placed.number)
        say(buyer, made)
    return made


def test_each_door_opens_for_whom_it_should(app, cast: Cast, play: Talk, world):
    with world():
        thread_id, before = thread_row(play).id, thread_row(play).message_count
    clients: dict[str, PageClient] = {}
    wrong = []
    for method, pattern, name, expected in MATRIX:
        if name not in clients:
            clients[name] = PageClient(app)
            if name != "nobody":
                with world():
                    actor = cast.actor(name)
                sign_in(clients[name], actor)
        address = pattern.format(thread=thread_id, order=play.order_id)
        found = (
            clients[name].get(address)
            if method == "GET"
            else clients[name].post(address, {"text": "Access", "client_ref": ref(), "on": "1"})
        )
        if found.status != expected:
            wrong.append((method, address, name, found.status, expected))
    assert wrong == []
    with world():
        assert thread_row(play).message_count == before + 2


def test_lists_and_threads_cost_the_same_for_few_and_many(app, client, cast: Cast, play: Talk, world):
    sign_in(client, play.desk)

    def cost(address: str) -> int:
        with app.app_context(), statements() as seen:
            assert client.get(address).status == 200
        return len(seen)

    with world():
        address = f"/conversations/{thread_row(play).id}"
        say(play.desk, play, "Soon.")
        say(play.buyer, play, "Thanks.")
    client.get(address)
    first = cost("/conversations?show=all"), cost(address)
    with world():
        for place in range(9):
            placed = order(play.buyer, [(article(f"COST-{place}"), 1)])
            say(play.buyer, play, about=("order", placed.id))
            say(play.buyer, play, f"And {place}?")
    client.get(address)
    assert (cost("/conversations?show=all"), cost(address)) == first
