"""Who may open returns and claims, and do what with them. A denial changes nothing."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import text

from app.core.db import db, statements
from tests.factories.accounts import sign_in
from tests.factories.cases import authorised, claimed, inspected, received, requested, return_of
from tests.factories.ordering import article, order, shop
from tests.factories.shipments import delivered, shipment_of
from tests.support.cast import Cast, make_cast

BUYERS = ("customer.company_admin", "customer.buyer", "customer.bookkeeper")
STRANGERS = ("stranger.company_admin", "stranger.buyer", "stranger.bookkeeper")
STAFF = ("operator_admin", "warehouse", "sales", "accountant")
DECIDERS, STORE = ("operator_admin", "sales"), ("operator_admin", "warehouse")
NOBODY = "nobody"

LISTS = ("/returns", "/claims")
PAGES = ("/returns/{asked}", "/claims/{claim}", "/returns/{waiting}/slip")
NEW = ("/returns/new", "/returns/new/{shipment}")
COMPLAIN = ("/claims/new?shipment={shipment}", "/claims/new?order={order}")
DECIDE = ("/returns/{asked}/authorise", "/returns/{asked2}/refuse", "/returns/{waiting}/lapse", "/returns/{looked}/settle",
          "/claims/{claim}/ask", "/claims/{claim}/refuse", "/claims/{claim2}/grant")  # fmt: skip
WORK = ("/returns/{waiting2}/receive", "/returns/{here}/inspect")
OWN = ("/returns/{asked}/withdraw", "/claims/{claim}/withdraw")
FILES = ("/returns/{asked}/files", "/claims/{claim}/files")

MATRIX = [
    *(("GET", address, name, 200) for address in LISTS for name in (*BUYERS, *STRANGERS, *STAFF)),
    *(("GET", address, name, 200) for address in PAGES for name in (*BUYERS, *STAFF)),
    *(("GET", address, name, 404) for address in PAGES for name in STRANGERS),
    *(("GET", address, name, 403) for address in (*LISTS, *PAGES, *NEW) for name in ("pricing",)),
    *(("GET", address, name, 200) for address in NEW for name in (*BUYERS, *DECIDERS)),
    *(("GET", NEW[1], name, 404) for name in STRANGERS),
    *(("GET", address, name, 403) for address in NEW for name in ("warehouse", "accountant")),
    *(("GET", address, name, 200) for address in COMPLAIN for name in BUYERS),
    *(("GET", address, name, 404) for address in COMPLAIN for name in STRANGERS),
    *(("GET", address, name, 403) for address in COMPLAIN for name in STAFF),
    *(("POST", address, name, 403) for address in DECIDE for name in (*BUYERS, *STRANGERS, "warehouse", "accountant")),
    *(("POST", address, name, 403) for address in WORK for name in (*BUYERS, *STRANGERS, "sales", "accountant")),
    *(("POST", address, name, 403) for address in OWN for name in STAFF),
    *(("POST", address, name, 404) for address in (*OWN, *FILES) for name in STRANGERS),
    *(("POST", address, "accountant", 403) for address in FILES),
    *(("POST", address, name, 303) for address in FILES for name in ("customer.buyer", "sales", "warehouse")),
    *(("POST", address, "sales", 303) for address in DECIDE),
    *(("POST", address, "warehouse", 303) for address in WORK),
    *(("POST", address, "customer.bookkeeper", 303) for address in OWN),
    *((method, address, NOBODY, 303) for method, addresses in (
        ("GET", (*LISTS, *PAGES, *NEW, *COMPLAIN)), ("POST", (*DECIDE, *WORK, *OWN, *FILES)),
    ) for address in addresses),
]  # fmt: skip


@pytest.fixture
def cast(isolated, world) -> Cast:
    with world():
        shop()
        return make_cast()


@pytest.fixture
def scene(cast, world):
    """Returns in every open state and two claims of the customer."""
    with world():
        ann, nut = cast.actor("customer.buyer"), article("NUT", "10", stock=200)
        placed = order(ann, [(nut, 100)])
        shipment = delivered(placed.id)
        kinds = {
            "asked": requested, "asked2": requested, "waiting": authorised, "waiting2": authorised, "here": received,
            "looked": inspected,
        }  # fmt: skip
        made = {name: return_of(make(ann, shipment, {1: 2})) for name, make in kinds.items()}
        claims = [claimed(ann, placed.id, placed.number, {1: 1}) for _ in range(2)]
        numbers = [db.session.scalar(text(f"SELECT number FROM claims WHERE id = {one}")) for one in claims]
        lines = {
            name: db.session.scalar(text(f"SELECT id FROM return_lines WHERE return_id = {row.id}"))
            for name, row in made.items()
        }
        claim_line = db.session.scalar(text(f"SELECT id FROM claim_lines WHERE claim_id = {claims[1]}"))
        data = {
            "outcome": "credit", "answer": "As agreed", "text": "As agreed", "remedy": "credit",
            f"received-{lines['waiting2']}": "2", f"stock-{lines['here']}": "2", f"percent-{lines['looked']}": "100",
            f"granted-{claim_line}": "1", f"percent-{claim_line}": "100",
        }  # fmt: skip
        names = {name: row.number for name, row in made.items()}
        names |= {"claim": numbers[0], "claim2": numbers[1], "shipment": shipment_of(shipment).number}
        return names | {"order": placed.number}, data


def counts() -> list[int]:
    """What a denied request might have changed."""
    tables = ("audit_entries", "returns", "claims", "files", "stock_moves")
    return [db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]


@pytest.mark.parametrize("name", sorted({name for _method, _address, name, _status in MATRIX}))
def test_access(client, world, cast, scene, name):
    numbers, data = scene
    if name != NOBODY:
        sign_in(client, cast.people[name])
    for method, address, _name, status in (row for row in MATRIX if row[2] == name):
        with world():
            before = counts()
        there = address.format(**numbers)
        page = client.post(there, data | {"client_ref": str(uuid.uuid4())}) if method == "POST" else client.get(there)
        assert page.status == status, (method, there)
        if name == NOBODY:
            assert page.location.startswith("/sign-in")
        is_change = status == 303 and name != NOBODY and "files" not in address
        with world():
            assert (counts() != before) is is_change, (method, there)


def _statements(client, address) -> int:
    with client.app.app_context(), statements() as seen:
        assert client.get(address).status == 200
    return len(seen)


def test_lists_take_the_same_statements_for_any_number_of_rows(client, world, cast):
    with world():
        ann = cast.actor("customer.buyer")
        placed = order(ann, [(article("NUT", "10", stock=200), 100)])
        shipment = delivered(placed.id)

    def more(count: int) -> None:
        with world():
            for _ in range(count):
                requested(ann, shipment, {1: 1})
                claimed(ann, placed.id, placed.number, {1: 1})

    sign_in(client, cast.people["customer.buyer"])
    more(2)
    few = [_statements(client, address) for address in LISTS]
    more(12)
    assert [_statements(client, address) for address in LISTS] == few
