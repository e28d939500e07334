"""The one pricing call against the database: whose chain, which day, which list, in one statement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import NotFound
from app.core.quantity import Factor
from app.core.tenancy import acting_as
from app.pricing.domain.price import PriceItem
from app.pricing.queries.prices import ladders, price_lines
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.catalog import article, articles
from tests.factories.pricing import buys_by, chain, entry, german_vat, price_list, vat_checked

DAY = date(2026, 5, 4)
pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def house(ctx):
    german_vat()
    return operator()


@pytest.fixture
def buyer(house):
    company = customer()
    return actor_for(person(company), company)


def item(article_id, quantity=1, unit="H87", factor=1, **facts):
    return PriceItem(article_id, Decimal(quantity), unit, "H87", Factor(factor), **facts)


def price(actor, article_id, quantity=1, on=DAY, **facts):
    with acting_as(actor):
        return price_lines(actor, [item(article_id, quantity, **facts)], company_id=actor.company_id, on=on)[0]


def test_an_account_buys_by_its_own_chain_and_else_by_the_default_one(buyer):
    bolt = article("BOLT")
    price_list("GEN", {"BOLT": "10"})
    price_list("OWN", {"BOLT": {0: "9", 100: "8"}})
    chain("ALL", "GEN", is_default=True)
    assert price(buyer, bolt).unit_price == 10
    buys_by(buyer.company_id, chain("SPECIAL", "OWN", "GEN"))
    assert price(buyer, bolt).unit_price == 9
    assert price(buyer, bolt, 100).unit_price == 8
    assert price(buyer, bolt, 100).list_code == "OWN"
    buys_by(buyer.company_id, None)
    assert price(buyer, bolt).unit_price == 10


def test_a_changed_price_holds_at_once(buyer):
    bolt = article("BOLT")
    prices = price_list("GEN", {"BOLT": "10"})
    chain("ALL", "GEN", is_default=True)
    assert price(buyer, bolt).unit_price == 10
    entry(prices, "BOLT", "11")
    assert price(buyer, bolt).unit_price == 11


def test_without_chain_list_or_entry_there_is_no_price_and_a_reason(buyer):
    bolt = article("BOLT")
    assert str(price(buyer, bolt).problem) == "There is no price for this article in EUR."
    price_list("GEN")
    chain("ALL", "GEN", is_default=True)
    line = price(buyer, bolt)
    assert (line.unit_price, line.net) == (None, None)
    assert line.vat_rate == 19


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 4, 30), "10"),
        (date(2026, 5, 1), "9"),  # the first day counts
        (date(2026, 5, 31), "9"),
        (date(2026, 6, 1), "10"),  # the last one is the first without
        (date(2026, 7, 1), "7"),
    ],
)
def test_validity_of_entries_and_lists(buyer, day, expected):
    bolt = article("BOLT")
    may = {"valid_from": date(2026, 5, 1), "valid_to": date(2026, 6, 1)}
    offer = price_list("MAY")
    entry(offer, "BOLT", "9", **may)
    price_list("JULY", {"BOLT": "7"}, validity=(date(2026, 7, 1), None))
    price_list("OFF", {"BOLT": "1"}, is_active=False)
    price_list("GEN", {"BOLT": "10"})
    chain("ALL", "OFF", "JULY", "MAY", "GEN", is_default=True)
    assert price(buyer, bolt, on=day).unit_price == Decimal(expected)


def test_of_several_valid_entries_of_one_slot_the_one_that_began_last_holds(buyer):
    bolt, nut = article("BOLT"), article("NUT")
    prices = price_list("GEN", {"BOLT": {0: "10", 100: "9"}, "NUT": "5"})
    entry(prices, "BOLT", "8", valid_from=date(2026, 1, 1))
    entry(prices, "BOLT", "7", valid_from=date(2026, 2, 1))
    entry(prices, "BOLT", "6", valid_from=date(2026, 6, 1))
    chain("ALL", "GEN", is_default=True)
    assert price(buyer, bolt).unit_price == 7
    assert price(buyer, bolt, 100).unit_price == 9
    assert price(buyer, nut).unit_price == 5


def test_a_list_in_another_currency_has_no_price_but_may_shut_the_article(buyer):
    bolt = article("BOLT")
    price_list("USD", {"BOLT": "1"}, currency="USD")
    price_list("EUR", {"BOLT": "10"})
    chain("ALL", "USD", "EUR", is_default=True)
    assert price(buyer, bolt).unit_price == 10
    buys_by(buyer.company_id, chain("SHUT", "-USD", "EUR"))
    assert price(buyer, bolt).problem is not None


@pytest.mark.parametrize(("strategy", "expected"), [("lowest", "8"), ("merge", "9"), ("first", "9")])
def test_the_strategy_of_the_chain(buyer, strategy, expected):
    bolt = article("BOLT")
    price_list("A", {"BOLT": "9"})
    price_list("B", {"BOLT": {0: "8", 10: "7"}})
    buys_by(buyer.company_id, chain("S", "A", "B", strategy=strategy))
    assert price(buyer, bolt).unit_price == Decimal(expected)
    assert price(buyer, bolt, 10).unit_price == (9 if strategy == "first" else 7)


def test_gross_lists_become_net_at_the_rate_of_the_article(buyer):
    article("BOOK", vat_class="reduced")
    bolt, book = article("BOLT"), article("BOOK")
    price_list("SHOP", {"BOLT": "11.90", "BOOK": "10.00"}, is_gross=True)
    chain("ALL", "SHOP", is_default=True)
    assert price(buyer, bolt).unit_price == 10
    assert price(buyer, book, vat_class="reduced").unit_price == Decimal("9.3458")


def test_packs_are_priced_by_their_own_entry_or_by_pieces(buyer):
    bolt = article("BOLT", units={"XBX": 12})
    prices = price_list("GEN", {"BOLT": {0: "10", 24: "9"}})
    chain("ALL", "GEN", is_default=True)
    assert price(buyer, bolt, 2, unit="XBX", factor=12).net == 216
    entry(prices, "BOLT", "100", unit="XBX")
    assert price(buyer, bolt, 2, unit="XBX", factor=12).net == 200


def test_lines_come_in_the_order_of_the_items_articles_may_repeat(buyer):
    first, second = article("A"), article("B")
    price_list("GEN", {"A": {0: "10", 5: "9"}, "B": "3"})
    chain("ALL", "GEN", is_default=True)
    with acting_as(buyer):
        lines = price_lines(
            buyer, [item(second), item(first, 5), item(first), item(second, 2)], company_id=buyer.company_id, on=DAY
        )
    assert [line.net for line in lines] == [3, 45, 10, 6]


def test_vat_follows_the_customer(house):
    bolt = article("BOLT")
    price_list("GEN", {"BOLT": "10"})
    chain("ALL", "GEN", is_default=True)
    french, swiss = customer(country="FR", vat_id="FR40303265045"), customer(country="CH")
    vat_checked(french.id, "FR40303265045")
    found = [
        price(actor_for(person(company), company), bolt) for company in (french, swiss)
    ]  # fmt: skip
    assert [(line.vat_category, line.vat_rate) for line in found] == [("K", 0), ("G", 0)]


def test_rates_of_the_day(buyer):
    bolt = article("BOLT")
    db.session.execute(
        text("INSERT INTO vat_rates (country, vat_class, rate, valid_from) VALUES ('DE', 'standard', 21, '2026-06-01')")
    )
    db.session.commit()
    assert price(buyer, bolt).vat_rate == 19
    assert price(buyer, bolt, on=date(2026, 6, 1)).vat_rate == 21


@pytest.mark.parametrize("count", [1, 20])
def test_one_statement_however_many_lines(buyer, count):
    ids = articles(count)
    price_list("GEN", {f"A-{n:03d}": {0: "10", 10: "9", 100: "8"} for n in range(1, count + 1)})
    chain("ALL", "GEN", is_default=True)
    with acting_as(buyer), statements() as seen:
        lines = price_lines(buyer, [item(one, 12) for one in ids], company_id=buyer.company_id, on=DAY)
    assert len(seen) == 1
    assert all(line.unit_price == 9 for line in lines)


def test_ladders_for_product_pages(buyer):
    bolt, nut = article("BOLT"), article("NUT")
    price_list("GEN", {"BOLT": {0: "10", 10: "9"}})
    chain("ALL", "GEN", is_default=True)
    with acting_as(buyer):
        found = ladders(buyer, [bolt, nut], company_id=buyer.company_id, on=DAY)
    assert [(step.min_quantity, step.price) for step in found[bolt]] == [(0, 10), (10, 9)]
    assert nut not in found


def test_nobody_asks_for_the_prices_of_another_account(buyer):
    bolt, stranger = article("BOLT"), customer()
    with acting_as(buyer), pytest.raises(NotFound):
        price_lines(buyer, [item(bolt)], company_id=stranger.id, on=DAY)
    with pytest.raises(NotFound):
        price_lines(Actor.system(), [item(bolt)], company_id=999_999, on=DAY)


def test_the_operator_sees_what_the_account_sees(buyer):
    bolt = article("BOLT")
    price_list("OWN", {"BOLT": "9"})
    price_list("GEN", {"BOLT": "10"})
    chain("ALL", "GEN", is_default=True)
    buys_by(buyer.company_id, chain("SPECIAL", "OWN", "GEN"))
    system = Actor.system()
    assert price_lines(system, [item(bolt)], company_id=buyer.company_id, on=DAY) == [price(buyer, bolt)]


def test_the_database_hides_lists_of_other_chains(buyer):
    article("BOLT")
    price_list("OWN", {"BOLT": "9"})
    price_list("SECRET", {"BOLT": "1"})
    price_list("GEN", {"BOLT": "10"})
    chain("ALL", "GEN", is_default=True)
    chain("THEIRS", "SECRET")
    buys_by(buyer.company_id, chain("SPECIAL", "OWN", "GEN"))
    with acting_as(buyer):
        codes = db.session.scalars(text("SELECT code FROM price_lists ORDER BY code")).all()
        prices = db.session.scalars(text("SELECT price FROM price_entries ORDER BY price")).all()
        chains = db.session.scalars(text("SELECT code FROM chains")).all()
    assert (codes, prices, sorted(chains)) == (["GEN", "OWN"], [9, 10], ["ALL", "SPECIAL"])
