"""A telephone order: sales fills a cart as the buyer, the buyer's own cart stays, and a link hands it over."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.tenancy import acting_as
from app.notifications.models import Notice
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.queries.cart import active_cart, cart_head, priced_cart
from app.ordering.queries.handing import handed_cart
from app.ordering.queries.orders import order as order_page
from app.ordering.service.cart import add_lines
from app.ordering.service.handing import end_hand_over, hand_over, take_over
from tests.factories import accounts as make
from tests.factories.ordering import article, buyer, fill_cart, order, ref, sales, sign_in, wanted
from tests.support.work import drain

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def pair():
    """A buyer, and the same buyer with somebody of sales at the desk."""
    sven, ann = sales(), buyer()
    return ann, replace(ann, staff_id=sven.user_id, staff_name="Sven Sales")


def test_who_acts_fills_a_cart_of_his_own_making_and_the_buyers_stays(pair):
    ann, desk = pair
    bolt, nut = article("BOLT", "2.50"), article("NUT", "1.00")
    with acting_as(ann):
        add_lines(ann, None, [wanted(bolt, 1)], client_ref=ref())
        add_lines(desk, None, [wanted(nut, 7)], client_ref=ref())
        own, prepared = active_cart(ann), active_cart(desk)
        assert own is not None
        assert prepared is not None
        assert own.id != prepared.id
        assert (prepared.kind, prepared.user_id) == ("prepared", ann.user_id)
        assert [row.article.sku for row in priced_cart(ann, own.id).rows] == ["BOLT"]
        cart = db.session.scalars(select(Cart).where(Cart.id == prepared.id)).one()
        assert cart.staff_name == "Sven Sales"


def test_a_telephone_order_names_both_and_has_the_buyers_prices(pair):
    _ann, desk = pair
    placed = order(desk, [(article("BOLT", "2.50"), 4)])
    with acting_as(desk):
        row = db.session.scalars(select(Order).where(Order.id == placed.id)).one()
        assert (row.user_id, row.staff_id, row.staff_name) == (desk.user_id, desk.staff_id, "Sven Sales")
        assert row.net_total == Decimal("10.00")
        assert row.buyer["person"] == desk.name
        assert order_page(desk, placed.number).staff_name == "Sven Sales"


def test_the_owner_is_told_and_goes_on(pair, app):
    ann, desk = pair
    bolt = article("BOLT", "2.50")
    with acting_as(desk):
        cart_id = fill_cart(desk, [(bolt, 4)])
        token = hand_over(desk, cart_id, note="As agreed by telephone")
    drain(app)
    with acting_as(ann):
        codes = list(db.session.scalars(select(Notice.code).where(Notice.user_id == ann.user_id)))
        assert codes.count("cart_prepared") == 2
        handed = handed_cart(ann, token)
        assert (handed.note, handed.line_count, handed.staff_name) == ("As agreed by telephone", 1, "Sven Sales")
        assert take_over(ann, token).id == cart_id
        assert take_over(ann, token).id == cart_id
        assert active_cart(ann).id == cart_id


def test_a_colleague_with_the_link_may_order_and_a_stranger_finds_nothing(pair):
    ann, _ = pair
    with acting_as(ann):
        cart_id = fill_cart(ann, [(article("BOLT"), 4)])
        token = hand_over(ann, cart_id)
    rival = buyer()
    with acting_as(rival), pytest.raises(NotFound):
        take_over(rival, token)
    company = db_company(ann)
    ben = buyer(company)
    with acting_as(ben):
        with pytest.raises(NotFound):
            cart_head(ben, cart_id)
        assert take_over(ben, token).right == "order"
        assert cart_head(ben, cart_id).id == cart_id


def db_company(actor):
    with acting_as(actor):
        return db.session.get_one(make.Company, actor.company_id)


def test_a_new_link_ends_the_one_before_and_a_link_can_be_ended(pair):
    ann, _ = pair
    with acting_as(ann):
        cart_id = fill_cart(ann, [(article("BOLT"), 4)])
        first = hand_over(ann, cart_id)
        second = hand_over(ann, cart_id)
        with pytest.raises(NotFound):
            handed_cart(ann, first)
        assert handed_cart(ann, second).id == cart_id
        end_hand_over(ann, cart_id)
        with pytest.raises(NotFound):
            handed_cart(ann, second)


@pytest.mark.parametrize("token", ["", "1", "x.y", "1.wrong", "9" * 30 + ".x", "\u0661.x"])
def test_damaged_links_are_not_found(pair, token):
    ann, _ = pair
    with acting_as(ann), pytest.raises(NotFound):
        handed_cart(ann, token)


def test_an_empty_cart_is_not_handed_over(pair):
    ann, _ = pair
    with acting_as(ann):
        cart_id = fill_cart(ann, [(article("BOLT"), 4)])
        db.session.execute(Cart.__table__.update().where(Cart.id == cart_id).values(line_count=0))
        with pytest.raises(Conflict):
            hand_over(ann, cart_id)


def test_a_bookkeeper_does_not_take_carts_over(pair, client):
    ann, _ = pair
    with acting_as(ann):
        token = hand_over(ann, fill_cart(ann, [(article("BOLT"), 4)]))
    books = buyer(db_company(ann), "bookkeeper")
    sign_in(client, books)
    assert client.get(f"/carts/take/{token}").status == 403


def test_over_http_opening_the_link_changes_nothing_until_confirmed(pair, client):
    ann, _ = pair
    with acting_as(ann):
        cart_id = fill_cart(ann, [(article("BOLT", "2.50"), 4)])
    ben = buyer(db_company(ann))
    sign_in(client, ann)
    page = client.post(f"/carts/{cart_id}/hand-over", data={"note": "Please finish"})
    link = page.soup.find(id="handed-link")["value"]
    path = link[link.index("/carts/") :]
    sign_in(client, ben)
    page = client.get(path)
    assert page.status == 200
    assert "Please finish" in page.text
    with acting_as(ben):
        assert active_cart(ben) is None
    assert client.post(path).status == 303
    with acting_as(ben):
        assert active_cart(ben).id == cart_id


def test_a_colleague_without_the_right_does_not_hand_it_on(pair, client):
    ann, _ = pair
    with acting_as(ann):
        cart_id = fill_cart(ann, [(article("BOLT", "2.50"), 4)])
    ben = buyer(db_company(ann))
    with acting_as(ben), pytest.raises((NotFound, Forbidden)):
        hand_over(ben, cart_id)
