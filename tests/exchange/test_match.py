"""Three-way match with the database: own invoices of an order, a supplier's invoice for a call-off, decisions, limits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import transaction
from app.core.tenancy import acting_as, system_scope
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine
from app.documents.model.invoice import Invoice as InvoiceDocument
from app.documents.model.line import Line
from app.documents.model.party import Party
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.model.totals import Totals, VatCategory
from app.exchange.domain.match import Result, State, Tolerances
from app.exchange.queries.match import computed, facts_of, stored_match
from app.exchange.service.match import match_due, refresh, save_tolerance, take_document
from app.sourcing.domain.contract import Wanted
from app.sourcing.queries.call_offs import call_off
from app.sourcing.queries.contracts import contract
from app.sourcing.service import call_offs
from app.sourcing.service.call_offs import Received
from tests.factories import accounts, awards, billing, partners
from tests.factories import messages as make

D = Decimal
PARTY = Party(name="Somebody", address=None)


def claim(number: str, order: str, quantity: str = "30", price: str = "2.50") -> InvoiceDocument:
    net = D(quantity) * D(price)
    line = Line(
        position="1", name="Bolt 1", quantity=D(quantity), unit="H87", unit_price=D(price), net=net, order_line="1",
        vat_category=VatCategory.STANDARD, vat_rate=D(20),
    )  # fmt: skip
    sums = Totals(line_net=net, net=net, gross=net, payable=net)
    return InvoiceDocument(
        number=number, issue_date=date(2026, 3, 1), currency="EUR", seller=PARTY, buyer=PARTY, lines=(line,), vat=(),
        totals=sums, order_reference=order,
    )  # fmt: skip


@pytest.fixture
def deal(isolated, world):
    """(the tender, number of a call-off of 30 pieces at 2.50, the supplier's id)."""
    with world():
        made, contract_number = awards.contracted()
        with acting_as(made.buyer):
            price = contract(made.buyer, contract_number).prices[0]
            sent = call_offs.send_call_off(made.buyer, contract_number, [Wanted(price.id, D(30))], client_ref="r1")
        return made, sent.number, made.bidders[0].company_id


def take(document, company_id: int) -> object:
    row = make.message(number=document.number, document=document.kind, format="ubl-invoice")
    actor = Actor.system()
    with acting_as(actor):
        return take_document(actor, row.id, company_id, document)


def result_of(made, number):
    with acting_as(made.buyer):
        facts = facts_of(made.buyer, "call_off", number)
        return computed(facts), stored_match(made.buyer, "call_off", facts.subject_id), facts


def test_a_suppliers_invoice_is_held_against_call_off_and_receipt(world, deal):
    made, number, supplier = deal
    with world():
        with acting_as(made.buyer):
            line = call_off(made.buyer, number).lines[0]
            call_offs.receive(
                made.buyer, number, [Received(line.id, D(28), D(0))], received_on=date(2026, 2, 20), client_ref="in1"
            )
        subject = take(claim("R-1", number), supplier)
        found, kept, facts = result_of(made, number)
        assert (subject.kind, subject.id) == ("call_off", facts.subject_id)
        assert (found.lines[0].result, found.lines[0].delivered, found.difference) == (
            Result.QUANTITY,
            D(28),
            D("5.00"),
        )
        assert (kept.state, kept.fault_count, kept.invoices) == ("differs", 1, ["R-1"])


def test_without_receipts_the_despatch_advice_tells_what_came(world, deal):
    made, number, supplier = deal
    with world():
        sent = DespatchAdvice(
            number="D-1", issue_date=date(2026, 2, 20),
            lines=(DespatchLine(position="1", quantity=D(30), order_line=OrderRef(number=number, line="1"), ids=ItemIds()),),
            orders=(OrderRef(number=number),),
        )  # fmt: skip
        take(sent, supplier)
        assert result_of(made, number)[1].state == "waits"
        take(claim("R-1", number), supplier)
        found, kept, facts = result_of(made, number)
        assert (found.state, found.is_delivery_known, kept.state) == (State.AGREES, True, "agrees")
        assert [paper.kind for paper in facts.papers] == ["despatch-advice", "invoice"]


def test_a_message_is_taken_once_and_foreign_numbers_are_left_alone(world, deal):
    made, number, supplier = deal
    with world():
        row = make.message(number="R-1", document="invoice")
        actor = Actor.system()
        with acting_as(actor):
            for _ in range(2):
                take_document(actor, row.id, supplier, claim("R-1", number))
            assert take_document(actor, row.id, made.bidders[1].company_id, claim("R-1", number)) is None
            assert take_document(actor, row.id, supplier, claim("R-1", "NO-SUCH")) is None
        assert result_of(made, number)[0].lines[0].invoiced == 30


def test_own_invoices_of_an_order_agree_with_it(isolated, world):
    with world():
        company = accounts.customer()
        buyer = accounts.actor_for(accounts.person(company, Role.COMPANY_ADMIN), company)
        number, invoice = billing.invoiced(buyer, lines=3)
        with acting_as(buyer):
            result = refresh(buyer, "order", number)
            assert (result.state, result.invoices, len(result.lines)) == (State.AGREES, (invoice,), 3)
            assert not result.is_delivery_known


@pytest.fixture
def bookkeeper(isolated, world, client):
    """Signed in for a customer with an order whose invoice was made dearer behind its back; the order's number."""
    with world():
        company = accounts.customer(name="Möller")
        user = accounts.person(company, Role.COMPANY_ADMIN)
        buyer = accounts.actor_for(user, company)
        number, invoice = billing.invoiced(buyer, lines=2)
        found = make.message(company=company, number="R-9", document="receipt-advice")
        received = ReceiptAdvice(
            number="R-9", issue_date=date(2026, 3, 1), orders=(OrderRef(number=number),),
            lines=(ReceiptLine(position="1", order_line=OrderRef(number=number, line="1"), accepted=D(2)),),
        )  # fmt: skip
        with acting_as(Actor.system()):
            take_document(Actor.system(), found.id, company.id, received)
    accounts.sign_in(client, user)
    return number, invoice


def test_a_customer_decides_on_what_differs(bookkeeper, client, world):
    number, invoice = bookkeeper
    page = client.get("/matches?state=open")
    assert number in page.text
    shown = client.get(f"/matches/orders/{number}")
    assert "not delivered" in shown.text
    assert invoice in shown.text
    form = shown.form(f"/matches/orders/{number}")
    assert client.post(f"/matches/orders/{number}", form | {"decision": "accepted", "reason": ""}).status == 422
    stale = form | {"decision": "accepted", "reason": "ok", "fingerprint": "0" * 64}
    assert client.post(f"/matches/orders/{number}", stale).status == 409
    done = client.post(f"/matches/orders/{number}", form | {"decision": "disputed", "reason": "Line 2 never came."})
    assert done.status == 303
    again = client.get(f"/matches/orders/{number}")
    assert "Line 2 never came." in again.text
    assert number not in client.get("/matches?state=open").text
    assert number in client.get("/matches?state=disputed").text


def test_limits_let_small_differences_pass(bookkeeper, client, world):
    number, _invoice = bookkeeper
    assert client.post("/matches/limits", {"price_percent": "-1"}).status == 422
    assert client.post("/matches/limits", {"code": "NOBODY", "price_percent": "1"}).status == 422
    assert client.post("/matches/limits", {"quantity_percent": "100", "price_percent": "2.5"}).status == 303
    page = client.get("/matches/limits")
    assert "All sellers" in page.text
    assert client.get(f"/matches/orders/{number}").status == 200
    remove = page.soup.find("form", action=lambda value: value and value.endswith("/remove"))["action"]
    assert client.post(remove, {}).status == 303
    assert "All sellers" not in client.get("/matches/limits").text


def test_matches_of_others_are_not_found(bookkeeper, client, world):
    number, _invoice = bookkeeper
    with world():
        stranger = accounts.person(accounts.customer(name="Stranger"), Role.COMPANY_ADMIN)
    client.flask.delete_cookie("session")
    accounts.sign_in(client, stranger)
    assert client.get(f"/matches/orders/{number}").status == 404
    assert number not in client.get("/matches").text


def test_invoices_of_accounts_with_limits_are_matched_by_themselves(isolated, world):
    with world():
        company = accounts.customer()
        buyer = accounts.actor_for(accounts.person(company, Role.COMPANY_ADMIN), company)
        number, _invoice = billing.invoiced(buyer, lines=2)
        with system_scope("test"), transaction() as session:
            session.execute(text("UPDATE invoices SET state = 'ready'"))
        actor = partners.system()
        with acting_as(actor):
            assert match_due(actor) == 0
        with acting_as(buyer):
            save_tolerance(buyer, "", Tolerances(D(2)))
        with acting_as(actor):
            assert match_due(actor) == 1
            assert match_due(actor) == 0
        with acting_as(buyer):
            facts = facts_of(buyer, "order", number)
            assert stored_match(buyer, "order", facts.subject_id).state == "agrees"
