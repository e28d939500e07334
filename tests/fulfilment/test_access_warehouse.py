"""Who may pick, pack and keep carriers: a denial changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.core.db import db
from tests.factories.accounts import sign_in
from tests.factories.ordering import article, order, shop
from tests.factories.warehouse import all_picked, lists_of, numbered, packings, pick_lines, wave
from tests.support.cast import make_cast

STORE = ("operator_admin", "warehouse")
OTHERS = ("sales", "accountant", "pricing", "customer.company_admin", "customer.buyer", "customer.bookkeeper")
GETS = ("/warehouse/picking", "/warehouse/waves", "/warehouse/waves/{wave}", "/warehouse/lists/{list}",
        "/warehouse/packing/{packing}", "/warehouse/carriers", "/warehouse/carriers/new", "/warehouse/carriers/NORD")  # fmt: skip
PDFS = ("/warehouse/lists/{list}.pdf", "/warehouse/packing/{packing}/labels.pdf", "/warehouse/shipments/NO/labels.pdf")
POSTS = (
    ("/warehouse/picking", 422), ("/warehouse/waves/{wave}/cancel", 422), ("/warehouse/lists/{list}/begin", 303),
    ("/warehouse/lists/{list}/scan", 422), ("/warehouse/lists/{list}/lines/{line}/take", 422),
    ("/warehouse/lists/{list}/lines/{line}/back", 303), ("/warehouse/packing/{packing}/scan", 422),
    ("/warehouse/packing/{packing}/rest", 303), ("/warehouse/packing/{packing}/boxes", 303),
    ("/warehouse/packing/{packing}/boxes/0", 422), ("/warehouse/packing/{packing}/boxes/0/empty", 404),
    ("/warehouse/packing/{packing}/cancel", 422), ("/warehouse/carriers", 422), ("/warehouse/carriers/new", 422),
    ("/warehouse/carriers/NORD", 422), ("/warehouse/packing/{packing}/finish", 422),
)  # fmt: skip
MATRIX = [
    *(("GET", address, name, 200) for address in GETS for name in STORE),
    *(("POST", address, name, status) for address, status in POSTS for name in STORE),
    *(("GET", address, name, 403) for address in (*GETS, *PDFS) for name in OTHERS),
    *(("POST", address, name, 403) for address, _ in POSTS for name in OTHERS),
    *(("GET", address, "", 303) for address in (*GETS, *PDFS)),
    *(("POST", address, "", 303) for address, _ in POSTS),
]


@pytest.fixture
def cast(isolated, world):
    with world():
        shop()
        return make_cast()


@pytest.fixture
def names(cast, world):
    with world():
        numbered()
        order(cast.actor("customer.buyer"), [(article("NUT", "10", stock=200), 100)])
        number = wave()
        all_picked(number)
        (line,), (packing,), (one,) = pick_lines(number), packings(number), lists_of(number)
        return {"wave": number, "list": one.id, "line": line.id, "packing": packing.id}


def traces() -> list[int]:
    tables = ("audit_entries", "waves", "pack_boxes", "pack_items", "shipments", "carriers")
    return [db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]


@pytest.mark.parametrize("name", [*STORE, *OTHERS, ""])
def test_access(client, world, cast, names, name):
    if name:
        sign_in(client, cast.people[name])
    for method, address, _, status in (row for row in MATRIX if row[2] == name):
        there = address.format(**names)
        with world():
            before = traces()
        page = client.post(there, {}) if method == "POST" else client.get(there)
        assert page.status == status, (method, there)
        if status == 303 and not name:
            assert page.location.startswith("/sign-in")
        if status == 403:
            with world():
                assert traces() == before, there
