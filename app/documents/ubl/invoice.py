"""Invoice and CreditNote under EN 16931. The document's language has no place in UBL and is not written.

A self-billed invoice or credit note, which the buyer writes, is read as one of type 389 or 261.
"""

from __future__ import annotations

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.model.invoice import BillingDocument, CreditNote, Invoice, InvoiceReference
from app.documents.ubl.amounts import read_allowances, read_totals, read_vat, write_allowance, write_totals
from app.documents.ubl.line import read_line, write_line
from app.documents.ubl.notes import read_notes, write_notes
from app.documents.ubl.party import (
    read_creditor_id,
    read_party,
    read_payee,
    read_tax_representative,
    write_party,
    write_payee,
    write_tax_representative,
)
from app.documents.ubl.payment import read_delivery, read_means, read_terms, write_delivery, write_payment
from app.documents.ubl.supporting import read_object, read_supporting, write_supporting
from app.documents.ubl.values import NAMESPACES, day, read_period, root_namespace, write_period, write_reference
from app.documents.xml_node import Node, Paths, read_root

_PROJECT_TYPE = "50"  # UNTDID 1001: how a credit note, which has no ProjectReference, names BT-11
_ORDER_UNKNOWN = "NA"  # the ID that UBL demands where only the seller's order number is known
_KINDS: dict[str, type[Invoice | CreditNote]] = {
    "Invoice": Invoice, "CreditNote": CreditNote, "SelfBilledInvoice": Invoice, "SelfBilledCreditNote": CreditNote,
}  # fmt: skip
_TYPES = {"SelfBilledInvoice": "389", "SelfBilledCreditNote": "261"}  # UNTDID 1001
_LINE_TAGS = {
    Invoice: ("cac:InvoiceLine", "cbc:InvoicedQuantity"),
    CreditNote: ("cac:CreditNoteLine", "cbc:CreditedQuantity"),
}
_PATHS = Paths(NAMESPACES)


def write_invoice(document: BillingDocument, customization: str, profile: str = "") -> bytes:
    """The document as UTF-8 XML, in the element order of the schema."""
    is_invoice = isinstance(document, Invoice)
    name = "Invoice" if is_invoice else "CreditNote"
    writer = XmlWriter(name, {"": root_namespace(name), **NAMESPACES})
    writer.leaf("cbc:CustomizationID", customization)
    writer.leaf("cbc:ProfileID", profile)
    _write_head(writer, document, is_invoice=is_invoice)
    _write_references(writer, document, is_invoice=is_invoice)
    _write_parties(writer, document)
    write_delivery(writer, document.delivery)
    terms = document.payment_terms
    write_payment(writer, terms, document.payment_means, due=terms.due_date if terms and not is_invoice else None)
    for item in document.allowances_charges:
        write_allowance(writer, item, document.currency)
    write_totals(writer, document)
    tag, quantity_tag = _LINE_TAGS[Invoice if is_invoice else CreditNote]
    for line in document.lines:
        write_line(writer, line, document.currency, tag=tag, quantity_tag=quantity_tag)
    return writer.finish()


def _write_head(writer: XmlWriter, document: BillingDocument, *, is_invoice: bool) -> None:
    writer.leaf("cbc:ID", document.number)
    writer.leaf("cbc:IssueDate", day(document.issue_date))
    if is_invoice:
        writer.leaf("cbc:DueDate", day(document.payment_terms.due_date if document.payment_terms else None))
        writer.leaf("cbc:InvoiceTypeCode", document.type_code)
    else:
        writer.leaf("cbc:TaxPointDate", day(document.tax_point_date))
        writer.leaf("cbc:CreditNoteTypeCode", document.type_code)
    write_notes(writer, document.notes)
    if is_invoice:
        writer.leaf("cbc:TaxPointDate", day(document.tax_point_date))
    writer.leaf("cbc:DocumentCurrencyCode", document.currency)
    writer.leaf("cbc:TaxCurrencyCode", document.tax_currency)
    writer.leaf("cbc:AccountingCost", document.accounting_reference)
    writer.leaf("cbc:BuyerReference", document.buyer_reference)
    write_period(writer, document.period)


def _write_references(writer: XmlWriter, document: BillingDocument, *, is_invoice: bool) -> None:
    if document.order_reference or document.sales_order_reference:
        with writer.group("cac:OrderReference"):
            writer.leaf("cbc:ID", document.order_reference or _ORDER_UNKNOWN)
            writer.leaf("cbc:SalesOrderID", document.sales_order_reference)
    for earlier in document.preceding:
        with writer.group("cac:BillingReference"), writer.group("cac:InvoiceDocumentReference"):
            writer.leaf("cbc:ID", earlier.number)
            writer.leaf("cbc:IssueDate", day(earlier.issue_date))
    write_reference(writer, "cac:DespatchDocumentReference", document.despatch_reference)
    write_reference(writer, "cac:ReceiptDocumentReference", document.receipt_reference)
    if is_invoice:
        write_reference(writer, "cac:OriginatorDocumentReference", document.tender_reference)
        write_reference(writer, "cac:ContractDocumentReference", document.contract_reference)
        write_supporting(writer, document.object_id, document.supporting)
        write_reference(writer, "cac:ProjectReference", document.project_reference)
        return
    write_reference(writer, "cac:ContractDocumentReference", document.contract_reference)
    if document.project_reference:
        with writer.group("cac:AdditionalDocumentReference"):
            writer.leaf("cbc:ID", document.project_reference)
            writer.leaf("cbc:DocumentTypeCode", _PROJECT_TYPE)
    write_supporting(writer, document.object_id, document.supporting)
    write_reference(writer, "cac:OriginatorDocumentReference", document.tender_reference)


