"""Pages of cost centres, budgets and credit: from making to reading, with errors beside their fields, in any number."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.accounts.domain.budget import BudgetClaim, Source
from app.accounts.models.budgets import Budget, CostCentre
from app.accounts.queries.credit import standing
from app.accounts.service.budgets import consume
from app.accounts.service.credit import record_payment, set_limit, use
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements
from tests.factories import accounts as make

SYSTEM = Actor.system()


@pytest.fixture
def shop(isolated, world):
    with world():
        make.operator()
        company = make.customer("K-1", name="Shop")
        people = {role: make.person(company, role) for role in ("company_admin", "buyer", "bookkeeper")}
        make.person(make.operator(), "accountant", email="books@house.example")
    return company, people


@pytest.fixture
def books(shop, client, world):
    """The accountant, signed in."""
    with world():
        user = make.person(make.operator(), "accountant")
    make.sign_in(client, user)
    return client


def test_from_no_cost_centre_to_a_budget_with_entries(shop, client, world):
    company, people = shop
    make.sign_in(client, people["company_admin"])
    assert "No cost centres yet" in client.get("/company/budgets").text
    answer = client.post(
        "/company/cost-centres/new",
        data={"code": "4711", "name": "Dock 3", "is_for_all": "y", "manager_id": "0", "is_active": "y"},
    )
    assert answer.status == 303, answer.text
    assert "No budget is in force" in client.get("/company/budgets").text
    with world():
        centre = db.session.scalars(select(CostCentre.id)).one()
    today = clock.today("Europe/Berlin")
    form = {"cost_centre_id": str(centre), "kind": "month", "starts_on": today.isoformat(), "amount": "1,000.00", "rule": "warn",
            "is_recurring": "y", "carries_over": "y"}  # fmt: skip
    assert client.post("/company/budgets/new", data={**form, "amount": "-1"}).status == 422
    assert client.post("/company/budgets/new", data={**form, "kind": "dates"}).status == 422
    answer = client.post("/company/budgets/new", data=form)
    assert answer.status == 303, answer.text
    with world():
        consume(SYSTEM, company.id, Source("order", 1, "SO-1"), [BudgetClaim(centre, Decimal(900))], "EUR", today)
        consume(SYSTEM, company.id, Source("approval", 2, "A-2"), [BudgetClaim(centre, Decimal(50))], "EUR", today)
        budget = db.session.scalars(select(Budget.id)).one()
    page = client.get(f"/company/budgets/{budget}").text
    assert all(words in page for words in ("4711 Dock 3", "950.00", "50.00", "SO-1", "A-2", "warn the buyer"))
    assert "nearly used" in client.get("/company/budgets").text
    edit = {"amount": "2,000", "rule": "block", "is_active": "y"}
    assert client.post(f"/company/budgets/{budget}/edit", data=edit).status == 303
    page = client.get(f"/company/budgets/{budget}").text
    assert "refuse the order" in page
    assert "1,000 → 2,000" in page
    csv = client.get("/company/budgets/spending.csv").text
    assert "4711,Dock 3,month" in csv
    assert client.get("/company/budgets/spending.xlsx").status == 200
    assert "4711 Dock 3" in client.get("/company/budgets/all").text
    make.sign_in(client, people["buyer"])
    page = client.get("/company/budgets").text
    assert "1,050.00" in page
    assert "New budget" not in page


def test_an_ended_recurring_budget_shows_the_period_that_it_goes_on_in(shop, client, world):
    company, people = shop
    with world():
        centre = make.cost_centre(company, "4711")
        make.budget(centre, 700, kind="month", starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 31), is_recurring=True)
    make.sign_in(client, people["buyer"])
    page = client.get("/company/budgets").text
    assert str(clock.today("Europe/Berlin").year) in page
    assert "700.00" in page


def test_cost_centres_in_and_out_by_files(shop, client, world):
    _company, people = shop
    make.sign_in(client, people["company_admin"])
    boss = people["company_admin"].email
    rows = f"code;name;active;manager\nA;Alpha;yes;{boss}\nB;Beta;no;"
    assert client.post("/company/cost-centres/import", data={"rows": rows}).status == 303
    out = client.flask.get("/company/cost-centres.csv").get_data().removeprefix(b"\xef\xbb\xbf")
    assert out.decode().splitlines() == ["code,name,active,manager", f"A,Alpha,yes,{boss}", "B,Beta,no,"]
    assert client.post("/company/cost-centres/import", data={"file": (io.BytesIO(out), "c.csv")}).status == 303
    data = {"file": (io.BytesIO(out + b"C,Gamma,yes,nobody@x.example\r\n"), "centres.csv")}
    answer = client.post("/company/cost-centres/import", data=data, content_type="multipart/form-data")
    assert answer.status == 422
    assert "nobody@x.example" in answer.text
    for bad in ("", "name\nx", "code,active\nA,perhaps"):
        assert client.post("/company/cost-centres/import", data={"rows": bad}).status == 422


def test_the_ledger_of_an_account_from_limit_to_refund(shop, books, world):
    company, _people = shop
    client = books
    assert "no limit" in client.get("/accounts/K-1/credit").text
    assert client.post("/accounts/K-1/credit/limit", data={"limit": "12,500.00", "reason": "Good payer"}).status == 303
    with world():
        use(SYSTEM, company.id, 1, "SO-1", Decimal(2500), "EUR")
        record_payment(SYSTEM, company.id, Decimal(1500), "BANK-1")
    assert "/receivables/K-1/payments" in client.get("/accounts/K-1/credit").html
    refund = {"refund-amount": "100", "refund-reference": "G-1", "refund-comment": "Broken on arrival"}
    assert client.post("/accounts/K-1/credit/refunds", data={**refund, "refund-comment": ""}).status == 422
    assert client.post("/accounts/K-1/credit/refunds", data=refund).status == 303
    page = client.get("/accounts/K-1/credit").text
    assert all(
        words in page for words in ("12,500.00", "11,600.00", "BANK-1", "Broken on arrival", "Good payer", "SO-1")
    )
    with world():
        assert standing(SYSTEM, company.id).outstanding == -900
    assert "Credit limit changed" in client.get("/accounts/K-1").text
    assert client.get("/accounts/HOUSE/credit").status == 404


def test_hold_rule_and_release(shop, books, world):
    client = books
    assert client.post("/accounts/K-1/credit/rule", data={"hold_after_days": "14"}).status == 303
    assert client.post("/accounts/K-1/credit/rule", data={"hold_after_days": "0"}).status == 422
    assert client.post("/accounts/K-1/hold", data={"reason": "Late"}).status == 303
    assert "Release from the hold" in client.get("/accounts/K-1/credit").text
    assert client.post("/accounts/K-1/credit/release", data={"release-reason": ""}).status == 422
    release = {"release-reason": "Paid", "release-spared_days": "5"}
    assert client.post("/accounts/K-1/credit/release", data=release).status == 303
    page = client.get("/accounts/K-1/credit").text
    assert "Release from the hold" not in page
    assert "Not before" in page


def test_an_account_sees_its_standing_and_asks_for_more(shop, client, world):
    company, people = shop
    make.sign_in(client, people["bookkeeper"])
    page = client.get("/company/credit").text
    assert "Nothing was bought on account yet" in page
    assert "Ask for the limit" not in page
    with world():
        set_limit(SYSTEM, company.id, Decimal(1000))
        use(SYSTEM, company.id, 1, "SO-1", Decimal(990), "EUR")
    page = client.get("/company/credit").text
    assert all(words in page for words in ("1,000.00", "990.00", "10.00", "SO-1"))
    assert client.post("/company/credit/ask", data={"limit": "900"}).status == 422
    assert client.post("/company/credit/ask", data={"limit": "5,000", "note": "A new dock"}).status == 303
    assert "5,000.00" in client.get("/company/credit").text
    make.sign_in(client, people["buyer"])
    assert client.get("/company/credit").status == 403


def test_the_accountants_list(shop, books, world):
    client = books
    counts = []
    for rows in (2, 20):
        with world():
            for _number in range(rows):
                company = make.customer()
                set_limit(SYSTEM, company.id, Decimal(100))
                use(SYSTEM, company.id, company.id, "SO", Decimal(90), "EUR")
        with client.app.app_context(), statements() as sent:
            assert client.get("/credit?state=tight").status == 200
        counts.append(len([one for one in sent if one.lstrip().upper().startswith("SELECT")]))
    assert counts[0] == counts[1]
    page = client.get("/credit?size=20").text
    assert "90%" in page
    assert client.get("/credit?q=nobody").status == 200
    for state in ("held", "asked", "nonsense"):
        assert client.get(f"/credit?state={state}&after=bm9uc2Vuc2U").status == 200


def test_lists_and_ledgers_of_any_length_cost_the_same_statements(shop, client, world):
    company, people = shop
    make.sign_in(client, people["company_admin"])
    today = clock.today("Europe/Berlin")
    with world():
        centre = make.cost_centre(company)
        budget = make.budget(centre, 10**6, starts_on=date(2020, 1, 1), ends_on=date(2090, 1, 1), kind="dates")
    pages = (
        "/company/budgets",
        "/company/budgets/all",
        "/company/cost-centres",
        "/company/credit",
        f"/company/budgets/{budget.id}",
    )
    counts: dict[str, list[int]] = {page: [] for page in pages}
    for rows in (2, 20):
        with world():
            for number in range(rows):
                make.budget(
                    make.cost_centre(company), 10, starts_on=date(2020, 1, 1), ends_on=date(2090, 1, 1), kind="dates"
                )
                consume(
                    SYSTEM,
                    company.id,
                    Source("order", rows * 100 + number),
                    [BudgetClaim(centre.id, Decimal(1))],
                    "EUR",
                    today,
                )
                record_payment(SYSTEM, company.id, Decimal(1), f"R-{rows}-{number}")
        for page in pages:
            with client.app.app_context(), statements() as sent:
                assert client.get(page).status == 200
            counts[page].append(len([one for one in sent if one.lstrip().upper().startswith("SELECT")]))
    assert all(few == many for few, many in counts.values()), counts


def test_long_ledgers_go_on_by_pages(shop, books, world):
    company, _people = shop
    client = books
    with world():
        for number in range(45):
            record_payment(SYSTEM, company.id, Decimal(1), f"R-{number:02}")
    page = client.get("/accounts/K-1/credit?size=20")
    assert "R-44" in page.text
    assert "R-24" not in page.text
    onward = page.html.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(onward).text
    assert "R-24" in second
    assert "R-44" not in second
