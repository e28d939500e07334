"""Pages: what they show, what their forms answer."""

from __future__ import annotations

import pytest

from app.accounts.domain.registration import Registration
from app.accounts.queries.people import profile
from app.accounts.service.registration import register_company
from app.core.errors import Unavailable
from tests.factories import accounts as make


@pytest.fixture
def shop(isolated, world, client):
    with world():
        make.operator()
        company = make.customer("K-1", name="Shop")
        user = make.person(company, "company_admin", name="Anna", email="anna@shop.example")
    make.sign_in(client, user)
    return company, user


def test_throttled_sign_in_says_how_long_with_status_429(client, world):
    with world():
        user = make.person(make.customer())
    for _ in range(5):
        answer = client.post("/sign-in", data={"email": user.email, "password": "wrong"})
        assert answer.status == 422
        assert "E-mail address and password do not fit together." in answer.text
    answer = client.post("/sign-in", data={"email": user.email, "password": make.PASSWORD})
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "15"
    assert "Too many attempts. Try again in 15 seconds." in answer.text


def test_buyers_see_on_every_page_why_they_cannot_buy(client, world):
    for flags, text in (
        ({"is_blocked": True, "block_reason": "Sanctions <x>"}, "cannot buy at the moment: Sanctions <x>"),
        ({"is_on_credit_hold": True, "hold_reason": "Unpaid"}, "cannot buy on account at the moment: Unpaid"),
    ):
        with world():
            user = make.person(make.customer(**flags))
        make.sign_in(client, user)
        for address in ("/company", "/profile", "/notices"):
            assert text in client.get(address).text
        client.post("/sign-out")


def test_profile_changes_language_and_colours_here_and_in_a_new_browser(shop, client, world):
    form = client.get("/profile").form()
    values = {**form, "name": "Anna B", "locale": "ru", "theme": "dark", "time_zone": "Europe/Kyiv"}
    values.pop("may_be_contacted")
    page = client.post("/profile", data=values, follow=True)
    assert page.soup.html["lang"] == "ru"
    assert page.soup.html["data-bs-theme"] == "dark"
    assert "Anna B" in page.text
    with world():
        kept = profile(make.actor_for(shop[1], shop[0]))
    assert (kept.locale, kept.theme, kept.time_zone, kept.may_be_contacted) == ("ru", "dark", "Europe/Kyiv", False)
    other = type(client)(client.app)
    make.sign_in(other, shop[1])
    page = other.get("/profile")
    assert (page.soup.html["lang"], page.soup.html["data-bs-theme"]) == ("ru", "dark")
    other.post("/preferences", data={"language": "uk", "next": "/profile"})
    assert client.get("/profile").soup.html["lang"] == "uk", "the switch of the page is kept for the person"
    for field, value in (("name", " "), ("locale", "de"), ("theme", "pink"), ("time_zone", "Mars")):
        assert client.post("/profile", data={**values, field: value}).status == 422


def test_address_is_added_edited_removed_and_brought_back(shop, client):
    form = client.get("/company/addresses/new").form()
    assert form["country"] == "DE"
    answer = client.post("/company/addresses/new", data={**form, "label": "Dock", "street": "", "city": "Kiel"})
    assert answer.status == 422
    page = client.post(
        "/company/addresses/new", data={**form, "label": "Dock", "street": "Kai 1", "city": "Kiel"}, follow=True
    )
    assert "“Dock” is in the address book." in page.banners
    edit = page.soup.find("a", attrs={"aria-label": "Edit Dock"})["href"]
    form = client.get(edit).form()
    assert form["street"] == "Kai 1"
    page = client.post(edit, data={**form, "label": "Main"})
    assert page.errors == ["Error: There is an address “Main” already."]
    page = client.post(f"{edit}/remove", follow=True)
    assert "Kai 1" not in page.text
    undo = page.soup.select_one(".k-banner form")["action"]
    assert "Kai 1" in client.post(undo, follow=True).text


