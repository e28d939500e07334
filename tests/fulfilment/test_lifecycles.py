"""Random lives of an order on the real database: whatever is done and refused, quantities, stock and sums add up."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core.db import db
from app.core.errors import DomainError
from app.core.tenancy import acting_as, system_scope
from app.fulfilment.domain.shipment import DifferenceKind, LineDifference
from app.fulfilment.queries.shipments import shipment_facts, shipment_ids_of_order
from app.fulfilment.service.shipments import create_shipment, deliver, discard, send
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock, StockMove
from app.ordering.service.cancelling import cancel
from app.ordering.service.progress import record_line_invoiced, record_returned
from tests.factories.ordering import article, buyer, order, ref, sales
from tests.factories.shipments import asked, lines_of, order_of, proof, store_keeper

_STEP = st.tuples(
    st.sampled_from(("pack", "pack", "send", "send", "deliver", "discard", "cancel", "return", "invoice")),
    st.integers(0, 1), st.sampled_from((1, 2, 5, 9)),
)  # fmt: skip


@pytest.fixture
def scene(ctx):
    made = {sku: article(sku, "10", stock=1000, units={"XBX": 12}) for sku in ("NUT", "PIN")}
    return made, buyer(), store_keeper(), sales()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_STEP, min_size=4, max_size=12))
def test_random_lives_of_an_order_add_up(scene, steps):
    made, ann, keeper, desk = scene
    placed = order(ann, [(made["NUT"], 10), (made["PIN"], 10)])
    before = {sku: shelf(one) for sku, one in made.items()}
    for act, place, quantity in steps:
        with suppress(DomainError):
            do(act, placed.id, place, Decimal(quantity), keeper, desk)
        check(placed.id, made, before)


def do(act, order_id, place, quantity, keeper, desk) -> None:
    line = lines_of(order_id)[place]
    with acting_as(keeper):
        sent = shipment_ids_of_order(keeper, order_id)
    shipment_id = sent[place % len(sent)] if sent else 0
    if act in ("cancel", "return", "invoice"):
        with acting_as(desk):
            if act == "cancel":
                cancel(desk, order_id, {line.id: quantity}, reason="random", client_ref=ref())
            else:
                count = record_returned if act == "return" else record_line_invoiced
                count(desk, order_id, {line.id: quantity})
        return
    wanted = asked(order_id, {line.position: quantity}) if act == "pack" else None
    with acting_as(keeper):
        if wanted is not None:
            create_shipment(keeper, wanted, client_ref=ref())
        elif act == "send":
            send(keeper, shipment_id)
        elif act == "discard":
            discard(keeper, shipment_id)
        else:
            first = shipment_facts(keeper, shipment_id).lines[0]
            short = [LineDifference(first.id, first.quantity - 1, DifferenceKind.MISSING)] if quantity > 4 else []
            deliver(keeper, shipment_id, proof(differences=short))


def shelf(one) -> tuple[Decimal, Decimal, Decimal]:
    """On hand, reserved, and the sum of the ledger."""
    with system_scope("test"):
        stock = select(Stock.on_hand, Stock.reserved).where(Stock.article_id == one.id)
        on_hand, reserved = db.session.execute(stock).one()
        moves = select(func.coalesce(func.sum(StockMove.quantity), 0)).where(StockMove.article_id == one.id)
        return on_hand, reserved, db.session.scalars(moves).one()


def check(order_id, made, before) -> None:
    for line in lines_of(order_id):
        assert 0 <= line.delivered_quantity + line.missing_quantity <= line.shipped_quantity <= line.claimed_quantity
        assert line.claimed_quantity <= line.quantity
        assert line.quantity + line.cancelled_quantity == 10
        assert line.invoiced_quantity <= line.quantity
        on_hand, reserved, ledger = shelf(made[line.sku])
        was_there, was_reserved, was_ledger = before[line.sku]
        assert was_there - on_hand == line.shipped_quantity == was_ledger - ledger
        assert was_reserved - reserved == line.cancelled_quantity + line.shipped_quantity
        with system_scope("test"):
            held = select(func.coalesce(func.sum(Reservation.quantity), 0)).where(
                Reservation.order_line_id == line.id, Reservation.released_at.is_(None)
            )
            assert db.session.scalars(held).one() == line.quantity - line.shipped_quantity
    head = order_of(order_id)
    assert head.net_total == sum((line.net for line in lines_of(order_id)), Decimal(0))
