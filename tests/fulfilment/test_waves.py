"""Waves, picking and packing: what they do to orders and stock, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.documents.gs1 import is_sscc
from app.fulfilment.domain.waves import Method
from app.fulfilment.models.picking import PackBox, PackItem
from app.fulfilment.queries.ready import ready
from app.fulfilment.queries.shipments import shipment_facts
from app.fulfilment.service.carriers import CarrierEntry, save_carrier, set_packing
from app.fulfilment.service.packing import (
    BoxEntry,
    add_box,
    cancel_packing,
    empty_box,
    finish,
    put_rest,
    scan_into,
    weigh_box,
)
from app.fulfilment.service.picking import begin, enter, scan, take_back
from app.fulfilment.service.shipments import discard, send
from app.fulfilment.service.waves import cancel_wave, start_wave
from app.inventory.models.stock import Stock
from app.ordering.domain.wishes import Wishes
from app.ordering.service.cancelling import cancel
from app.ordering.service.cart import add_lines
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.progress import record_prepay_open
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, change_company, order, ref, ship_to, wanted
from tests.factories.shipments import lines_of, order_of, store_keeper
from tests.factories.warehouse import all_picked, bins, laid, lists_of, numbered, packings, pick_lines, store, wave

D = Decimal


@pytest.fixture
def scene(ctx):
    nut = article("NUT", "10", stock=100, gtin="4006381333931")
    pin = article("PIN", "5", stock=60, units={"XBX": 12}, gtin="96385074")
    bins(("A-1", "dry", 1), ("A-2", "dry", 2), ("C-1", "cold", 3))
    laid(nut, 6, "A-2")
    laid(nut, 94, "A-1")
    laid(pin, 60, "C-1")
    ann = buyer(customer())
    numbered()
    return ann, nut, pin


def desk():
    return store_keeper()


def claimed(placed) -> list[Decimal]:
    return [line.claimed_quantity for line in lines_of(placed.id)]


def shelf(made) -> tuple[Decimal, Decimal]:
    with system_scope("test"):
        found = db.session.scalars(
            select(Stock).where(Stock.article_id == made.id).execution_options(populate_existing=True)
        ).one()
        return found.on_hand, found.reserved


def test_two_orders_of_one_customer_are_picked_by_bin_packed_together_and_sent(scene):
    ann, nut, pin = scene
    first, second = order(ann, [(nut, 10), (pin, 4)]), order(ann, [(nut, 90)])
    number = wave()
    assert claimed(first) == [10, 4]
    assert claimed(second) == [90]
    walked = [(line.bin_code, line.quantity) for line in pick_lines(number)]
    assert walked == [("C-1", 4), ("A-1", 10), ("A-1", 84), ("A-2", 6)]
    assert [one.zone for one in lists_of(number)] == ["cold", "dry"]
    (packing,) = packings(number)
    all_picked(number)
    assert {one.state for one in lists_of(number)} == {"picked"}
    keeper = desk()
    with acting_as(keeper):
        assert ready(keeper, store()) == []
        box = add_box(keeper, packing.id)
        assert scan_into(keeper, packing.id, box, "20*4006381333931") == "NUT"
        put_rest(keeper, packing.id, add_box(keeper, packing.id, "PX"))
        weigh_box(keeper, packing.id, box, BoxEntry(weight=D("2.5"), length=D(30), width=D(20), height=D(10)))
        carrier = save_carrier(keeper, CarrierEntry("NORD", "Nordfracht", package_limit=D(30)))
        shipment = finish(keeper, packing.id, carrier_id=carrier)
        facts = shipment_facts(keeper, shipment)
        send(keeper, shipment, tracking_numbers=["T1", "T2"])
    assert {line.order_id for line in facts.lines} == {first.id, second.id}
    packed = [(line.sku, line.quantity, line.package_position) for line in facts.lines]
    assert sorted(packed) == [("NUT", 6, 2), ("NUT", 10, 1), ("NUT", 10, 1), ("NUT", 74, 2), ("PIN", 4, 2)]
    assert [one.kind for one in facts.packages] == ["CT", "PX"]
    assert all(is_sscc(one.sscc) and one.sscc[1:8] == "4012345" for one in facts.packages)
    assert shelf(nut) == (0, 0)
    assert shelf(pin) == (56, 0)
    assert order_of(first.id).state == order_of(second.id).state == "in_delivery"
    with acting_as(keeper), pytest.raises(Conflict):
        cancel_wave(keeper, number, reason="done")


def test_scans_walk_through_the_list(scene):
    ann, nut, pin = scene
    order(ann, [(nut, 96), (pin, 4)])
    number = wave()
    cold, dry = lists_of(number)
    keeper = desk()
    with acting_as(keeper):
        assert scan(keeper, dry.id, "a-2").is_bin
        assert str(scan(keeper, dry.id, "2*4006381333931").words) == "NUT: 2 taken."
        for code in ("96385074", "NOTHING", "", "(00)106141411234567897", "95*NUT"):
            with pytest.raises(Invalid):
                scan(keeper, dry.id, code)
        assert str(scan(keeper, dry.id, "]C101040063813339313094").words) == "NUT: 94 taken."
    with pytest.raises(Conflict), acting_as(keeper):
        scan(keeper, dry.id, "NUT")  # all is picked
    assert [(line.bin_code, line.picked_quantity, line.state) for line in pick_lines(number)] == [
        ("C-1", 0, "waiting"), ("A-1", 94, "picked"), ("A-2", 2, "picked")]  # fmt: skip
    other = desk()
    with acting_as(keeper):
        begin(keeper, cold.id)
    with acting_as(other):
        with pytest.raises(Conflict):
            begin(other, cold.id)
        begin(other, cold.id, takes_over=True)


def test_a_short_pick_frees_the_rest_and_may_be_taken_back(scene):
    ann, nut, _ = scene
    placed = order(ann, [(nut, 10)])
    number = wave()
    (line,) = pick_lines(number)
    keeper = desk()
    with acting_as(keeper):
        for quantity, reason in ((D(7), ""), (D(7), "lost"), (D(11), "missing"), (D(-1), "missing")):
            with pytest.raises(Invalid):
                enter(keeper, line.list_id, line.id, quantity, reason=reason)
        enter(keeper, line.list_id, line.id, D(7), reason="damaged")
        assert claimed(placed) == [7]
        assert [one.lines[0].units for one in ready(keeper, store())] == [3]
        take_back(keeper, line.list_id, line.id)
        assert claimed(placed) == [10]
        enter(keeper, line.list_id, line.id, D(7), reason="missing")
        (packing,) = packings(number)
        put_rest(keeper, packing.id)
        with pytest.raises(Conflict):
            take_back(keeper, line.list_id, line.id)
        finish(keeper, packing.id)
    again = wave()
    assert [one.quantity for one in pick_lines(again)] == [3]
    with acting_as(keeper):
        (line,) = pick_lines(again)
        enter(keeper, line.list_id, line.id, D(0), reason="missing")
    assert packings(again)[0].state == "cancelled"
    assert claimed(placed) == [7]


def test_packs_are_not_broken(scene):
    ann, _, pin = scene
    address = ship_to(ann)
    with acting_as(ann):
        cart = add_lines(ann, None, [wanted(pin, 3, "XBX")], client_ref=ref()).page.cart_id
        check_prices(ann, cart)
        placed = submit(ann, cart, Wishes(address), client_ref=ref()).order
    number = wave()
    (line,) = pick_lines(number)
    assert (line.quantity, claimed(placed)) == (36, [3])
    keeper = desk()
    with acting_as(keeper):
        with pytest.raises(Invalid, match="Take 24"):
            enter(keeper, line.list_id, line.id, D(30), reason="missing")
        enter(keeper, line.list_id, line.id, D(24), reason="missing")
        put_rest(keeper, packings(number)[0].id)
        shipment = finish(keeper, packings(number)[0].id)
        facts = shipment_facts(keeper, shipment)
    assert [(one.quantity, one.unit) for one in facts.lines] == [(2, "XBX")]
    assert claimed(placed) == [2]


def test_what_is_refused(scene):
    ann, nut, _ = scene
    placed = order(ann, [(nut, 10)])
    keeper = desk()
    with acting_as(keeper):
        (delivery,) = ready(keeper, store())
        with pytest.raises(Invalid):
            start_wave(keeper, store(), [], Method.SINGLE, client_ref=ref())
        with pytest.raises(Conflict):
            start_wave(keeper, store(), [delivery.id + 999], Method.SINGLE, client_ref=ref())
        with pytest.raises(NotFound):
            cancel_wave(keeper, "W-0", reason="")
    with acting_as(ann), pytest.raises(Forbidden):
        start_wave(ann, store(), [delivery.id], Method.SINGLE, client_ref=ref())
    change_company(ann.company_id, is_blocked=True)
    with acting_as(keeper):
        assert [one.hold is not None for one in ready(keeper, store())] == [True]
    change_company(ann.company_id, is_blocked=False)
    with acting_as(keeper):
        record_prepay_open(keeper, placed.id, D("11.90"))
        (held,) = ready(keeper, store())
        assert "11.90" in str(held.hold)
        with pytest.raises(Conflict):
            start_wave(keeper, store(), [delivery.id], Method.SINGLE, client_ref=ref())
        record_prepay_open(keeper, placed.id, D(0))
    key = ref()
    with acting_as(keeper):
        number = start_wave(keeper, store(), [delivery.id], Method.SINGLE, client_ref=key)
        assert start_wave(keeper, store(), [delivery.id], Method.SINGLE, client_ref=key) == number
        with pytest.raises(Conflict):
            start_wave(keeper, store(), [delivery.id], Method.SINGLE, client_ref=ref())
    line = lines_of(placed.id)[0]
    with acting_as(keeper), pytest.raises((Conflict, Invalid)):
        cancel(keeper, placed.id, {line.id: line.quantity}, reason="no", client_ref=ref())
    (packing,) = packings(number)
    with acting_as(keeper):
        with pytest.raises(Conflict):
            finish(keeper, packing.id)  # still being picked
        assert cancel_wave(keeper, number, reason="wrong day") == 1
        with pytest.raises(Conflict):
            finish(keeper, packing.id)
        with pytest.raises(Conflict):
            begin(keeper, lists_of(number)[0].id)
    assert claimed(placed) == [0]


def test_packages_are_filled_emptied_and_weighed(scene):
    ann, nut, pin = scene
    order(ann, [(nut, 10), (pin, 5)])
    number = wave()
    all_picked(number)
    (packing,) = packings(number)
    keeper = desk()
    with acting_as(keeper):
        carrier = save_carrier(keeper, CarrierEntry("NORD", "Nordfracht", package_limit=D(30)))
        assert scan_into(keeper, packing.id, None, "NUT") == "NUT"
        for code in ("10*NUT", "ZZZ"):
            with pytest.raises(Invalid):
                scan_into(keeper, packing.id, None, code)
        with pytest.raises(Conflict, match="Not packed yet"):
            finish(keeper, packing.id)
        put_rest(keeper, packing.id)
        with pytest.raises(Conflict):
            put_rest(keeper, packing.id)
        first, second = db.session.scalars(select(PackBox.id).order_by(PackBox.position)).all()
        empty_box(keeper, packing.id, first)
        with pytest.raises(Conflict, match="Not packed yet"):
            finish(keeper, packing.id)
        empty_box(keeper, packing.id, first, removes=True)
        put_rest(keeper, packing.id, second)
        assert db.session.scalars(select(PackBox.position)).all() == [1]
        assert len(db.session.scalars(select(PackItem.id)).all()) == 2
        with pytest.raises(Invalid):
            weigh_box(keeper, packing.id, second, BoxEntry(kind="??"))
        with pytest.raises(Invalid):
            weigh_box(keeper, packing.id, second, BoxEntry(weight=D(-1)))
        weigh_box(keeper, packing.id, second, BoxEntry(weight=D(31)))
        with pytest.raises(Conflict, match="30 kg"):
            finish(keeper, packing.id, carrier_id=carrier)
        with pytest.raises(Invalid):
            finish(keeper, packing.id, carrier_id=carrier + 99)
        shipment = finish(keeper, packing.id)
        discard(keeper, shipment)
        assert [len(one.lines) for one in ready(keeper, store())] == [2]


def test_a_delivery_given_up_is_ready_again(scene):
    ann, nut, _ = scene
    placed = order(ann, [(nut, 10)])
    number = wave()
    all_picked(number)
    keeper = desk()
    with acting_as(keeper):
        cancel_packing(keeper, packings(number)[0].id, reason="lorry is gone")
        assert [one.lines[0].units for one in ready(keeper, store())] == [10]
    assert claimed(placed) == [0]


def test_settings_are_checked(scene):
    keeper = desk()
    with acting_as(keeper):
        for wrong in (("12", 0, 60), ("40123x", 0, 60), ("4012345", 10, 60), ("4012345", 0, 0)):
            with pytest.raises(Invalid):
                set_packing(keeper, *wrong)
        for entry in (CarrierEntry("X", "X", "http://x.example/{number}"), CarrierEntry("X", "X", package_limit=D(0))):
            with pytest.raises(Invalid):
                save_carrier(keeper, entry)
        set_packing(keeper, "", 0, 60)
