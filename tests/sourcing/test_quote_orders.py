"""From an accepted quote to an order at its prices, or to prices that orders draw from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.wishes import Wishes
from app.ordering.models.orders import Order, OrderLine
from app.ordering.queries.cart import priced_cart
from app.ordering.service.carts import discard_cart
from app.ordering.service.checkout import submit
from app.sourcing.queries.quote_orders import accepted, number_of_source
from app.sourcing.service import quote_decisions
from app.sourcing.service.quote_orders import PriceTerms, note_order, order_now, publish_as_prices
from tests.factories.ordering import order, ship_to
from tests.factories.promotions import promotion
from tests.factories.quotes import act, in_state, market, offered, ref, row

pytestmark = pytest.mark.usefixtures("ctx")
D = Decimal


def opened(actor, quote_id) -> int:
    with acting_as(actor):
        return order_now(actor, quote_id, client_ref=ref())


def placed(actor, cart_id):
    wishes = Wishes(ship_to(actor), po_number="PO-1")
    with acting_as(actor):
        made = submit(actor, cart_id, wishes, client_ref=ref()).order
    assert made is not None
    return made


def told(order_id) -> None:
    with acting_as(Actor.system()):
        note_order(Actor.system(), order_id)


def order_lines(order_id) -> list[OrderLine]:
    with system_scope("test"):
        return list(
            db.session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.position))
        )


def yes(play, *, prices=("9.123456", "9.000007"), choices=None) -> int:
    quote_id = offered(play, prices=prices)
    act(play.buyer, quote_decisions.accept, quote_id, choices or {}, client_ref=ref())
    return quote_id


def test_the_order_has_exactly_the_accepted_prices():
    play = market()
    promotion("TEN", "10")
    quote_id = yes(play)
    made = placed(play.buyer, opened(play.buyer, quote_id))
    number = row(quote_id).number
    assert [(line.unit_price, line.quantity, line.net, line.price_source) for line in order_lines(made.id)] == [
        (D("9.123456"), 10, D("91.23"), f"quote:{number}:v1:1"),
        (D("9.000007"), 10, D("90.00"), f"quote:{number}:v1:2"),
    ]
    with system_scope("test"):
        assert db.session.get(Order, made.id).net_total == row(quote_id).accepted_net == D("181.23")
    told(made.id)
    told(made.id)
    quote = row(quote_id)
    assert (quote.state, quote.order_number, quote.cart_id) == ("ordered", made.number, None)


def test_only_what_was_chosen_is_ordered():
    play = market()
    quote_id = offered(play)
    with system_scope("test"):
        line_id, offer_id = db.session.execute(
            text("SELECT line_id, id FROM quote_offers ORDER BY id DESC LIMIT 1")
        ).one()
    act(play.buyer, quote_decisions.accept, quote_id, {line_id: (offer_id, D(25))}, client_ref=ref())
    made = placed(play.buyer, opened(play.buyer, quote_id))
    assert [(line.quantity, line.unit_price) for line in order_lines(made.id)] == [(25, D("9.25"))]


def test_one_cart_at_a_time_and_one_order():
    play = market()
    quote_id = yes(play)
    cart_id = opened(play.buyer, quote_id)
    assert (opened(play.buyer, quote_id), row(quote_id).cart_id) == (cart_id, cart_id)
    with acting_as(play.buyer):
        discard_cart(play.buyer, cart_id)
    second = opened(play.buyer, quote_id)
    assert second != cart_id
    placed(play.buyer, second)
    with pytest.raises(Conflict, match="ordered already"):
        opened(play.buyer, quote_id)


def test_a_quote_for_many_orders_is_ordered_again():
    play = market()
    quote_id = offered(play)
    with system_scope("test"):
        db.session.execute(text("UPDATE quotes SET is_multi_use = true"))
        db.session.commit()
    act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
    numbers = []
    for _ in range(3):
        made = placed(play.buyer, opened(play.buyer, quote_id))
        told(made.id)
        numbers.append(made.number)
        assert (row(quote_id).state, row(quote_id).order_number) == ("accepted", made.number)
    assert len(set(numbers)) == 3


@pytest.mark.parametrize("state", ["draft", "offered", "countered", "ordered", "expired", "withdrawn"])
def test_nothing_but_an_accepted_quote_is_ordered(state):
    play = market()
    quote_id = in_state(play, state)
    with pytest.raises(Conflict):
        opened(play.buyer, quote_id)


def test_other_orders_are_nobodys_quote():
    play = market()
    told(order(play.buyer, [(play.articles[0], 1)]).id)
    assert number_of_source("contract:SC-1:2") is None


def test_accepted_prices_become_a_contract_that_orders_draw_from():
    play = market()
    quote_id = yes(play, prices=("9.123456", "9.25"))
    with acting_as(play.sales):
        first = accepted(play.sales, quote_id)[0]
        terms = PriceTerms(date(2020, 1, 1), date(2099, 12, 31), {first.line_id: D(12)})
        assert publish_as_prices(play.sales, quote_id, terms) == row(quote_id).number
    one, two = play.articles
    made = order(play.buyer, [(one, 5), (two, 1)])
    assert [line.unit_price for line in order_lines(made.id)] == [D("9.123456"), D("9.25")]
    with system_scope("test"):
        drawn = db.session.execute(text("SELECT sum(quantity) FROM contract_draws WHERE returned_at IS NULL")).scalar()
    assert drawn == 5
    assert order_lines(order(play.buyer, [(one, 8)], po_number="PO-2").id)[0].unit_price == 10, "seven are left"
    with pytest.raises(Conflict, match="contract"):
        opened(play.buyer, quote_id)
    with acting_as(play.sales), pytest.raises(Conflict):
        publish_as_prices(play.sales, quote_id, terms)


def test_prices_are_published_by_sales_only_and_not_while_they_are_ordered():
    play = market()
    quote_id = yes(play)
    none = PriceTerms(None, None, {})
    with acting_as(play.buyer), pytest.raises(Forbidden):
        publish_as_prices(play.buyer, quote_id, none)
    with acting_as(play.sales), pytest.raises(Invalid):
        publish_as_prices(play.sales, quote_id, PriceTerms(date(2030, 1, 1), date(2029, 1, 1), {}))
    cart_id = opened(play.buyer, quote_id)
    with acting_as(play.sales), pytest.raises(Conflict, match="being ordered"):
        publish_as_prices(play.sales, quote_id, none)
    with acting_as(play.buyer):
        assert priced_cart(play.buyer, cart_id).is_ready
