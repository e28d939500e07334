"""Pages of receivables: what they show, at what cost, and what they let download."""

from __future__ import annotations

import io
import uuid
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest

from app.accounts.domain.roles import Role
from app.accounts.service.installation import create_user
from app.billing.queries.statements import statement_of
from app.core import clock
from app.documents.formats import formats
from tests.factories.accounts import customer, sign_in
from tests.factories.receivables import SYSTEM, owed, posted, reminder_rule
from tests.support.mail import tray
from tests.support.queries import counted
from tests.support.work import drain


def late_day(days: int = 40) -> date:
    return clock.today("Europe/Berlin") - timedelta(days=days)


@pytest.fixture
def accountant(client, cast):
    sign_in(client, cast.people["accountant"])
    return client


def test_lists_cost_the_same_for_many_rows(isolated, client, world, cast):
    """Accounts by age, items of one account, documents at the desk: 2 and 20 rows."""
    addresses = {
        "accountant": ("/receivables", f"/receivables/{cast.customer.code}"),
        "customer.bookkeeper": ("/open-items", "/desk"),
    }
    few: dict[str, int] = {}
    for rows in (2, 20):
        with world():
            for _ in range(rows if rows == 2 else 18):
                owed(cast.customer, "10.00", late_day())
                owed(customer(), "10.00", late_day())
        for name, pages in addresses.items():
            sign_in(client, cast.people[name])
            for address in pages:
                client.get(address)
                with counted(isolated) as seen:
                    assert client.get(address).status == 200
                assert few.setdefault(address, len(seen)) == len(seen), address


def test_statement_in_every_form_says_the_same(client, world, cast):
    with world():
        owed(cast.customer, "119.00", date(2026, 5, 1))
        posted(cast.customer, "-19.00", date(2026, 5, 3), text="thanks")
    sign_in(client, cast.people["customer.bookkeeper"])
    asked = "?start=2026-04-01&end=2026-05-31&language=de"
    page = client.get(f"/open-items/statement{asked}")
    assert "100.00" in page.text
    with world():
        found = statement_of(SYSTEM, "EUR", date(2026, 4, 1), date(2026, 5, 31), cast.customer.id)
    document = formats["ubl-statement"].loads(client.get(f"/open-items/statement.xml{asked}").data)
    assert (document.closing, document.total_debit, document.total_credit) == (found.closing, found.debit, found.credit)
    assert [line.document_type for line in document.lines] == ["invoice", "payment"]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(f"/open-items/statement.xlsx{asked}").data)).active
    rows = list(sheet.values)
    assert Decimal(str(rows[-1][7])) == found.closing
    assert b"closing;;;;119;19;100;EUR" in client.get(f"/open-items/statement.csv{asked}").data
    for form in ("pdf", "act"):
        answer = client.get(f"/open-items/statement.{form}{asked}")
        assert answer.data.startswith(b"%PDF-")
    assert client.get("/open-items/statement?start=2026-05-31&end=2026-04-01").status == 422
    assert client.get("/open-items/statement.csv?start=2026-05-31&end=2026-04-01").status == 422


def test_desk_shows_all_companies_of_the_person_and_no_other(client, world, cast):
    with world():
        owed(cast.customer, "100.00", late_day(), number="INV-MINE-1")
        owed(cast.stranger, "200.00", late_day(), number="INV-BOTH-2")
        owed(customer(), "300.00", late_day(), number="INV-FOREIGN-3")
        person = cast.people["customer.bookkeeper"]
        create_user(SYSTEM, person.email, company_id=cast.stranger.id, role=Role.BOOKKEEPER)
        buyer = cast.people["customer.buyer"]
        create_user(SYSTEM, buyer.email, company_id=cast.stranger.id, role=Role.BOOKKEEPER)
    sign_in(client, person)
    page = client.get("/desk")
    assert "INV-MINE-1" in page.text
    assert "INV-BOTH-2" in page.text
    assert "INV-FOREIGN-3" not in page.text
    assert "INV-BOTH-2" not in client.get(f"/desk?company={cast.customer.id}").text
    assert "INV-MINE-1" not in client.get("/desk?state=settled").text
    assert b"INV-BOTH-2" in client.get("/desk.csv").data
    assert zipfile.ZipFile(io.BytesIO(client.get("/desk.zip").data)).namelist() == []  # no PDF is made of bare rows
    assert client.get("/invoices").text.count("INV-BOTH-2") == 0
    answer = client.post(f"/desk/{cast.stranger.id}/invoices/INV-BOTH-2", {})
    assert answer.location.endswith("/invoices/INV-BOTH-2")
    assert "INV-BOTH-2" in client.get("/invoices").text
    sign_in(client, buyer)  # a bookkeeper of one company only, though a buyer of the other
    client.post(f"/companies/{cast.stranger.id}/act-for", {})
    assert "INV-MINE-1" not in client.get("/desk").text


def test_a_run_from_proposal_to_letter(isolated, accountant, world, cast):
    with world():
        reminder_rule()
        owed(cast.customer, "100.00", late_day())
        day = clock.today()
        while day.weekday() > 4:
            day -= timedelta(days=1)
    with tray() as mails:
        sent = accountant.post("/reminders", {"client_ref": str(uuid.uuid4()), "as_of": day.isoformat()})
        drain(isolated)
        page = accountant.get(sent.location)
        assert "Send 1 letter" in page.text
        assert cast.customer.name in page.text
        accountant.post(f"{sent.location}/approve", {})
        drain(isolated)
        assert "REM-" in accountant.get(sent.location).text
    assert ["Reminder REM-" in mail["Subject"] for mail in mails if "Reminder" in mail["Subject"]] == [True]
    sign_in(accountant, cast.people["customer.bookkeeper"])
    page = accountant.get("/open-items")
    number = next(tag.get_text() for tag in page.soup.select("a.k-row-link") if tag.get_text().startswith("REM-"))
    assert accountant.get(f"/open-items/reminders/{number}").data.startswith(b"%PDF-")
    assert f"Reminder {number}" in accountant.get("/notices").text
    sign_in(accountant, cast.people["stranger.bookkeeper"])
    assert accountant.get(f"/open-items/reminders/{number}").status == 404


def test_stop_promise_and_write_off_by_hand(accountant, world, cast):
    with world():
        item = owed(cast.customer, "100.00", late_day(), number="INV-HAND-1")
    code = cast.customer.code
    accountant.post(f"/receivables/{code}/stop", {"stop-reason": "talks", "stop-until": ""})
    assert "Let reminders go on" in accountant.get(f"/receivables/{code}").text
    assert accountant.post(f"/receivables/{code}/stop", {"stop-reason": ""}).status == 422
    accountant.post(f"/receivables/{code}/go-on", {})
    assert "Let reminders go on" not in accountant.get(f"/receivables/{code}").text
    wrong = accountant.post(f"/receivables/{code}/items/{item}/write-off", {
        "client_ref": str(uuid.uuid4()), "amount": "100.01", "reason": "x"})  # fmt: skip
    assert wrong.status == 422
    accountant.post(f"/receivables/{code}/items/{item}/write-off", {
        "client_ref": str(uuid.uuid4()), "amount": "100.00", "reason": "insolvent"})  # fmt: skip
    assert "Nothing is open" in accountant.get(f"/receivables/{code}").text
    page = accountant.get(f"/receivables/{code}/statement")
    assert "Written off" in page.text
