"""The journal over HTTP: same cost for few and many, its files, its accounts."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest

from tests.factories.accounts import sign_in
from tests.factories.open_items import claim, payment
from tests.support.queries import counted

MARCH = "start=2026-03-01&end=2026-03-31"


@pytest.fixture
def accountant(client, cast):
    sign_in(client, cast.people["accountant"])
    return client


def test_costs_the_same_for_many_rows(isolated, accountant, world, cast):
    asked = []
    for rows in (2, 18):
        with world():
            for _ in range(rows):
                claim(cast.customer, "119.00")
        accountant.get(f"/bookings?{MARCH}")
        with counted(isolated) as statements:
            assert accountant.get(f"/bookings?{MARCH}").status == 200
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_files_and_filters(isolated, accountant, world, cast):
    with world():
        claim(cast.customer, "119.00")
        claim(cast.stranger, "50.00", issued_on=date(2026, 3, 10) + timedelta(days=40))
        payment(cast.customer, "19.00")
    page = accountant.get(f"/bookings?{MARCH}")
    assert ("119.00" in page.text, "50.00" in page.text) == (True, False)
    lines = accountant.get(f"/bookings.csv?{MARCH}").data.decode("utf-8-sig").splitlines()
    assert [line.split(";")[4:7] for line in lines[1:]] == [["8200", "119", ""], ["1200", "", "19"]]
    sheet = openpyxl.load_workbook(io.BytesIO(accountant.get(f"/bookings.xlsx?{MARCH}").data)).active
    assert sheet.max_row == 3
    batch = accountant.get(f"/bookings.datev?{MARCH}").data.decode("cp1252").splitlines()
    assert [line[:13] for line in batch[2:]] == ['119,00;"S";"E', '19,00;"H";"EU']
    assert accountant.get(f"/bookings?{MARCH}&customer={cast.stranger.code}").text.count("119.00") == 0
    for query, words in (("start=2026-03-02&end=2026-03-01", "ends before"), ("customer=NOBODY", "no account NOBODY")):
        page = accountant.get(f"/bookings?{query}")
        assert (page.status, words in page.text) == (422, True)
    assert accountant.get("/bookings.datev?start=2025-12-01&end=2026-01-31").status == 422


def test_accounts_are_settings(isolated, accountant, world, cast):
    with world():
        claim(cast.customer, "119.00")
    form = accountant.get("/bookings/accounts").form()
    assert "revenue S19 8400" in form["accounts"]
    assert accountant.post("/bookings/accounts", form | {"accounts": "revenue what"}).status == 422
    for own in (
        "NOBODY 10777",
        f"{cast.customer.code} 777",
        f"{cast.customer.code} 10777\n{cast.stranger.code} 10777",
        "10777",
    ):
        assert accountant.post("/bookings/accounts", form | {"own_debtors": own}).status == 422
    changed = form | {
        "accounts": "revenue 4200 / 3\n\npayment 1800", "client": "77", "own_debtors": f"{cast.customer.code} 10777",
    }  # fmt: skip
    assert accountant.post("/bookings/accounts", changed).status == 303
    line = accountant.get(f"/bookings.datev?{MARCH}").data.decode("cp1252").splitlines()
    assert line[0].split(";")[11] == "77"
    assert line[2].split(";")[6:9] == ["10777", "4200", '"3"']
    assert f"{cast.customer.code} 10777" in accountant.get("/bookings/accounts").form()["own_debtors"]
