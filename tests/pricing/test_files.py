"""The own prices of an account as CSV, XLSX and PDF."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.tables.opening import open_table
from app.pricing.queries.files import price_file, price_files
from app.pricing.service import files, versions
from tests.factories.accounts import actor_for, customer, operator, person, sign_in
from tests.factories.catalog import article, category, own_number
from tests.factories.pricing import buys_by, chain, german_vat, price_list
from tests.support.work import drain

SYSTEM = Actor.system()


def plain(_code):
    return str


def made(actor, company, form, **facts):
    file_id = files.request_price_file(actor, company.id, form=form, client_ref=f"{form}-{len(facts)}", **facts)
    files.build_price_file(actor, file_id, plain)
    return price_file(actor, file_id)


@pytest.fixture
def shop(ctx):
    operator()
    german_vat()
    company = customer("ACME")
    category("TOOLS")
    category("DRILLS", parent="TOOLS")
    category("BOLTS")
    article("D-1", name="Drill", category="DRILLS")
    article("B-1", name="Болт", category="BOLTS")
    article("X-1", name="Without a category")
    article("N-1", name="Without a price", category="BOLTS")
    price_list("GEN", {"D-1": {0: "10", 10: "9.5"}, "B-1": "0.12", "X-1": "3"})
    price_list("OWN", {"D-1": "8"})
    chain("ALL", "GEN", is_default=True)
    buys_by(company.id, chain("MINE", "OWN", "GEN"))
    own_number(company.id, "D-1", "4711")
    return company


def rows_of(line):
    return list(csv.reader(io.StringIO(storage.load(line.file).decode("utf-8-sig"))))


def test_csv_has_the_own_prices_by_category_with_breaks_and_validity(shop):
    plan = versions.new_draft(SYSTEM, "GEN")
    today = versions.series(SYSTEM, "GEN").today
    versions.submit(SYSTEM, plan, valid_from=today + timedelta(days=9))
    buyer = actor_for(person(shop), shop)
    line = made(buyer, shop, "csv")
    rows = rows_of(line)
    assert [row[0] for row in rows] == ["Article number", "X-1", "B-1", "D-1", "D-1"]
    until = (today + timedelta(days=8)).isoformat()
    assert rows[3] == [
        "D-1",
        "4711",
        "Drill",
        "",
        "Category DRILLS",
        "H87",
        "0",
        "8",
        "1",
        "EUR",
        str(line.on_day),
        until,
    ]
    assert [row[7] for row in rows[1:]] == ["3", "0.12", "8", "9.5"]
    assert (line.state, line.lines, line.done, line.total) == ("done", 4, 4, 4)


def test_a_category_has_all_below_it_and_nothing_else(shop):
    assert [row[0] for row in rows_of(made(SYSTEM, shop, "csv", category="TOOLS"))[1:]] == ["D-1", "D-1"]
    with pytest.raises(NotFound):
        made(SYSTEM, shop, "csv", category="NONE")


def test_xlsx_reads_back(shop):
    line = made(SYSTEM, shop, "xlsx")
    with open_table(io.BytesIO(storage.load(line.file))) as table:
        rows = [[str(cell) for cell in row.cells[:8]] for row in table.rows()]
    assert rows[3][0] == "D-1"
    assert rows[3][7] == "8"


def test_pdf_has_pages_and_says_where_it_ends(shop, monkeypatch):
    line = made(SYSTEM, shop, "pdf")
    with pikepdf.open(io.BytesIO(storage.load(line.file))) as pdf:
        assert len(pdf.pages) == 1
    monkeypatch.setattr(files, "PDF_LINES", 2)
    line = made(SYSTEM, shop, "pdf", category="TOOLS")
    assert line.state == "done"
    file_id = files.request_price_file(SYSTEM, shop.id, form="pdf", client_ref="long")
    assert files.build_price_file(SYSTEM, file_id, plain) == ""
    line = price_file(SYSTEM, file_id)
    assert (line.state, line.last_error["parameters"]) == ("failed", {"limit": 2})


def test_made_once_and_by_one_worker(shop):
    first = files.request_price_file(SYSTEM, shop.id, form="csv", client_ref="r")
    assert files.request_price_file(SYSTEM, shop.id, form="csv", client_ref="r") == first
    files.build_price_file(SYSTEM, first, plain)
    with pytest.raises(Conflict):
        files.build_price_file(SYSTEM, first, plain)
    second = files.request_price_file(SYSTEM, shop.id, form="csv", client_ref="s")
    db.session.execute(text("UPDATE price_files SET due_at = now() - interval '1 hour' WHERE id = :id"), {"id": second})
    assert files.sweep_price_files(SYSTEM) == 1


def test_strangers_get_nothing(shop):
    other = customer("OTHER")
    stranger = actor_for(person(other), other)
    line = made(SYSTEM, shop, "csv")
    assert price_files(stranger, shop.id) == []
    with pytest.raises(NotFound):
        price_file(stranger, line.id)
    with pytest.raises(NotFound):
        files.request_price_file(stranger, shop.id, form="csv", client_ref="x")


def test_a_buyer_asks_waits_and_downloads(client, world, sent):
    with world():
        operator()
        german_vat()
        company = customer("ACME")
        article("D-1")
        price_list("GEN", {"D-1": "10"})
        chain("ALL", "GEN", is_default=True)
        buyer, manager = person(company, Role.BUYER), person(operator(), Role.SALES)
    sign_in(client, buyer)
    page = client.get("/my-prices")
    assert "No price lists yet" in page.text
    page = client.post("/my-prices", page.form() | {"form": "csv"}, follow=True)
    assert "being made" in page.banners[0]
    drain(client.app)
    page = client.get("/my-prices")
    assert b"D-1" in client.get(page.soup.select_one(".btn-sm")["href"]).data
    sign_in(client, manager)
    assert len(client.get("/prices/accounts/ACME/price-list").rows()) == 1
