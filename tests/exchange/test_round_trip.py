"""Two ends in one database: what the buyer's side sends is what the seller's side gets, and back, number by number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models.companies import Company
from app.billing.models import Invoice
from app.core import storage
from app.core.tenancy import acting_as
from app.documents.model.stored import from_json
from app.exchange.domain.arrivals import Subject
from app.exchange.domain.partners import Scheme
from app.exchange.models.messages import ExchangeMessage
from app.exchange.service import partners as commands
from app.exchange.service.outbox import send_document
from tests.exchange.test_inbox import found_rows, orders, read_again, sent
from tests.factories import accounts, ordering, partners

pytestmark = pytest.mark.usefixtures("ctx")
FORMATS = {
    "edifact": ("edifact-orders", "edifact-ordrsp", "edifact-invoic"),
    "x12": ("x12-850", "x12-855", "x12-810"),
    "ubl": ("ubl-order", "ubl-order-response", "ubl-invoice"),
    "cxml": ("cxml-order", "cxml-confirmation", "cxml-invoice"),
}


def seller_as_partner(family: str, supplier: Company, mirror: Any) -> int:
    """The seller, as the buyer's side knows it: the same names the other way round."""
    actor = partners.system()
    order, response, invoice = FORMATS[family]
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
    order_code, response_code, invoice_code = FORMATS[family]
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
