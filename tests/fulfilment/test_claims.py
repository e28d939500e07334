"""Claims about goods: opened, asked, granted in whole or in part, refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.fulfilment.domain.claimed import Complained, Granted
from app.fulfilment.queries.claims import (
    ClaimFilter,
    cases_of_order,
    claim_counts,
    claim_page,
    claimable,
    claims_page,
    granted_lines,
    lines_in_shipment,
)
from app.fulfilment.queries.returns import ReturnFilter, accepted_lines, returns_page
from app.fulfilment.service.cases import attach
from app.fulfilment.service.claims import answer, ask, grant, open_claim, refuse, withdraw
from app.ordering.models.orders import Order
from tests.factories.accounts import customer
from tests.factories.cases import claimed
from tests.factories.ordering import article, buyer, order, ref, sales
from tests.factories.shipments import delivered, store_keeper

D = Decimal
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20


@pytest.fixture
def scene(ctx):
    """An order of 10 nuts and 4 pins, of which 10 and 2 were delivered."""
    nut, pin = article("NUT", "10", stock=100), article("PIN", "5", stock=50)
    ann = buyer(customer())
    placed = order(ann, [(nut, 10), (pin, 4)])
    return ann, placed, delivered(placed.id, {1: 10, 2: 2})


def do(actor, act, *values, **further):
    with acting_as(actor):
        return act(actor, *values, **further)


def page(actor, claim_id):
    (row,) = [row for row in do(actor, claims_page, ClaimFilter()) if row.id == claim_id]
    return do(actor, claim_page, row.number)


def test_a_claim_is_asked_about_and_granted_in_part(scene):
    ann, placed, shipment_id = scene
    desk = sales()
    number, ids = do(ann, lines_in_shipment, shipment_id)
    assert number == placed.number and len(ids) == 2
    made = claimed(ann, placed.id, placed.number, {1: 3, 2: 2}, shipment_id=shipment_id, note="Box was open")
    do(ann, attach, "box.jpg", JPEG, claim_id=made)
    do(desk, ask, made, "Which box?")
    with pytest.raises(Conflict):
        do(desk, ask, made, "Well?")
    with pytest.raises(Forbidden):
        do(desk, answer, made, "The second.")
    do(ann, answer, made, "The second.")
    nuts, pins = page(desk, made).lines
    with pytest.raises(Conflict):
        do(desk, grant, made, {nuts.id: Granted(D(3))}, remedy="credit")
    with pytest.raises(Invalid):
        do(desk, grant, made, {nuts.id: Granted(D(0)), pins.id: Granted(D(0))}, remedy="credit")
    with pytest.raises(Forbidden):
        do(store_keeper(), grant, made, {nuts.id: Granted(D(3)), pins.id: Granted(D(0))}, remedy="credit")
    do(desk, grant, made, {nuts.id: Granted(D(2), D(50)), pins.id: Granted(D(0))}, remedy="credit", text="Sorry")
    found = page(ann, made)
    assert (found.state, found.answer, [file.name for file in found.files]) == ("partly_granted", "Sorry", ["box.jpg"])
    assert [entry.action for entry in found.history] == ["open", "file_added", "ask", "answer", "grant"]
    assert [(line.quantity, line.percent, line.outcome, line.reason) for line in do(desk, granted_lines, made)] == [
        (D(2), D(50), "credit", "missing")
    ]
    with pytest.raises(Conflict):
        do(ann, withdraw, made)
    assert do(ann, cases_of_order, placed.id) == [(found.number, "partly_granted")]


def test_goods_are_sent_again_or_come_back_first(scene):
    ann, placed, _shipment_id = scene
    desk = sales()
    again = claimed(ann, placed.id, placed.number, {1: 2}, remedy="replacement")
    (line,) = page(desk, again).lines
    do(desk, grant, again, {line.id: Granted(D(2))}, remedy="replacement")
    number = page(ann, again).replacement_number
    assert number and [one.outcome for one in do(desk, granted_lines, again)] == ["replacement"]
    with system_scope("test"):
        assert db.session.scalars(select(Order.gross_total).where(Order.number == number)).one() == 0

    back = claimed(ann, placed.id, placed.number, {1: 4}, remedy="return")
    (line,) = page(desk, back).lines
    do(desk, grant, back, {line.id: Granted(D(4))}, remedy="return", text="Send them in.")
    assert do(desk, granted_lines, back) == []
    (row,) = do(ann, returns_page, ReturnFilter())
    assert (row.state, page(ann, back).return_number) == ("authorised", row.number)
    assert do(desk, accepted_lines, row.id) == []
    more = claimed(ann, placed.id, placed.number, {1: 7}, remedy="return")
    (line,) = page(desk, more).lines
    with pytest.raises(Invalid):
        do(desk, grant, more, {line.id: Granted(D(7))}, remedy="return")
    do(desk, refuse, more, "We have seen six only.")
    assert do(desk, claim_counts) == {}


def test_what_cannot_be_claimed(scene):
    ann, placed, shipment_id = scene
    stranger, book = buyer(customer(name="Stranger")), buyer(role="approver")
    nuts, pins = do(ann, claimable, placed.number).lines
    assert (nuts.shipped, pins.shipped) == (D(10), D(2))
    fine = Complained(nuts.id, D(1), "damaged")
    rows = [
        (ann, [], Invalid),
        (ann, [Complained(pins.id, D(3), "missing")], Invalid),
        (ann, [Complained(nuts.id, D(1), "moon")], Invalid),
        (ann, [fine, fine], NotFound),
        (stranger, [fine], NotFound),
        (book, [fine], NotFound),
    ]
    for actor, lines, error in rows:
        with pytest.raises(error):
            do(actor, open_claim, placed.number, lines, client_ref=ref())
    with pytest.raises(Forbidden):
        do(store_keeper(), open_claim, placed.number, [fine], client_ref=ref())
    key = ref()
    made = do(ann, open_claim, placed.number, [fine], client_ref=key)
    assert do(ann, open_claim, placed.number, [fine], client_ref=key) == made
    with pytest.raises(Conflict):
        do(ann, open_claim, placed.number, [fine], client_ref=key, remedy="return")
    with pytest.raises(NotFound):
        do(stranger, withdraw, made)
    with pytest.raises(NotFound):
        do(stranger, lines_in_shipment, shipment_id)
    do(ann, withdraw, made)
    assert page(ann, made).state == "withdrawn"
    assert do(stranger, claims_page, ClaimFilter()) == []
