"""What each side reads of a quote, in how many statements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import NotFound
from app.core.tenancy import acting_as
from app.pricing.service.costs import set_floor
from app.sourcing.domain.quote import CounterLine
from app.sourcing.domain.quote_machine import STATES
from app.sourcing.queries.quote_lists import QuoteFilter, lost_reasons, quote_counts, quotes_page
from app.sourcing.queries.quote_versions import quote_preview, version_diff
from app.sourcing.queries.quotes import quote
from app.sourcing.service import quote_decisions, quote_offers, quote_talk
from tests.factories.pricing import cost
from tests.factories.quotes import act, draft, in_state, market, offer, offered, offers_of, preparing, row

pytestmark = pytest.mark.usefixtures("ctx")
D = Decimal


def seen(actor, quote_id):
    with acting_as(actor):
        return quote(actor, row(quote_id).number)


@pytest.mark.parametrize("state", STATES)
def test_both_sides_have_words_for_every_state(state):
    play = market()
    quote_id = in_state(play, state)
    page = seen(play.buyer, quote_id)
    assert str(page.label)
    assert page.working is None
    assert page.releases == ()
    if state == "draft":
        with pytest.raises(NotFound):
            seen(play.sales, quote_id)
    else:
        assert str(seen(play.sales, quote_id).label)
    with pytest.raises(NotFound):
        seen(play.stranger, quote_id)


def test_the_buyer_sees_no_note_no_draft_and_no_inner_event():
    play = market()
    quote_id = offered(play)
    act(play.sales, quote_talk.post_message, quote_id, "He always pays late", is_internal=True)
    act(play.buyer, quote_decisions.counter, quote_id, [], "Less")
    act(play.sales, quote_offers.revise, quote_id)
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.01", "9.01"))
    page, desk = seen(play.buyer, quote_id), seen(play.sales, quote_id)
    assert [one.number for one in page.versions] == [1]
    assert desk.working.number == 2
    assert desk.working.offers[0].unit_price == D("9.01")
    assert [one.text for one in page.messages] == ["Less"]
    assert len(desk.messages) == 2
    assert "revise" not in [one.event for one in page.history]
    assert "revise" in [one.event for one in desk.history]
    assert page.is_acceptable
    assert "accept" in page.possible
    with acting_as(play.buyer):
        hidden = db.session.scalar(text("SELECT count(*) FROM quote_offers WHERE unit_price = 9.01"))
        inner = db.session.scalar(text("SELECT count(*) FROM sourcing_events WHERE is_internal"))
        notes = db.session.scalar(text("SELECT count(*) FROM quote_messages WHERE is_internal"))
    assert (hidden, inner, notes) == (0, 0, 0)


def test_margin_and_floor_are_for_sales():
    play = market()
    one = play.articles[0]
    cost(one.sku, "8")
    with acting_as(Actor.system()):
        set_floor(Actor.system(), "all", "", D(15))
    quote_id = preparing(play)
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.20", "9.5"))
    first = seen(play.sales, quote_id).working.offers[0]
    assert (first.cost, first.margin, first.floor) == (D(8), D("13.0"), D("9.411765"))
    assert len(first.needs) == 1
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.50", "9.5"))
    act(play.sales, quote_offers.send_offer, quote_id)
    bought = seen(play.buyer, quote_id).shown.offers[0]
    assert (bought.cost, bought.margin, bought.floor, bought.needs) == (None, None, None, ())


def test_a_preview_stores_nothing():
    play = market()
    quote_id = preparing(play)
    before = row(quote_id).row_version
    with acting_as(play.sales):
        page = quote_preview(
            play.sales, quote_id, offer(quote_id, "9", "9", discount_kind="percent", discount_value=D(5))
        )
    assert (page.line_total, page.discount, page.net_total) == (D("180.00"), D("9.00"), D("171.00"))
    assert page.offers[0].unit_price == D("8.55")
    assert row(quote_id).row_version == before
    assert [one.unit_price for one in offers_of(quote_id)] == [D(10), D(10)]


def test_the_difference_of_two_versions():
    play = market()
    quote_id = offered(play)
    line = offers_of(quote_id)[0].line_id
    act(play.buyer, quote_decisions.counter, quote_id, [CounterLine(line, D("9.10"))])
    act(play.sales, quote_offers.take, quote_id)
    act(play.sales, quote_offers.send_offer, quote_id)
    with acting_as(play.buyer):
        rows = version_diff(play.buyer, row(quote_id).number, 1, 2)
    found = {(one.position, str(one.what)): (one.before, one.after) for one in rows}
    assert found[1, "Price"] == (D("9.5"), D("9.1"))
    assert found[0, "Net total"] == (D("187.50"), D("183.50"))
    assert (2, "Price") not in found


def test_lists_by_side_and_the_same_number_of_statements():
    play = market()
    ids = [offered(play), draft(play)]
    with acting_as(play.buyer), statements() as few:
        mine = quotes_page(play.buyer, QuoteFilter())
    assert [one.id for one in mine] == ids[::-1]
    with acting_as(play.sales):
        assert [one.id for one in quotes_page(play.sales, QuoteFilter(company_id=play.buyer.company_id))] == ids[:1]
        assert quotes_page(play.sales, QuoteFilter(states=("offered",), text=row(ids[0]).number))[0].id == ids[0]
        assert quotes_page(play.sales, QuoteFilter(text="no such thing")) == []
        assert quote_counts(play.sales)["offered"] >= 1
    for _ in range(3):
        draft(play)
    with acting_as(play.buyer), statements() as many:
        page = quotes_page(play.buyer, QuoteFilter(), limit=3)
        rest = quotes_page(play.buyer, QuoteFilter(), after=page[-1].key)
        assert len(rest) == 2
        assert quotes_page(play.buyer, QuoteFilter(), before=rest[0].key) == page
    assert len(many) == 3 * len(few)
    with acting_as(play.stranger):
        assert quotes_page(play.stranger, QuoteFilter()) == []


def test_a_page_costs_the_same_however_long_the_quote():
    play = market()
    short, long = offered(play), offered(play, *[5] * 12, prices=("9.5",) * 12)
    counts = []
    for quote_id in (short, long):
        number = row(quote_id).number
        with acting_as(play.sales), statements() as seen_statements:
            quote(play.sales, number)
        counts.append(len(seen_statements))
    assert counts[0] == counts[1] < 25


def test_lost_offers_by_reason():
    play = market()
    in_state(play, "declined_by_buyer")
    quote_id = in_state(play, "declined_by_buyer")
    ended = row(quote_id).ended_at
    with acting_as(play.sales):
        rows = lost_reasons(play.sales, ended.replace(hour=0, minute=0), ended.replace(hour=23, minute=59, second=59))
    assert [(one.reason_code, one.count, one.net, one.currency) for one in rows] == [("price", 2, D("375.00"), "EUR")]
