"""Two ends in one database: what the buyer's side sends is what the seller's side gets, and back, number by number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models.companies import Company
from app.billing.models.invoices import Invoice
from app.core import storage
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.stored import from_json
from app.exchange.domain.arrivals import Subject
from app.exchange.domain.partners import Scheme
from app.exchange.models.messages import ExchangeMessage
from app.exchange.service import partners as commands
from app.exchange.service.outbox import send_document
from app.exchange.service.telling import tell_despatch
from tests.exchange.test_inbox import found_rows, orders, read_again, sent
from tests.factories import accounts, ordering, partners, shipments

pytestmark = pytest.mark.usefixtures("ctx")
FORMATS = {
    "edifact": ("edifact-orders", "edifact-ordrsp", "edifact-invoic", "edifact-desadv", "edifact-recadv"),
    "x12": ("x12-850", "x12-855", "x12-810", "x12-856", "x12-861"),
    "ubl": ("ubl-order", "ubl-order-response", "ubl-invoice", "ubl-despatch-advice", "ubl-receipt-advice"),
    "cxml": ("cxml-order", "cxml-confirmation", "cxml-invoice", "cxml-ship-notice", "cxml-receipt"),
}


def seller_as_partner(family: str, supplier: Company, mirror: Any) -> int:
    """The seller, as the buyer's side knows it: the same names the other way round."""
    actor = partners.system()
    order, response, invoice, despatch, receipt = FORMATS[family]
    theirs = partners.names(mirror)
    with acting_as(actor):
        made = commands.save_partner(actor, None, {"code": "SELLER", "name": "Seller", "company_id": supplier.id})
        commands.save_identifier(actor, made, Scheme.GLN, partners.OUR_GLN)
        commands.save_identifier(actor, made, Scheme.X12, "ZZ:NORDLICHT")
        commands.save_identifier(actor, made, Scheme.VAT, accounts.operator().vat_id)
        for scheme, value in theirs.items():
            commands.save_identifier(actor, made, scheme, value, side="ours")
        for direction, kind, code in (
            ("out", "order", order), ("in", "order-response", response), ("in", "invoice", invoice),
            ("in", "despatch-advice", despatch), ("out", "receipt-advice", receipt),
        ):  # fmt: skip
            commands.save_agreement(actor, made, None, {"direction": direction, "document": kind, "format": code})
    return made


def bytes_of(message: ExchangeMessage) -> bytes:
    actor = partners.system()
    with acting_as(actor):
        return storage.load(storage.find(actor, message.stored_id))


@pytest.mark.parametrize("family", FORMATS)
def test_order_response_and_invoice_go_round_with_equal_numbers(isolated, family):
    ordering.article("A-1", "10.25", gtin="4006381333931")
    ordering.article("A-2", "0.333", stock=5000)
    order_code, response_code, invoice_code, *_ = FORMATS[family]
    customer = partners.partner_with(
        {"order": order_code, "order-response": response_code, "invoice": invoice_code}, accounts.customer()
    )
    seller_id = seller_as_partner(family, accounts.supplier(), customer)
    lines = partners.lines(("A-1", 7, "10.25"), ("A-2", 1200, "0.30"))
    document = partners.order_document(customer, "PO-4711", lines)
    actor = partners.system()

    with acting_as(actor):
        sent_id = send_document(
            actor, None, document, subject=Subject("file", 0), client_ref="r-1", partner_id=seller_id
        )
    (out,) = partners.messages([sent_id])
    assert out.reason is None
    hint = {"partner_id": customer.id} if family == "cxml" else {}
    (came,) = partners.arrive(bytes_of(out), **hint)
    assert (came.partner_id, came.state, came.reason) == (customer.id, "answered", None)
    (order,) = orders()
    assert order.net_total == Decimal("71.75") + Decimal("399.60")

    back = {"partner_id": seller_id} if family == "cxml" else {}
    (response,) = sent(isolated, "order-response")
    (told,) = partners.arrive(bytes_of(response), **back)
    assert (told.partner_id, told.state, told.answers_id) == (seller_id, "answered", sent_id), told.reason
    answer = read_again(told)
    assert [(one.quantity, one.unit_price) for one in answer.lines] == [
        (Decimal(7), Decimal("10.25")), (Decimal(1200), Decimal("0.333")),
    ]  # fmt: skip
    assert [one.answer.value for one in answer.lines] == ["accepted", "changed"]

    (invoice,) = found_rows(select(Invoice))
    (bill,) = [one for one in sent(isolated, "invoice") if one.partner_id == customer.id]
    assert bill.state == "sent", bill.reason
    (billed,) = partners.arrive(bytes_of(bill), **back)
    assert (billed.partner_id, billed.state, billed.number) == (seller_id, "answered", invoice.number), billed.reason
    frozen, read = from_json(invoice.document), read_again(billed)
    assert (read.totals.net, read.totals.tax, read.totals.gross) == (
        frozen.totals.net, frozen.totals.tax, frozen.totals.gross,
    )  # fmt: skip
    assert [(one.sku, one.quantity, one.net) for one in read.lines] == [
        (one.sku, one.quantity, one.net) for one in frozen.lines
    ]


