"""Goods come back: what can, what is refused, what it does to stock and orders, and what is made good."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.fulfilment.domain.returned import Asked, Found
from app.fulfilment.queries.returns import (
    ReturnFilter,
    accepted_lines,
    return_counts,
    return_page,
    returnable,
    returns_page,
)
from app.fulfilment.service.cases import attach
from app.fulfilment.service.return_goods import inspect, receive, settle
from app.fulfilment.service.returns import ask_return, authorise, lapse, refuse, withdraw
from app.inventory.models.stock import Stock
from app.inventory.service.bins import BinRow, save_bins
from tests.factories.accounts import customer
from tests.factories.cases import asked_for, authorised, inspected, received, requested, return_lines, return_of
from tests.factories.ordering import article, buyer, order, ref, sales
from tests.factories.shipments import delivered, lines_of, order_of, packed, shipment_of, store_keeper

D = Decimal
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def scene(ctx):
    """An order of 10 nuts and 4 pins, delivered in one shipment."""
    nut, pin = article("NUT", "10", stock=100), article("PIN", "5", stock=50)
    ann = buyer(customer())
    placed = order(ann, [(nut, 10), (pin, 4)])
    return ann, placed, delivered(placed.id), nut


def do(actor, act, *values, **further):
    with acting_as(actor):
        return act(actor, *values, **further)


def shelf(made) -> tuple[Decimal, Decimal]:
    with system_scope("test"):
        found = db.session.scalars(
            select(Stock).where(Stock.article_id == made.id).execution_options(populate_existing=True)
        ).one()
        return found.on_hand, found.reserved


def test_a_return_from_the_request_to_the_credit(scene):
    ann, placed, shipment_id, nut = scene
    desk, store = sales(), store_keeper()
    before = shelf(nut)
    key = ref()
    lines = asked_for(shipment_id, {1: 3, 2: 1})
    made = do(ann, ask_return, shipment_id, lines, client_ref=key, note=" Bent ")
    assert do(ann, ask_return, shipment_id, lines, client_ref=key, note="Bent") == made
    with pytest.raises(Conflict):
        do(ann, ask_return, shipment_id, lines[:1], client_ref=key)
    assert [line.left for line in do(ann, returnable, shipment_id).lines] == [D(7), D(3)]
    do(desk, authorise, made, outcome="credit", answer="By parcel, please.")
    nuts, pins = return_lines(made)
    do(store, receive, made, {nuts.id: D(3), pins.id: D(0)})
    with pytest.raises(Invalid):
        do(store, inspect, made, {nuts.id: Found(stock=D(2))})
    with acting_as(store):
        save_bins(store, return_of(made).warehouse_id, [BinRow("A-1")])
    with pytest.raises(Invalid, match="A-9"):
        do(store, inspect, made, {nuts.id: Found(stock=D(2), scrap=D(1), bin_code="A-9")})
    do(store, inspect, made, {nuts.id: Found(stock=D(1), quarantine=D(1), scrap=D(1), bin_code="A-1")})
    assert shelf(nut)[0] == before[0] + 1
    assert [line.returned_quantity for line in lines_of(placed.id)] == [D(3), D(0)]
    with pytest.raises(Forbidden):
        do(store, settle, made, {nuts.id: D(100)})
    do(desk, settle, made, {nuts.id: D("87.5")})
    assert return_of(made).state == "accepted"
    (line,) = do(desk, accepted_lines, made)
    assert (line.order_line_id, line.quantity, line.percent, line.outcome, line.reason) == (
        nuts.order_line_id, D(3), D("87.5"), "credit", "damaged",
    )  # fmt: skip
    page = do(ann, return_page, return_of(made).number)
    assert [entry.action for entry in page.history] == ["ask", "authorise", "receive", "inspect", "settle"]
    assert [one.left for one in do(ann, returnable, shipment_id).lines] == [D(7), D(4)]


def test_what_cannot_be_asked(scene):
    ann, _placed, shipment_id, _nut = scene
    stranger, book = buyer(customer(name="Stranger")), buyer(role="approver")
    first, second = asked_for(shipment_id, {1: 1, 2: 1})
    rows = [
        (ann, [], Invalid),
        (ann, [Asked(first.shipment_line_id, D(11), "damaged")], Invalid),
        (ann, [Asked(first.shipment_line_id, D(0), "damaged")], Invalid),
        (ann, [Asked(first.shipment_line_id, D(1), "moon")], Invalid),
        (ann, [first, first], NotFound),
        (ann, [Asked(0, D(1), "damaged")], NotFound),
        (stranger, [first, second], NotFound),
        (book, [first], NotFound),
    ]
    for actor, lines, error in rows:
        with pytest.raises(error):
            do(actor, ask_return, shipment_id, lines, client_ref=ref())
    with pytest.raises(Invalid):
        do(ann, ask_return, shipment_id, [first], client_ref=ref(), outcome="gold")
    store = store_keeper()
    with pytest.raises(Forbidden):
        do(store, ask_return, shipment_id, [first], client_ref=ref())
    more = article("LATE", "1", stock=10)
    unsent = packed(order(ann, [(more, 1)]).id)
    with pytest.raises(NotFound):
        do(ann, returnable, unsent)
    assert do(sales(), ask_return, shipment_id, [first], client_ref=ref())


def test_ends_without_goods_free_what_was_asked(scene):
    ann, _placed, shipment_id, _nut = scene
    desk = sales()
    stranger = buyer(customer(name="Stranger"))
    one = requested(ann, shipment_id, {1: 10})
    with pytest.raises(Invalid):
        requested(ann, shipment_id, {1: 1})
    with pytest.raises(NotFound):
        do(stranger, withdraw, one)
    with pytest.raises(Forbidden):
        do(ann, authorise, one, outcome="credit")
    do(ann, withdraw, one)
    with pytest.raises(Conflict):
        do(desk, authorise, one, outcome="credit")
    two = requested(ann, shipment_id, {1: 10})
    with pytest.raises(Invalid):
        do(desk, refuse, two, " ")
    do(desk, refuse, two, "Opened already")
    three = authorised(ann, shipment_id, {1: 10})
    do(desk, lapse, three)
    four = requested(ann, shipment_id, {1: 10})
    assert [return_of(each).state for each in (one, two, three, four)] == [
        "withdrawn", "refused", "lapsed", "requested",
    ]  # fmt: skip
    assert do(desk, return_counts) == {"requested": 1}
    assert do(stranger, returns_page, ReturnFilter()) == []
    assert [row.id for row in do(ann, returns_page, ReturnFilter())] == [four, three, two, one]
    assert [row.id for row in do(ann, returns_page, ReturnFilter(), after=(three,), limit=1)] == [two]
    assert [row.id for row in do(ann, returns_page, ReturnFilter(), before=(two,), limit=1)] == [three]
    assert [row.id for row in do(desk, returns_page, ReturnFilter(("refused",), shipment_of(shipment_id).number))] == [
        two
    ]


def test_a_replacement_is_ordered_at_no_charge(scene):
    ann, placed, shipment_id, nut = scene
    desk = sales()
    made = inspected(ann, shipment_id, {1: 3}, "replacement")
    (line,) = return_lines(made)
    reserved = shelf(nut)[1]
    with pytest.raises(Invalid):
        do(desk, settle, made, {line.id: D(50)})
    do(desk, settle, made, {line.id: D(100)})
    found = return_of(made)
    again = order_of(found.replacement_id)
    assert (again.state, again.gross_total, again.po_number) == ("confirmed", D(0), "PO-1")
    assert again.invoiced_at and again.paid_at
    (row,) = lines_of(again.id)
    assert (row.quantity, row.net, row.unit_price, row.invoiced_quantity) == (D(3), D(0), D(0), D(3))
    assert row.price_source == f"return:{found.number}"
    assert shelf(nut)[1] == reserved + 3
    assert [one.outcome for one in do(desk, accepted_lines, made)] == ["replacement"]
    assert do(desk, return_page, found.number).replacement_number == again.number
    delivered(again.id)
    assert order_of(again.id).state == "closed"
    assert order_of(placed.id).gross_total > 0


def test_goods_that_go_back_to_the_customer_are_not_made_good(scene):
    ann, placed, shipment_id, nut = scene
    desk, store = sales(), store_keeper()
    made = received(ann, shipment_id, {1: 2})
    (line,) = return_lines(made)
    with pytest.raises(Conflict):
        do(store, inspect, made, {})
    before = shelf(nut)
    do(store, inspect, made, {line.id: Found(back=D(2), note="Not ours")})
    assert shelf(nut) == before
    with pytest.raises(Conflict):
        do(store, inspect, made, {line.id: Found(back=D(2))})
    do(desk, settle, made, {})
    assert return_of(made).state == "rejected"
    assert do(desk, accepted_lines, made) == []
    assert lines_of(placed.id)[0].returned_quantity == 0
    assert do(ann, returnable, shipment_id).lines[0].left == D(10)


def test_photos_belong_to_open_returns(scene):
    ann, _placed, shipment_id, _nut = scene
    stranger = buyer(customer(name="Stranger"))
    made = requested(ann, shipment_id, {1: 1})
    do(ann, attach, "bent.png", PNG, return_id=made)
    do(sales(), attach, "note.html", b"<script>", return_id=made)
    with pytest.raises(NotFound):
        do(stranger, attach, "bent.png", PNG, return_id=made)
    with pytest.raises(Invalid):
        do(ann, attach, "empty.png", b"", return_id=made)
    page = do(ann, return_page, return_of(made).number)
    assert [(file.name, file.is_picture) for file in page.files] == [("bent.png", True), ("note.html", False)]
    do(ann, withdraw, made)
    with pytest.raises(Conflict):
        do(ann, attach, "bent.png", PNG, return_id=made)
