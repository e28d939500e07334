"""A supplier's file against the catalogue: proposed, confirmed, taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.catalog.queries.matching import supplier, supplier_lines, suppliers
from app.catalog.service.matching import (
    SupplierArticleRow,
    confirm_match,
    confirm_sure,
    ignore_line,
    make_article,
    propose,
    reopen_line,
    upsert_supplier_articles,
)
from app.core import audit
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from tests.factories.accounts import actor_for, operator, person, sign_in
from tests.factories.accounts import supplier as supplier_company
from tests.factories.catalog import article
from tests.support.queries import counted

ROWS = [
    SupplierArticleRow("X1", "Bolt M8x40", "Bolto", "77-1", "4006381333931"),
    SupplierArticleRow("X2", "Washer, spring steel, 12 mm", "Bolto"),
    SupplierArticleRow("X3", "Something else"),
]


@pytest.fixture
def desk(ctx):
    house = operator()
    article("A-1", name="Bolt M8x40 galvanised", gtin="4006381333931", brand="Bolto", mpn="77.1")
    article("A-2", name="Washer spring steel 12 mm", brand="Bolto")
    return actor_for(person(house, "operator_admin"), house)


def lines(actor, company_id, state="open"):
    return {line.number: line for line in supplier_lines(actor, company_id, state)}


def test_a_file_is_kept_proposed_and_the_same_file_changes_nothing(desk):
    acme = supplier_company("ACME")
    assert [r.outcome for r in upsert_supplier_articles(desk, acme.id, ROWS)] == ["created"] * 3
    found = lines(desk, acme.id)
    assert (found["X1"].target_sku, found["X1"].confidence >= 95) == ("A-1", True)
    assert (found["X2"].target_sku, found["X2"].confidence < 95) == ("A-2", True)
    assert (found["X3"].target_sku, found["X3"].confidence, found["X3"].reasons) == ("", 0, ())
    assert [r.outcome for r in upsert_supplier_articles(desk, acme.id, ROWS)] == ["same"] * 3


def test_sure_ones_are_confirmed_at_once_with_history(desk):
    acme = supplier_company("ACME")
    upsert_supplier_articles(desk, acme.id, ROWS)
    assert confirm_sure(desk, acme.id, 95) == 1
    assert supplier(desk, "ACME").counts == {"open": 2, "matched": 1, "ignored": 0}
    line = lines(desk, acme.id, "matched")["X1"]
    assert [entry.action for entry in audit.history(desk, "supplier_article", line.id)] == ["matched"]


def test_a_match_stays_when_the_file_changes_and_an_open_one_is_looked_at_again(desk):
    acme = supplier_company("ACME")
    upsert_supplier_articles(desk, acme.id, ROWS)
    confirm_sure(desk, acme.id, 95)
    changed = [SupplierArticleRow("X1", "Renamed"), SupplierArticleRow("X3", "Bolt", gtin="4006381333931")]
    assert [r.outcome for r in upsert_supplier_articles(desk, acme.id, changed)] == ["changed", "changed"]
    assert lines(desk, acme.id, "matched")["X1"].target_sku == "A-1"
    assert lines(desk, acme.id)["X3"].target_sku == "A-1"


def test_decisions_are_made_once_and_can_be_taken_back(desk):
    acme = supplier_company("ACME")
    upsert_supplier_articles(desk, acme.id, ROWS)
    line = lines(desk, acme.id)["X2"]
    ignore_line(desk, acme.id, line.id)
    with pytest.raises(Conflict):
        confirm_match(desk, acme.id, line.id, "A-2")
    reopen_line(desk, acme.id, line.id)
    with pytest.raises(Invalid):
        confirm_match(desk, acme.id, line.id, "NONE")
    confirm_match(desk, acme.id, line.id, "a-2")
    assert lines(desk, acme.id, "matched")["X2"].target_sku == "A-2"


def test_a_new_article_is_made_of_it(desk):
    acme = supplier_company("ACME")
    upsert_supplier_articles(desk, acme.id, ROWS)
    line = lines(desk, acme.id)["X3"]
    with pytest.raises(Invalid):
        make_article(desk, acme.id, line.id, "A-1")
    make_article(desk, acme.id, line.id, "N-1")
    assert db.session.scalar(text("SELECT name FROM articles WHERE sku = 'N-1'")) == "Something else"
    assert lines(desk, acme.id, "matched")["X3"].target_sku == "N-1"


def test_another_suppliers_lines_are_out_of_reach(desk):
    acme, other = supplier_company("ACME"), supplier_company("OTHER")
    upsert_supplier_articles(desk, acme.id, ROWS)
    line = lines(desk, acme.id)["X1"]
    with pytest.raises(NotFound):
        ignore_line(desk, other.id, line.id)
    assert [one.open for one in suppliers(desk)] == [3, 0]


def test_proposing_for_many_takes_as_many_statements_as_for_few(desk, app):
    acme = supplier_company("ACME")
    with counted(app) as few:
        upsert_supplier_articles(desk, acme.id, ROWS[:2])
    many = [SupplierArticleRow(f"Y{n}", "Bolt M8x40", gtin="4006381333931") for n in range(60)]
    with counted(app) as more:
        upsert_supplier_articles(desk, acme.id, many)
    assert len(more) == len(few)
    assert propose(desk, acme.id) == 62


def test_the_pages_lead_from_the_list_to_the_match(client, world):
    with world():
        house = operator()
        article("A-1", name="Bolt M8x40", gtin="4006381333931")
        acme = supplier_company("ACME")
        desk = person(house, "pricing")
        upsert_supplier_articles(actor_for(desk, house), acme.id, ROWS)
    sign_in(client, desk)
    assert "ACME" in client.get("/catalog/suppliers").text
    page = client.get("/catalog/suppliers/ACME")
    assert "Confirm 1 sure one" in page.text
    assert client.post("/catalog/suppliers/ACME/confirm").status == 303
    with world():
        (open_line, *_rest) = supplier_lines(actor_for(desk, house), acme.id, "open")
    address = f"/catalog/suppliers/ACME/{open_line.id}"
    assert client.get(address).status == 200
    assert "There is no article NONE." in client.post(address, {"sku": "NONE", "do": "match", "category": ""}).text
    assert client.post(address, {"sku": "A-1", "do": "match", "category": ""}).status == 303
    assert client.post(f"{address}/reopen").status == 303
    assert client.post(f"{address}/ignore").status == 303
    assert "Decide again" in client.get("/catalog/suppliers/ACME?state=ignored").text
