"""Shipments: what they do to stock and orders, what is refused, and the proof of delivery."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.accounts.models.companies import Company
from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.fulfilment.domain.shipment import DifferenceKind, LineDifference, NewPackage, Picture, ShipmentEntry
from app.fulfilment.queries.shipments import ShipmentFilters, shipment_facts, shipment_ids_of_order, shipments
from app.fulfilment.service.shipments import create_shipment, deliver, discard, send, track
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock
from app.ordering.service.cancelling import cancel
from app.ordering.service.order_rules import OwnRules, set_own_rules
from app.ordering.service.progress import close, record_invoiced, record_line_invoiced, record_paid, record_returned
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, ref, sales
from tests.factories.shipments import (
    asked,
    delivered,
    lines_of,
    order_of,
    packed,
    proof,
    shipment_of,
    shipped,
    store_keeper,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def scene(ctx):
    nut, pin = article("NUT", "10", stock=100), article("PIN", "5", stock=50, units={"XBX": 12})
    ann = buyer(customer())
    return ann, order(ann, [(nut, 10), (pin, 4)]), nut, pin


def one(statement):
    with system_scope("test"):
        return db.session.scalars(statement).one()


def shelf(made) -> tuple[Decimal, Decimal]:
    found = one(select(Stock).where(Stock.article_id == made.id).execution_options(populate_existing=True))
    return found.on_hand, found.reserved


def states(placed) -> tuple[str, list[str]]:
    return order_of(placed.id).state, [line.state for line in lines_of(placed.id)]


def test_an_order_leaves_in_two_parts_and_is_delivered(scene):
    _, placed, nut, _ = scene
    first = shipped(placed.id, {1: 6}, tracking="TR1")
    assert states(placed) == ("in_delivery", ["in_delivery", "placed"])
    assert shelf(nut) == (94, 4)
    assert shipment_of(first).number == f"LS-{clock.today().year}-000001"
    second = delivered(placed.id)
    assert states(placed) == ("in_delivery", ["in_delivery", "delivered"])
    desk = store_keeper()
    with acting_as(desk):
        deliver(desk, first, proof())
    assert states(placed) == ("delivered", ["delivered", "delivered"])
    assert shelf(nut) == (90, 0)
    with acting_as(desk):
        assert shipment_ids_of_order(desk, placed.id) == [first, second]
        facts = shipment_facts(desk, first)
    assert [(line.sku, line.quantity, line.delivered_quantity) for line in facts.lines] == [("NUT", 6, 6)]
    assert facts.tracking_numbers == ("TR1",)
    assert facts.proof is not None
    assert facts.proof.is_complete


def test_not_more_leaves_than_was_ordered_whatever_is_packed_already(scene):
    _, placed, _, _ = scene
    packed(placed.id, {1: 7})
    for quantities in ({1: 4}, {2: 5}, {1: -1}, {}):
        with pytest.raises(Invalid) as error:
            packed(placed.id, quantities)
        assert error.value.field == "lines"
    assert [line.claimed_quantity for line in lines_of(placed.id)] == [7, 0]


def test_a_request_sent_again_packs_nothing_twice(scene):
    _, placed, _, _ = scene
    desk, wanted, key = store_keeper(), asked(placed.id, {1: 3}), ref()
    with acting_as(desk):
        first = create_shipment(desk, wanted, client_ref=key)
        assert create_shipment(desk, wanted, client_ref=key) == first
        with pytest.raises(Conflict):
            create_shipment(desk, asked(placed.id, {1: 4}), client_ref=key)
    assert lines_of(placed.id)[0].claimed_quantity == 3


def test_what_was_packed_and_taken_back_is_free_again(scene):
    _, placed, nut, _ = scene
    desk, shipment_id = store_keeper(), packed(placed.id, {1: 3})
    with acting_as(desk):
        discard(desk, shipment_id)
        with pytest.raises(Conflict):
            send(desk, shipment_id)
        assert shipment_ids_of_order(desk, placed.id) == []
    assert lines_of(placed.id)[0].claimed_quantity == 0
    assert shelf(nut) == (100, 10)


def test_goods_leave_once_and_only_what_lies_there(scene):
    ann, placed, nut, _ = scene
    shipment_id, desk = shipped(placed.id, {1: 3}), store_keeper()
    with acting_as(desk):
        for again in (send, discard):
            with pytest.raises(Conflict):
                again(desk, shipment_id)
        deliver(desk, shipment_id, proof())
        with pytest.raises(Conflict):
            deliver(desk, shipment_id, proof())
    with acting_as(ann), pytest.raises(Forbidden):
        send(ann, shipment_id)
    with system_scope("test"):
        db.session.execute(Stock.__table__.update().where(Stock.article_id == nut.id).values(on_hand=5))
        db.session.commit()
    late = packed(placed.id, {1: 7})
    with acting_as(desk), pytest.raises(Conflict):
        send(desk, late)
    assert shipment_of(late).state == "packed"
    assert lines_of(placed.id)[0].shipped_quantity == 3


def test_orders_of_one_customer_go_together_and_those_of_another_do_not(scene):
    ann, placed, nut, _ = scene
    more, foreign = order(ann, [(nut, 2)]), order(buyer(customer()), [(nut, 2)])
    both = [*asked(placed.id, {1: 1}).entries, *asked(more.id).entries]
    desk = store_keeper()
    with acting_as(desk):
        shipment_id = create_shipment(desk, asked(placed.id, entries=both), client_ref=ref())
        send(desk, shipment_id)
        assert [number for _, number in shipment_facts(desk, shipment_id).orders] == [placed.number, more.number]
    mixed = [*both, *asked(foreign.id).entries]
    with acting_as(desk), pytest.raises(NotFound):
        create_shipment(desk, asked(placed.id, entries=mixed), client_ref=ref())
    assert lines_of(more.id)[0].shipped_quantity == 2


def test_parts_in_another_unit_add_up_to_the_base_units(ctx):
    pin = article("PIN", "5", stock=100, units={"XBX": 7})
    ann = buyer()
    placed = order(ann, [(pin, 10)])
    shipped(placed.id, {1: "3.333333"})
    shipped(placed.id, {1: "3.333333"})
    shipped(placed.id)
    assert shelf(pin) == (90, 0)


def test_an_order_that_can_still_be_changed_is_not_picked(scene):
    ann, _, nut, _ = scene
    desk = sales()
    code = one(select(Company.code).where(Company.id == ann.company_id))
    with acting_as(desk):
        set_own_rules(desk, code, OwnRules(grace_minutes=30))
    placed = order(ann, [(nut, 1)])
    with pytest.raises(Conflict, match="pick it later"):
        packed(placed.id)


def test_the_receiver_signs_for_what_he_took(scene):
    ann, placed, _, _ = scene
    shipment_id, desk = shipped(placed.id), store_keeper()
    with acting_as(desk):
        line, other = shipment_facts(desk, shipment_id).lines
        short = LineDifference(line.id, Decimal(8), DifferenceKind.DAMAGED, "wet carton")
        with pytest.raises(Invalid):
            deliver(desk, shipment_id, proof(receiver=" "))
        with pytest.raises(Invalid):
            deliver(desk, shipment_id, proof(differences=[LineDifference(line.id, Decimal(11), DifferenceKind.WRONG)]))
        with pytest.raises(Invalid):
            deliver(desk, shipment_id, proof(photo=Picture(b"GIF89a", "x.gif")))
        deliver(
            desk, shipment_id,
            proof(differences=[short], photo=Picture(PNG, "dock.png"), signature=Picture(PNG, "sign.png")),
        )  # fmt: skip
    with acting_as(ann):
        facts = shipment_facts(ann, shipment_id)
    assert [(one.delivered_quantity, one.difference, one.difference_note) for one in facts.lines] == [
        (8, "damaged", "wet carton"), (4, "", ""),
    ]  # fmt: skip
    assert facts.proof is not None
    assert (facts.proof.is_complete, facts.proof.photo_id is not None) == (False, True)
    first = lines_of(placed.id)[0]
    assert (first.delivered_quantity, first.missing_quantity, first.state) == (8, 2, "delivered")
    assert other.order_line_id != line.order_line_id


def test_a_stranger_sees_no_shipment(scene):
    _, placed, _, _ = scene
    shipment_id, stranger = shipped(placed.id), buyer(customer())
    with acting_as(stranger):
        with pytest.raises(NotFound):
            shipment_facts(stranger, shipment_id)
        assert shipments(stranger, ShipmentFilters(), limit=9) == []
        assert shipment_ids_of_order(stranger, placed.id) == []


def test_lists_find_by_order_package_and_state(scene):
    _, placed, _, _ = scene
    shipment_id, desk = shipped(placed.id, tracking="TR-77", packages=[NewPackage(sscc="340123450000000018")]), sales()
    with acting_as(desk):
        for text in ("TR-77", "340123450000000018", placed.number, "LS-"):
            assert [row.id for row in shipments(desk, ShipmentFilters(text=text), limit=9)] == [shipment_id], text
        assert shipments(desk, ShipmentFilters(state="packed"), limit=9) == []
        track(desk, shipment_id, ["TR-78", "TR-79"])
        assert shipment_facts(desk, shipment_id).tracking_numbers == ("TR-78", "TR-79")


def test_a_part_that_is_on_its_way_cannot_be_cancelled_and_the_rest_can(scene):
    _, placed, nut, _ = scene
    desk = sales()
    shipped(placed.id, {1: 3})
    packed(placed.id, {1: 2})
    line, other = lines_of(placed.id)
    with acting_as(desk):
        with pytest.raises(Invalid):
            cancel(desk, placed.id, {line.id: Decimal(6)}, reason="no", client_ref=ref())
        cancel(desk, placed.id, {line.id: Decimal(1)}, reason="too many", client_ref=ref())
    assert shelf(nut) == (97, 6)
    assert order_of(placed.id).gross_total == Decimal("130.90")
    with acting_as(desk):
        cancel(desk, placed.id, {}, reason="all that is left", client_ref=ref())
    line, other = lines_of(placed.id)
    assert (line.quantity, line.state, other.quantity, other.state) == (5, "in_delivery", 0, "cancelled")
    assert shelf(nut) == (97, 2)
    with acting_as(desk), pytest.raises(Conflict):
        cancel(desk, placed.id, {}, reason="again", client_ref=ref())
    assert one(select(func.sum(Reservation.quantity)).where(Reservation.released_at.is_(None))) == 2


def test_cancelling_what_is_open_makes_a_delivered_part_the_whole(scene):
    _, placed, _, _ = scene
    desk = sales()
    delivered(placed.id, {1: 3})
    with acting_as(desk):
        cancel(desk, placed.id, {}, reason="the rest is not wanted", client_ref=ref())
    assert states(placed) == ("delivered", ["delivered", "cancelled"])


def test_delivered_invoiced_and_paid_closes_an_order(scene):
    _, placed, _, _ = scene
    desk = sales()
    with acting_as(desk), pytest.raises(Conflict):
        close(desk, placed.id, "too early")
    delivered(placed.id)
    line, other = lines_of(placed.id)
    with acting_as(desk):
        record_line_invoiced(desk, placed.id, {line.id: Decimal(10)})
        with pytest.raises(Invalid):
            record_line_invoiced(desk, placed.id, {other.id: Decimal(5)})
        assert order_of(placed.id).invoiced_at is None
        record_invoiced(desk, placed.id, clock.now())
        record_returned(desk, placed.id, {line.id: Decimal(2)})
        record_paid(desk, placed.id, clock.now())
    assert states(placed)[0] == "closed"
    with acting_as(desk):
        record_line_invoiced(desk, placed.id, {line.id: Decimal(-2)})
        assert [one.invoiced_quantity for one in lines_of(placed.id)] == [8, 4]
        record_paid(desk, placed.id, None)
        assert states(placed)[0] == "delivered"
        close(desk, placed.id, "settled otherwise")
    assert states(placed)[0] == "closed"


def test_lines_learn_the_batches_they_were_taken_from(scene):
    _, placed, _, _ = scene
    desk = store_keeper()
    wanted = asked(placed.id, entries=[ShipmentEntry(lines_of(placed.id)[0].id, Decimal(4), package=1)],
                   packages=[NewPackage()])  # fmt: skip
    with acting_as(desk):
        shipment_id = create_shipment(desk, wanted, client_ref=ref())
        send(desk, shipment_id)
        assert [(one.quantity, one.batch, one.package_position) for one in shipment_facts(desk, shipment_id).lines] == [
            (4, "", 1)
        ]
