"""The accountant's list and the page of an invoice."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from sqlalchemy import text, update

from app.billing.models.invoices import Invoice
from app.core import clock
from app.core.db import db, transaction
from tests.factories.accounts import customer, sign_in
from tests.factories.billing import bare_invoice, invoiced
from tests.support.queries import counted
from tests.support.work import drain


@pytest.fixture
def accountant(client, cast):
    sign_in(client, cast.people["accountant"])
    return client


def numbers(page) -> list[str]:
    """What the list shows, from top to bottom; "" where it is empty."""
    return [tag.get_text() for tag in page.soup.select("#invoices .k-row-link")]


def test_empty_list_tells_what_will_be_here(accountant):
    page = accountant.get("/invoices")
    assert "No invoices yet" in page.text
    page = accountant.get("/invoices?q=nothing")
    assert "No invoice fits" in page.text
    assert page.link("All invoices") == "/invoices"


def test_list_narrows_by_text_period_state_and_payment_date(accountant, world, cast):
    today = clock.today("Europe/Berlin")
    with world():
        long = customer("ACME-7", name="Bäckerei Grün", legal_name="Bäckerei Grün")
        march = bare_invoice(cast.customer, issued_on=date(2026, 3, 31), po_number="PO_1%")
        april = bare_invoice(cast.customer, issued_on=date(2026, 4, 1))
        green = bare_invoice(long, issued_on=date(2026, 5, 1))
        held = bare_invoice(cast.customer, issued_on=date(2026, 6, 1), state="held")
        soon = bare_invoice(cast.customer, issued_on=today, due_on=today + timedelta(days=7))
        later = bare_invoice(cast.customer, issued_on=today, due_on=today + timedelta(days=8))
        passed = bare_invoice(cast.customer, issued_on=today, due_on=today - timedelta(days=1))
    everything = [passed, later, soon, held, green, april, march]
    cases = {
        "": everything,
        "?start=2026-03-01&end=2026-03-31": [march],
        "?start=2026-04-01&end=2026-05-01": [green, april],
        "?start=garbage": everything,
        "?state=held": [held],
        "?state=unknown": everything,
        "?q=po_1%25": [march],
        "?q=_": [march],
        "?q=GRÜN": [green],
        "?q=acme-7": [green],
        f"?q={april.number.lower()}": [april],
        f"?q={april.order_number}": [april],
        "?due=week": [soon],
        "?due=later": [later],
        "?due=past&start=2026-06-02": [passed],
        "?q=grün&start=2026-06-01": [],
    }
    for query, expected in cases.items():
        assert numbers(accountant.get(f"/invoices{query}")) == [row.number for row in expected], query
    assert "date passed" in accountant.get("/invoices?due=past").text
    assert "in 7 days" in accountant.get("/invoices?due=week").text


def test_sums_are_told_for_each_currency_and_follow_the_filters(accountant, world, cast):
    with world():
        bare_invoice(cast.customer, "214201422.45", issued_on=date(2026, 3, 1))
        bare_invoice(cast.customer, "0.55", issued_on=date(2026, 4, 1))
        bare_invoice(cast.customer, "1200", currency="JPY", issued_on=date(2026, 4, 2))
    page = accountant.get("/invoices")
    sums = [" ".join(tag.get_text(" ").split()) for tag in page.soup.select("#invoices tfoot tr")]
    assert sums == ["2 documents EUR 214,201,423.00 EUR 214,201,423.00 EUR", "1 document JPY 1,200 JPY 1,200 JPY"]
    page = accountant.get("/invoices?start=2026-04-02&end=2026-04-30")
    assert [" ".join(t.get_text(" ").split()) for t in page.soup.select("#invoices tfoot tr")] == [
        "1 document 1,200 1,200"
    ]
    assert page.link("Export 1 document") == "/invoices/exports?start=2026-04-02&end=2026-04-30"


@pytest.mark.parametrize("sort", ["", "-due", "due", "customer", "-customer", "total", "-total", "date", "nonsense"])
def test_pages_by_keyset_show_each_invoice_once_and_lead_back(accountant, world, cast, sort):
    with world():
        for place in range(45):
            bare_invoice(
                cast.customer,
                Decimal(place % 7),
                issued_on=date(2026, 3, 1 + place % 3),
                customer_name=f"C {place % 4}",
            )
    page = accountant.get(f"/invoices?size=20&sort={sort}")
    seen = [numbers(page)]
    while "Next" in page.text:
        page = accountant.get(page.link("Next"))
        seen.append(numbers(page))
    assert [len(part) for part in seen] == [20, 20, 5]
    assert len({number for part in seen for number in part}) == 45
    for part in (seen[1], seen[0]):
        page = accountant.get(page.link("Back"))
        assert numbers(page) == part


def test_damaged_address_of_a_page_is_not_found(accountant):
    assert accountant.get("/invoices?after=WyJub3RhZGF0ZSIsICJ4Il0").status == 404


def test_usual_periods_stand_above_the_list_and_keep_the_other_filters(accountant):
    page = accountant.get("/invoices?q=abc&after=x")
    month = clock.today("Europe/Berlin").replace(day=1).isoformat()
    address = page.link("This month")
    assert "q=abc" in address
    assert f"start={month}" in address
    assert "after" not in address
    chosen = accountant.get(address).soup.select_one(".k-tabs [aria-current]")
    assert chosen.get_text() == "This month"


@pytest.mark.parametrize("name", ["accountant", "customer.bookkeeper"])
def test_twenty_rows_cost_as_many_statements_as_two(client, isolated, world, cast, name):
    sign_in(client, cast.people[name])
    costs = []
    for count in (2, 18):
        with world():
            for place in range(count):
                bare_invoice(cast.customer, state="held" if place == 0 else "ready")
        client.get("/invoices")  # what a process reads once
        with counted(isolated) as seen:
            assert client.get("/invoices").status == 200
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_register_holds_what_is_filtered(accountant, world, cast):
    with world():
        bare_invoice(cast.customer, "10.5", issued_on=date(2026, 3, 1), customer_name='=HYPERLINK("x")')
        bare_invoice(cast.customer, "7", issued_on=date(2026, 3, 2), currency="JPY")
        bare_invoice(cast.customer, "8", issued_on=date(2026, 4, 1))
    page = accountant.get("/invoices/register.csv?start=2026-03-01&end=2026-03-31")
    assert page.headers["Content-Disposition"].startswith("attachment; filename=invoices-")
    rows = page.data.decode("utf-8-sig").splitlines()
    assert rows[0].startswith("number;kind;issued_on;due_on;customer_code;")
    assert [row.split(";")[8:] for row in rows[1:]] == [
        ["EUR", "10.5", "0", "10.5", "ready"], ["JPY", "7", "0", "7", "ready"],
    ]  # fmt: skip
    assert "'=HYPERLINK" in rows[1]
    page = accountant.get("/invoices/register.xlsx?start=2026-03-01&end=2026-03-31")
    sheet = openpyxl.load_workbook(io.BytesIO(page.data)).active
    assert [sheet.max_row, sheet["K2"].value, sheet["C2"].value.date()] == [3, 0, date(2026, 3, 1)]
    assert [sheet["J2"].value, sheet["J3"].value] == [10.5, 7]


@pytest.fixture
def held(isolated, world, cast, sent):
    """An invoice that breaks BR-S-02 in both forms and in each of its three lines."""
    with world(), transaction():
        db.session.execute(text("UPDATE companies SET vat_id = '', tax_number = '' WHERE kind = 'operator'"))
    with world():
        _order, number = invoiced(cast.actor("customer.buyer"), lines=3)
    drain(isolated)
    return number


def test_held_invoice_shows_rule_field_message_and_where_to_mend_it(accountant, world, held):
    page = accountant.get("/invoices")
    assert page.rows("Held invoices")[0][0] == held
    assert page.rows("Held invoices")[0][2] == "BR-S-02"
    page = accountant.get(f"/invoices/{held}")
    (row,) = page.rows("What the rules found")
    assert row[:2] == ["BR-S-02", "BG-25"]
    assert "shall contain the Seller VAT Identifier (BT-31)" in row[2]
    assert "EN 16931 UBL" in row[2]
    assert "Factur-X EN16931" in row[2]
    assert row[3:] == ["3 times", "Our company"]
    assert page.link("Our company") == "/company"
    assert "Download PDF" not in page.text


def test_mended_invoice_is_made_anew_under_its_number(accountant, isolated, world, cast, held):
    with world():
        before = db.session.execute(text("SELECT number, issued_on, gross_total, document FROM invoices")).one()
        with transaction():
            db.session.execute(text("UPDATE companies SET vat_id = 'DE136695976' WHERE kind = 'operator'"))
    page = accountant.get(f"/invoices/{held}")
    page = accountant.post(f"/invoices/{held}/check", page.form(f"/invoices/{held}/check"), follow=True)
    assert f"Invoice {held} is made anew" in page.banners[0]
    assert accountant.part(f"/invoices/{held}").status == 200
    drain(isolated)
    assert accountant.part(f"/invoices/{held}").headers["HX-Refresh"] == "true"
    page = accountant.get(f"/invoices/{held}")
    assert page.link("Download PDF") == f"/invoices/{held}/pdf"
    assert "DE136695976" in accountant.get(f"/invoices/{held}/ubl").data.decode()
    with world():
        after = db.session.execute(text("SELECT number, issued_on, gross_total, document FROM invoices")).one()
        assert before[:3] == after[:3]
        changed = {key for key in after.document if after.document[key] != before.document.get(key)}
        assert changed == {"seller"}
    assert accountant.post(f"/invoices/{held}/check", {}).status == 409


def test_customer_is_told_of_a_held_invoice_without_the_rules(client, cast, held):
    sign_in(client, cast.people["customer.buyer"])
    page = client.get(f"/invoices/{held}")
    assert "is being checked" in page.text
    assert "BR-S-02" not in page.html
    assert "Held" not in page.soup.select_one(".k-timeline").get_text()


def test_page_of_an_invoice_and_its_files(client, isolated, world, cast, sent):
    with world():
        order, number = invoiced(cast.actor("customer.buyer"), lines=60, po_number="PO-60")
    drain(isolated)
    sign_in(client, cast.people["customer.bookkeeper"])
    assert client.get(f"/orders/{order}").link(number) == f"/invoices/{number}"
    page = client.get(f"/invoices/{number}")
    assert page.h1 == f"Invoice {number}"
    assert "PO-60" in page.text
    assert len(page.rows("Lines of the invoice")) == 50
    assert len(client.get(page.link("Show all 60 lines")).rows("Lines of the invoice")) == 60
    for form, start in (("pdf", b"%PDF-1.7"), ("ubl", b"<?xml"), ("cii", b"<?xml")):
        answer = client.get(f"/invoices/{number}/{form}")
        assert answer.data.startswith(start)
        assert number in answer.headers["Content-Disposition"]
        again = client.flask.get(f"/invoices/{number}/{form}", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    assert client.get(f"/invoices/{number}/pdf?view=1").headers["Content-Disposition"].startswith("inline")
    with world():
        code = cast.customer.code
    sign_in(client, cast.people["accountant"])
    page = client.get(f"/invoices/{number}")
    assert page.link(order) == f"/sales/orders/{code}/{order}"


def test_invoice_of_another_state_shows_its_word(accountant, world, cast):
    with world():
        with transaction():
            db.session.execute(update(Invoice).values(state="issued"))
        bare_invoice(cast.customer, state="issued")
    assert "Being made" in accountant.get("/invoices").text
