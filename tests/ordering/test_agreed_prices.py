"""Carts at agreed prices: the price to the last digit, the range of quantity, and nothing else touches them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from app.billing.models.invoices import Invoice
from app.billing.service.issue import issue_invoice
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.documents.model.stored import from_json
from app.inventory.models.reservations import Reservation
from app.ordering.domain.agreed import agreed_words
from app.ordering.domain.amendment import PriceChoice
from app.ordering.domain.wishes import Wishes
from app.ordering.models.orders import Order, OrderAllowance, OrderLine
from app.ordering.queries.cart import active_cart, priced_cart
from app.ordering.service.amendments import start_amendment
from app.ordering.service.approval_decisions import approve
from app.ordering.service.cart import add_lines, remove_lines, set_line, set_quantities
from app.ordering.service.carts import bring_back, copy_cart, discard_cart
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.coupons import add_coupon
from app.ordering.service.order_rules import OwnRules, set_own_rules
from tests.factories.accounts import credit, customer
from tests.factories.agreed import agreed, agreed_cart, order_agreed
from tests.factories.approvals import crew
from tests.factories.ordering import (
    article,
    buyer,
    change_article,
    change_price,
    fill_cart,
    ref,
    sales,
    ship_to,
    wanted,
)
from tests.factories.pricing import assign, chain, price_list
from tests.factories.promotions import coupon, promotion
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("ctx")


def page_of(actor, cart_id):
    with acting_as(actor):
        return priced_cart(actor, cart_id)


def lines_of(number: str) -> list[OrderLine]:
    with system_scope("test"):
        return list(
            db.session.scalars(
                select(OrderLine).join(Order, Order.id == OrderLine.order_id)
                .where(Order.number == number).order_by(OrderLine.position)
            )
        )  # fmt: skip


@pytest.mark.parametrize(("quantity", "price", "base", "net"), [
    ("3", "0.123456", "1", "0.37"),
    ("7", "12.345678", "1", "86.42"),
    ("1000", "0.000001", "1", "0.00"),
    ("5000", "0.000001", "1", "0.01"),
    ("250", "7.995", "100", "19.99"),
    ("30", "1.55", "100", "0.47"),
    ("1", "0", "1", "0.00"),
    ("333", "3.333333", "1000", "1.11"),
])  # fmt: skip
def test_the_order_has_the_price_to_the_last_digit(quantity, price, base, net):
    nut, ann = article("NUT", "10", stock=10_000), buyer()
    cart_id = agreed_cart(ann, agreed(nut, quantity, price, base=base))
    (row,) = page_of(ann, cart_id).rows
    assert (row.price.unit_price, row.price.base_quantity, row.price.net) == (
        Decimal(price), Decimal(base), Decimal(net),
    )  # fmt: skip
    placed = order_agreed(ann, cart_id)
    (line,) = lines_of(placed.number)
    assert (line.unit_price, line.price_base_quantity, line.net) == (Decimal(price), Decimal(base), Decimal(net))
    assert (line.price_source, line.price_list, line.price_unit) == ("quote:RFQ-2026-000012:v2:1", "", "H87")


def test_an_agreed_price_is_in_the_unit_it_was_agreed_for():
    nut, ann = article("NUT", "10", units={"XBX": 50}), buyer()
    placed = order_agreed(ann, agreed_cart(ann, agreed(nut, 3, "421.5", unit="XBX")))
    (line,) = lines_of(placed.number)
    assert (line.unit_price, line.price_unit, line.net, line.base_quantity) == (
        Decimal("421.5"), "XBX", Decimal("1264.50"), 150,
    )  # fmt: skip


def test_no_list_rule_promotion_or_coupon_touches_it():
    company = customer()
    nut, pin, ann = article("NUT", "10", breaks={5: "8"}), article("PIN", "5"), buyer(company)
    price_list("OWN", {"NUT": "7"})
    chain("MINE", "OWN")
    assign("account", company.code, "MINE")
    promotion("TEN", "10")
    coupon(promotion("TWO", "20"), "SAVE")
    cart_id = agreed_cart(ann, agreed(nut, 10, "9.99"), agreed(pin, 2, "5.5", 2))
    page = page_of(ann, cart_id)
    assert [row.price.unit_price for row in page.rows] == [Decimal("9.99"), Decimal("5.5")]
    assert (page.totals.net_total, page.effects.allowances, page.effects.coupons) == (Decimal("110.90"), (), ())
    with acting_as(ann), pytest.raises(Conflict, match="agreed in a quote"):
        add_coupon(ann, cart_id, "SAVE")
    placed = order_agreed(ann, cart_id)
    with system_scope("test"):
        assert db.session.scalar(select(func.count()).select_from(OrderAllowance)) == 0
        assert db.session.get(Order, placed.id).net_total == Decimal("110.90")


def test_a_price_that_moves_meanwhile_changes_nothing():
    nut, ann = article("NUT", "10"), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 2, "9"))
    change_price(nut, "1")
    page = page_of(ann, cart_id)
    assert (page.changes, page.totals.net_total) == ([], 18)
    order_agreed(ann, cart_id)


def test_an_article_without_a_price_is_ordered_at_the_agreed_one_with_its_vat():
    gem, ann = article("GEM", None, vat_class="reduced"), buyer()
    cart_id = agreed_cart(ann, agreed(gem, 1, "100"))
    page = page_of(ann, cart_id)
    assert page.is_ready
    assert page.totals.gross_total == Decimal("107.00")
    (line,) = lines_of(order_agreed(ann, cart_id).number)
    assert (line.vat_category, line.vat_rate) == ("S", 7)


def test_an_article_stands_twice_at_two_prices():
    nut, ann = article("NUT", "10"), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 3, "9"), agreed(nut, 3, "8", 2, note="for the other site"))
    assert [row.price.unit_price for row in page_of(ann, cart_id).rows] == [9, 8]
    lines = lines_of(order_agreed(ann, cart_id).number)
    assert [(line.unit_price, line.price_source[-1], line.note) for line in lines] == [
        (9, "1", ""), (8, "2", "for the other site"),
    ]  # fmt: skip


@pytest.mark.parametrize(("quantity", "words"), [
    ("4", "5 to 20"), ("21", "5 to 20"), ("5", None), ("20", None), ("12", None),
])  # fmt: skip
def test_quantities_stay_in_the_range(quantity, words):
    nut, ann = article("NUT", "10"), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 10, "9.5", least=5, most=20))
    (row,) = page_of(ann, cart_id).rows
    with acting_as(ann):
        if words is None:
            edit = set_quantities(ann, cart_id, {row.line_id: (Decimal(quantity), None)})
            assert edit.totals.net_total == Decimal(quantity) * Decimal("9.5")
        else:
            with pytest.raises(Invalid, match=words):
                set_quantities(ann, cart_id, {row.line_id: (Decimal(quantity), None)})


def test_or_more_has_no_end():
    nut, ann = article("NUT", "10", stock=100_000), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 10, "9.5", least=10, most=None))
    (row,) = page_of(ann, cart_id).rows
    with acting_as(ann):
        set_quantities(ann, cart_id, {row.line_id: (Decimal(99_999), None)})
    assert lines_of(order_agreed(ann, cart_id).number)[0].quantity == 99_999


def test_a_quantity_forced_out_of_its_range_cannot_be_ordered():
    nut, ann = article("NUT", "10"), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 10, "9.5"))
    with system_scope("test"):
        db.session.execute(text("UPDATE cart_lines SET quantity = 11, base_quantity = 11"))
        db.session.commit()
    (row,) = page_of(ann, cart_id).rows
    assert [(problem.code, problem.quantities) for problem in row.problems] == [("range", (10,))]
    with pytest.raises(Conflict) as refused:
        order_agreed(ann, cart_id)
    assert [problem.code for _sku, problem in refused.value.details] == ["range"]


def test_its_lines_stay_together_and_keep_their_unit():
    nut, pin, ann = article("NUT", "10", units={"XBX": 50}), article("PIN"), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 10, "9.5"))
    (row,) = page_of(ann, cart_id).rows
    with acting_as(ann):
        with pytest.raises(Conflict, match="agreed in a quote"):
            add_lines(ann, cart_id, [wanted(pin, 1)], client_ref=ref())
        with pytest.raises(Conflict, match="agreed in a quote"):
            remove_lines(ann, cart_id, [row.line_id])
        with pytest.raises(Invalid, match="agreed per"):
            set_line(ann, cart_id, row.line_id, quantity=Decimal(10), unit="XBX", note="")


def test_clicks_in_the_shop_never_go_into_it():
    nut, pin, ann = article("NUT", "10"), article("PIN"), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 10, "9.5"))
    with acting_as(ann):
        assert active_cart(ann) is None
    assert fill_cart(ann, [(pin, 1)]) != cart_id


@pytest.mark.parametrize("facts", [{"price": "0.1234567"}, {"price": "-1"}, {"quantity": 0, "least": 1}, {"least": 11},
                                   {"most": 9}, {"unit": "XBX"}])  # fmt: skip
def test_what_cannot_be_kept_exactly_is_refused(facts):
    nut, ann = article("NUT", "10"), buyer()
    values = {"quantity": 10, "price": "9.5"} | facts
    with pytest.raises(Invalid):
        agreed_cart(ann, agreed(nut, values.pop("quantity"), values.pop("price"), **values))


def test_one_cart_at_a_time_and_one_order():
    nut, ann = article("NUT", "10"), buyer()
    first = agreed_cart(ann, agreed(nut, 10, "9.5"))
    assert agreed_cart(ann, agreed(nut, 10, "9.5")) == first
    with acting_as(ann):
        discard_cart(ann, first)
        with pytest.raises(Conflict):
            bring_back(ann, first)
    second = agreed_cart(ann, agreed(nut, 10, "9.5"))
    assert second != first
    order_agreed(ann, second)
    with pytest.raises(Conflict, match="ordered already"):
        agreed_cart(ann, agreed(nut, 10, "9.5"))


def test_a_colleague_who_opens_it_may_order_it_a_stranger_may_not_see_it():
    company = customer()
    nut, ann, bob, eve = article("NUT", "10"), buyer(company), buyer(company), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 10, "9.5"))
    with acting_as(bob), pytest.raises(NotFound):
        priced_cart(bob, cart_id)
    assert agreed_cart(bob, agreed(nut, 10, "9.5")) == cart_id
    order_agreed(bob, cart_id)
    with acting_as(eve), pytest.raises(NotFound):
        priced_cart(eve, cart_id)


def test_the_account_may_not_write_itself_a_price():
    nut, ann = article("NUT", "10"), buyer()
    agreed_cart(ann, agreed(nut, 10, "9.5"))
    with acting_as(ann), pytest.raises(Exception, match="permission denied"):
        db.session.execute(text("UPDATE cart_agreed_prices SET unit_price = 1"))
    db.session.rollback()


def test_what_is_sold_no_more_or_short_is_not_ordered_at_any_price():
    nut, ann = article("NUT", "10", stock=5), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 10, "9.5"))
    with pytest.raises(Conflict) as refused:
        order_agreed(ann, cart_id)
    assert [(short.article_id, short.asked) for short in refused.value.details] == [(nut.id, 10)]
    change_article(nut, status="discontinued")
    assert "discontinued" in {problem.code for problem in page_of(ann, cart_id).rows[0].problems}


def test_a_copy_is_an_ordinary_cart_at_prices_of_today():
    nut, ann = article("NUT", "10"), buyer()
    cart_id = agreed_cart(ann, agreed(nut, 3, "9"), agreed(nut, 4, "8", 2))
    with acting_as(ann):
        copied = copy_cart(ann, cart_id, "again")
        (row,) = priced_cart(ann, copied).rows
    assert (row.quantity, row.price.unit_price) == (7, 10)


def test_an_amended_order_keeps_what_was_agreed():
    nut, pin, company, desk = article("NUT", "10"), article("PIN", "5"), customer(), sales()
    with acting_as(desk):
        set_own_rules(desk, company.code, OwnRules(grace_minutes=30))
    ann = buyer(company)
    promotion("TEN", "10")
    placed = order_agreed(
        ann,
        agreed_cart(ann, agreed(nut, 10, "9.123456", least=5, most=20), agreed(nut, 2, "7", 2), agreed(pin, 1, "4", 3)),
    )
    change_price(nut, "3")
    with acting_as(ann):
        cart_id = start_amendment(ann, placed.id, PriceChoice.TODAY)
        rows = priced_cart(ann, cart_id).rows
        assert [(row.quantity, row.price.unit_price) for row in rows] == [(10, Decimal("9.123456")), (2, 7), (1, 4)]
        with pytest.raises(Invalid, match="5 to 20"):
            set_quantities(ann, cart_id, {rows[0].line_id: (Decimal(21), None)})
        set_quantities(ann, cart_id, {rows[0].line_id: (Decimal(20), None)})
        remove_lines(ann, cart_id, [rows[2].line_id])
        add_lines(ann, cart_id, [wanted(nut, 1)], client_ref=ref())
        page, _changes = check_prices(ann, cart_id)
        assert [(row.quantity, row.price.unit_price) for row in page.rows] == [
            (20, Decimal("9.123456")), (2, 7), (1, 3),
        ]  # fmt: skip
        assert [(one.code, one.amount) for one in page.effects.allowances] == [("TEN", Decimal("0.30"))]
        submit(ann, cart_id, Wishes(ship_to(ann), po_number="PO-1"), client_ref=ref())
    lines = lines_of(placed.number)
    assert [(line.quantity, line.unit_price, line.net, line.price_source[-2:]) for line in lines] == [
        (20, Decimal("9.123456"), Decimal("182.47"), ":1"), (2, 7, 14, ":2"), (1, 3, 3, ""),
    ]  # fmt: skip
    with system_scope("test"):
        held = dict(db.session.execute(
            select(Reservation.order_line_id, func.sum(Reservation.quantity))
            .where(Reservation.released_at.is_(None)).group_by(Reservation.order_line_id)
        ).all())  # fmt: skip
    assert held == {line.id: line.quantity for line in lines}


def test_approvals_ask_for_it_as_for_any_order():
    made = crew()
    cart_id = agreed_cart(made.ann, agreed(made.nut, 20, "9.123456"))
    with acting_as(made.ann):
        waiting = submit(made.ann, cart_id, Wishes(ship_to(made.ann), po_number="PO-1"), client_ref=ref())
    assert waiting.order is None
    change_price(made.nut, "1")
    with acting_as(made.ben):
        approve(made.ben, waiting.approval_id)
    with system_scope("test"):
        (line,) = db.session.scalars(select(OrderLine)).all()
    assert (line.unit_price, line.net) == (Decimal("9.123456"), Decimal("182.47"))


def test_credit_applies_as_to_any_order():
    company = customer()
    nut, ann = article("NUT", "10"), buyer(company)
    credit(company, 100)
    with pytest.raises(Conflict, match="credit"):
        order_agreed(ann, agreed_cart(ann, agreed(nut, 20, "9")))


def test_the_invoice_shows_exactly_the_agreed_price():
    nut, ann = article("NUT", "10", stock=1000), buyer()
    placed = order_agreed(ann, agreed_cart(ann, agreed(nut, 250, "7.123456", base=100)))
    with acting_as(Actor.system()):
        issue_invoice(Actor.system(), placed.id)
        document = from_json(db.session.scalars(select(Invoice.document)).one())
    (line,) = document.lines
    assert (line.unit_price, line.price_base_quantity, line.net) == (Decimal("7.123456"), 100, Decimal("17.81"))


def test_an_ordinary_cart_asks_no_more_than_before(app):
    nut, ann = article("NUT", "10"), buyer()
    cart_id = fill_cart(ann, [(nut, 1)])
    with acting_as(ann):
        priced_cart(ann, cart_id)
        with counted(app) as plain:
            priced_cart(ann, cart_id)
    assert not [one for one in plain if "cart_agreed_prices" in one]


@pytest.mark.parametrize("lines", [2, 20])
def test_agreed_prices_cost_one_statement_whatever_the_lines(app, lines):
    ann, nuts = buyer(), [article(f"N{n}") for n in range(lines)]
    cart_id = agreed_cart(ann, *(agreed(nut, 1, "9", n) for n, nut in enumerate(nuts, 1)))
    with acting_as(ann), counted(app) as asked:
        priced_cart(ann, cart_id)
    assert len([one for one in asked if "cart_agreed_prices" in one]) == 1


def test_another_currency_than_the_accounts_is_kept():
    nut, ann = article("NUT", "10"), buyer()
    page = page_of(ann, agreed_cart(ann, agreed(nut, 3, "9.995"), currency="JPY"))
    assert (page.currency, page.rows[0].price.currency, page.totals.net_total) == ("JPY", "JPY", 30)


def test_words_name_the_quote():
    assert str(agreed_words("quote:RFQ-2026-000012:v2:3")) == "Agreed in quote RFQ-2026-000012, version 2"
    assert str(agreed_words("contract:SC-1")) == "Agreed in SC-1"
