"""What is claimed (or taken back), before it has a number, and the neutral document made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.billing.documents.invoice import seller_party
from app.billing.domain.numbers import TYPE_CODES, Kind
from app.billing.domain.rules import Discount
from app.billing.queries.entities import Seller
from app.core.money import round_amount
from app.documents.model.invoice import BillingDocument, CreditNote, Delivery, Invoice, InvoiceReference, Note
from app.documents.model.line import AllowanceCharge, Line, Period
from app.documents.model.party import Party
from app.documents.model.payment import CashDiscount, PaymentMeans, PaymentTerms
from app.documents.model.totals import Totals as DocumentTotals
from app.documents.model.totals import VatBreakdown, VatCategory
from app.pricing.domain.totals import TaxedCharge, TaxedLine, Totals, totals
from app.pricing.domain.vat import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A line of the document with what it is about; `quantity` in the `unit` of the order line."""

    line: Line
    quantity: Decimal
    unit: str
    kind: str = "goods"
    order_id: int | None = None
    order_line_id: int | None = None
    shipment_id: int | None = None
    credits_line_id: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimAmount:
    """An allowance or charge of the document; `source` names the row of the order, or the amount that is credited."""

    item: AllowanceCharge
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of the document's currency in that of the seller's VAT accounts."""

    rate: Decimal
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is deducted of a prepayment invoice, with VAT; `vat` is the part of it that is tax."""

    prepayment_id: int
    number: str
    issued_on: date
    amount: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Everything a document says but its number and day. `client_ref` names what it is issued for."""

    kind: Kind
    company_id: int
    client_ref: str
    seller: Seller
    buyer: Party
    currency: str
    language: str
    lines: tuple[ClaimLine, ...]
    amounts: tuple[ClaimAmount, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    payment_days: int = 0
    order_id: int | None = None
    order_number: str = ""
    po_number: str = ""
    buyer_reference: str = ""
    despatch_reference: str = ""
    delivery: Delivery | None = None
    period: Period | None = None
    notes: tuple[Note, ...] = ()
    preceding: tuple[InvoiceReference, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    discounts: tuple[Discount, ...] = ()
    rate: Rate | None = None
    corrects_id: int | None = None
    reason: str = ""


def sums_of(claim: Claim) -> Totals:
    """The sums by EN 16931, without what was paid before."""
    return totals(
        (TaxedLine(one.line.net, one.line.vat_category, one.line.vat_rate) for one in claim.lines),
        claim.currency,
        charges=[
            TaxedCharge(
                one.item.amount if one.item.is_charge else -one.item.amount,
                one.item.vat_category or "S",
                one.item.vat_rate,
            )
            for one in claim.amounts
        ],
        reasons=claim.reasons,
    )


def vat_breakdown(sums: Totals) -> tuple[VatBreakdown, ...]:
    return tuple(
        VatBreakdown(
            category=VatCategory(group.category),
            rate=group.rate,
            base=group.base,
            tax=group.tax,
            exemption_reason=str(group.reason or ""),
            exemption_code=group.reason_code,
        )
        for group in sums.vat
    )


def local_tax(claim: Claim, tax: Decimal) -> Decimal | None:
    """The VAT in the currency of the seller's accounts (BT-111); None where it is the same or no rate is known."""
    if claim.rate is None or claim.currency == claim.seller.currency:
        return None
    return round_amount(tax * claim.rate.rate, claim.seller.currency)


def payment_means(seller: Seller, currency: str, number: str) -> tuple[PaymentMeans, ...]:
    """The transfer to the seller's account, quoting the number."""
    party = seller.party
    if not party.iban:
        return ()
    return (
        PaymentMeans(
            code="58" if currency == "EUR" else "30", reference=number, account=party.iban,
            account_name=party.legal_name or party.name, bic=party.bic,
            text=party.bank_name if party.bic.isdecimal() else "",  # a Russian payment code names the bank
        ),
    )  # fmt: skip


def claim_document(claim: Claim, number: str, issued_on: date, due_on: date) -> BillingDocument:
    """The document with its number; a credit note is an amount in the buyer's favour, so it has no account to pay to."""
    sums = sums_of(claim)
    is_credit = claim.kind is Kind.CREDIT_NOTE
    prepaid = sum((one.amount for one in claim.deductions), Decimal(0))
    local = local_tax(claim, sums.vat_total)
    made = CreditNote if is_credit else Invoice
    return made(
        type_code=TYPE_CODES[claim.kind],
        number=number,
        issue_date=issued_on,
        currency=claim.currency,
        tax_currency="" if local is None else claim.seller.currency,
        language=claim.language,
        seller=seller_party(claim.seller.party),
        buyer=claim.buyer,
        buyer_reference=claim.buyer_reference,
        order_reference=claim.po_number,
        sales_order_reference=claim.order_number,
        despatch_reference=claim.despatch_reference,
        notes=claim.notes,
        preceding=(*claim.preceding, *(InvoiceReference(one.number, one.issued_on) for one in claim.deductions)),
        delivery=claim.delivery,
        period=claim.period,
        payment_terms=PaymentTerms(
            due_date=due_on,
            discounts=tuple(CashDiscount(days=one.days, percent=one.percent) for one in claim.discounts),
        ),
        payment_means=() if is_credit else payment_means(claim.seller, claim.currency, number),
        lines=tuple(one.line for one in claim.lines),
        allowances_charges=tuple(one.item for one in claim.amounts),
        vat=vat_breakdown(sums),
        totals=DocumentTotals(
            line_net=sums.line_total,
            allowances=sums.allowances or None,
            charges=sums.charges or None,
            net=sums.net_total,
            tax=sums.vat_total,
            gross=sums.gross_total,
            prepaid=prepaid or None,
            payable=sums.gross_total - prepaid,
            tax_in_tax_currency=local,
        ),
    )
