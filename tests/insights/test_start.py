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
    shown = figures(page)
    month = shown.pop("This month")
    assert (month[0], month[2]) == ("25.00 EUR", "/reports/turnover?period=this_month&by=day")
    assert shown == {
        "Registrations": ("1", "wait for a decision", "/accounts?state=pending"),
        "Held invoices": ("1", "break a rule, not sent", "/invoices?state=held"),
        "Abandoned carts": ("1,235.50 EUR", "2 carts, net", "/abandoned-carts"),
        "Overdue": ("0", "open past its due day", "/receivables"),
        "Late orders": ("0", "promised earlier, not shipped", "/warehouse/picking"),
        "Sold out": ("0", "articles of class A", "/reports/expected_demand"),
        "Unanswered": ("0", "conversations", "/conversations"),
        "My tasks": ("0", "due by today", "/sales/tasks?due=today"),
        "Price versions": ("0", "wait for approval", "/prices/health"),
        "Stuck events": (str(parked), "failed eight times", "/admin/outbox?state=parked"),
        "Ordered today": ("25.00 EUR", "2 orders, net", f"/sales/orders?since={today}"),
    }
    assert page.link(placed.number) == f"/sales/orders/{cast.customer.code}/{placed.number}"
    assert page.rows("Ordered in the last 7 days, net EUR")[0][2] == "25.00"
    assert page.rows("Ordered in the last 12 months, net EUR")[-1][1] == "25.00"
    for _value, _note, address in figures(page).values():
        assert client.get(address).status == 200


def test_operator_with_nothing_waiting_sees_zeros(client, cast):
    sign_in(client, cast.people["operator_admin"])
    page = client.get("/start")
    assert {value for value, _note, _address in figures(page).values()} == {"0", "0.00 EUR"}
    assert page.soup.select(".k-figure.k-seal, .k-figure.k-bad") == []
    assert "No orders yet" in page.text


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("accountant", {"Overdue", "Open items", "Held invoices", "Ordered today", "This month", "Unanswered"}),
        (
            "sales",
            {
                "Ordered today",
                "This month",
                "My abandoned carts",
                "Abandoned carts",
                "Registrations",
                "Overdue",
                "Sold out",
                "Unanswered",
                "My tasks",
            },
        ),
        ("warehouse", {"Late orders", "Expected today", "Late purchases", "Sold out", "Ordered today", "Unanswered"}),
        ("pricing", {"This month", "Sold out", "Price versions"}),
        (
            "customer.company_admin",
            {
                "Your cart",
                "Approvals",
                "Orders under way",
                "Deliveries coming",
                "Due to reorder",
                "Due within 7 days",
                "Overdue",
            },
        ),
        (
            "customer.buyer",
            {"Your cart", "Approvals", "Orders under way", "Deliveries coming", "Due to reorder", "Due within 7 days"},
        ),
        ("customer.bookkeeper", {"Overdue", "Due within 7 days", "Open items", "Orders under way"}),
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
    shown = figures(page)
    assert {label: shown[label] for label in ("Your cart", "Orders under way", "Due within 7 days")} == {
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


def test_a_person_arranges_the_page(client, world, cast):
    sign_in(client, cast.people["customer.buyer"])
    page = client.get("/start/arrange")
    assert [row[0] for row in page.rows("Figures")][:2] == ["Your cart", "Orders under way"]
    client.post("/start/arrange", data={"code": "under_way", "do": "up"})
    client.post("/start/arrange", data={"code": "reorder", "do": "hide"})
    client.post("/start/arrange", data={"code": "own_orders", "do": "hide"})
    client.post("/start/arrange", data={"code": "nonsense", "do": "hide"})
    page = client.get("/start")
    assert list(figures(page))[:3] == ["Orders under way", "Your cart", "Deliveries coming"]
    assert "Due to reorder" not in figures(page)
    assert "Latest orders" not in page.text
    sign_in(client, cast.people["customer.company_admin"])
    assert "Due to reorder" in figures(client.get("/start")), "a colleague's page stays as it was"
    sign_in(client, cast.people["customer.buyer"])
    client.post("/start/arrange", data={"do": "reset"})
    assert next(iter(figures(client.get("/start")))) == "Your cart"
    with world():
        done = db.session.scalars(text("SELECT action FROM audit_entries WHERE object_type = 'start_page' ORDER BY id"))
        assert list(done) == ["arranged"] * 4 + ["reset"]


@pytest.mark.parametrize("name", ["sales", "accountant", "warehouse", "customer.company_admin", "customer.bookkeeper"])
def test_every_role_costs_a_known_number_of_statements(client, isolated, cast, name):
    sign_in(client, cast.people[name])
    client.get("/start")
    with counted(isolated) as seen:
        client.get("/start")
    assert len(seen) <= 24, len(seen)
