"""The warehouse desk without JavaScript: wave, pick list, packing table, labels, carriers."""

from __future__ import annotations

import re

import pytest

from app.fulfilment.queries.ready import ready
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, ref, sign_in
from tests.factories.shipments import lines_of, store_keeper
from tests.factories.warehouse import all_picked, bins, laid, lists_of, numbered, packings, pick_lines, store, wave
from tests.support.queries import counted


@pytest.fixture
def scene(isolated, world, client):
    with world():
        nut = article("NUT", "10", stock=100, gtin="4006381333931", weight_kg="0.01")
        pin = article("PIN", "5", stock=60)
        bins(("A-1", "dry", 1), ("C-1", "cold", 3))
        laid(nut, 100, "A-1")
        laid(pin, 60, "C-1")
        numbered()
        ann = buyer(customer())
        placed = order(ann, [(nut, 10), (pin, 4)])
        keeper = store_keeper()
    sign_in(client, keeper)
    return keeper, ann, placed, nut, pin


def test_a_day_in_the_warehouse(scene, client, world):
    keeper, _, placed, _, _ = scene
    with world(keeper):
        (delivery,) = ready(keeper, store())
    page = client.get("/warehouse/picking")
    assert delivery.number in page.text
    values = {"warehouse": "MAIN", "method": "batch", "client_ref": ref()}
    assert client.post("/warehouse/picking", data=values).status == 422
    made = client.post("/warehouse/picking", data={**values, "pick": str(delivery.id)})
    assert made.status == 303
    number = made.location.rsplit("/", 1)[1]
    assert "cold" in client.get(f"/warehouse/waves/{number}").text
    with world():
        cold, dry = lists_of(number)
        pin_line = pick_lines(number)[0]
    assert client.post(f"/warehouse/lists/{dry.id}/begin").status == 303
    wrong = client.post(f"/warehouse/lists/{dry.id}/scan", data={"code": "4711"})
    assert wrong.status == 422
    assert "4711" in wrong.html
    for code in ("A-1", "4*4006381333931", "6*NUT"):
        assert client.post(f"/warehouse/lists/{dry.id}/scan", data={"code": code}).status == 303
    short = f"/warehouse/lists/{cold.id}/lines/{pin_line.id}/take"
    assert client.post(short, data={"quantity": "3"}).status == 422
    assert client.post(short, data={"quantity": "3", "reason": "damaged"}).status == 303
    assert "damaged" in client.get(f"/warehouse/waves/{number}").text
    assert client.post(f"/warehouse/lists/{cold.id}/lines/{pin_line.id}/back").status == 303
    assert client.post(short, data={"quantity": "3", "reason": "missing"}).status == 303
    assert "Bring the goods" in client.get(f"/warehouse/lists/{dry.id}").text
    assert client.get(f"/warehouse/lists/{dry.id}.pdf").data.startswith(b"%PDF")
    with world():
        (packing,) = packings(number)
        assert [line.claimed_quantity for line in lines_of(placed.id)] == [10, 3]
    table = f"/warehouse/packing/{packing.id}"
    assert f'href="{table}"' in client.get("/warehouse/picking").html
    assert client.post(f"{table}/scan", data={"code": "2*NUT"}).status == 303
    assert client.post(f"{table}/scan", data={"code": "9*NUT"}).status == 422
    assert client.post(f"{table}/boxes", data={"kind": "PX"}).status == 303
    page = client.get(table)
    boxes = sorted(set(re.findall(r"/boxes/(\d+)", page.html)), key=int)
    assert len(boxes) == 2
    assert client.post(f"{table}/rest", data={"box": boxes[1]}).status == 303
    assert client.post(f"{table}/boxes/{boxes[1]}", data={"kind": "PX", "weight": "x"}).status == 422
    assert client.post(f"{table}/boxes/{boxes[1]}", data={"kind": "PX", "weight": "12.5"}).status == 303
    assert client.get(f"{table}/labels.pdf").data.startswith(b"%PDF")
    done = client.post(f"{table}/finish", data={"carrier": "", "note": "Ring twice"})
    assert done.status == 303
    shipment = client.get(done.location)
    assert "labels.pdf" in shipment.html
    number_of = done.location.rsplit("/", 1)[1]
    assert client.get(f"/warehouse/shipments/{number_of}/labels.pdf").data.startswith(b"%PDF")
    assert number in client.get("/warehouse/waves").text
    assert "NUT" in client.get(table).text


def test_what_is_given_up_is_told(scene, client, world):
    with world():
        number = wave()
        all_picked(number)
        (packing,) = packings(number)
    table = f"/warehouse/packing/{packing.id}"
    assert client.post(f"{table}/finish", data={"carrier": ""}).status == 409
    assert client.post(f"{table}/cancel", data={}).status == 422
    assert client.post(f"{table}/cancel", data={"reason": "late"}).status == 303
    assert client.post(f"{table}/rest").status == 303
    assert client.post(f"/warehouse/waves/{number}/cancel", data={"reason": "late"}).status == 409
    assert client.post(f"/warehouse/waves/{number}/cancel", data={}).status == 422
    for address in (
        "/warehouse/waves/W-0",
        "/warehouse/lists/99999",
        "/warehouse/packing/99999",
        "/warehouse/carriers/NO",
    ):
        assert client.get(address).status == 404


def test_carriers_are_kept(scene, client):
    page = client.get("/warehouse/carriers")
    assert "Nordfracht" in page.text
    new = {
        "code": "DPD",
        "name": "DPD",
        "tracking_url": "https://t.example/{number}",
        "position": "2",
        "is_active": "y",
    }
    assert client.post("/warehouse/carriers/new", data={**new, "tracking_url": "ftp://x"}).status == 422
    assert client.post("/warehouse/carriers/new", data=new).status == 303
    assert client.post("/warehouse/carriers/DPD", data={**new, "name": "DPD Nord"}).status == 303
    assert "DPD Nord" in client.get("/warehouse/carriers").text
    numbers = {"company_prefix": "12", "extension": "0", "list_lines": "60"}
    assert client.post("/warehouse/carriers", data=numbers).status == 422
    assert client.post("/warehouse/carriers", data={**numbers, "company_prefix": "4012345"}).status == 303


def test_lists_cost_the_same_however_long(scene, client, world, isolated):
    _, ann, _, nut, pin = scene

    def costs() -> list[int]:
        found = []
        for address in addresses:
            client.get(address)
            with counted(isolated) as seen:
                assert client.get(address).status == 200
            found.append(len(seen))
        return found

    with world():
        number = wave()
        order(ann, [(nut, 1)])
        dry, (packing,) = lists_of(number)[1], packings(number)
    addresses = ["/warehouse/picking", f"/warehouse/waves/{number}", f"/warehouse/lists/{dry.id}",
                 f"/warehouse/packing/{packing.id}", "/warehouse/waves"]  # fmt: skip
    few = costs()
    with world():
        for _ in range(3):
            order(ann, [(nut, 1), (pin, 1)])
        more = wave(None)
        order(ann, [(nut, 1), (pin, 1)])
        order(buyer(customer()), [(nut, 1), (pin, 1)])
        dry_more = lists_of(more)[1]
        all_picked(more)
        (packing_more,) = packings(more)
    addresses = ["/warehouse/picking", f"/warehouse/waves/{more}", f"/warehouse/lists/{dry_more.id}",
                 f"/warehouse/packing/{packing_more.id}", "/warehouse/waves"]  # fmt: skip
    assert costs() == few
