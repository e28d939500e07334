"""A quote under a link: what it shows, what can be done, when it ends, and what sales makes of a yes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.quote_rules import QuoteRules
from app.sourcing.models.quote_links import QuoteLink
from app.sourcing.models.quotes import QuoteMessage
from app.sourcing.service import quote_decisions, quote_offers
from app.sourcing.service.quote_links import make_link
from app.sourcing.service.quote_rules import set_quote_rules
from app.sourcing.service.quote_talk import post_message
from tests.factories.ordering import sign_in
from tests.factories.quotes import act, end_validity, market, offer, offered, requested, row
from tests.support.work import drain


@pytest.fixture
def play(world):
    with world():
        return market()


@pytest.fixture
def quote_id(world, play) -> int:
    with world():
        return offered(play, prices=("9.123456", "9.25"))


@pytest.fixture
def address(world, play, quote_id) -> str:
    with world(), acting_as(play.sales):
        return f"/q/{make_link(play.sales, quote_id)}"


def link(world) -> QuoteLink:
    with world(), system_scope("test"):
        found = db.session.scalars(select(QuoteLink)).one()
        db.session.expunge(found)
        return found


def test_it_shows_this_quote_and_is_not_for_search_engines(app, client, world, play, quote_id, address):
    drain(app)
    page = client.get(address)
    assert page.status == 200
    for words in ("9.123456", "183.73", play.articles[0].sku):
        assert words in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(f"{address}/1.pdf").data[:4] == b"%PDF"
    assert client.get(f"{address}/2.pdf").status == 404
    assert link(world).opened_at is not None
    for closed in ("/quotes", "/orders", "/cart"):
        assert client.get(closed).status == 303


def test_it_shows_nothing_internal(client, world, play, quote_id, address):
    with world():
        act(play.sales, post_message, quote_id, "Our margin is thin", is_internal=True)
    shown = client.get(address).text
    assert "margin is thin" not in shown
    assert "floor" not in shown.lower()


def test_a_question_reaches_sales(client, world, play, quote_id, address):
    page = client.get(address)
    asked = client.post(f"{address}/ask", data=page.form(f"{address}/ask") | {"who": "Eve Guest", "text": "By Friday?"})
    assert asked.location.startswith(address)
    assert "By Friday?" in client.get(address).text
    with world(), system_scope("test"):
        message = db.session.scalars(select(QuoteMessage)).one()
        assert (message.author, message.side, message.is_internal) == ("Eve Guest", "buyer", False)
    nothing = client.post(f"{address}/ask", data=page.form(f"{address}/ask") | {"who": "", "text": ""})
    assert nothing.status == 422


def accepted(client, address, **fields):
    page = client.get(address)
    return client.post(f"{address}/accept", data=page.form(f"{address}/accept") | {"name": "Eve Guest"} | fields)


def test_a_yes_waits_for_sales_who_takes_it_over(client, world, play, quote_id, address):
    assert accepted(client, address, all="1", note="As discussed").location == address
    assert "Eve Guest has accepted this offer" in client.get(address).text
    assert accepted_again(client, address) == 409
    with world():
        number, quote = row(quote_id).number, row(quote_id)
        assert quote.state == "offered"
    sign_in(client, play.sales)
    show = client.get(f"/sales/quotes/{number}")
    assert "Eve Guest said yes" in show.text
    assert "As discussed" in show.text
    take = f"/sales/quotes/{number}/links/{link(world).id}/take"
    client.post(take, data=show.form(take))
    with world():
        quote = row(quote_id)
        assert (quote.state, quote.accepted_by, str(quote.accepted_net.normalize())) == (
            "accepted",
            "Eve Guest",
            "183.73",
        )


def accepted_again(client, address) -> int:
    page = client.get(address)
    data = {"csrf_token": page.form(f"{address}/ask")["csrf_token"], "version": "1", "name": "Eve Guest", "all": "1"}
    return client.post(f"{address}/accept", data=data).status


def test_only_chosen_lines_and_quantities(client, world, play, quote_id, address):
    page = client.get(address)
    fields = page.form(f"{address}/accept")
    lines = [name for name in fields if name.startswith("offer-")]
    quantity = next(name for name in fields if name.startswith(f"quantity-{lines[0].partition('-')[2]}-"))
    answer = accepted(client, address, **{lines[1]: "", quantity: "25"})
    assert answer.location == address, answer.text
    (choice,) = link(world).choices.values()
    assert choice[1].rstrip("0").rstrip(".") == "25"


@pytest.mark.parametrize(("fields", "words"), [({"name": ""}, "Enter your name"), ({"version": "7"}, "has changed")])
def test_a_yes_that_is_not_clear_is_refused(client, world, quote_id, address, fields, words):
    refused = accepted(client, address, all="1", **fields)
    assert refused.status in (409, 422)
    assert words in refused.text
    assert link(world).accepted_at is None


def test_an_offer_that_is_over_is_not_accepted(client, world, play, quote_id, address):
    page = client.get(address)
    with world():
        end_validity(quote_id)
    data = page.form(f"{address}/accept") | {"name": "Eve", "all": "1"}
    assert client.post(f"{address}/accept", data=data).status == 409
    assert "can no longer be accepted" in client.get(address).text


def test_a_newer_offer_makes_an_old_yes_void(client, world, play, quote_id, address):
    accepted(client, address, all="1")
    with world():
        act(play.buyer, quote_decisions.counter, quote_id, [], "Cheaper")
        act(play.sales, quote_offers.take, quote_id)
        act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.10", "9.20"))
        act(play.sales, quote_offers.send_offer, quote_id)
        number = row(quote_id).number
    sign_in(client, play.sales)
    show = client.get(f"/sales/quotes/{number}")
    assert "Take the acceptance over" not in show.text
    token = show.form(f"/sales/quotes/{number}/links")["csrf_token"]
    take = f"/sales/quotes/{number}/links/{link(world).id}/take"
    assert client.post(take, data={"csrf_token": token, "row_version": str(row_version(world, quote_id))}).status == 409


def row_version(world, quote_id) -> int:
    with world():
        return row(quote_id).row_version


def test_a_link_ends_by_time_by_sales_and_by_the_rules(client, world, play, quote_id, address):
    assert client.get(address).status == 200
    with world(), system_scope("test"):
        db.session.execute(text("UPDATE quote_links SET expires_at = clock_timestamp() - interval '1 second'"))
        db.session.commit()
    assert client.get(address).status == 404
    with world(), acting_as(play.sales):
        second = f"/q/{make_link(play.sales, quote_id)}"
    assert client.get(second).status == 200
    with world(), acting_as(play.release):
        set_quote_rules(play.release, QuoteRules(allows_links=False))
    assert client.get(second).status == 404
    with world(), acting_as(play.release):
        set_quote_rules(play.release, QuoteRules())
    sign_in(client, play.sales)
    with world():
        number = row(quote_id).number
    show = client.get(f"/sales/quotes/{number}")
    end = next(form["action"] for form in show.soup.select("form") if form.get("action", "").endswith("/end"))
    client.post(end, data=show.form(end))
    assert client.get(second).status == 404


@pytest.mark.parametrize("token", ["1", "1.", "x.y", "999999999999999999999.a", "1.AAAA"])
def test_guessed_tokens_open_nothing(client, address, token):
    assert client.get(f"/q/{token}").status == 404
    assert client.get(f"/q/{address[3:]}x").status == 404


def test_a_link_is_mailed_to_an_address(app, client, world, play, quote_id):
    sign_in(client, play.sales)
    with world():
        number = row(quote_id).number
    show = client.get(f"/sales/quotes/{number}")
    here = f"/sales/quotes/{number}/links"
    assert client.post(here, data=show.form(here) | {"email": "no address"}).status in (303, 422)
    made = client.post(here, data=show.form(here) | {"email": "eve@guest.example", "locale": "ru"})
    assert made.status == 303
    drain(app)
    found = link(world)
    assert (found.email, found.locale) == ("eve@guest.example", "ru")
    assert "eve@guest.example" in client.get(f"/sales/quotes/{number}").text


def test_nothing_is_given_by_a_link_before_an_offer(client, world, play):
    with world():
        number = row(requested(play)).number
    sign_in(client, play.sales)
    assert "Make a link" not in client.get(f"/sales/quotes/{number}").text
