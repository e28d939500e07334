"""Tenders as OCDS: drafts made of others' files, releases of our own."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.core.tenancy import acting_as
from app.documents.formats import FormatError
from app.documents.ocds import numbers
from app.documents.ocds.checks import findings
from app.documents.ocds.writing import release
from app.sourcing.documents.ocds import procurements
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot, TenderRequirement, TenderTarget
from app.sourcing.queries.published import published_tender
from app.sourcing.service import tender_changes, tender_questions
from app.sourcing.service.evaluation import store_ranking
from app.sourcing.service.tender_import import import_ocds
from tests.documents.test_ocds import schema
from tests.factories import tenders as make
from tests.factories.accounts import person, sign_in
from tests.factories.evaluation import opened

pytestmark = pytest.mark.usefixtures("ctx")

FOREIGN = {
    "ocid": "ocds-abc123-1", "id": "1", "date": "2026-01-01T00:00:00Z", "tag": ["tender"], "initiationType": "tender",
    "buyer": {"name": "Town of Kiel"},
    "tender": {
        "id": "1", "title": "Paper", "description": "For all offices", "procurementMethod": "open",
        "value": {"amount": 900.5, "currency": "EUR"},
        "tenderPeriod": {"startDate": "2024-01-01T00:00:00Z", "endDate": "2024-02-01T00:00:00Z"},
        "lots": [
            {"id": "a", "title": "A4", "value": {"amount": 500, "currency": "EUR"},
             "awardCriteria": {"criteria": [
                 {"name": "Price", "type": "price", "numbers": [{"number": 70, "weight": "percentageExact"}]},
                 {"name": "Service", "type": "quality", "numbers": [{"number": 30, "weight": "percentageExact"}]}]}},
            {"id": "b", "title": "A3"},
        ],
        "items": [
            {"id": "1", "description": "White paper", "quantity": 100, "relatedLot": "a",
             "unit": {"name": "box", "value": {"amount": 4.25, "currency": "EUR"}}},
            {"id": "2", "description": "Blue paper", "relatedLot": "b", "unit": {"name": "bundle"}},
        ],
        "criteria": [{"id": "c", "title": "Certificate", "requirementGroups": [
            {"id": "g", "requirements": [{"id": "r", "title": "FSC", "dataType": "boolean"}]}]}],
    },
}  # fmt: skip


def rows(model, tender):
    return db.session.scalars(select(model).where(model.tender_id == tender.id).order_by(model.id)).all()


def test_a_foreign_tender_becomes_a_draft_and_what_was_changed_is_said():
    _company, runs, _decides = make.people()
    with acting_as(runs):
        (made,) = import_ocds(runs, json.dumps(FOREIGN).encode())
        tender = db.session.scalars(select(Tender).where(Tender.number == made.number)).one()
        assert (tender.state, tender.title, tender.visibility) == ("draft", "Paper", "public")
        assert (tender.procedure, tender.ranking, tender.price_weight) == ("proposals", "points", Decimal(70))
        assert tender.deadline is None
        assert [(lot.title, lot.value) for lot in rows(TenderLot, tender)] == [("A4", Decimal(500)), ("A3", None)]
        lines = rows(TenderLine, tender)
        assert [(one.text, one.quantity, one.unit) for one in lines] == [
            ("White paper", Decimal(100), "XBX"), ("Blue paper", Decimal(1), "C62"),
        ]  # fmt: skip
        assert db.session.scalars(select(TenderTarget.price)).all() == [Decimal("4.25")]
        assert [(need.kind, need.title) for need in rows(TenderRequirement, tender)] == [
            ("eligibility", "FSC"), ("criterion", "Service"),
        ]  # fmt: skip
    notes = " ".join(map(str, made.notes))
    assert "Item 2 has no quantity" in notes
    assert "bundle" in notes
    assert "dates of the file have passed" in notes


def test_the_same_process_twice_is_one_draft():
    _company, runs, _decides = make.people()
    with acting_as(runs):
        (first,) = import_ocds(runs, json.dumps(FOREIGN).encode())
        (second,) = import_ocds(runs, json.dumps(FOREIGN).encode())
        assert first.number == second.number
        assert len(db.session.scalars(select(Tender.id)).all()) == 1


def test_a_bad_file_leaves_nothing_behind():
    _company, runs, _decides = make.people()
    bad = FOREIGN | {"ocid": "ocds-abc123-2", "tender": {"title": "x", "items": [{"quantity": "many"}]}}
    with acting_as(runs):
        with pytest.raises(FormatError) as raised:
            import_ocds(runs, json.dumps({"releases": [FOREIGN, bad]}).encode())
        assert raised.value.path == "/releases/1/tender/items/0/quantity"
        assert db.session.scalars(select(Tender.id)).all() == []


def exported(made) -> list[dict]:
    with acting_as(made.buyer):
        facts = published_tender(made.buyer, made.number)
        return [release(one) for one in procurements(facts, prefix="ocds-abc123", language="en")]


def plain(value):
    return json.loads(numbers.write(value), parse_float=Decimal)


def test_a_draft_is_not_exported_nor_another_companys_tender():
    made = make.draft()
    with acting_as(made.buyer), pytest.raises(Conflict):
        published_tender(made.buyer, made.number)
    other = make.bidding()
    with acting_as(made.buyer), pytest.raises(NotFound):
        published_tender(made.buyer, other.number)


def test_each_thing_the_public_is_told_is_a_release():
    made = make.bidding(lots=2)
    _company, asks = made.suppliers[0]
    with acting_as(asks):
        question = tender_questions.ask(asks, made.id, "Which colour?", lot_id=made.lots[1])
    with acting_as(made.buyer):
        tender_questions.answer_question(made.buyer, made.id, question, "Blue")
    with acting_as(made.buyer):
        tender_changes.cancel(made.buyer, made.id, reason="No money", reason_code="budget")
    found = exported(made)
    assert [one["tag"] for one in found] == [["tender"], ["tenderUpdate"], ["tenderCancellation"]]
    assert [one["tender"]["status"] for one in found] == ["active", "active", "cancelled"]
    assert "enquiries" not in found[0]["tender"]
    (enquiry,) = found[1]["tender"]["enquiries"]
    assert (enquiry["description"], enquiry["answer"], enquiry["relatedLot"]) == ("Which colour?", "Blue", "LOT-2")
    assert all(findings(plain(one)) == [] for one in found)


def test_before_the_opening_nobody_is_named():
    made = make.bidding()
    make.close(made)
    text = json.dumps([plain(one) for one in exported(made)], default=str)
    assert not any(company.name in text or company.legal_name in text for company, _actor in made.suppliers)
    assert "bids" not in json.loads(text)[-1]


def test_a_stored_ranking_gives_bids_their_ranks():
    made = opened([["10", "10"], ["9", "9"]])
    with acting_as(made.buyer):
        store_ranking(made.buyer, made.id, made.lots[0])
    with acting_as(made.approver):
        tender_changes.cancel(made.approver, made.id, reason="No money", reason_code="budget")
    found = exported(made)
    assert sorted(bid["rank"] for bid in found[-1]["bids"]["details"]) == [1, 2]


def test_the_page_takes_a_file_and_gives_the_record(client, world):
    with world():
        company, _runs, _decides = make.people()
        boss = person(company, Role.COMPANY_ADMIN)
    sign_in(client, boss)
    page = client.post(
        "/tenders/from-ocds", data={"file": (BytesIO(json.dumps(FOREIGN).encode()), "x.json")}, follow=True
    )
    assert "is made of ocds-abc123-1" in page.text
    assert "Item 2 has no quantity" in page.text
    empty = client.post("/tenders/from-ocds", data={"file": (BytesIO(b'{"ocid": "o"}'), "x.json")}, follow=True)
    assert "There is no tender in this file" in empty.text
    bad = client.post("/tenders/from-ocds", data={"file": (BytesIO(b"{"), "x.json")}, follow=True)
    assert "This is not JSON" in bad.text


@pytest.mark.shared
def test_exports_are_valid_by_the_official_schema(shared):
    made = make.bidding(lots=2)
    validator = schema(shared)
    for one in exported(made):
        assert list(validator.iter_errors(json.loads(numbers.write(one)))) == []


@pytest.mark.shared
def test_every_official_example_is_taken_over(shared):
    names = [line.split("\t")[:2] for line in (shared / "ocds/VERDICTS.tsv").read_text().splitlines()[1:]]
    _company, runs, _decides = make.people()
    drafts = 0
    for name, kind in names:
        if kind != "snippet":
            with acting_as(runs):
                drafts += sum(
                    one.number is not None for one in import_ocds(runs, (shared / "ocds" / name).read_bytes())
                )
    assert drafts > 40
