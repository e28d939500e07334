"""Price files into drafts of a list."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.pricing.queries.versions import series
from app.pricing.service import versions
from tests.factories import accounts, catalog
from tests.factories.exchange import counts, imported, importer_actor
from tests.factories.pricing import price_list
from tests.support.work import drain

SYSTEM = Actor.system()
FILE = "sku,price\nA-1,11\nA-2,x\nA-9,1\n"


@pytest.fixture
def actor(ctx):
    made = importer_actor()
    for sku in ("A-1", "A-2"):
        catalog.article(sku)
    price_list("GEN", {"A-1": "10", "A-2": "20"})
    with acting_as(made):
        yield made


def prices(code):
    rows = db.session.execute(
        text(
            "SELECT a.sku, e.price FROM price_entries e JOIN articles a ON a.id = e.article_id "
            "JOIN price_lists p ON p.id = e.price_list_id WHERE p.code = :code ORDER BY a.sku"
        ),
        {"code": code},
    )
    return {sku: price for sku, price in rows}


def test_a_file_makes_a_draft_or_goes_into_the_newest(actor):
    run = imported("price_list", FILE, options={"price_list": "GEN", "version": "draft"})
    assert counts(run) == (0, 1, 0, 2)
    assert prices("GEN.v2") == {"A-1": 11, "A-2": 20}
    assert prices("GEN") == {"A-1": 10, "A-2": 20}
    imported("price_list", "sku,price\nA-2,21\n", options={"price_list": "GEN", "version": "draft"})
    assert prices("GEN.v2") == {"A-1": 11, "A-2": 21}
    assert len(series(SYSTEM, "GEN").versions) == 2


def test_without_the_option_a_file_goes_into_what_holds(actor):
    code = versions.new_draft(SYSTEM, "GEN")
    versions.submit(SYSTEM, code)
    imported("price_list", FILE, options={"price_list": "GEN"})
    assert prices("GEN.v2")["A-1"] == 11
    assert prices("GEN")["A-1"] == 10


def test_a_draft_that_was_submitted_takes_no_file(actor):
    code = versions.new_draft(SYSTEM, "GEN")
    versions.submit(SYSTEM, code, valid_from=series(SYSTEM, "GEN").today + timedelta(days=3))
    run = imported("price_list", FILE, options={"price_list": code})
    assert run.state == "done"  # it is approved: single prices of a planned version may be put right
    draft = versions.new_draft(SYSTEM, "GEN")
    versions.change_by_percent(SYSTEM, draft, versions.Selection(), versions.PercentChange(Decimal(50)))
    versions.submit(SYSTEM, draft)
    run = imported("price_list", FILE, options={"price_list": draft})
    assert run.state == "failed"
    assert prices(draft)["A-1"] == 15
    run = imported("price_list", FILE, options={"price_list": "GEN", "version": "new"})
    assert run.state == "failed"


def test_the_page_of_a_draft_leads_to_the_import(client, world, sent):
    with world():
        manager = accounts.person(accounts.operator(), Role.PRICING)
        catalog.article("A-1")
        price_list("GEN", {"A-1": "10"})
        code = versions.new_draft(SYSTEM, "GEN")
    accounts.sign_in(client, manager)
    address = client.get(f"/prices/versions/{code}").link("Import a file into this draft")
    form = client.get(address).form()
    assert form["kind"] == "price_list"
    data = {**form, "file": (io.BytesIO(b"sku,price\nA-1,12\n"), "prices.csv")}
    columns = client.post(address, data=data, content_type="multipart/form-data").location
    form = client.get(columns).form()
    assert form["option_price_list"] == code
    run = client.post(columns, data=form).location
    drain(client.app)
    client.post(f"{run}/start", data=client.get(run).form(f"{run}/start"))
    drain(client.app)
    with world():
        assert prices(code) == {"A-1": 12}
