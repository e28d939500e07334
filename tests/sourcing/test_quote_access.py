"""Who may open and do what with quotes: method, address, data, and the status for each person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.core.db import db
from app.sourcing.models.quotes import Quote, QuoteLine, QuoteMessage
from tests.factories.accounts import actor_for, operator, person
from tests.factories.ordering import buyer, sign_in
from tests.factories.quotes import market, offered, row

NOBODY, BUYER, BOOKS, STRANGER, SALES, PRICING, STORE = (
    "nobody", "buyer", "bookkeeper", "stranger", "sales", "pricing", "warehouse",
)  # fmt: skip
PEOPLE = (NOBODY, BUYER, BOOKS, STRANGER, SALES, PRICING, STORE)
AWAY = 303

# An offer was sent. Forms without the row version of the page are stale: 409 is what somebody with the right gets.
TABLE: list[tuple[str, str, dict[str, str], tuple[int, ...]]] = [
    # method, address, data                                  nobody  buyer books stranger sales pricing store
    ("GET", "/quotes", {}, (AWAY, 200, 200, 200, 403, 403, 403)),
    ("GET", "/quotes/new", {}, (AWAY, 200, 403, 200, 403, 403, 403)),
    ("POST", "/quotes/new", {"do": "keep"}, (AWAY, 422, 403, 422, 403, 403, 403)),
    ("GET", "/quotes/{number}", {}, (AWAY, 200, 200, 404, 403, 403, 403)),
    ("GET", "/quotes/{number}/edit", {}, (AWAY, 200, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/edit", {"do": "rows"}, (AWAY, 200, 403, 404, 403, 403, 403)),
    ("GET", "/quotes/{number}/versions", {}, (AWAY, 200, 200, 404, 200, 200, 403)),
    ("GET", "/quotes/{number}/counter", {}, (AWAY, 200, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/counter", {"message": "less"}, (AWAY, 409, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/send", {}, (AWAY, 409, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/recall", {}, (AWAY, 409, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/answer", {"text": "x"}, (AWAY, 409, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/withdraw", {"reason_code": "other"}, (AWAY, 409, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/decline", {"reason_code": "other"}, (AWAY, 409, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/accept", {"all": "1"}, (AWAY, 409, 403, 404, 403, 403, 403)),
    ("POST", "/quotes/{number}/copy", {}, (AWAY, 303, 403, 404, 303, 403, 403)),
    ("POST", "/quotes/{number}/messages", {"text": ""}, (AWAY, 422, 403, 404, 422, 403, 403)),
    ("POST", "/quotes/{number}/files", {}, (AWAY, 303, 403, 404, 303, 403, 403)),
    ("GET", "/quotes/{number}/files/1", {}, (AWAY, 404, 404, 404, 404, 404, 403)),
    ("POST", "/quotes/{number}/files/1/remove", {}, (AWAY, 409, 403, 404, 409, 403, 403)),
    ("GET", "/sales/quotes", {}, (AWAY, 403, 403, 403, 200, 200, 403)),
    ("GET", "/sales/quotes/new", {}, (AWAY, 403, 403, 403, 200, 403, 403)),
    ("POST", "/sales/quotes/new", {"account": "NONE"}, (AWAY, 403, 403, 403, 422, 403, 403)),
    ("GET", "/sales/quotes/lost", {}, (AWAY, 403, 403, 403, 200, 403, 403)),
    ("GET", "/sales/quotes/{number}", {}, (AWAY, 403, 403, 403, 200, 200, 403)),
    ("GET", "/sales/quotes/{number}/offer", {}, (AWAY, 403, 403, 403, 303, 403, 403)),
    ("POST", "/sales/quotes/{number}/offer", {}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/offer/totals", {}, (AWAY, 403, 403, 403, 200, 403, 403)),
    ("POST", "/sales/quotes/{number}/take", {}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/ask", {"text": "x"}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/send", {}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/release/ask", {"comment": "x"}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/release", {"decision": "release"}, (AWAY, 403, 403, 403, 403, 409, 403)),
    ("POST", "/sales/quotes/{number}/decline", {"reason_code": "other"}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/extend", {"valid_until": ""}, (AWAY, 403, 403, 403, 422, 403, 403)),
    ("POST", "/sales/quotes/{number}/reopen", {}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/replace", {"successor": "x"}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/assign", {}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/orders", {"multi": "1"}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("POST", "/sales/quotes/{number}/lines", {}, (AWAY, 403, 403, 403, 422, 403, 403)),
    ("POST", "/quotes/{number}/order", {}, (AWAY, 409, 403, 404, 403, 403, 403)),
    ("GET", "/sales/quotes/{number}/prices", {}, (AWAY, 403, 403, 403, 303, 403, 403)),
    ("POST", "/sales/quotes/{number}/prices", {}, (AWAY, 403, 403, 403, 409, 403, 403)),
    ("GET", "/quotes/{number}/versions/1/pdf", {}, (AWAY, 503, 503, 404, 503, 503, 403)),
    ("GET", "/quotes/{number}/versions/1/edifact", {}, (AWAY, 200, 200, 404, 200, 200, 403)),
    ("GET", "/quotes/{number}/request/ubl", {}, (AWAY, 200, 200, 404, 200, 200, 403)),
    ("POST", "/sales/quotes/{number}/links", {"locale": "en"}, (AWAY, 403, 403, 403, 303, 403, 403)),
    ("POST", "/sales/quotes/{number}/links/999999/end", {}, (AWAY, 403, 403, 403, 404, 403, 403)),
    ("POST", "/sales/quotes/{number}/links/999999/take", {}, (AWAY, 403, 403, 403, 404, 403, 403)),
    ("GET", "/q/1.x", {}, (404, 404, 404, 404, 404, 404, 404)),
    ("POST", "/q/1.x/ask", {}, (404, 404, 404, 404, 404, 404, 404)),
    ("POST", "/q/1.x/accept", {}, (404, 404, 404, 404, 404, 404, 404)),
    ("GET", "/q/1.x/1.pdf", {}, (404, 404, 404, 404, 404, 404, 404)),
    ("GET", "/settings/quotes", {}, (AWAY, 403, 403, 403, 403, 403, 403)),
    ("POST", "/settings/quotes", {}, (AWAY, 403, 403, 403, 403, 403, 403)),
    ("POST", "/settings/quotes/rights", {}, (AWAY, 403, 403, 403, 403, 403, 403)),
]
MODULES = {
    "quote_lists",
    "quote_pages",
    "quote_requests",
    "quote_buyer",
    "quote_sales",
    "quote_offer",
    "quote_settings",
    "quote_orders",
    "quote_papers",
    "quote_links",
}


@pytest.fixture
def scene(client, world):
    with world():
        play = market()
        quote_id = offered(play)
        number, house = row(quote_id).number, operator()
        people = {
            NOBODY: None, BUYER: play.buyer, STRANGER: play.stranger, SALES: play.sales,
            PRICING: actor_for(person(house, Role.PRICING), house), STORE: actor_for(person(house, Role.WAREHOUSE), house),
        }  # fmt: skip
        company = db.session.get(Company, play.buyer.company_id)
        db.session.expunge(company)
        people[BOOKS] = buyer(company, Role.BOOKKEEPER)
    return people, number, quote_id


def _figures(world) -> list[Any]:
    with world():
        return [
            db.session.scalar(select(func.count()).select_from(model)) for model in (Quote, QuoteLine, QuoteMessage)
        ]


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_the_table_says(client, world, scene, who):
    people, number, quote_id = scene
    if people[who] is not None:
        sign_in(client, people[who])
    before, wrong = _figures(world), []
    for method, address, data, statuses in TABLE:
        wanted = statuses[PEOPLE.index(who)]
        answer = client.flask.open(address.format(number=number), method=method, data=data)
        if answer.status_code != wanted:
            wrong.append((method, address, answer.status_code, wanted))
    assert wrong == []
    with world():
        assert row(quote_id).state == "offered"
    copies = sum(1 for *_, statuses in TABLE[15:16] if statuses[PEOPLE.index(who)] == 303 and who != NOBODY)
    after = _figures(world)
    assert after[0] == before[0] + copies
    assert after[2] == before[2]


def test_every_page_of_quotes_is_in_the_table(app):
    adapter = app.url_map.bind("localhost")
    tested = {
        (adapter.match(address.format(number="RFQ-2026-000001"), method=method)[0], method)
        for method, address, _data, _statuses in TABLE
    }
    wanted = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
        if app.view_functions[rule.endpoint].__module__.rpartition(".")[2] in MODULES
    }
    assert wanted == tested
