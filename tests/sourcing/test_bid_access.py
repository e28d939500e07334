"""Who may open and do what with bids and openings: method, address, data, and the status for each person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db
from tests.factories import bids as make
from tests.factories import tenders
from tests.factories.accounts import actor_for, operator, person
from tests.factories.ordering import sign_in

PEOPLE = ("nobody", "manager", "buyer", "supplier", "stranger", "house")
AWAY = 303
TABLE: list[tuple[str, str, dict[str, str], tuple[int, ...]]] = [
    # method, address, data                                     nobody manager buyer supplier stranger house
    ("GET", "/supplier/tenders", {}, (AWAY, 403, 403, 200, 200, 403)),
    ("GET", "/supplier/tenders/{number}", {}, (AWAY, 403, 403, 200, 404, 403)),
    ("POST", "/supplier/tenders/{number}/part", {"do": "ask"}, (AWAY, 403, 403, 303, 404, 403)),
    ("GET", "/supplier/tenders/{number}/papers/1", {}, (AWAY, 403, 403, 404, 404, 403)),
    ("GET", "/supplier/tenders/{number}/bid", {}, (AWAY, 403, 403, 200, 404, 403)),
    ("POST", "/supplier/tenders/{number}/bid", {"do": "submit"}, (AWAY, 403, 403, 422, 404, 403)),
    ("GET", "/supplier/tenders/{number}/bid/own", {}, (AWAY, 403, 403, 200, 404, 403)),
    ("POST", "/supplier/tenders/{number}/bid/act", {"do": "confirm"}, (AWAY, 403, 403, 303, 404, 403)),
    ("GET", "/supplier/tenders/{number}/bid/sheet.csv", {}, (AWAY, 403, 403, 200, 404, 403)),
    ("GET", "/supplier/tenders/{number}/bid/receipts/9.json", {}, (AWAY, 403, 403, 404, 404, 403)),
    ("GET", "/tenders/{number}/opening", {}, (AWAY, 200, 200, 403, 403, 404)),
    ("POST", "/tenders/{number}/opening", {}, (AWAY, 422, 422, 403, 403, 404)),
    ("POST", "/tenders/{number}/opening/now", {}, (AWAY, 303, 403, 403, 403, 404)),
    ("GET", "/tenders/opening-passphrase", {}, (AWAY, 200, 200, 403, 403, 200)),
    ("POST", "/tenders/opening-passphrase", {"passphrase": "x"}, (AWAY, 422, 422, 403, 403, 422)),
    ("GET", "/tenders/{number}/opening/1.pdf", {}, (AWAY, 404, 404, 403, 403, 404)),
]


@pytest.fixture
def scene(client, world):
    """One tender open for bids with a bid, and the people."""
    with world():
        made = tenders.bidding()
        make.submitted(made, 0, "42")
        people: dict[str, Any] = {
            "nobody": None,
            "manager": made.buyer,
            "buyer": actor_for(person(made.company, Role.BUYER), made.company),
            "supplier": made.suppliers[0][1],
            "stranger": tenders.bidder()[1],
            "house": actor_for(person(operator(), Role.OPERATOR_ADMIN), operator()),
        }
    return made, people


def figures(world) -> list[Any]:
    tables = ("member_keys", "opening_records", "opening_confirmations", "tender_questions", "tender_interests")
    with world():
        return [db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_the_table_says(client, world, scene, who):
    made, people = scene
    if people[who] is not None:
        sign_in(client, people[who])
    before, wrong = figures(world), []
    for method, address, data, statuses in TABLE:
        answer = client.flask.open(address.format(number=made.number), method=method, data=data)
        if answer.status_code != statuses[PEOPLE.index(who)]:
            wrong.append((method, address, answer.status_code, statuses[PEOPLE.index(who)]))
    assert wrong == []
    if who != "supplier":
        assert figures(world) == before
    with world():
        assert made.row().state == "bidding"
