"""From the page of an accepted quote into the checkout, to a contract, and to its papers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.tenancy import system_scope
from app.ordering.models.orders import Order
from app.sourcing.service import quote_decisions
from tests.factories.ordering import sign_in
from tests.factories.quotes import act, market, offered, ref, row
from tests.support.work import drain


@pytest.fixture
def play(world):
    with world():
        return market()


@pytest.fixture
def quote_id(world, play) -> int:
    with world():
        quote_id = offered(play, prices=("9.123456", "9.25"))
        act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
        return quote_id


@pytest.fixture
def number(world, quote_id) -> str:
    with world():
        return row(quote_id).number


def test_an_accepted_quote_is_ordered_from_its_page(app, client, world, play, quote_id, number):
    sign_in(client, play.buyer)
    show = client.get(f"/quotes/{number}")
    assert "Order now" in show.text
    address = f"/quotes/{number}/order"
    into = client.post(address, data=show.form(address))
    checkout = client.get(into.location)
    assert "183.73" in checkout.text
    again = client.get(f"/quotes/{number}")
    assert "Go on with the order" in again.text
    answer = client.post(into.location, data=checkout.form() | {"po_number": "4711"})
    review = client.get(answer.location)
    assert f"Agreed in quote {number}, version 1" in review.text
    placed = client.post(answer.location, data=review.form())
    drain(app)
    with world(), system_scope("test"):
        order_number = db.session.scalars(select(Order.number)).one()
    assert placed.location.endswith(order_number)
    last = client.get(f"/quotes/{number}")
    assert order_number in last.text
    assert "Order now" not in last.text


def test_accepted_prices_are_published_as_a_contract(client, play, number):
    sign_in(client, play.sales)
    show = client.get(f"/sales/quotes/{number}")
    address = f"/sales/quotes/{number}/prices"
    assert show.soup.select(f'a[href="{address}"]')
    page = client.get(address)
    name = next(name for name in page.form() if name.startswith("quantity-"))
    refused = client.post(address, data=page.form() | {name: "x"})
    assert refused.status == 422
    assert "Line 1: “x” is not a number." in refused.text
    done = client.post(address, data=page.form() | {"valid_to": "2099-12-31"})
    assert done.location.endswith(f"/sales/quotes/{number}")
    assert f"as contract {number}" in client.get(done.location).text
    assert client.post(address, data=page.form()).status == 409


def test_each_version_is_taken_away_as_pdf_and_as_file(app, client, play, number):
    sign_in(client, play.buyer)
    assert client.get(f"/quotes/{number}/versions/1/pdf").status == 503
    drain(app)
    assert client.get(f"/quotes/{number}/versions/1/pdf").data[:4] == b"%PDF"
    assert b"QUOTES" in client.get(f"/quotes/{number}/versions/1/edifact").data
    assert b"Quotation" in client.get(f"/quotes/{number}/versions/1/ubl").data
    assert b"REQOTE" in client.get(f"/quotes/{number}/request/edifact").data
    assert b"RequestForQuotation" in client.get(f"/quotes/{number}/request/ubl").data
    assert client.get(f"/quotes/{number}/versions/1/word").status == 404
    assert client.get(f"/quotes/{number}/versions/2/pdf").status == 404
    show = client.get(f"/quotes/{number}")
    assert show.soup.select(f'a[href="/quotes/{number}/versions/1/pdf"]')


@pytest.mark.parametrize("address", ["versions/1/pdf", "versions/1/ubl", "request/edifact"])
def test_strangers_find_no_papers(client, play, number, address):
    sign_in(client, play.stranger)
    assert client.get(f"/quotes/{number}/{address}").status == 404
    assert client.post(f"/quotes/{number}/order").status in (400, 404)
    assert client.get(f"/sales/quotes/{number}/prices").status == 403
