"""Cancelling orders, lines and parts of lines: what comes back, who may, and that a repeat changes nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.billing.models.invoices import Invoice
from app.billing.service.issue import issue_invoice
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock
from app.ordering.domain.lifecycle import CancelUntil
from app.ordering.models.changes import OrderChange, OrderRequest
from app.ordering.models.deliveries import OrderLinePart
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.ordering.service.cancelling import ask_to_cancel, cancel, decide_request
from app.ordering.service.order_rules import OwnRules, set_own_rules
from app.ordering.service.progress import record_invoiced, release
from app.pricing.models.promotions import PromotionUse
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, order, ref, sales
from tests.factories.promotions import promotion


def lines(order_id: int) -> list[OrderLine]:
    with system_scope("test"):
        statement = select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position)
        return list(db.session.scalars(statement.execution_options(populate_existing=True)))


def head(order_id: int) -> Order:
    with system_scope("test"):
        statement = select(Order).where(Order.id == order_id)
        return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def one(statement):
    with system_scope("test"):
        return db.session.scalars(statement).one()


def parts() -> list[tuple[Decimal, Decimal]]:
    with system_scope("test"):
        statement = select(OrderLinePart.quantity, OrderLinePart.net).order_by(OrderLinePart.order_line_id)
        return [tuple(row) for row in db.session.execute(statement)]


def held(line_id: int) -> Decimal:
    return one(
        select(func.coalesce(func.sum(Reservation.quantity), 0)).where(
            Reservation.order_line_id == line_id, Reservation.released_at.is_(None)
        )
    )


def reserved(made) -> Decimal:
    return one(select(Stock.reserved).where(Stock.article_id == made.id))


@pytest.fixture
def scene(ctx):
    """An order of ten nuts at 10 and four pins at 5 in an account with half an hour for changes."""
    nut, pin, company, desk = article("NUT", "10"), article("PIN", "5"), customer(), sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=30))
    ann = buyer(company)
    placed = order(ann, [(nut, 10), (pin, 4)])
    return ann, desk, placed, nut, pin


def test_a_whole_order_gives_everything_back(scene):
    ann, _, placed, nut, pin = scene
    assert (reserved(nut), reserved(pin)) == (10, 4)
    with acting_as(ann):
        made = cancel(ann, placed.id, {}, reason="Ordered twice", client_ref=ref())
    found = head(placed.id)
    assert (found.state, found.gross_total, found.version) == ("cancelled", 0, 2)
    assert (reserved(nut), reserved(pin)) == (0, 0)
    assert [(line.quantity, line.cancelled_quantity, line.state) for line in lines(placed.id)] == [
        (0, 10, "cancelled"), (0, 4, "cancelled"),
    ]  # fmt: skip
    before = one(select(OrderChange.before).where(OrderChange.id == made.change_id))
    assert before["gross_total"] == "142.800000"
    assert [line["quantity"] for line in before["lines"]] == ["10", "4"]
    assert one(select(func.count()).select_from(OrderLinePart)) == 0


def test_a_part_of_a_line_goes_at_the_agreed_price(scene):
    ann, _, placed, nut, pin = scene
    first = lines(placed.id)[0].id
    with acting_as(ann):
        cancel(ann, placed.id, {first: Decimal(3)}, reason="", client_ref=ref())
    found = head(placed.id)
    assert (found.state, found.net_total, found.gross_total) == ("placed", 90, Decimal("107.10"))
    assert (reserved(nut), reserved(pin), held(first)) == (7, 4, 7)
    assert parts() == [(7, 70), (4, 20)]


def test_the_same_request_again_changes_nothing(scene):
    ann, _, placed, nut, _ = scene
    first, same = lines(placed.id)[0].id, ref()
    with acting_as(ann):
        made = cancel(ann, placed.id, {first: Decimal(3)}, reason="Too many", client_ref=same)
        again = cancel(ann, placed.id, {first: Decimal(3)}, reason="Too many", client_ref=same)
        assert (again.is_repeat, again.change_id, reserved(nut)) == (True, made.change_id, 7)
        with pytest.raises(Conflict, match="other content"):
            cancel(ann, placed.id, {first: Decimal(4)}, reason="Too many", client_ref=same)
        with pytest.raises(Conflict, match="sent before with other content"):
            cancel(ann, placed.id, {first: Decimal(3)}, reason="Another", client_ref=same)


def test_what_cannot_be_cancelled_is_refused_with_its_line(scene):
    ann, desk, placed, _, _ = scene
    first, second = lines(placed.id)
    with acting_as(ann):
        with pytest.raises(Invalid, match="Line 1: enter more than 0 and at most 10"):
            cancel(ann, placed.id, {first.id: Decimal(11)}, reason="", client_ref=ref())
        with pytest.raises(Invalid, match="Line 1: what is left cannot be ordered"):
            cancel(ann, placed.id, {first.id: Decimal("0.5")}, reason="", client_ref=ref())
        cancel(ann, placed.id, {second.id: Decimal(4)}, reason="", client_ref=ref())
        with pytest.raises(Conflict, match="gone already"):
            cancel(ann, placed.id, {second.id: Decimal(4)}, reason="", client_ref=ref())
    with acting_as(desk), pytest.raises(Invalid, match="Say why"):
        cancel(desk, placed.id, {}, reason=" ", client_ref=ref())
    bob = buyer()
    with acting_as(bob), pytest.raises(NotFound):
        cancel(bob, placed.id, {}, reason="", client_ref=ref())


@pytest.mark.parametrize(
    ("until", "minutes", "may"),
    [(CancelUntil.GRACE, 31, False), (CancelUntil.GRACE, 29, True), (CancelUntil.CONFIRMED, 31, True)],
)
def test_the_rules_say_until_when_and_the_clock_judges(scene, until, minutes, may):
    ann, desk, placed, _, _ = scene
    with acting_as(desk):
        set_own_rules(desk, one_code(placed), OwnRules(grace_minutes=30, cancel_until=until))
    with clock.frozen(head(placed.id).placed_at + timedelta(minutes=minutes)), acting_as(ann):
        if may:
            assert cancel(ann, placed.id, {}, reason="", client_ref=ref()).version == 2
        else:
            with pytest.raises(Conflict, match="You can still ask"):
                cancel(ann, placed.id, {}, reason="", client_ref=ref())


def one_code(placed) -> str:
    return head(placed.id).buyer["code"]


def test_an_invoiced_order_stays_for_everybody(scene):
    ann, desk, placed, _, _ = scene
    record_invoiced(desk, placed.id, clock.now())
    for actor in (ann, desk):
        with acting_as(actor), pytest.raises(Conflict, match="invoiced already"):
            cancel(actor, placed.id, {}, reason="Too late", client_ref=ref())


def test_asking_and_deciding(scene):
    ann, desk, placed, nut, _ = scene
    first, same = lines(placed.id)[0].id, ref()
    with acting_as(ann):
        asked = ask_to_cancel(ann, placed.id, {first: Decimal(10)}, reason="Not needed", client_ref=same)
        assert ask_to_cancel(ann, placed.id, {first: Decimal(10)}, reason="Not needed", client_ref=same).is_repeat
        with pytest.raises(Conflict, match="asked already"):
            ask_to_cancel(ann, placed.id, {}, reason="All", client_ref=ref())
    assert reserved(nut) == 10
    with acting_as(desk):
        with pytest.raises(Invalid, match="Say why"):
            decide_request(desk, asked.id, is_granted=False)
        decide_request(desk, asked.id, is_granted=True)
        with pytest.raises(Conflict, match="decided already"):
            decide_request(desk, asked.id, is_granted=True)
    assert (reserved(nut), head(placed.id).net_total) == (0, 20)
    assert one(select(OrderRequest.state)) == "granted"


def test_promotions_are_worked_out_again_for_what_is_left(ctx):
    nut, pin, company, desk = article("NUT", "10"), article("PIN", "10"), customer(), sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=30))
    promotion("TEN", effect="percent", value=10, min_net=100)
    ann = buyer(company)
    placed = order(ann, [(nut, 10), (pin, 10)])
    assert head(placed.id).net_total == 180
    first = lines(placed.id)[0].id
    promotion("NEW", effect="percent", value=50)
    with acting_as(ann):
        cancel(ann, placed.id, {first: Decimal(5)}, reason="", client_ref=ref())
        assert head(placed.id).net_total == 135  # ten percent still, and the new promotion gives nothing
        cancel(ann, placed.id, {first: Decimal(5)}, reason="", client_ref=ref())
        assert head(placed.id).net_total == 90
        cancel(ann, placed.id, {lines(placed.id)[1].id: Decimal(1)}, reason="", client_ref=ref())
    assert head(placed.id).net_total == 90  # nine at ten: below the least sum the discount is gone
    assert one(select(func.count()).select_from(OrderAllowance)) == 0
    assert one(select(func.count()).where(PromotionUse.given_back_at.is_(None))) == 0


def test_the_invoice_is_of_what_is_left(ctx):
    nut, pin, company, desk = article("NUT", "10"), article("PIN", "3.33", vat_class="reduced"), customer(), sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=30))
    promotion("TEN", effect="percent", value=10)
    ann = buyer(company)
    placed = order(ann, [(nut, 10), (pin, 7)])
    with acting_as(ann):
        cancel(ann, placed.id, {lines(placed.id)[0].id: Decimal(10)}, reason="", client_ref=ref())
    with clock.frozen(clock.now() + timedelta(minutes=31)):
        assert release(Actor.system(), placed.id)
        invoice_id = issue_invoice(Actor.system(), placed.id)
    invoice = one(select(Invoice).where(Invoice.id == invoice_id))
    found = head(placed.id)
    assert (invoice.net_total, invoice.gross_total) == (found.net_total, found.gross_total)
    assert found.net_total == Decimal("20.98")
    assert [line["sku"] for line in invoice.document["lines"]] == ["PIN"]
