"""The page everybody starts on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core import clock
from app.core.db import db, transaction
from tests.factories.accounts import customer, person, sign_in, supplier
from tests.factories.billing import bare_invoice
from tests.factories.insights import bare_abandonment
from tests.factories.ordering import article, fill_cart
from tests.factories.ordering import order as place
from tests.support.queries import counted


def figures(page) -> dict[str, tuple[str, str, str]]:
    """Label -> value, note, address."""
    found = {}
    for tag in page.soup.select(".k-figure"):
        label, value, note = (" ".join(part.get_text(" ").split()) for part in tag.find_all("p"))
        found[label] = (value, note, tag.a["href"] if tag.a else "")
    return found


def test_strangers_go_to_the_sign_in_page(client):
    assert client.get("/").location == "/sign-in"
    assert client.get("/start").location.startswith("/sign-in")


@pytest.mark.parametrize("name", ["operator_admin", "warehouse", "customer.buyer", "customer.bookkeeper"])
def test_signing_in_leads_here(client, cast, name):
    sign_in(client, cast.people[name])
    assert client.get("/").location == "/start"
    page = client.get("/start")
    assert page.h1 == "Overview"
    assert page.soup.select_one(".k-nav [aria-current]").get_text(strip=True) == "Overview"


def test_operator_sees_what_waits(client, isolated, world, cast):
    with world():
        customer("NEW-1", state="pending")
        bare_invoice(cast.customer, state="held")
        bare_invoice(cast.customer)
        bare_abandonment(cast.actor("customer.buyer"), "1234.50")
        bare_abandonment(cast.actor("stranger.buyer"), "1.00")
        bare_abandonment(cast.actor("stranger.buyer"), "1.00", state="resumed")
        placed = place(cast.actor("customer.buyer"), [(article("A-1", "10.00"), 2)])
        place(cast.actor("stranger.buyer"), [(article("A-2", "5.00"), 1)])
        with transaction():
            db.session.execute(text("UPDATE outbox SET is_parked = true, attempts = 8"))
            parked = db.session.scalar(text("SELECT count(*) FROM outbox"))
    sign_in(client, cast.people["operator_admin"])
    page = client.get("/start")
    today = clock.today("Europe/Berlin").isoformat()
    assert figures(page) == {
        "Registrations": ("1", "wait for a decision", "/accounts?state=pending"),
        "Held invoices": ("1", "break a rule, not sent", "/invoices?state=held"),
        "Abandoned carts": ("1,235.50 EUR", "2 carts, net", "/abandoned-carts"),
        "Price versions": ("0", "wait for approval", "/prices/health"),
        "Stuck events": (str(parked), "failed eight times", "/admin/outbox?state=parked"),
        "Ordered today": ("25.00 EUR", "2 orders, net", f"/sales/orders?since={today}"),
    }
    assert page.link(placed.number) == f"/sales/orders/{cast.customer.code}/{placed.number}"
    assert page.rows("Ordered in the last 7 days, net EUR")[0][2] == "25.00"
    for _value, _note, address in figures(page).values():
        assert client.get(address).status == 200


def test_operator_with_nothing_waiting_sees_zeros(client, cast):
    sign_in(client, cast.people["operator_admin"])
    page = client.get("/start")
    assert {value for value, _note, _address in figures(page).values()} == {"0"}
    assert page.soup.select(".k-figure.k-seal, .k-figure.k-bad") == []
    assert "No orders yet" in page.text


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("accountant", {"Held invoices", "Ordered today"}),
        ("sales", {"Registrations", "Abandoned carts", "Ordered today"}),
        ("warehouse", {"Ordered today"}),
        ("pricing", {"Price versions"}),
        ("customer.company_admin", {"Your cart", "Orders under way", "Due within 7 days"}),
        ("customer.buyer", {"Your cart", "Orders under way", "Due within 7 days"}),
        ("customer.bookkeeper", {"Orders under way", "Due within 7 days"}),
    ],
)
def test_each_role_sees_what_it_may_act_on(client, cast, name, labels):
    sign_in(client, cast.people[name])
    page = client.get("/start")
    assert set(figures(page)) == labels
    assert ("Nothing waits for you" in page.text) is (not labels)


def test_supplier_starts_on_an_empty_page(client, world, cast):
    with world():
        company = supplier()
        user = person(company, Role.SUPPLIER)
    sign_in(client, user)
    assert "Nothing waits for you" in client.get("/start").text


def test_buyer_sees_cart_orders_and_what_falls_due(client, world, cast):
    today = clock.today("Europe/Berlin")
    with world():
        buyer = cast.actor("customer.buyer")
        placed = place(buyer, [(article("A-1", "10.00"), 2)], po_number="PO-7")
        fill_cart(buyer, [(article("A-2", "4.00"), 3)])
        due = bare_invoice(cast.customer, "119.00", issued_on=today, due_on=today + timedelta(days=7))
        bare_invoice(cast.customer, "1.00", issued_on=today, due_on=today + timedelta(days=8))
        bare_invoice(cast.stranger, "1000.00", issued_on=today, due_on=today)
        stranger = place(cast.actor("stranger.buyer"), [(article("A-3", "5.00"), 1)])
    sign_in(client, cast.people["customer.buyer"])
    page = client.get("/start")
    assert figures(page) == {
        "Your cart": ("12.00 EUR", "1 line, net, not ordered yet", "/cart"),
        "Orders under way": ("1", "placed, not delivered yet", "/orders"),
        "Due within 7 days": ("119.00 EUR", "1 invoice", "/invoices?due=week"),
    }
    assert page.link(placed.number) == f"/orders/{placed.number}"
    assert page.link(due.number) == f"/invoices/{due.number}"
    assert "1,000.00" not in page.text
    assert f"/orders/{stranger.number}" not in page.html.replace(f"/orders/{placed.number}", "")
    assert page.link("Quick order") == "/quick-order"


def test_buyer_with_nothing_is_told_how_to_begin(client, cast):
    sign_in(client, cast.people["customer.buyer"])
    page = client.get("/start")
    assert figures(page)["Your cart"] == ("empty", "start with a quick order", "/quick-order")
    assert page.link("Start an order") == "/quick-order"


@pytest.mark.parametrize("name", ["operator_admin", "customer.buyer"])
def test_page_costs_the_same_however_much_there_is(client, isolated, world, cast, name):
    sign_in(client, cast.people[name])
    costs = []
    for count in (2, 8):
        with world():
            actor = cast.actor("customer.buyer")
            for place_number in range(count):
                bare_invoice(cast.customer, issued_on=clock.today("Europe/Berlin"))
                bare_abandonment(actor, place_number)
                place(actor, [(article(f"A-{count}-{place_number}"), 1)])
        client.get("/start")
        with counted(isolated) as seen:
            client.get("/start")
        costs.append(len(seen))
    assert costs[0] == costs[1]
