"""Requests, offers, counter-offers and acceptance through the database."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as
from app.sourcing.domain.quote import CounterLine
from app.sourcing.service import quote_decisions, quote_offers, quote_talk, quotes
from tests.factories.quotes import act, asked, draft, market, offer, offered, offers_of, preparing, ref, requested, row

pytestmark = pytest.mark.usefixtures("ctx")
D = Decimal


def test_three_rounds_and_an_acceptance():
    play = market()
    quote_id = offered(play)
    first = offers_of(quote_id)
    act(
        play.buyer,
        quote_decisions.counter,
        quote_id,
        [CounterLine(first[0].line_id, D("9.00"), D(20))],
        "More, cheaper",
    )
    act(play.sales, quote_offers.take, quote_id)
    begun = offers_of(quote_id)[2:]
    assert (begun[0].quantity, begun[0].unit_price, begun[0].min_quantity) == (D(20), D("9"), D(10))
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.10", "9.20"))
    assert act(play.sales, quote_offers.send_offer, quote_id) == 2
    assert offers_of(quote_id)[0].unit_price == D("9.5")
    act(play.buyer, quote_decisions.counter, quote_id, [CounterLine(first[0].line_id, text="By Friday?")])
    act(play.sales, quote_offers.revise, quote_id)
    assert act(play.sales, quote_offers.send_offer, quote_id) == 3
    quote = row(quote_id)
    assert (quote.current_version, quote.rounds, quote.net_total) == (3, 2, D("183.00"))
    act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref="yes")
    quote = row(quote_id)
    assert (quote.state, quote.accepted_net) == ("accepted", D("183.00"))
    act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref="yes", row_version=1)  # the answer was lost
    assert row(quote_id).row_version == quote.row_version


def test_a_repeated_start_is_one_request():
    play = market()
    again = ref()
    first = quotes_started(play, again)
    assert quotes_started(play, again) == first
    assert row(first).number.startswith("RFQ-")


def quotes_started(play, client_ref):
    with acting_as(play.buyer):
        return quotes.start(play.buyer, asked(play), client_ref=client_ref)


def test_a_stale_page_changes_nothing():
    play = market()
    quote_id = draft(play)
    with pytest.raises(Conflict):
        act(play.buyer, quotes.submit, quote_id, row_version=99)
    assert row(quote_id).state == "draft"


def test_strangers_find_nothing():
    play = market()
    quote_id = offered(play)
    with pytest.raises(NotFound):
        act(play.stranger, quote_decisions.accept, quote_id, {}, client_ref=ref())
    with pytest.raises(Forbidden):
        act(play.sales, quote_decisions.accept, quote_id, {}, client_ref=ref())
    with pytest.raises(Forbidden):
        act(play.buyer, quote_offers.send_offer, quote_id)


def test_below_the_own_right_prices_are_released_by_somebody_else():
    play = market()
    quote_id = preparing(play)
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "5", "9.5"))
    with pytest.raises(Invalid) as refused:
        act(play.sales, quote_offers.send_offer, quote_id)
    assert [place for place, _why in refused.value.details] == [1]
    act(play.sales, quote_offers.request_release, quote_id, "They buy a lot")
    with pytest.raises(Forbidden):
        act(play.second, quote_offers.release, quote_id)
    act(play.release, quote_offers.release, quote_id)
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "4.99", "9.5"))
    with pytest.raises(Invalid):
        act(play.sales, quote_offers.send_offer, quote_id)
    act(play.sales, quote_offers.request_release, quote_id, "A cent less")
    act(play.release, quote_offers.return_offer, quote_id, "No")
    assert row(quote_id).state == "in_preparation"


def test_nobody_releases_his_own_prices():
    play = market()
    quote_id = preparing(play)
    act(play.release, quote_offers.edit_offer, quote_id, offer(quote_id, "5", "9.5"))
    act(play.sales, quote_offers.request_release, quote_id, "Please")
    with pytest.raises(Forbidden):
        act(play.release, quote_offers.release, quote_id)


def test_what_sales_makes_is_hidden_until_it_is_offered():
    play = market()
    with acting_as(play.sales):
        quote_id = quotes.create_by_sales(play.sales, play.buyer.company_id, asked(play), client_ref=ref())
    with pytest.raises(NotFound):
        act(play.buyer, quotes.withdraw, quote_id, reason_code="other")
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, 10, 10))
    act(play.sales, quote_offers.send_offer, quote_id)
    act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
    assert row(quote_id).accepted_net == D("200.00")


def test_chosen_lines_within_their_range():
    play = market()
    quote_id = offered(play)
    one = offers_of(quote_id)[0]
    with pytest.raises(Invalid, match="Line 1"):
        act(play.buyer, quote_decisions.accept, quote_id, {one.line_id: (one.id, D(9))}, client_ref=ref())
    act(play.buyer, quote_decisions.accept, quote_id, {one.line_id: (one.id, D(30))}, client_ref=ref())
    assert row(quote_id).accepted_net == D("285.00")


def test_internal_notes_are_for_sales():
    play = market()
    quote_id = requested(play)
    act(play.sales, quote_talk.post_message, quote_id, "Bad payer", is_internal=True)
    with pytest.raises(Forbidden):
        act(play.buyer, quote_talk.post_message, quote_id, "Me too", is_internal=True)
    act(play.buyer, quote_talk.post_message, quote_id, "When?")
