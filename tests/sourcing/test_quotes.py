"""Requests, offers, counter-offers and acceptance through the database."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.actor import Actor
from app.core.db import transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.quote import CounterLine, LineAsk
from app.sourcing.domain.quote_rules import QuoteRules
from app.sourcing.queries.quotes import quote, quote_file
from app.sourcing.service import quote_decisions, quote_offers, quote_talk, quotes
from app.sourcing.service.quote_rules import set_quote_rules
from tests.factories.ordering import change_price
from tests.factories.quotes import (
    act,
    asked,
    draft,
    end_validity,
    market,
    offer,
    offered,
    offers_of,
    preparing,
    ref,
    requested,
    row,
)

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


def test_a_sent_version_never_changes():
    play = market()
    quote_id = offered(play)
    offer_id = offers_of(quote_id)[0].id
    for statement in (
        "UPDATE quote_offers SET unit_price = 1 WHERE id = :id",
        "DELETE FROM quote_offers WHERE id = :id",
        "UPDATE quote_versions SET net_total = 1 WHERE id = (SELECT version_id FROM quote_offers WHERE id = :id)",
        "UPDATE quote_versions SET sent_at = NULL WHERE id = (SELECT version_id FROM quote_offers WHERE id = :id)",
        "DELETE FROM quote_versions WHERE id = (SELECT version_id FROM quote_offers WHERE id = :id)",
    ):
        with acting_as(play.sales), pytest.raises(IntegrityError, match="does not change"), transaction() as session:
            session.execute(text(statement), {"id": offer_id})


def test_sales_adds_and_drops_a_line():
    play = market()
    quote_id = preparing(play)
    with pytest.raises(Invalid, match="Line 3"):
        act(play.sales, quote_offers.add_line, quote_id, LineAsk(play.articles[0].id, "", D(4), "KGM"))
    line_id = act(play.sales, quote_offers.add_line, quote_id, LineAsk(play.articles[0].id, "", D(4), "H87"))
    assert [one.unit_price for one in offers_of(quote_id)] == [10, 10, 10]
    act(play.sales, quote_offers.drop_line, quote_id, line_id)
    assert len(offers_of(quote_id)) == 2
    act(play.sales, quote_offers.add_line, quote_id, LineAsk(None, "A pallet", D(1), "H87"))
    with pytest.raises(Invalid, match="Line 3"):
        act(play.sales, quote_offers.send_offer, quote_id)


def test_list_prices_stay_as_they_were_when_the_offer_was_made():
    play = market()
    quote_id = preparing(play)
    change_price(play.articles[0], "12")
    act(play.sales, quote_offers.send_offer, quote_id)
    assert row(quote_id).net_total == D("200.00")


def test_small_requests_are_refused_by_rule():
    play = market()
    with acting_as(play.release):
        set_quote_rules(play.release, QuoteRules(minimum_value=D(500)))
    quote_id = draft(play)
    with pytest.raises(Invalid, match="500"):
        act(play.buyer, quotes.submit, quote_id)
    large = draft(play, 30, 30)
    act(play.buyer, quotes.submit, large)
    assert row(large).list_total == D("600.00")


def test_rounds_end_and_a_counter_offer_may_end_the_offer():
    play = market()
    with acting_as(play.release):
        set_quote_rules(play.release, QuoteRules(rounds=1, replaces=True))
    quote_id = offered(play)
    act(play.buyer, quote_decisions.counter, quote_id, [], "Less")
    with pytest.raises(Conflict, match="not valid"):
        act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
    act(play.sales, quote_offers.take, quote_id)
    act(play.sales, quote_offers.send_offer, quote_id)
    with pytest.raises(Conflict, match="rounds"):
        act(play.buyer, quote_decisions.counter, quote_id, [], "Still less")


def test_files_of_either_side():
    play = market()
    quote_id = requested(play)
    first = act(play.buyer, quote_talk.attach, quote_id, "plan.pdf", "application/pdf", b"%PDF-")
    inner = act(play.sales, quote_talk.attach, quote_id, "margin.xlsx", "application/x", b"1", is_internal=True)
    with pytest.raises(Invalid):
        act(play.buyer, quote_talk.attach, quote_id, "empty.pdf", "application/pdf", b"")
    with acting_as(play.buyer):
        number = row(quote_id).number
        assert quote_file(play.buyer, number, first).name == "plan.pdf"
        with pytest.raises(NotFound):
            quote_file(play.buyer, number, inner)
    with acting_as(play.sales):
        assert quote_file(play.sales, number, inner).company_id == play.sales.company_id
    for n in range(9):
        act(play.buyer, quote_talk.attach, quote_id, f"{n}.txt", "text/plain", b"x")
    with pytest.raises(Invalid, match="10"):
        act(play.buyer, quote_talk.attach, quote_id, "11.txt", "text/plain", b"x")


def test_a_copy_asks_the_same_again():
    play = market()
    quote_id = offered(play)
    with acting_as(play.buyer):
        again = quotes.copy(play.buyer, quote_id, client_ref=ref())
        page = quote(play.buyer, row(again).number)
    assert (page.state, page.origin_number, len(page.lines)) == ("draft", row(quote_id).number, 2)


def test_the_offer_ends_and_is_opened_again():
    play = market()
    quote_id = offered(play)
    end_validity(quote_id)
    with pytest.raises(Conflict, match="not valid"):
        act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
    with system_scope("factory"):
        assert quote_offers.expire(Actor.system(), quote_id) is None
    with pytest.raises(Conflict):
        act(play.buyer, quote_talk.post_message, quote_id, "Is it too late?")
    act(play.sales, quote_offers.reopen, quote_id)
    act(play.sales, quote_offers.send_offer, quote_id)
    act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
    assert row(quote_id).accepted_net == D("187.50")


def test_many_orders_from_one_quote():
    play = market()
    quote_id = preparing(play)
    act(play.sales, quote_decisions.set_multi_use, quote_id, True)
    act(play.sales, quote_offers.send_offer, quote_id)
    act(play.buyer, quote_decisions.accept, quote_id, {}, client_ref=ref())
    with acting_as(play.buyer):
        for number in ("SO-1", "SO-1", "SO-2"):
            quote_decisions.mark_ordered(play.buyer, quote_id, number)
    assert (row(quote_id).state, row(quote_id).order_number) == ("accepted", "SO-2")
