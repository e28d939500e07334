"""Invoice and credit note: the numbered claim and its numbered correction (EN 16931-1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from app.documents.model.line import AllowanceCharge, Line, Period
from app.documents.model.party import Address, Identifier, Party, Payee, TaxRepresentative
from app.documents.model.payment import PaymentMeans, PaymentTerms
from app.documents.model.reference import Reference
from app.documents.model.totals import Totals, VatBreakdown


@dataclass(frozen=True, slots=True)
class Note:
    """A text on the document (BT-22) with the UNTDID 4451 code of its subject (BT-21), if any."""

    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceReference:
    """An earlier invoice (BG-3): what a credit note corrects."""

    number: str
    issue_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportingDocument:
    """What proves or explains the claim (BG-24): a file inside (`content` in base64), or where one lies (`location`)."""

    number: str
    description: str = ""
    location: str = ""
    content: str = ""
    media_type: str = ""
    file_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When (BT-72), to whom (BT-70) and where (BT-71, BG-15) the goods went."""

    date: date | None = None
    name: str = ""
    location: Identifier | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingDocument:
    """What invoice and credit note share. Use `Invoice` or `CreditNote`.

    `buyer_reference` (BT-10) is what the buyer routes by, `order_reference` (BT-13) the buyer's PO number,
    `sales_order_reference` (BT-14) our own order number. `tax_currency` (BT-6) is given only when it differs.
    `object_id` (BT-18) is what is invoiced, such as a meter. `language` is the IETF tag of the language the document is printed in, the recipient's. `function` is the format's own
    word for what the document does (UPD: СЧФ, СЧФДОП); `references` are further documents, by kind.
    """

    number: str
    issue_date: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    vat: tuple[VatBreakdown, ...]
    totals: Totals
    type_code: str
    language: str = ""
    tax_currency: str = ""
    tax_point_date: date | None = None
    buyer_reference: str = ""
    order_reference: str = ""
    sales_order_reference: str = ""
    contract_reference: str = ""
    project_reference: str = ""
    tender_reference: str = ""
    despatch_reference: str = ""
    receipt_reference: str = ""
    accounting_reference: str = ""
    object_id: Identifier | None = None
    notes: tuple[Note, ...] = ()
    preceding: tuple[InvoiceReference, ...] = ()
    payee: Payee | None = None
    tax_representative: TaxRepresentative | None = None
    delivery: Delivery | None = None
    period: Period | None = None
    payment_terms: PaymentTerms | None = None
    payment_means: tuple[PaymentMeans, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    function: str = ""
    references: tuple[Reference, ...] = ()
    supporting: tuple[SupportingDocument, ...] = ()

    kind: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(BillingDocument):
    """A claim. `type_code` is UNTDID 1001: 380 commercial invoice, 384 corrected, 389 self-billed, ..."""

    type_code: str = "380"

    kind: ClassVar[str] = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(BillingDocument):
    """The correction of an invoice named in `preceding`; amounts are positive and are owed to the buyer."""

    type_code: str = "381"

    kind: ClassVar[str] = "credit-note"
