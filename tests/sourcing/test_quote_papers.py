"""Papers and files of quotes: printed once by a job, each version its own, in the account's language; EDIFACT and UBL."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.core import clock, storage
from app.core.actor import Actor
from app.core.clock import frozen
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import acting_as, system_scope
from app.documents.formats import formats
from app.sourcing.documents.quotes import quote_document, request_document
from app.sourcing.models.quote_versions import QuoteVersion
from app.sourcing.queries.quote_papers import quote_paper, request_paper
from app.sourcing.service import quote_decisions, quote_offers
from app.sourcing.service.quote_papers import print_version, sweep_papers
from app.web.texts import translator
from tests.factories.ordering import change_company
from tests.factories.quotes import act, draft, market, offer, offered, preparing, row
from tests.support.work import drain

pytestmark = pytest.mark.usefixtures("ctx")
D = Decimal


def versions(quote_id) -> list[QuoteVersion]:
    with system_scope("test"):
        return list(
            db.session.scalars(
                select(QuoteVersion).where(QuoteVersion.quote_id == quote_id).order_by(QuoteVersion.number)
                .execution_options(populate_existing=True)
            )
        )  # fmt: skip


def printed(actor, version) -> str:
    with acting_as(actor):
        file = storage.find(actor, version.file_id)
        with storage.open_file(file) as stream:
            pages = PdfReader(io.BytesIO(stream.read())).pages
    return " ".join("\n".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


def test_each_sent_version_is_printed_once(app):
    play = market()
    quote_id = offered(play, prices=("9.123456", "9.25"))
    assert "sourcing.print_quote" in drain(app)
    act(play.buyer, quote_decisions.counter, quote_id, [], "Cheaper")
    act(play.sales, quote_offers.take, quote_id)
    act(play.sales, quote_offers.edit_offer, quote_id, offer(quote_id, "9.05", "9.10", terms="Delivered at place."))
    act(play.sales, quote_offers.send_offer, quote_id)
    drain(app)
    first, second = versions(quote_id)
    number = row(quote_id).number
    old, new = printed(play.buyer, first), printed(play.buyer, second)
    assert f"Quote {number}/1" in old
    assert "9.123456 / pc" in old
    assert "183.73" in old
    assert f"Quote {number}/2" in new
    assert "Delivered at place." in new
    assert "181.50" in new
    assert "9.123456" not in new
    with acting_as(Actor.system()):
        assert not print_version(Actor.system(), first.id, translator)
    assert versions(quote_id)[0].file_id == first.file_id


def test_it_is_printed_in_the_language_of_the_account(app):
    play = market()
    change_company(play.buyer.company_id, locale="ru")
    quote_id = offered(play)
    drain(app)
    assert "Дата" in printed(play.buyer, versions(quote_id)[0])


def test_a_lost_job_is_found_by_the_sweep():
    quote_id = offered(market())
    with acting_as(Actor.system()):
        assert sweep_papers(Actor.system()) == 0, "a minute is left to the job"
        with frozen(clock.now() + timedelta(minutes=2)):
            assert sweep_papers(Actor.system()) == 1
    assert versions(quote_id)[0].file_id is None


def test_a_working_version_has_no_paper():
    play = market()
    quote_id = preparing(play)
    with acting_as(play.sales), pytest.raises(NotFound):
        quote_paper(play.sales, row(quote_id).number, 1)


def test_papers_of_others_and_hidden_ones_are_not_found():
    play = market()
    quote_id = offered(play)
    number = row(quote_id).number
    with acting_as(play.stranger), pytest.raises(NotFound):
        quote_paper(play.stranger, number, 1)
    with acting_as(play.stranger), pytest.raises(NotFound):
        request_paper(play.stranger, row(draft(play)).number)
    with acting_as(play.buyer):
        assert quote_paper(play.buyer, number, 1).quote.id == quote_id


@pytest.mark.parametrize("code", ["edifact-quotes", "ubl-quotation"])
def test_a_version_as_a_file_says_the_same(code):
    play = market()
    quote_id = offered(play, prices=("9.123456", "9.25"))
    with acting_as(play.buyer):
        document = quote_document(quote_paper(play.buyer, row(quote_id).number, 1))
    found = formats[code].loads(formats[code].dumps(document))
    assert [(line.quantity, line.prices[0].amount, line.ids.sku) for line in found.lines] == [
        (10, D("9.123456"), play.articles[0].sku), (10, D("9.25"), play.articles[1].sku),
    ]  # fmt: skip
    assert (found.number, found.request_number, found.currency) == (document.number, row(quote_id).number, "EUR")


@pytest.mark.parametrize("code", ["edifact-reqote", "ubl-request"])
def test_a_request_as_a_file_says_the_same(code):
    play = market()
    number = row(draft(play)).number
    with acting_as(play.buyer):
        document = request_document(request_paper(play.buyer, number))
    found = formats[code].loads(formats[code].dumps(document))
    assert [(line.quantity, line.ids.sku) for line in found.lines] == [(10, one.sku) for one in play.articles]
    assert found.number == number
