"""Bank statements are the accountant's of the operator alone."""

from __future__ import annotations

import io
import uuid

import pytest
from sqlalchemy import func, select

from app.billing.models.open_items import OpenItem
from app.billing.models.statements import BankLine
from app.billing.service.bank_import import import_file
from app.core.actor import Actor
from app.core.db import db
from tests.billing.test_bank import lines, row, table
from tests.factories.accounts import sign_in
from tests.factories.open_items import claim
from tests.support.queries import counted

GETS = ("/bank", "/bank?state=booked&q=a", "/bank/lines/{line}")
POSTS = ("/bank", "/bank/match", "/bank/lines/{line}/accept", "/bank/lines/{line}/book", "/bank/lines/{line}/ignore",
         "/bank/lines/{line}/heed", "/bank/lines/{line}/undo", "/bank/lines/{line}/refund")  # fmt: skip
MAY = ("operator_admin", "accountant")
MAY_NOT = ("sales", "pricing", "warehouse", "customer.company_admin", "customer.bookkeeper", "stranger.bookkeeper")


@pytest.fixture
def scene(cast, world):
    with world():
        claim(cast.customer, "70.00", number="INV-2026-000001")
        claim(cast.customer, "30.00", number="INV-2026-000002")
        import_file(Actor.system(), table(row("70.00", "", cast.customer.name, "X1", "B1"), row("9.00", "?")), "a.csv")
        return [line.id for line in lines()]


def test_access(client, world, cast, scene):
    for name in MAY_NOT:
        sign_in(client, cast.people[name])
        for address in GETS:
            assert client.get(address.format(line=scene[0])).status in (403, 404), (name, address)
        for address in POSTS:
            assert client.post(address.format(line=scene[0]), {}).status in (403, 404), (name, address)
    with world():
        assert db.session.scalar(select(func.count(BankLine.id)).where(BankLine.state == "booked")) == 0
    for name in MAY:
        sign_in(client, cast.people[name])
        for address in GETS:
            assert client.get(address.format(line=scene[0])).status == 200, (name, address)


def test_the_work_list_by_hand(client, world, cast, scene):
    sign_in(client, cast.people["accountant"])
    first, second = scene
    assert "80 %" in client.get("/bank").text
    assert client.post(f"/bank/lines/{first}/accept", {"place": "0"}).status == 303
    assert client.post(f"/bank/lines/{first}/accept", {"place": "0"}).status == 409
    assert client.post(f"/bank/lines/{second}/book", {"account": "NOBODY"}).status == 422
    with world():
        key = db.session.scalar(select(OpenItem.id).where(OpenItem.number == "INV-2026-000002"))
    wrong = client.post(f"/bank/lines/{second}/book", {"account": cast.customer.code, f"amount-{key}": "31"})
    assert wrong.status == 422
    assert (
        client.post(f"/bank/lines/{second}/book", {"account": cast.customer.code, f"amount-{key}": "5"}).status == 303
    )
    page = client.get(f"/bank/lines/{second}")
    assert "INV-2026-000002" in page.text
    assert client.get(f"/bank/lines/{second}/refund").status == 200
    assert client.post(f"/bank/lines/{second}/refund", {"amount": "4", "client_ref": str(uuid.uuid4())}).status == 303
    assert client.post(f"/bank/lines/{second}/undo", {"note": ""}).status == 422
    assert client.post(f"/bank/lines/{second}/undo", {"note": "wrong"}).status == 303
    assert client.post(f"/bank/lines/{second}/ignore", {"note": "fees"}).status == 303
    assert client.post(f"/bank/lines/{second}/heed", {}).status == 303


def test_a_file_is_brought_and_a_bad_one_is_told(client, cast, scene):
    sign_in(client, cast.people["accountant"])
    for data, status in ((table(row("1.00", "x")), 303), (b"<x/>", 422), (b"", 422)):
        answer = client.post("/bank", {"file": (io.BytesIO(data), "bank.csv"), "decimal": "", "day_format": ""})
        assert answer.status == status, data


def test_the_list_costs_the_same_for_2_and_20_rows(client, world, cast, scene):
    sign_in(client, cast.people["accountant"])
    with counted(client.app) as few:
        client.get("/bank")
    with world():
        rows = [row(f"{place}.50", f"text {place}", reference=f"R{place}") for place in range(1, 19)]
        import_file(Actor.system(), table(*rows), "b.csv")
    with counted(client.app) as many:
        client.get("/bank")
    assert len(many) == len(few)
