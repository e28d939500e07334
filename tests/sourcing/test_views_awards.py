"""Pages of awards, contracts, call-offs and suppliers: from the evaluation to goods that came in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.db import db
from app.core.tenancy import system_scope
from app.sourcing.models.awards import Award, AwardLetter, Objection
from app.sourcing.models.contracts import CallOff, CallOffLine, ContractPrice, SupplyContract
from tests.factories.awards import awarded, contracted, judged, lot_state
from tests.factories.ordering import sign_in
from tests.support.queries import counted

TODAY = datetime.now(UTC).date()


def newest(world, model):
    with world(), system_scope("test"):
        row = db.session.scalars(
            select(model).order_by(model.id.desc()).limit(1).execution_options(populate_existing=True)
        ).one()
        db.session.expunge(row)
        return row


def as_person(client, actor):
    sign_in(client, actor)


def test_a_tender_is_awarded_and_called_off_by_its_pages(client, world):
    with world():
        made = judged("2.50", "2.80", standstill_days=5, multi_sourcing=True)
    as_person(client, made.buyer)
    assert client.get(f"/tenders/{made.number}").soup.select(f"a[href$='{made.number}/award']")
    page = client.get(f"/tenders/{made.number}/award/1?share_{made.bids[0]}=60&share_{made.bids[1]}=40")
    taken = {one["name"]: one["value"] for one in page.soup.select("input[name^=take_]")}
    assert sorted(taken.values()) == ["40", "60"]
    assert client.post(f"/tenders/{made.number}/award/1", data={name: "0" for name in taken}).status_code == 422
    assert client.post(f"/tenders/{made.number}/award/1", data=taken).status_code == 303
    as_person(client, made.approver)
    client.get(f"/tenders/{made.number}/award")
    decide = f"/tenders/{made.number}/award/1/decide"
    assert client.post(decide, data={"do": "reject", "comment": ""}).status_code == 422
    assert client.post(decide, data={"do": "approve", "comment": "Fine"}).status_code == 303
    assert client.get(f"/tenders/{made.number}/award.pdf").data.startswith(b"%PDF")
    with world():
        assert lot_state(made) == "standstill"
    as_person(client, made.bidders[1])
    letter = newest(world, AwardLetter)
    client.get("/supplier/awards")
    assert client.get(f"/award-letters/{letter.id}.pdf").data.startswith(b"%PDF")


def test_a_loser_objects_and_is_answered(client, world):
    with world():
        made = judged("2.50", "2.80", standstill_days=5)
    as_person(client, made.buyer)
    assert client.post(f"/tenders/{made.number}/award/1", data={f"take_{made.offers[0][0]}": "100"}).status_code == 303
    as_person(client, made.approver)
    client.post(f"/tenders/{made.number}/award/1/decide", data={"do": "approve"})
    as_person(client, made.bidders[1])
    with world(), system_scope("test"):
        own = db.session.scalars(
            select(AwardLetter.id).where(AwardLetter.supplier_id == made.bidders[1].company_id)
        ).one()
    assert client.post(f"/supplier/letters/{own}/object", data={"text": "Misread"}).status_code == 303
    assert "Misread" in client.get("/supplier/awards").text
    objection = newest(world, Objection)
    as_person(client, made.approver)
    assert "Misread" in client.get(f"/tenders/{made.number}/award").text
    address = f"/tenders/{made.number}/award/objections/{objection.id}"
    assert client.post(address, data={"do": "dismiss", "answer": ""}).status_code == 422
    assert client.post(address, data={"do": "uphold", "answer": "True"}).status_code == 303
    with world():
        assert lot_state(made) == "evaluation"


def test_a_contract_is_signed_and_drawn_down_by_its_pages(client, world):
    with world():
        made, award_id = awarded()
    as_person(client, made.buyer)
    client.get(f"/contracts/new/{award_id}")
    terms = {"valid_from": TODAY.isoformat(), "valid_to": TODAY.isoformat(), "excess": "block", "is_limited": "y"}
    wrong = terms | {"valid_to": (TODAY - timedelta(days=9)).isoformat()}
    assert client.post(f"/contracts/new/{award_id}", data=wrong).status_code == 422
    terms["valid_to"] = (TODAY + timedelta(days=200)).isoformat()
    assert client.post(f"/contracts/new/{award_id}", data=terms).status_code == 303
    number = newest(world, SupplyContract).number
    as_person(client, made.bidders[0])
    client.get("/contracts")
    page = client.get(f"/contracts/{number}")
    seal = page.soup.select_one("input[name=hash]")["value"]
    assert client.post(f"/contracts/{number}/answer", data={"do": "refuse", "hash": seal}).status_code == 422
    assert client.post(f"/contracts/{number}/answer", data={"do": "sign", "hash": seal}).status_code == 303
    as_person(client, made.buyer)
    client.get(f"/contracts/{number}")
    assert client.post(f"/contracts/{number}/countersign", data={"row_version": "1"}).status_code == 303
    assert client.get(f"/contracts/{number}.pdf").data.startswith(b"%PDF")
    price = newest(world, ContractPrice)
    page = client.get(f"/contracts/{number}/call-off")
    form = {"client_ref": page.soup.select_one("input[name=client_ref]")["value"], "wanted_on": TODAY.isoformat()}
    over = client.post(f"/contracts/{number}/call-off", data=form | {f"take_{price.id}": "101"})
    assert over.status_code == 422
    assert client.post(f"/contracts/{number}/call-off", data=form | {f"take_{price.id}": "40"}).status_code == 303
    sent = newest(world, CallOff).number
    assert client.get(f"/call-offs/{sent}.pdf").data.startswith(b"%PDF")
    as_person(client, made.bidders[0])
    client.get(f"/call-offs/{sent}")
    assert client.post(f"/call-offs/{sent}/answer", data={"answer": "confirmed"}).status_code == 422
    answer = {"answer": "confirmed", "promised_on": TODAY.isoformat()}
    assert client.post(f"/call-offs/{sent}/answer", data=answer).status_code == 303
    as_person(client, made.buyer)
    line = newest(world, CallOffLine)
    page = client.get(f"/call-offs/{sent}")
    form = {"client_ref": page.soup.select_one("input[name=client_ref]")["value"], "received_on": TODAY.isoformat()}
    assert client.post(f"/call-offs/{sent}/receive", data=form | {f"came_{line.id}": "50"}).status_code == 422
    assert client.post(f"/call-offs/{sent}/receive", data=form | {f"came_{line.id}": "30"}).status_code == 303
    assert client.post(f"/call-offs/{sent}/end", data={"reason": ""}).status_code == 422
    assert client.post(f"/call-offs/{sent}/end", data={"reason": "Enough"}).status_code == 303
    assert "30%" in client.get(f"/contracts/{number}").text.replace("\N{NO-BREAK SPACE}", "")
    client.get(f"/suppliers/{made.bidders[0].company_id}")
    assert client.post(f"/suppliers/{made.bidders[0].company_id}", data={"decision": "blocked"}).status_code == 422
    blocked = {"decision": "blocked", "reason": "Too late"}
    assert client.post(f"/suppliers/{made.bidders[0].company_id}", data=blocked).status_code == 303
    assert "Blocked" in client.get("/suppliers").text
    page = client.get("/suppliers/scorecard")
    rows = {"name": ["Quality"], "formula": ["100 * good_share / receipts"], "weight": ["90"]}
    assert client.post("/suppliers/scorecard", data=rows).status_code == 422
    assert client.post("/suppliers/scorecard", data=rows | {"weight": ["100"]}).status_code == 303


@pytest.mark.parametrize("address", ["/contracts", "/call-offs", "/suppliers"])
def test_lists_cost_the_same_whatever_their_length(client, app, world, address):
    with world():
        made, number = contracted()
    as_person(client, made.buyer)
    price = newest(world, ContractPrice)

    def send(times):
        for _ in range(times):
            page = client.get(f"/contracts/{number}/call-off")
            ref = page.soup.select_one("input[name=client_ref]")["value"]
            client.post(f"/contracts/{number}/call-off", data={"client_ref": ref, f"take_{price.id}": "1"})

    send(2)
    client.get(address)
    with counted(app) as few:
        client.get(address)
    send(6)
    with counted(app) as many:
        client.get(address)
    assert len(many) == len(few)
    assert newest(world, Award).state == "active"
