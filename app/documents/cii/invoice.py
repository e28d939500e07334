"""UN/CEFACT Cross Industry Invoice in a profile of Factur-X or as XRechnung.

Every profile is read as far as the document knows its fields. The document's language has no place in CII.
"""

from __future__ import annotations

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.cii.amounts import (
    read_allowances,
    read_tax_point,
    read_totals,
    read_vat,
    write_allowance,
    write_totals,
    write_vat,
)
from app.documents.cii.line import read_lines, write_line
from app.documents.cii.party import (
    read_delivery,
    read_party,
    read_payee,
    read_tax_representative,
    write_party,
    write_payee,
    write_ship_to,
    write_tax_representative,
)
from app.documents.cii.payment import read_means, read_terms, write_means, write_terms
from app.documents.cii.profiles import holds_rounding, writer_for
from app.documents.cii.supporting import (
    read_object,
    read_supporting,
    read_tender,
    write_object,
    write_supporting,
    write_tender,
)
from app.documents.cii.values import (
    NAMESPACES,
    read_day,
    read_period,
    write_day,
    write_id,
    write_period,
    write_reference,
)
from app.documents.cii.zugferd_1 import NAMESPACE as ZUGFERD_1
from app.documents.cii.zugferd_1 import modernise
from app.documents.formats import FormatError
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice, InvoiceReference, Note
from app.documents.xml_node import Node, Paths, read_root

_CREDIT_NOTE_TYPES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
_EARLIER_DAY = "ram:FormattedIssueDateTime"

_PATHS = Paths(NAMESPACES)


def write_invoice(document: BillingDocument, guideline: str, process: str = "") -> bytes:
    """The document as UTF-8 XML, in the element order of the schema; what the profile has no place for is left out.

    FormatError where that would leave sums that do not agree.
    """
    writer = writer_for(guideline, "rsm:CrossIndustryInvoice", NAMESPACES)
    if document.totals.rounding and not holds_rounding(guideline):
        raise FormatError(N_("The profile {profile} has no place for an amount of rounding.", profile=guideline))
    with writer.group("rsm:ExchangedDocumentContext"):
        write_id(writer, "ram:BusinessProcessSpecifiedDocumentContextParameter", process)
        write_id(writer, "ram:GuidelineSpecifiedDocumentContextParameter", guideline)
    _write_head(writer, document)
    with writer.group("rsm:SupplyChainTradeTransaction"):
        for line in document.lines:
            write_line(writer, line)
        _write_agreement(writer, document)
        _write_delivery(writer, document)
        _write_settlement(writer, document)
    return writer.finish()


def _write_head(writer: XmlWriter, document: BillingDocument) -> None:
    with writer.group("rsm:ExchangedDocument"):
        writer.leaf("ram:ID", document.number)
        writer.leaf("ram:TypeCode", document.type_code)
        write_day(writer, "ram:IssueDateTime", document.issue_date)
        for note in document.notes:
            with writer.group("ram:IncludedNote"):
                writer.leaf("ram:Content", note.text)
                writer.leaf("ram:SubjectCode", note.subject)


def _write_agreement(writer: XmlWriter, document: BillingDocument) -> None:
    with writer.group("ram:ApplicableHeaderTradeAgreement"):
        writer.leaf("ram:BuyerReference", document.buyer_reference)
        write_party(writer, "ram:SellerTradeParty", document.seller)
        write_party(writer, "ram:BuyerTradeParty", document.buyer)
        if document.tax_representative is not None:
            write_tax_representative(writer, document.tax_representative)
        write_reference(writer, "ram:SellerOrderReferencedDocument", document.sales_order_reference)
        write_reference(writer, "ram:BuyerOrderReferencedDocument", document.order_reference)
        write_reference(writer, "ram:ContractReferencedDocument", document.contract_reference)
        write_supporting(writer, document.supporting)
        write_tender(writer, document.tender_reference)
        write_object(writer, document.object_id)
        if document.project_reference:
            with writer.group("ram:SpecifiedProcuringProject"):
                writer.leaf("ram:ID", document.project_reference)
                writer.leaf("ram:Name", document.project_reference)


def _write_delivery(writer: XmlWriter, document: BillingDocument) -> None:
    """The element must be there even when nothing is known of the delivery."""
    with writer.group("ram:ApplicableHeaderTradeDelivery", keep=True):
        if document.delivery is not None:
            write_ship_to(writer, document.delivery)
            with writer.group("ram:ActualDeliverySupplyChainEvent"):
                write_day(writer, "ram:OccurrenceDateTime", document.delivery.date)
        write_reference(writer, "ram:DespatchAdviceReferencedDocument", document.despatch_reference)
        write_reference(writer, "ram:ReceivingAdviceReferencedDocument", document.receipt_reference)


