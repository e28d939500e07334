"""The operator sets up delivery, payment, thresholds and what an account must fill in; buyers meet them at check-out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.db import statements
from app.core.tenancy import acting_as
from app.ordering.queries.terms import account_terms, book
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, fill_cart, sales, sign_in
from tests.factories.terms import delivery_method, order_terms, payment_method, rate, threshold


@pytest.fixture
def desk(client, world):
    with world():
        actor = sales()
    sign_in(client, actor)
    return actor


def test_a_way_of_delivery_is_set_up_and_changed(client, world, desk):
    page = client.get("/delivery/methods/new")
    form = page.form() | {
        "code": "PARCEL", "name": "Parcel", "name_ru": "Посылка", "lead_days": "2", "cut_off": "14:00",
        "rate_countries": ["DE at", ""], "rate_postcodes": ["20 21", ""], "rate_currency": ["EUR", "EUR"],
        "rate_rule": ["weight", "flat"], "rate_amount": ["", "19"], "rate_steps": ["0: 4.90; 10: 9.90", ""],
        "rate_free_from": ["500", ""], "rate_without_weight": ["highest", "refuse"],
    }  # fmt: skip
    answer = client.post("/delivery/methods/new", data=form)
    assert (answer.status, answer.location) == (303, "/delivery"), answer.text
    assert "Parcel is saved." in client.get("/delivery").banners
    with world():
        (method,) = account_terms(desk, "EUR", company_id=customer().id, locale="ru").delivery
    assert (method.name, method.lead_days, str(method.cut_off)) == ("Посылка", 2, "14:00:00")
    first, second = method.rates
    assert (first.countries, first.postcodes, first.free_from) == (("DE", "AT"), ("20", "21"), Decimal(500))
    assert first.steps == ((Decimal(0), Decimal("4.90")), (Decimal(10), Decimal("9.90")))
    assert (second.countries, second.amount) == ((), Decimal(19))
    page = client.get("/delivery/methods/PARCEL")
    assert page.form()["name"] == "Parcel"
    assert "0: 4.9; 10: 9.9" in [field["value"] for field in page.soup.select("[name=rate_steps]")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rate_currency": "EURO"}, "Rate 1: a currency has three letters"),
        ({"rate_rule": "weight", "rate_steps": "5: 4.90"}, "the first from zero"),
        ({"rate_rule": "value", "rate_steps": "0: 4.90; 0: 5"}, "each step starts above"),
        ({"rate_amount": "much"}, "Rate 1: a number cannot be read."),
        ({"rate_amount": ""}, "give it at least one rate"),
        ({"kind": "pick_up"}, "Say where the goods are picked up."),
        ({"accounts": "NOBODY"}, "There is no account NOBODY."),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_entered(client, desk, change, words):
    form = {
        "code": "PARCEL", "name": "Parcel", "kind": "delivery", "lead_days": "1", "position": "1", "is_active": "y",
        "rate_countries": "", "rate_postcodes": "", "rate_currency": "EUR", "rate_rule": "flat", "rate_amount": "5",
        "rate_steps": "", "rate_free_from": "", "rate_without_weight": "refuse",
    }  # fmt: skip
    page = client.post("/delivery/methods/new", data=form | change)
    assert page.status == 422
    assert words in page.text
    assert page.form()["name"] == "Parcel"


def test_thresholds_and_payment_for_some_accounts_only(client, world, desk):
    with world():
        mine, other = customer(), customer()
    for address, values in (
        (
            "/delivery/thresholds/new",
            {"kind": "soft_min", "amount": "100", "currency": "EUR", "effect": "amount", "fee": "12"},
        ),
        ("/delivery/payment/new", {"kind": "prepayment", "change": "-2", "is_percent": "y", "net_days": "0"}),
    ):
        form = client.get(address).form() | {"code": "X1", "name": "Own", "accounts": mine.code} | values
        assert client.post(address, data=form).status == 303
    with world():
        found, none = (account_terms(desk, "EUR", company_id=one.id) for one in (mine, other))
        assert [one.fee for one in found.thresholds] == [Decimal(12)]
        assert [(one.code, one.change) for one in found.payment] == [("X1", Decimal(-2))]
        assert (none.thresholds, none.payment) == ((), ())
        assert book(desk).thresholds[0].accounts == (mine.code,)
    for address in ("/delivery/thresholds/X1", "/delivery/payment/X1"):
        assert client.get(address).form()["accounts"] == mine.code
    assert mine.code in client.get("/delivery").text
    assert client.get("/delivery/thresholds/NONE").status == 404


def test_what_an_account_must_fill_in(client, world, desk):
    with world():
        company = customer()
        delivery_method("PARCEL")
    here = f"/delivery/accounts/{company.code}"
    form = client.get(here).form() | {"needs_po": "y", "po_repeats": "block", "delivery_method": "PARCEL"}
    assert client.post(here, data=form).status == 303
    with world():
        terms = account_terms(desk, "EUR", company_id=company.id)
    assert (terms.needs_po, str(terms.po_repeats), terms.default_delivery) == (True, "block", "PARCEL")
    assert "order number of its own only" in client.get(f"/accounts/{company.code}").text


def test_the_page_of_rules_takes_the_same_statements_for_any_number(client, world, desk):
    counts = []
    for size in (2, 20):
        with world():
            for place in range(size):
                delivery_method(f"M{size}-{place}", rate("5"), rate("6"))
                threshold(f"T{size}-{place}", "soft_min", 100)
                payment_method(f"P{size}-{place}", "on_account")
        with client.app.app_context(), statements() as seen:
            client.get("/delivery")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_buyer_chooses_and_sees_what_each_way_costs(client, world):
    with world():
        ann = buyer()
        delivery_method("PARCEL", rate("6.90", free_from="100"), position=1)
        delivery_method("EXPRESS", rate("19"), position=2)
        delivery_method("HEAVY", rate(rule="weight", steps={0: 5}), position=3)
        payment_method("BILL", "on_account", position=1)
        payment_method("AHEAD", "prepayment", position=2, change=Decimal(-2), is_percent=True)
        threshold("SMALL", "soft_min", 60, effect="amount", fee=Decimal(12))
        order_terms(ann.company_id, needs_po=True)
        fill_cart(ann, [(article("NUT", "5.18"), 10)])
    sign_in(client, ann)
    page = client.get("/checkout")
    text = page.text.replace("\xa0", " ")
    for words in (
        "6.90 EUR", "19.00 EUR", "the weight of NUT is not known", "48.20 EUR more and delivery is free.",
        "8.20 EUR more and Small of 12.00 EUR falls away.",
    ):  # fmt: skip
        assert words in text
    assert page.form()["delivery_method"] == "PARCEL"
    answer = client.post("/checkout", data=page.form() | {"delivery_method": "EXPRESS", "payment_method": "AHEAD"})
    review = client.get(answer.location)
    assert "Total 97.29 EUR" in review.text.replace("\xa0", " ")  # 51.80 + 19 + 12 - 1.04, with 19 %
    refused = client.post(answer.location, data=review.form(answer.location))
    assert refused.status == 422
    assert "Enter your order number" in refused.text


def test_an_account_on_hold_is_offered_what_is_not_on_account(client, world):
    with world():
        company = customer(is_on_credit_hold=True, hold_reason="two invoices late")
        ann = buyer(company)
        payment_method("BILL", "on_account", position=1)
        payment_method("AHEAD", "prepayment", position=2)
        fill_cart(ann, [(article("NUT", "5"), 10)])
    sign_in(client, ann)
    page = client.get("/checkout")
    assert "Ahead" in page.text
    assert "Bill" not in page.text
    here = client.post("/checkout", data=page.form()).location
    assert client.post(here, data=client.get(here).form(here)).status == 303


def test_a_tenant_sees_rules_for_everybody_and_its_own_only(ctx, world):
    mine, other = customer(), customer()
    threshold("ALL", "soft_min", 10)
    threshold("MINE", "soft_min", 20, only=mine.id)
    threshold("THEIRS", "soft_min", 30, only=other.id)
    ann = buyer(mine)
    with acting_as(ann):
        assert [one.code for one in account_terms(ann, "EUR").thresholds] == ["ALL", "MINE"]