def _write_parties(writer: XmlWriter, document: BillingDocument) -> None:
    creditor_id = next((means.creditor_id for means in document.payment_means if means.creditor_id), "")
    with writer.group("cac:AccountingSupplierParty"):
        write_party(writer, document.seller, creditor_id="" if document.payee else creditor_id)
    with writer.group("cac:AccountingCustomerParty"):
        write_party(writer, document.buyer)
    if document.payee is not None:
        write_payee(writer, document.payee, creditor_id)
    if document.tax_representative is not None:
        write_tax_representative(writer, document.tax_representative)


def read_invoice(data: bytes) -> BillingDocument:
    """An Invoice or CreditNote, after the root element."""
    root = read_root(data, _PATHS)
    name = etree.QName(root.element)
    kind = _KINDS.get(name.localname)
    if kind is None or name.namespace != root_namespace(name.localname):
        raise root.fault(N_("{name} is neither a UBL invoice nor a UBL credit note.", name=name.localname))
    return _read(root, kind, _TYPES.get(name.localname, ""))


def _read(root: Node, kind: type[Invoice | CreditNote], type_code: str) -> BillingDocument:
    currency, tax_currency = root.need_text("cbc:DocumentCurrencyCode"), root.text("cbc:TaxCurrencyCode")
    issue_date = root.day("cbc:IssueDate")
    if issue_date is None:
        raise root.fault(N_("{path} is missing.", path="cbc:IssueDate"))
    seller, payee = root.need("cac:AccountingSupplierParty/cac:Party"), root.find("cac:PayeeParty")
    representative = root.find("cac:TaxRepresentativeParty")
    order = root.text("cac:OrderReference/cbc:ID")
    sales_order = root.text("cac:OrderReference/cbc:SalesOrderID")
    tag, quantity_tag = _LINE_TAGS[kind]
    return kind(
        number=root.need_text("cbc:ID"),
        issue_date=issue_date,
        currency=currency,
        seller=read_party(seller),
        buyer=read_party(root.need("cac:AccountingCustomerParty/cac:Party")),
        lines=tuple(read_line(node, quantity_tag=quantity_tag) for node in root.all(tag)),
        vat=read_vat(root),
        totals=read_totals(root, currency, tax_currency),
        type_code=root.text(f"cbc:{kind.__name__}TypeCode")
        or type_code
        or root.need_text(f"cbc:{kind.__name__}TypeCode"),
        tax_currency=tax_currency,
        tax_point_date=root.day("cbc:TaxPointDate"),
        buyer_reference=root.text("cbc:BuyerReference"),
        order_reference="" if order == _ORDER_UNKNOWN and sales_order else order,
        sales_order_reference=sales_order,
        contract_reference=root.text("cac:ContractDocumentReference/cbc:ID"),
        project_reference=_project(root),
        tender_reference=root.text("cac:OriginatorDocumentReference/cbc:ID"),
        despatch_reference=root.text("cac:DespatchDocumentReference/cbc:ID"),
        receipt_reference=root.text("cac:ReceiptDocumentReference/cbc:ID"),
        accounting_reference=root.text("cbc:AccountingCost"),
        notes=read_notes(root),
        preceding=_read_preceding(root),
        payee=read_payee(payee) if payee else None,
        tax_representative=read_tax_representative(representative) if representative else None,
        delivery=read_delivery(root),
        period=read_period(root),
        payment_terms=read_terms(root),
        payment_means=read_means(root, read_creditor_id(payee) or read_creditor_id(seller)),
        allowances_charges=read_allowances(root),
        object_id=read_object(root),
        supporting=read_supporting(root),
    )


def _project(root: Node) -> str:
    others = (
        node.text("cbc:ID")
        for node in root.all("cac:AdditionalDocumentReference")
        if node.text("cbc:DocumentTypeCode") == _PROJECT_TYPE
    )
    return root.text("cac:ProjectReference/cbc:ID") or next(others, "")


def _read_preceding(root: Node) -> tuple[InvoiceReference, ...]:
    return tuple(
        InvoiceReference(node.text(f"{path}/cbc:ID"), node.day(f"{path}/cbc:IssueDate"))
        for node in root.all("cac:BillingReference")
        for path in ("cac:InvoiceDocumentReference", "cac:CreditNoteDocumentReference")
        if node.text(f"{path}/cbc:ID")
    )
