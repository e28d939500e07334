"""The price manager's pages: lists, prices, chains, rates, reasons."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.db import db, statements
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article, articles
from tests.factories.pricing import buys_by, chain, german_vat, price_list


@pytest.fixture
def manager(client, world):
    with world():
        user = person(operator(), Role.OPERATOR_ADMIN)
    sign_in(client, user)
    return client


def value(world, statement, **values):
    with world():
        return db.session.scalar(text(statement), values)


def test_empty_pages_name_the_first_step(manager):
    assert "No price lists yet" in manager.get("/prices").text
    assert "No chains yet" in manager.get("/prices/chains").text
    assert "No rates yet" in manager.get("/prices/vat").text
    assert "Ask for a price" in manager.get("/prices/why").text


def test_a_list_is_made_and_filled_by_hand(manager, world):
    with world():
        article("BOLT", name="Hex bolt", units={"XBX": 12})
    form = manager.get("/prices/lists/new").form()
    page = manager.post("/prices/lists/new", form | {"code": "GEN", "name": "General", "currency": "EUR"}, follow=True)
    assert page.h1 == "General"
    assert "No prices yet" in page.text
    form = manager.get("/prices/lists/GEN/entries/new").form()
    for start, price in (("", "10"), ("10", "9.50"), ("100", "9.90")):
        sent = form | {"sku": "bolt", "min_quantity": start, "price": price}
        page = manager.post("/prices/lists/GEN/entries/new", sent, follow=True)
    assert [row[2:5] for row in page.rows()] == [
        ["any", "pcs", "10.00"], ["10", "pcs", "9.50"], ["100", "pcs", "9.90 dearer than fewer"],
    ]  # fmt: skip
    assert manager.post("/prices/lists/GEN/entries/new", form | {"sku": "BOLT", "price": "1"}).status == 409
    twice = manager.post(
        "/prices/lists/new", manager.get("/prices/lists/new").form() | {"code": "GEN", "name": "X", "currency": "EUR"}
    )
    assert twice.status == 409


def test_a_price_is_changed_and_what_it_was_is_shown(manager, world):
    with world():
        article("BOLT")
        price_list("GEN", {"BOLT": "10"})
    entry = value(world, "SELECT id FROM price_entries")
    form = manager.get(f"/prices/lists/GEN/entries/{entry}").form()
    assert (form["price"], form["min_quantity"], form["unit"]) == ("10", "0", "H87")
    page = manager.post(
        f"/prices/lists/GEN/entries/{entry}", form | {"price": "9.80", "last_day": "2026-12-31"}, follow=True
    )
    assert page.rows()[0][4:6] == ["9.80", "until Dec 31, 2026"]
    assert value(world, "SELECT valid_to::text FROM price_entries") == "2027-01-01"
    changes = manager.get("/prices/lists/GEN/changes").rows()
    assert changes[0][3:5] == ["10.00", "9.80"]
    page = manager.post(f"/prices/lists/GEN/entries/{entry}/remove", follow=True)
    assert "The price is taken out of the list." in page.banners
    assert manager.get("/prices/lists/GEN/changes").rows()[0][4] == "removed"
    assert manager.get(f"/prices/lists/GEN/entries/{entry}").status == 404
    assert "Somebody has removed" in manager.post(f"/prices/lists/GEN/entries/{entry}/remove", follow=True).banners[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sku": "NONE"}, "There is no article NONE."),
        ({"unit": "XPX"}, "is not sold in the unit XPX"),
        ({"price": "-1"}, "A price is zero or more"),
        ({"price": "ten"}, "is not a number"),
        ({"price": ""}, "Enter a price."),
        ({"base_quantity": "0"}, "A price holds for more than nothing."),
        ({"valid_from": "2026-02-01", "last_day": "2026-01-01"}, "The last day comes before the first."),
    ],
)
def test_a_bad_price_comes_back_as_it_was(manager, world, change, message):
    with world():
        article("BOLT")
        price_list("GEN")
    form = manager.get("/prices/lists/GEN/entries/new").form() | {"sku": "BOLT", "price": "10", "min_quantity": "5"}
    page = manager.post("/prices/lists/GEN/entries/new", form | change)
    assert page.status == 422
    assert message in page.text
    assert page.form()["min_quantity"] == "5"


def test_a_list_keeps_its_code_and_with_prices_its_currency(manager, world):
    with world():
        article("BOLT")
        price_list("GEN", {"BOLT": "1"})
    form = manager.get("/prices/lists/GEN/edit").form()
    assert manager.post("/prices/lists/GEN/edit", form | {"code": "OTHER"}).status == 409
    assert manager.post("/prices/lists/GEN/edit", form | {"currency": "USD"}).status == 409
    page = manager.post(
        "/prices/lists/GEN/edit", form | {"valid_from": "2030-01-01", "last_day": "2030-12-31"}, follow=True
    )
    assert "planned" in page.text
    form = manager.get("/prices/lists/GEN/edit").form()
    assert form["last_day"] == "2030-12-31"
    del form["is_active"]
    assert "not in use" in manager.post("/prices/lists/GEN/edit", form, follow=True).text


def test_searching_and_paging(manager, world):
    with world():
        articles(25)
        price_list("GEN", {f"A-{n:03d}": "1" for n in range(1, 26)})
        for n in range(25):
            price_list(f"L{n:02d}")
    page = manager.get("/prices/lists/GEN?size=20")
    assert len(page.rows()) == 20
    further = manager.get(page.link("Next"))
    assert [row[1] for row in further.rows()] == [f"A-{n:03d}" for n in range(21, 26)]
    assert manager.get(further.link("Back")).rows() == page.rows()
    assert [row[1] for row in manager.get("/prices/lists/GEN?q=a-02").rows()] == [f"A-{n:03d}" for n in range(20, 26)]
    lists = manager.get("/prices?size=20")
    assert len(lists.rows()) == 20
    assert len(manager.get(lists.link("Next")).rows()) == 6
    assert [row[1] for row in manager.get("/prices?q=l1").rows()] == [f"L{n}" for n in range(10, 20)]
    assert "Nothing fits" in manager.get("/prices?q=%25").text


@pytest.mark.parametrize("key", ["x", "W10", "WyJBIl0", "WyJBIiwiQiIsIkMiLCJEIl0"])
def test_a_damaged_key_starts_at_the_top(manager, world, key):
    with world():
        article("BOLT")
        price_list("GEN", {"BOLT": "1"})
    for address in ("/prices/lists/GEN", "/prices/lists/GEN/changes", "/catalog/articles"):
        page = manager.get(f"{address}?after={key}")
        assert page.status == 200
        assert manager.get(f"{address}?before={key}").text == page.text


def test_a_chain_is_put_together(manager, world):
    with world():
        for code in ("A", "B", "C"):
            price_list(code)
    form = manager.get("/prices/chains/new").form()
    sent = form | {"code": "X", "strategy": "merge", "list": ["B", "", "A"], "shuts": ["B"], "is_default": "y"}
    page = manager.post("/prices/chains/new", sent, follow=True)
    assert [row[2] for row in page.rows()] == ["B", "A"]
    assert [row[4] for row in page.rows()] == ["no other list for its articles", "other lists may fill in"]
    assert manager.post("/prices/chains/new", sent).status == 409
    form = manager.get("/prices/chains/X/edit").form()
    twice = manager.post("/prices/chains/X/edit", form | {"list": ["A", "A"]})
    assert twice.status == 422
    assert "A list stands in a chain only once." in twice.text
    del form["is_default"]
    assert manager.post("/prices/chains/X/edit", form | {"list": ["A"]}).status == 409  # the default chain stays one
    assert [row[2] for row in manager.get("/prices/chains/X").rows()] == ["B", "A"]


def test_warnings_of_chains(manager, world):
    with world():
        price_list("EUR")
        price_list("USD", currency="USD")
        chain("BOTH", "EUR", "USD")
        chain("NONE")
    assert "several currencies" in manager.get("/prices/chains/BOTH").text
    assert "has no lists" in manager.get("/prices/chains/NONE").text
    assert "without lists" in manager.get("/prices/chains").text


def test_an_account_is_given_a_chain_on_its_page(manager, world):
    with world():
        customer("ACME")
        price_list("GEN")
        chain("ALL", "GEN", is_default=True)
        special = chain("SPECIAL", "GEN")
    page = manager.get("/accounts/ACME")
    assert "General: ALL" in page.text
    form = page.form("/prices/accounts/ACME/chain")
    page = manager.post("/prices/accounts/ACME/chain", form | {"chain": str(special)}, follow=True)
    assert "Account: SPECIAL" in page.text
    assert "General: ALL" not in page.text
    assert "ACME" in manager.get("/prices/chains/SPECIAL").text
    assert manager.post("/prices/accounts/ACME/chain", form | {"chain": "999999"}).status == 404
    page = manager.post("/prices/accounts/ACME/chain", form | {"chain": ""}, follow=True)
    assert "General: ALL" in page.text


def test_rates_are_set_and_removed(manager, world):
    form = manager.get("/prices/vat").form("/prices/vat")
    page = manager.post("/prices/vat", form | {"country": "DE", "rate": "19", "valid_from": "2020-01-01"}, follow=True)
    assert page.rows()[0][:4] == ["Germany", "standard", "Jan 1, 2020", "19%"]
    bad = manager.post("/prices/vat", form | {"country": "DE", "rate": "190"})
    assert bad.status == 422
    assert "from 0 to 100 percent" in bad.text
    rate = value(world, "SELECT id FROM vat_rates")
    assert "No rates yet" in manager.post(f"/prices/vat/{rate}/remove", follow=True).text
    assert manager.post(f"/prices/vat/{rate}/remove").status == 404


def test_why_this_price(manager, world):
    with world():
        german_vat()
        company = customer("ACME")
        article("BOLT", name="Hex bolt", units={"XBX": 12})
        price_list("OWN", {"BOLT": {0: "9", 24: "8.5"}})
        price_list("GEN", {"BOLT": "10"})
        buys_by(company.id, chain("SPECIAL", "OWN", "GEN"))
    page = manager.get("/prices/why?account=ACME&sku=bolt&quantity=1&unit=xbx&on=2026-05-04")
    assert "108.00 EUR" in page.text
    assert "12 pcs more and the price is 8.50 EUR" in page.text
    assert [row[4] for row in page.rows()] == ["This price holds.", "This price begins at 24 pcs.", "OWN comes first."]
    for wrong in ("account=NO&sku=BOLT", "account=ACME&sku=NO", "account=ACME&sku=BOLT&quantity=x",
                  "account=ACME&sku=BOLT&unit=XPX", "account=ACME&sku=BOLT&on=soon"):  # fmt: skip
        assert manager.get(f"/prices/why?{wrong}").status == 422


def test_prices_on_the_page_of_the_article(manager, world):
    with world():
        article("BOLT")
        price_list("GEN", {"BOLT": {0: "10", 100: "9"}})
    rows = manager.get("/catalog/articles/BOLT").rows("Prices in all lists")
    assert [row[:3] for row in rows] == [["List GEN", "any", "10.00"], ["List GEN", "100 pcs", "9.00"]]


@pytest.mark.parametrize(
    "address", ["/prices", "/prices/lists/L-001", "/prices/chains", "/prices/vat", "/catalog/articles/A-001"]
)
def test_pages_cost_the_same_for_2_and_20_rows(manager, world, address):
    def fill(first, last):
        names = [f"A-{n:03d}" for n in range(1, last + 1)]
        articles(last)
        for n in range(first, last + 1):
            price_list(f"L-{n:03d}")
            chain(f"C-{n:03d}", f"L-{n:03d}")
            price_list("L-001", dict.fromkeys(names[first - 1 :], "1"))
            price_list(f"L-{n:03d}", {"A-001": {0: "3", 10: "2"}})

    def cost():
        with manager.app.app_context(), statements() as seen:
            manager.get(address)
        return len(seen)

    with world():
        german_vat()
        fill(1, 2)
    few = cost()
    with world():
        fill(3, 20)
    assert cost() == few


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_pages_in_other_languages(client, world, language):
    with world():
        user = person(operator(), Role.OPERATOR_ADMIN, locale=language)
        german_vat()
        customer("ACME")
        article("BOLT")
        price_list("GEN", {"BOLT": {0: "1000", 10: "999.5"}})
        chain("ALL", "GEN", is_default=True)
    sign_in(client, user)
    for address in ("/prices", "/prices/lists/GEN", "/prices/lists/GEN/edit", "/prices/lists/GEN/entries/new", "/prices/chains",
                    "/prices/chains/ALL", "/prices/chains/ALL/edit", "/prices/vat", "/prices/why?account=ACME&sku=BOLT"):  # fmt: skip
        assert client.get(address).status == 200, address