def test_role_of_a_colleague_is_changed_and_the_last_administrator_is_kept(shop, client, world):
    with world():
        make.person(shop[0], "buyer", name="Boris")
    page = client.get("/company/people")
    answer = client.post(page.link("Boris"), data={"role": "bookkeeper"}, follow=True)
    assert "Boris is now: Bookkeeper." in answer.banners
    answer = client.post(page.link("Anna"), data={"role": "buyer"})
    assert answer.status == 409
    assert "The company needs at least one administrator." in answer.text
    assert client.post(page.link("Boris"), data={"role": "sales"}).status == 422
    answer = client.post(f"{page.link('Boris')}/deactivate", follow=True)
    assert [answer.rows("People")[1][0], answer.rows("People")[1][4]] == ["Boris", "no access"]


def test_operator_terms_page_keeps_what_is_not_changed(isolated, world, client):
    with world():
        boss = make.person(make.operator(), "operator_admin")
        make.customer("K-1", currency="XAU", time_zone="Europe/Kiev", payment_days=21)
    make.sign_in(client, boss)
    form = client.get("/accounts/K-1/terms").form()
    assert (form["currency"], form["time_zone"], form["payment_days"]) == ("XAU", "Europe/Kiev", "21")
    answer = client.post("/accounts/K-1/terms", data={**form, "credit_limit": "1,234.50"})
    assert answer.status == 303, answer.text
    page = client.get("/accounts/K-1")
    assert "1,234.50 XAU" in page.text
    answer = client.post("/accounts/K-1/terms", data={**form, "credit_limit": "1,23,4"})
    assert answer.status == 422


def test_block_from_the_page_is_undone_by_its_banner(isolated, world, client):
    with world():
        boss = make.person(make.operator(), "operator_admin")
        make.customer("K-1", name="Shop")
    make.sign_in(client, boss)
    assert client.post("/accounts/K-1/block", data={"reason": ""}).errors == [
        "Error: Say why: the account's buyers read it."
    ]
    page = client.post("/accounts/K-1/block", data={"reason": "Test"}, follow=True)
    assert "Shop is blocked and cannot buy." in page.banners
    page = client.post(page.soup.select_one(".k-banners form")["action"], follow=True)
    assert "Shop can buy again." in page.banners


def test_sign_ins_are_listed_for_the_operator(isolated, world, client):
    with world():
        boss = make.person(make.operator(), "operator_admin", email="boss@house.example")
    client.post("/sign-in", data={"email": "thief@x.example", "password": "guess"})
    make.sign_in(client, boss)
    rows = client.get("/sign-ins").rows()
    assert [row[1] for row in rows] == ["boss@house.example", "thief@x.example"]
    assert [row[1] for row in client.get("/sign-ins?outcome=failed").rows()] == ["thief@x.example"]
    assert [row[1] for row in client.get("/sign-ins?q=BOSS").rows()] == ["boss@house.example"]


def test_programs_that_fill_in_the_hidden_field_register_nothing(client, world):
    with world():
        boss = make.person(make.operator(), "operator_admin")
    form = client.get("/register").form()
    answer = client.post("/register", data={**form, "homepage": "http://spam.example", "legal_name": "Spam"})
    assert answer.status == 303
    make.sign_in(client, boss)
    assert "No accounts yet" in client.get("/accounts").text


def test_registrations_from_one_network_are_limited(ctx):
    make.operator()
    facts = Registration("Neu GmbH", "DE", "Nina", "nina@neu.example", "1", "Str. 1", "1", "Kiel")
    for number in range(10):
        register_company(facts, client_ref=str(number), ip="192.0.2.1")
    with pytest.raises(Unavailable):
        register_company(facts, client_ref="more", ip="192.0.2.1")
    register_company(facts, client_ref="elsewhere", ip="192.0.2.2")