def _write_settlement(writer: XmlWriter, document: BillingDocument) -> None:
    means = document.payment_means
    with writer.group("ram:ApplicableHeaderTradeSettlement"):
        writer.leaf("ram:CreditorReferenceID", next((item.creditor_id for item in means if item.creditor_id), ""))
        writer.leaf("ram:PaymentReference", next((item.reference for item in means if item.reference), ""))
        writer.leaf("ram:TaxCurrencyCode", document.tax_currency)
        writer.leaf("ram:InvoiceCurrencyCode", document.currency)
        if document.payee is not None:
            write_payee(writer, document.payee)
        for item in means:
            write_means(writer, item)
        for vat in document.vat:
            write_vat(writer, vat, document.tax_point_date)
        write_period(writer, document.period)
        for allowance in document.allowances_charges:
            write_allowance(writer, allowance)
        write_terms(writer, document.payment_terms, next((item.mandate for item in means if item.mandate), ""))
        write_totals(writer, document)
        for earlier in document.preceding:
            with writer.group("ram:InvoiceReferencedDocument"):
                writer.leaf("ram:IssuerAssignedID", earlier.number)
                write_day(writer, _EARLIER_DAY, earlier.issue_date, "qdt:DateTimeString")
        write_id(writer, "ram:ReceivableSpecifiedTradeAccountingAccount", document.accounting_reference)


def read_invoice(data: bytes) -> BillingDocument:
    """An Invoice, or a CreditNote when the type code is one of those; ZUGFeRD 1 is read, too."""
    root = read_root(data, _PATHS)
    if (etree.QName(root.element).namespace or "").startswith(ZUGFERD_1):
        modernise(root.element)
    name = etree.QName(root.element)
    if (name.localname, name.namespace) != ("CrossIndustryInvoice", NAMESPACES["rsm"]):
        raise root.fault(N_("{name} is not a Cross Industry Invoice.", name=name.localname))
    head = root.need("rsm:ExchangedDocument")
    kind = CreditNote if head.text("ram:TypeCode") in _CREDIT_NOTE_TYPES else Invoice
    return _read(kind, head, root.need("rsm:SupplyChainTradeTransaction"))


def _read(kind: type[Invoice | CreditNote], head: Node, trade: Node) -> BillingDocument:
    agreement = trade.need("ram:ApplicableHeaderTradeAgreement")
    delivery = trade.need("ram:ApplicableHeaderTradeDelivery")
    settlement = trade.need("ram:ApplicableHeaderTradeSettlement")
    currency, tax_currency = settlement.need_text("ram:InvoiceCurrencyCode"), settlement.text("ram:TaxCurrencyCode")
    issue_date = read_day(head, "ram:IssueDateTime")
    if issue_date is None:
        raise head.fault(N_("{path} is missing.", path="ram:IssueDateTime"))
    payee = settlement.find("ram:PayeeTradeParty")
    representative = agreement.find("ram:SellerTaxRepresentativeTradeParty")
    return kind(
        number=head.need_text("ram:ID"),
        issue_date=issue_date,
        currency=currency,
        seller=read_party(agreement.need("ram:SellerTradeParty")),
        buyer=read_party(agreement.need("ram:BuyerTradeParty")),
        lines=read_lines(trade),
        vat=read_vat(settlement),
        totals=read_totals(settlement, currency, tax_currency),
        type_code=head.need_text("ram:TypeCode"),
        tax_currency=tax_currency,
        tax_point_date=read_tax_point(settlement),
        buyer_reference=agreement.text("ram:BuyerReference"),
        order_reference=agreement.text("ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
        sales_order_reference=agreement.text("ram:SellerOrderReferencedDocument/ram:IssuerAssignedID"),
        contract_reference=agreement.text("ram:ContractReferencedDocument/ram:IssuerAssignedID"),
        project_reference=agreement.text("ram:SpecifiedProcuringProject/ram:ID"),
        tender_reference=read_tender(agreement),
        despatch_reference=delivery.text("ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID"),
        receipt_reference=delivery.text("ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID"),
        accounting_reference=settlement.text("ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID"),
        notes=_read_notes(head),
        preceding=_read_preceding(settlement),
        payee=read_payee(payee) if payee else None,
        tax_representative=read_tax_representative(representative) if representative else None,
        delivery=read_delivery(
            read_day(delivery, "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime"),
            delivery.find("ram:ShipToTradeParty"),
        ),
        period=read_period(settlement),
        payment_terms=read_terms(settlement),
        payment_means=read_means(settlement),
        allowances_charges=read_allowances(settlement),
        object_id=read_object(agreement),
        supporting=read_supporting(agreement),
    )


def _read_notes(head: Node) -> tuple[Note, ...]:
    notes = (Note(node.text("ram:Content"), node.text("ram:SubjectCode")) for node in head.all("ram:IncludedNote"))
    return tuple(note for note in notes if note.text)


def _read_preceding(settlement: Node) -> tuple[InvoiceReference, ...]:
    return tuple(
        InvoiceReference(node.text("ram:IssuerAssignedID"), read_day(node, _EARLIER_DAY, "qdt:DateTimeString"))
        for node in settlement.all("ram:InvoiceReferencedDocument")
        if node.text("ram:IssuerAssignedID")
    )
