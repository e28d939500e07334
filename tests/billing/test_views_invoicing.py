"""The desk of invoicing: a run from the page, its progress, rules of accounts, entities, corrections on the page."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.billing.domain.rules import Mode, Rule
from app.billing.models.invoices import Invoice
from app.billing.models.lines import InvoiceLine
from app.billing.queries.rules import rule_of
from app.billing.service.rules import set_rule
from app.billing.service.sent import note_sent
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from tests.factories.accounts import customer, sign_in
from tests.factories.billing import invoiced
from tests.factories.ordering import article, buyer, order
from tests.factories.shipments import shipped
from tests.support.queries import counted
from tests.support.work import drain

SYSTEM = Actor.system()


@pytest.fixture
def desk(client, cast):
    sign_in(client, cast.people["accountant"])
    return client


def collecting(world, count):
    with world():
        made = article(f"C-{count}", "9.99")
        people = [buyer(customer()) for _ in range(count)]
        for one in people:
            set_rule(SYSTEM, one.company_id, Rule(Mode.COLLECTIVE))
    for one in people:
        with world(one):
            order_id = order(one, [(made, 5)]).id
        with world():
            note_sent(SYSTEM, shipped(order_id, {1: 2}))


def test_run_from_the_page(desk, isolated, world, sent):
    collecting(world, 2)
    page = desk.get("/invoicing")
    assert "monthly" in page.html
    today = clock.today("Europe/Berlin").isoformat()
    data = {"client_ref": str(uuid.uuid4()), "period": "monthly", "through": today, "issued_on": today}
    answer = desk.post("/invoicing/runs", data)
    assert answer.status == 303
    waiting = desk.get(answer.location)
    assert "0 of 2 invoices" in waiting.html
    drain(isolated)
    done = desk.get(answer.location)
    assert "INV-" in done.html
    assert "of 2 invoices" not in done.html
    assert desk.post(f"{answer.location}/retry").status == 409


def test_desk_costs_the_same_for_many(desk, world, sent):
    collecting(world, 1)
    with counted(desk.app) as few:
        desk.get("/invoicing")
    collecting(world, 6)
    with counted(desk.app) as many:
        desk.get("/invoicing")
    assert len(few) == len(many)


def test_rule_entity_and_packaging_from_the_page(desk, world, cast):
    entity = {
        "code": "AT", "number_prefix": "AT", "name": "Kontor Wien", "country": "AT", "currency": "EUR",
        "time_zone": "Europe/Vienna",
    }  # fmt: skip
    assert desk.post("/invoicing/entities/new", entity).status == 303
    assert desk.post("/invoicing/entities/new", entity).status == 409
    assert desk.post("/invoicing/entities/AT", entity | {"name": "Kontor Wien GmbH"}).status == 303
    assert "Kontor Wien GmbH" in desk.get("/invoicing").html
    with world():
        entity_id = db.session.scalar(text("SELECT id FROM legal_entities"))
    rule = {
        "mode": "collective", "period": "weekly", "entity_id": str(entity_id), "discount_percent": "3",
        "discount_days": "10", "second_percent": "", "second_days": "",
    }  # fmt: skip
    there = f"/accounts/{cast.customer.code}/invoicing"
    assert desk.post(there, rule | {"discount_days": "400"}).status == 422
    assert desk.post(there, rule).status == 303
    with world():
        found = rule_of(SYSTEM, cast.customer.id)
    assert (found.mode, found.entity_id, [one.percent for one in found.discounts]) == (Mode.COLLECTIVE, entity_id, [3])
    packaging = {"code": "EUR", "name": "Euro pallet", "deposit": "12.50", "currency": "EUR"}
    assert desk.post("/invoicing/packaging", packaging).status == 303
    move = {"client_ref": str(uuid.uuid4()), "code": "EUR", "quantity": "4"}
    assert desk.post(f"{there}/packaging", move).status == 303
    assert desk.post(f"{there}/packaging", move | {"client_ref": str(uuid.uuid4()), "quantity": "-9"}).status == 422
    assert "Euro pallet" in desk.get(there).html


def test_credit_and_correct_on_the_page(desk, world, cast):
    with world():
        order_number, number = invoiced(cast.actor("customer.buyer"), lines=2)
        ids = db.session.scalars(select(InvoiceLine.id).order_by(InvoiceLine.position)).all()
    there = f"/invoices/{number}/credit"
    ref = {"client_ref": str(uuid.uuid4()), "part": "lines"}
    assert desk.post(there, ref | {"reason": "Back"}).status == 422
    assert desk.post(there, ref | {"reason": "Back", f"quantity-{ids[0]}": "9"}).status == 409
    assert desk.post(there, ref | {"reason": "Back", f"quantity-{ids[0]}": "1"}).status == 303
    right = {
        "client_ref": str(uuid.uuid4()),
        "reason": "Price",
        "line_id": str(ids[1]),
        "quantity": "2",
        "unit_price": "9",
    }
    assert desk.post(f"/invoices/{number}/correct", right).status == 303
    page = desk.get(f"/invoices/{number}")
    for word in ("CN-", "COR-", "Back", "Price"):
        assert word in page.html
    with world():
        totals = dict(iter(db.session.execute(select(Invoice.kind, Invoice.net_total))))
    assert totals == {"invoice": Decimal(40), "credit_note": Decimal(10), "corrective": Decimal(-2)}
    assert "Proforma invoice" in desk.get(f"/sales/orders/{cast.customer.code}/{order_number}").html
