"""Shipments over plain HTTP: packing an order, sending, the proof, what the customer sees; who may open what."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import system_scope
from app.fulfilment.models.shipments import Shipment, ShipmentLine
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, buyer, order, sign_in
from tests.factories.shipments import lines_of, packed, shipment_of, shipped, store_keeper
from tests.support.queries import counted

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def scene(client, world):
    with world():
        nut, pin = article("NUT", "10"), article("PIN", "5")
        company = customer()
        ann = buyer(company)
        placed = order(ann, [(nut, 10), (pin, 4)])
        keeper = store_keeper()
    return ann, keeper, placed, company, nut


def number_of(world, shipment_id: int) -> str:
    with world():
        return shipment_of(shipment_id).number


def test_an_order_is_packed_sent_and_signed_for(client, world, scene):
    ann, keeper, placed, company, _ = scene
    with world():
        line, other = lines_of(placed.id)
    sign_in(client, keeper)
    here = f"/sales/orders/{company.code}/{placed.number}"
    page = client.get(here)
    assert "Nothing picked yet" in page.text
    address = f"/warehouse/ship/{company.code}/{placed.number}"
    assert address in str(page.soup)
    form = client.get(address).form() | {"part": "lines", "package_count": "1"}
    for wrong in (
        {},
        {"part": "all", f"quantity-{line.id}": "1"},
        {f"quantity-{line.id}": "eleven"},
        {f"quantity-{line.id}": "11"},
    ):
        assert client.post(address, data=form | wrong).status == 422
    sent = form | {f"quantity-{line.id}": "6", "note": "Ring at gate 2"}
    done = client.post(address, data=sent)
    assert done.status == 303
    assert client.post(address, data=sent).location == done.location
    page = client.get(done.location)
    number = page.soup.find("h1").text
    assert "Packed" in page.text
    assert client.post(f"{done.location}/send", data=page.form() | {"tracking": "TR 1\nTR 2"}).status == 303
    assert client.post(f"{done.location}/send", data=page.form() | {"tracking": "TR 3"}).status == 409
    page = client.get(f"{done.location}/proof")
    proof = page.form() | {"receiver": "I. Novak"}
    assert client.post(f"{done.location}/proof", data=proof | {"receiver": ""}).status == 422
    with world():
        shipped_line = _lines(_id(number))[0]
    proof |= {f"taken-{shipped_line}": "5", f"why-{shipped_line}": "damaged", f"note-{shipped_line}": "wet"}
    assert client.post(f"{done.location}/proof", data=proof | {f"why-{shipped_line}": ""}).status == 422
    proof |= {"photo": (BytesIO(PNG), "dock.png")}
    assert client.post(f"{done.location}/proof", data=proof).status == 303
    page = client.get(done.location)
    assert "Damaged" in page.text
    assert "I. Novak" in page.text
    with world():
        assert [one.state for one in lines_of(placed.id)] == ["in_delivery", "placed"]
        assert lines_of(placed.id)[0].missing_quantity == Decimal(1)
    client.get("/sign-out")
    sign_in(client, ann)
    page = client.get(f"/orders/{placed.number}")
    assert f"/shipments/{number}" in str(page.soup)
    assert "Delivered in part" in page.text
    page = client.get(f"/shipments/{number}")
    assert "Ring at gate 2" in page.text
    assert "TR 2" in page.text
    assert client.flask.get(f"/shipments/{number}/proof/photo").data == PNG
    assert client.flask.get(f"/shipments/{number}/proof/signature").status_code == 404
    for paper in ("delivery-note", "packing-list"):
        assert client.flask.get(f"/shipments/{number}/{paper}.pdf").data.startswith(b"%PDF")
    assert other.quantity == 4


def _id(number: str) -> int:
    with system_scope("test"):
        return db.session.scalars(select(Shipment.id).where(Shipment.number == number)).one()


def _lines(shipment_id: int) -> list[int]:
    with system_scope("test"):
        return list(db.session.scalars(select(ShipmentLine.id).where(ShipmentLine.shipment_id == shipment_id)))


def test_a_packed_shipment_is_taken_back_and_tracked_ones_are_found(client, world, scene):
    _, keeper, placed, company, _ = scene
    with world():
        gone, sent = packed(placed.id, {1: 1}), shipped(placed.id, {1: 2}, tracking="TR-5")
    sign_in(client, keeper)
    address = f"/warehouse/shipments/{number_of(world, gone)}"
    for _turn in range(2):
        assert client.post(f"{address}/take-back").status == 303
    assert "Taken back" in client.get(address).text
    there = f"/warehouse/shipments/{number_of(world, sent)}"
    page = client.get(there)
    assert client.post(f"{there}/tracking", data=page.form() | {"tracking": "TR-6"}).status == 303
    assert number_of(world, sent) in client.get("/warehouse/shipments?q=TR-6").text
    assert "No shipment fits" in client.get("/warehouse/shipments?q=TR-5").text
    assert client.get(f"/warehouse/ship/{company.code}/{placed.number}?delivery=999999").status == 404


def test_lists_cost_the_same_for_few_and_many(client, world, scene):
    ann, keeper, placed, _, _ = scene
    people = {"/warehouse/shipments": keeper, "/shipments": ann}
    costs: dict[str, list[int]] = {address: [] for address in people}
    for count in (0, 2, 6):
        with world():
            for _turn in range(count):
                shipped(placed.id, {1: 1})
        for address, who in people.items():
            sign_in(client, who)
            page = client.get(address)
            assert ("No shipments yet" in page.text) == (not count)
            with counted(client.flask.application) as seen:
                client.get(address)
            costs[address].append(len(seen))
            client.flask.delete_cookie("session")
    assert all(few == many for _none, few, many in costs.values()), costs


MADE = 0  # a paper takes long to make: the test above opens it
PEOPLE = ("nobody", "keeper", "sales", "pricing", "buyer", "stranger")
OWN, PAPER = "/shipments/{shipment}", "/shipments/{shipment}/delivery-note.pdf"
DESK, SHIP = "/warehouse/shipments/{shipment}", "/warehouse/ship/{account}/{order}"
TABLE = [
    # method, address                                     nobody keeper sales pricing buyer stranger
    ("GET", "/shipments", (303, 403, 403, 403, 200, 200)),
    ("GET", "/warehouse/shipments", (303, 200, 200, 403, 403, 403)),
    ("GET", OWN, (303, 403, 403, 403, 200, 404)),
    ("GET", PAPER, (303, MADE, MADE, 403, MADE, 404)),
    ("GET", f"{OWN}/proof/photo", (303, 404, 404, 403, 404, 404)),
    ("GET", DESK, (303, 200, 200, 403, 403, 403)),
    ("GET", f"{DESK}/proof", (303, 200, 403, 403, 403, 403)),
    ("GET", SHIP, (303, 200, 403, 403, 403, 403)),
    ("POST", SHIP, (303, 422, 403, 403, 403, 403)),
    ("POST", f"{DESK}/proof", (303, 422, 403, 403, 403, 403)),
    ("POST", f"{DESK}/tracking", (303, 303, 403, 403, 403, 403)),
    ("POST", f"{DESK}/send", (303, 409, 403, 403, 403, 403)),
    ("POST", f"{DESK}/take-back", (303, 303, 403, 403, 403, 403)),
]


def test_who_may_open_what(client, world, scene):
    ann, keeper, placed, company, _ = scene
    with world():
        shipment_id, house = shipped(placed.id, {1: 2}), operator()
        people = {
            "nobody": None, "keeper": keeper, "buyer": ann, "stranger": buyer(customer()),
            "sales": actor_for(person(house, Role.SALES), house),
            "pricing": actor_for(person(house, Role.PRICING), house),
        }  # fmt: skip
    values = {"shipment": number_of(world, shipment_id), "account": company.code, "order": placed.number}
    wrong = []
    for place, who in enumerate(PEOPLE):
        client.flask.delete_cookie("session")
        if people[who] is not None:
            sign_in(client, people[who])
        for method, address, statuses in [row for row in TABLE if row[2][place] != MADE]:
            status = client.flask.open(address.format(**values), method=method).status_code
            if status != statuses[place]:
                wrong.append((who, method, address, status, statuses[place]))
    assert wrong == []
    with world():
        assert (shipment_of(shipment_id).state, lines_of(placed.id)[0].shipped_quantity) == ("sent", 2)
