"""The one way a document of billing gets its number: the claim becomes rows, events and work."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select, text

from app.billing.documents.claim import Claim, Rate, claim_document, local_tax
from app.billing.domain.numbers import Kind, document_number, due_date, series
from app.billing.events import InvoiceIssued
from app.billing.models.invoices import Invoice
from app.billing.models.lines import InvoiceAmount, InvoiceLine, PrepaymentUse
from app.billing.queries.entities import closed_through
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.jobs import enqueue
from app.core.numbering import next_number
from app.core.outbox import publish
from app.core.texts import N_
from app.documents.model.invoice import BillingDocument
from app.documents.model.stored import to_json

_RATE = text("""
SELECT rate, on_date, source FROM (
    SELECT rate, on_date, source, 0 AS place FROM exchange_rates
    WHERE currency_from = :currency AND currency_to = :into AND on_date <= :day
    UNION ALL
    SELECT round(1 / rate, 8), on_date, source, 1 FROM exchange_rates
    WHERE currency_from = :into AND currency_to = :currency AND on_date <= :day
) AS found ORDER BY on_date DESC, place LIMIT 1""")
_NAME_LENGTH = 300


def known(company_id: int, client_ref: str) -> Invoice | None:
    """What was issued for this before."""
    asked = select(Invoice).where(Invoice.company_id == company_id, Invoice.client_ref == client_ref)
    return db.session.scalar(asked)


def rate_of(currency: str, into: str, day: date) -> Rate | None:
    """The newest rate of the day, direct or turned round; None where it is the same currency or none is known."""
    if currency == into:
        return None
    row = db.session.execute(_RATE, {"currency": currency, "into": into, "day": day}).one_or_none()
    return Rate(row.rate, row.on_date, row.source) if row else None


def put(actor: Actor, claim: Claim, *, issued_on: date | None = None) -> Invoice:
    """Number, freeze and keep a claim, for a command that holds the rows it is about; the number is taken last.

    Raises Conflict for a day in closed books. Totals of the row are those of the document.
    """
    seller = claim.seller
    day = issued_on or clock.today(seller.time_zone)
    number = document_number(
        claim.kind, day.year, next_number(series(claim.kind, seller.id), day.year), seller.prefix
    )  # fmt: skip
    closed = closed_through(seller.id)
    if closed is not None and day <= closed:
        raise Conflict(N_("The books are closed up to {day}.", day=closed))
    due_on = due_date(day, claim.payment_days)
    document = claim_document(claim, number, day, due_on)
    invoice = _row(claim, document, day, due_on)
    db.session.add(invoice)
    db.session.flush()
    _keep_parts(claim, invoice)
    told = {"number": number, "kind": str(claim.kind)} | ({"reason": claim.reason} if claim.reason else {})
    about = [("invoice", invoice.id), *(("order", order_id) for order_id in _orders(claim))]
    for object_type, object_id in about:
        audit.record(actor, object_type, object_id, "invoice_issued", told, company_id=claim.company_id)
    if claim.kind is not Kind.PROFORMA:
        publish(InvoiceIssued(invoice.id))
    enqueue("billing.render_invoice", invoice.id)
    return invoice


def _orders(claim: Claim) -> list[int]:
    ids = {one.order_id for one in claim.lines if one.order_id is not None}
    return sorted(ids | ({claim.order_id} if claim.order_id is not None else set()))


def _row(claim: Claim, document: BillingDocument, day: date, due_on: date) -> Invoice:
    sums, rate = document.totals, claim.rate
    tax = sums.tax or Decimal(0)
    local = local_tax(claim, tax)
    return Invoice(
        company_id=claim.company_id,
        number=document.number,
        kind=str(claim.kind),
        client_ref=claim.client_ref,
        entity_id=claim.seller.id,
        order_id=claim.order_id,
        order_number=claim.order_number,
        po_number=claim.po_number,
        customer_name=document.buyer.name,
        issued_at=clock.now(),
        issued_on=day,
        due_on=due_on,
        currency=claim.currency,
        net_total=sums.net,
        vat_total=tax,
        gross_total=sums.gross,
        prepaid_total=sums.prepaid or Decimal(0),
        corrects_id=claim.corrects_id,
        reason=claim.reason,
        period_start=claim.period.start if claim.period else None,
        period_end=claim.period.end if claim.period else None,
        tax_currency=document.tax_currency,
        vat_total_local=local,
        exchange_rate=rate.rate if rate and local is not None else None,
        rate_on=rate.on if rate and local is not None else None,
        rate_source=rate.source if rate and local is not None else "",
        locale=claim.language,
        document=to_json(document),
    )


def _keep_parts(claim: Claim, invoice: Invoice) -> None:
    """The lines, amounts and deductions beside the document, where SQL can reach them."""
    whose = {"company_id": claim.company_id, "invoice_id": invoice.id}
    db.session.add_all(
        InvoiceLine(
            **whose, position=place, kind=one.kind, order_id=one.order_id, order_line_id=one.order_line_id,
            shipment_id=one.shipment_id, credits_line_id=one.credits_line_id, sku=one.line.sku,
            name=one.line.name[:_NAME_LENGTH], quantity=one.quantity, unit=one.unit, net=one.line.net,
            vat_category=str(one.line.vat_category), vat_rate=one.line.vat_rate,
        )
        for place, one in ((int(one.line.position), one) for one in claim.lines)
    )  # fmt: skip
    db.session.add_all(
        InvoiceAmount(
            **whose, position=place, source=one.source, is_charge=one.item.is_charge, reason=one.item.reason,
            reason_code=one.item.reason_code, amount=one.item.amount, vat_category=str(one.item.vat_category or "S"),
            vat_rate=one.item.vat_rate,
        )
        for place, one in enumerate(claim.amounts, 1)
    )  # fmt: skip
    db.session.add_all(
        PrepaymentUse(**whose, prepayment_id=one.prepayment_id, amount=one.amount, vat=one.vat)
        for one in (claim.deductions if claim.kind is Kind.INVOICE else ())
    )
    db.session.flush()
