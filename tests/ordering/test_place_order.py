"""Placing: once, at seen prices, with stock held; every refusal names its reason and changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.core import audit
from app.core.actor import Actor
from app.core.clock import frozen
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid, NotFound
from app.core.models import OutboxEntry
from app.core.tenancy import acting_as, system_scope
from app.inventory.models.reservations import Reservation
from app.inventory.models.stock import Stock
from app.ordering.domain.wishes import Wishes
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order, OrderLine
from app.ordering.queries.cart import active_cart, cart_head
from app.ordering.service.cart import add_lines, remove_lines, set_note
from app.ordering.service.checkout import check_prices, submit
from tests.factories.accounts import address, customer
from tests.factories.ordering import (
    article,
    buyer,
    change_article,
    change_company,
    change_price,
    fill_cart,
    own_number,
    ref,
    set_on_hand,
    ship_to,
    wanted,
)

pytestmark = pytest.mark.usefixtures("ctx")


def checked(actor: Actor, lines) -> int:
    cart_id = fill_cart(actor, lines)
    with acting_as(actor):
        check_prices(actor, cart_id)
    return cart_id


def place(actor: Actor, cart_id: int, **details):
    sent = {"client_ref": details.pop("client_ref", ref()), "seen": details.pop("seen", None)}
    wishes = Wishes(**{"ship_to_id": ship_to(actor), "po_number": "PO-1"} | details)
    with acting_as(actor):
        return submit(actor, cart_id, wishes, **sent).order


def stored(number: str) -> Order:
    with system_scope("test"):
        return db.session.scalars(select(Order).where(Order.number == number)).one()


def lines_of(order: Order) -> list[OrderLine]:
    with system_scope("test"):
        return list(
            db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position))
        )


def count(model) -> int:
    with system_scope("test"):
        return db.session.scalar(select(func.count()).select_from(model))


def test_an_order_keeps_what_was_agreed():
    nut = article("NUT", "0.20", breaks={100: "0.15"}, units={"XBX": 50}, gtin="4006381333931", names={"ru": "Гайка"})
    lamp = article("LAMP", "99.90", vat_class="reduced")
    company = customer(locale="ru", vat_id="DE811569869", payment_days=14, legal_name="Kunde GmbH")
    ann = buyer(company, name="Ann Buyer")
    own_number(nut, company.id, "MY-7")
    cart_id = fill_cart(ann, [(lamp, 1)])
    with acting_as(ann):
        added = add_lines(ann, cart_id, [wanted(nut, 3, "XBX")], client_ref=ref())
        set_note(ann, cart_id, added.page.rows[-1].line_id, "third shelf")
        check_prices(ann, cart_id)
    place_of_work = address(company, label="Site", street="Am Kai 2", postcode="20457", city="Hamburg")
    with frozen(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):  # already 2027 in Berlin
        placed = place(
            ann, cart_id, po_number=" 4711 ", ship_to_id=place_of_work.id, requested_on=date(2027, 1, 4), note="Ring"
        )
    order = stored(placed.number)
    assert placed.number.startswith("SO-2027-")
    assert len(placed.number) == len("SO-2027-000001")
    assert (order.po_number, order.requested_on, order.note, order.payment_days) == (
        "4711",
        date(2027, 1, 4),
        "Ring",
        14,
    )
    assert (order.ship_to["street"], order.bill_to["street"]) == ("Am Kai 2", "Hauptstr. 5")
    assert (order.buyer["legal_name"], order.buyer["vat_id"], order.buyer["person"]) == (
        "Kunde GmbH",
        "DE811569869",
        "Ann Buyer",
    )
    assert (order.net_total, order.vat_total, order.gross_total) == (
        Decimal("122.40"),
        Decimal("11.27"),
        Decimal("133.67"),
    )
    assert order.vat_breakdown == [
        {"category": "S", "rate": "7.000", "base": "99.90", "tax": "6.99", "reason_code": "", "reason": None},
        {"category": "S", "rate": "19.000", "base": "22.50", "tax": "4.28", "reason_code": "", "reason": None},
    ]
    first, second = lines_of(order)
    assert (first.position, first.sku, first.net, first.vat_rate) == (1, "LAMP", Decimal("99.90"), Decimal(7))
    assert (second.sku, second.customer_number, second.gtin, second.name) == ("NUT", "MY-7", "4006381333931", "Гайка")
    assert (second.quantity, second.unit, second.base_quantity) == (Decimal(3), "XBX", Decimal(150))
    assert (second.unit_price, second.price_unit, second.price_base_quantity) == (Decimal("0.15"), "H87", Decimal(1))
    assert (second.price_list, second.price_from, second.note) == ("LIST", Decimal(100), "third shelf")


def test_stock_is_held_the_cart_is_closed_and_the_world_is_told():
    nut = article("NUT", stock=10)
    ann = buyer()
    cart_id = checked(ann, [(nut, 4)])
    placed = place(ann, cart_id)
    with system_scope("test"):
        assert db.session.scalars(select(Stock.reserved).where(Stock.article_id == nut.id)).one() == 4
        (line,) = lines_of(stored(placed.number))
        assert db.session.scalars(select(Reservation.order_line_id)).one() == line.id
        cart = db.session.get(Cart, cart_id, populate_existing=True)
        assert cart.state == "ordered"
        (entry,) = audit.history(Actor.system(), "order", placed.id)
        assert (entry.action, entry.user_name, entry.changes["number"]) == ("placed", ann.name, placed.number)
        events = db.session.scalars(select(OutboxEntry.event).where(OutboxEntry.event == "OrderPlaced")).all()
        assert len(events) >= 1
    with acting_as(ann):
        assert active_cart(ann) is None


def test_the_same_request_again_gets_the_first_order():
    nut = article("NUT")
    ann, again = buyer(), ref()
    cart_id = checked(ann, [(nut, 4)])
    first = place(ann, cart_id, client_ref=again)
    second = place(ann, cart_id, client_ref=again)
    assert (second.id, second.number, first.is_repeat, second.is_repeat) == (first.id, first.number, False, True)
    assert count(Order) == 1


def test_the_same_reference_with_other_content_is_refused():
    nut = article("NUT")
    ann, again = buyer(), ref()
    place(ann, checked(ann, [(nut, 4)]), client_ref=again)
    other = checked(ann, [(nut, 4)])
    with pytest.raises(Conflict, match="other content"):
        place(ann, other, client_ref=again)
    with pytest.raises(Conflict, match="other content"):
        place(ann, other, client_ref=again, po_number="PO-2")
    assert count(Order) == 1


def test_the_reference_of_another_account_does_not_matter():
    nut = article("NUT")
    ann, eve, same = buyer(), buyer(), ref()
    place(ann, checked(ann, [(nut, 4)]), client_ref=same)
    place(eve, checked(eve, [(nut, 4)]), client_ref=same)
    assert count(Order) == 2


def test_a_cart_is_ordered_once():
    nut = article("NUT")
    ann = buyer()
    cart_id = checked(ann, [(nut, 4)])
    place(ann, cart_id)
    with pytest.raises(Conflict, match="ordered already"):
        place(ann, cart_id)
    with acting_as(ann), pytest.raises(Conflict, match="ordered already"):
        add_lines(ann, cart_id, [wanted(nut, 1)], client_ref=ref())


def test_a_price_that_moved_is_never_applied_silently():
    nut, pin = article("NUT", "2.00"), article("PIN", "1.00")
    ann = buyer()
    cart_id = checked(ann, [(nut, 4), (pin, 1)])
    change_price(nut, "2.50")
    with pytest.raises(Conflict) as refused:
        place(ann, cart_id)
    (change,) = refused.value.details
    assert (change.sku, change.old, change.new, change.is_dearer) == ("NUT", Decimal("2.00"), Decimal("2.50"), True)
    assert count(Order) == 0
    with acting_as(ann):
        _, changes = check_prices(ann, cart_id)
    assert [change.new for change in changes] == [Decimal("2.50")]
    placed = place(ann, cart_id)
    assert stored(placed.number).net_total == Decimal("11.00")


def test_a_lower_price_is_confirmed_too():
    nut = article("NUT", "2.00")
    ann = buyer()
    cart_id = checked(ann, [(nut, 4)])
    change_price(nut, "1.50")
    with pytest.raises(Conflict, match="Prices that have changed"):
        place(ann, cart_id)


def test_a_cart_changed_in_another_window_is_confirmed_again():
    nut, pin = article("NUT"), article("PIN")
    ann = buyer()
    cart_id = checked(ann, [(nut, 4)])
    with acting_as(ann):
        seen = check_prices(ann, cart_id)[0].fingerprint()
        add_lines(ann, cart_id, [wanted(pin, 1)], client_ref=ref())
        check_prices(ann, cart_id)
    with pytest.raises(Conflict, match="has changed since you opened this page"):
        place(ann, cart_id, seen=seen)
    with acting_as(ann):
        seen = check_prices(ann, cart_id)[0].fingerprint()
    assert place(ann, cart_id, seen=seen).number


def test_all_problems_of_all_lines_come_in_one_answer():
    pack, few, gone, good = article("PACK"), article("FEW", stock=3), article("GONE"), article("GOOD")
    ann = buyer()
    cart_id = checked(ann, [(pack, 5), (few, 3), (gone, 1), (good, 1)])
    change_article(pack, step=Decimal(6))
    change_article(gone, status="discontinued")
    set_on_hand(few, 2)
    with pytest.raises(Conflict) as refused:
        place(ann, cart_id)
    assert [(sku, problem.code) for sku, problem in refused.value.details] == [
        ("PACK", "quantity"), ("FEW", "stock"), ("GONE", "discontinued"),
    ]  # fmt: skip
    assert str(refused.value) == "Lines that cannot be ordered as they are: 3."


def test_short_stock_is_refused_with_what_is_left():
    nut = article("NUT", stock=10)
    ann = buyer()
    cart_id = checked(ann, [(nut, 10)])
    set_on_hand(nut, 7)
    with pytest.raises(Conflict) as refused:
        place(ann, cart_id)
    (shortage,) = refused.value.details
    assert (shortage.article_id, shortage.asked, shortage.available) == (nut.id, Decimal(10), Decimal(7))
    assert count(Order) == 0
    assert count(Reservation) == 0


def test_an_article_on_backorder_is_ordered_beyond_the_stock():
    nut = article("NUT", stock=3, stock_policy="backorder", lead_time_days=5)
    ann = buyer()
    assert place(ann, checked(ann, [(nut, 10)])).number


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"is_blocked": True, "block_reason": "contract ended"}, "contract ended"),
        ({"is_on_credit_hold": True, "hold_reason": "two invoices late"}, "two invoices late"),
    ],
)
def test_a_blocked_or_held_account_places_nothing(facts, reason):
    nut = article("NUT")
    ann = buyer()
    cart_id = checked(ann, [(nut, 1)])
    change_company(ann.company_id, **facts)
    with pytest.raises(Conflict, match=reason):
        place(ann, cart_id)
    assert count(Order) == 0


def test_fields_are_checked():
    nut = article("NUT")
    ann, stranger = buyer(), customer()
    cart_id = checked(ann, [(nut, 1)])
    with pytest.raises(Invalid, match="in the past"):
        place(ann, cart_id, requested_on=date(2020, 1, 1))
    with pytest.raises(Invalid) as refused:
        place(ann, cart_id, po_number="9" * 61)
    assert refused.value.field == "po_number"
    with pytest.raises(NotFound):
        place(ann, cart_id, ship_to_id=address(stranger).id)
    assert count(Order) == 0


def test_an_empty_cart_is_no_order():
    nut = article("NUT")
    ann = buyer()
    cart_id = checked(ann, [(nut, 1)])
    with acting_as(ann):
        remove_lines(ann, cart_id, None)
    with pytest.raises(Conflict, match="empty"):
        place(ann, cart_id)


def test_the_cart_of_another_cannot_be_ordered():
    nut = article("NUT")
    ann, eve = buyer(), buyer()
    cart_id = checked(ann, [(nut, 1)])
    with pytest.raises(NotFound):
        place(eve, cart_id)
    with acting_as(ann):
        assert cart_head(ann, cart_id).state == "open"


def test_placing_takes_the_same_statements_for_any_number_of_lines():
    made = [article(f"A{number:02}") for number in range(30)]
    counts = []
    for size in (1, 30):
        ann = buyer()
        cart_id = checked(ann, [(one, 2) for one in made[:size]])
        with statements() as seen:
            place(ann, cart_id)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 27