@pytest.mark.parametrize("family", FORMATS)
def test_despatch_and_receipt_advice_go_round_with_equal_quantities(isolated, family):
    ordering.article("A-1", "10.25", gtin="4006381333931")
    ordering.article("A-2", "0.333", stock=5000)
    order_code, response_code, _, despatch_code, receipt_code = FORMATS[family]
    customer = partners.partner_with(
        {"order": order_code, "order-response": response_code, "despatch-advice": despatch_code,
         "receipt-advice": receipt_code}, accounts.customer(),
    )  # fmt: skip
    seller_id = seller_as_partner(family, accounts.supplier(), customer)
    actor, is_hinted = partners.system(), family == "cxml"
    hint = {"partner_id": customer.id} if is_hinted else {}
    document = partners.order_document(customer, "PO-4712", partners.lines(("A-1", 7), ("A-2", 1200)))
    with acting_as(actor):
        asked = send_document(actor, None, document, subject=Subject("file", 0), client_ref="r-1", partner_id=seller_id)
    partners.arrive(bytes_of(partners.messages([asked])[0]), **hint)
    (order,) = orders()

    with acting_as(actor), pytest.raises(Conflict):
        tell_despatch(actor, order.number)
    shipment_id = shipments.shipped(order.id)
    with acting_as(actor):
        first, again = tell_despatch(actor, order.number), tell_despatch(actor, order.number)
    assert first == again
    (left,) = sent(isolated, "despatch-advice")
    assert (left.state, left.subject_kind, left.subject_id) == ("sent", "shipment", shipment_id), left.reason
    assert left.id == first
    (came,) = partners.arrive(bytes_of(left), **({"partner_id": seller_id} if is_hinted else {}))
    assert (came.partner_id, came.state, came.number) == (seller_id, "answered", left.number), came.reason
    assert came.answers_id == asked
    advice = read_again(came)
    assert [(one.ids.sku, one.quantity) for one in advice.lines] == [("A-1", Decimal(7)), ("A-2", Decimal(1200))]
    assert {one.order_line.number or advice.orders[0].number for one in advice.lines} == {"PO-4712"}

    receipt = ReceiptAdvice(
        number="GR-1", issue_date=document.issue_date, received_on=document.issue_date, orders=advice.orders,
        despatch_number=advice.number, buyer=document.buyer, seller=document.seller,
        lines=tuple(
            ReceiptLine(position=one.position, order_line=one.order_line, ids=one.ids, unit=one.unit,
                        received=one.quantity, accepted=one.quantity, despatch_line=one.position)
            for one in advice.lines
        ),
    )  # fmt: skip
    with acting_as(actor):
        got = send_document(actor, None, receipt, subject=Subject("file", 0), client_ref="r-2", partner_id=seller_id)
    (out,) = partners.messages([got])
    assert out.reason is None
    (taken,) = partners.arrive(bytes_of(out), **hint)
    assert (taken.partner_id, taken.state) == (customer.id, "answered"), taken.reason
    assert (taken.subject_kind, taken.subject_id) == ("order", order.id)
    back = read_again(taken)
    assert [(one.ids.sku, one.received) for one in back.lines] == [("A-1", Decimal(7)), ("A-2", Decimal(1200))]
