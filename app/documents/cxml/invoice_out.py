"""InvoiceDetailRequest written: taxes stand at the lines and, by rate, in the summary."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lxml import etree

from app.core.texts import N_
from app.documents.codes import number
from app.documents.cxml.envelope import begin, finish
from app.documents.cxml.invoice import (
    BASE,
    BUYER_REF,
    CODE,
    DUE,
    PAYMENT,
    PERCENT,
    SUMS,
    TERMS,
)
from app.documents.cxml.parties import write_contact
from app.documents.cxml.parts import (
    one_comment,
    tax_of,
    write_basis,
    write_classes,
    write_description,
    write_item_id,
    write_money,
    write_vat,
)
from app.documents.cxml.tree import add, leaf, moment
from app.documents.formats import FormatError
from app.documents.model.invoice import BillingDocument, CreditNote
from app.documents.model.line import AllowanceCharge, Line
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds
from app.documents.model.totals import VatCategory

_PLAIN = {"invoice": "380", "credit-note": "381"}


class InvoiceWriter:
    """Amounts and quantities of a credit note are negative in cXML."""

    def __init__(self, invoice: BillingDocument) -> None:
        self.invoice = invoice
        self.is_credit = isinstance(invoice, CreditNote)
        self.sign = Decimal(-1) if self.is_credit else Decimal(1)
        self.currency, self.language = invoice.currency, invoice.language

    def money(self, parent: etree._Element, tag: str, amount: Decimal | None) -> etree._Element | None:
        signed = amount if amount is None or not amount else amount * self.sign
        return write_money(parent, tag, signed, self.currency)

    def write(self) -> bytes:
        invoice = self.invoice
        if not invoice.lines:
            raise FormatError(N_("An invoice in cXML has at least one line."))
        root, place = begin("InvoiceDetailRequest", language=self.language)
        self.header(place)
        order = add(place, "InvoiceDetailOrder")
        self.order_info(order)
        for line in invoice.lines:
            self.line(order, line)
        self.summary(place)
        return finish(root, invoice.seller, invoice.buyer, invoice.issue_date, invoice.number)

    def header(self, place: etree._Element) -> None:
        invoice = self.invoice
        header = add(
            place,
            "InvoiceDetailRequestHeader",
            operation="new",
            purpose="lineLevelCreditMemo" if self.is_credit else "standard",
        )
        header.set("invoiceID", invoice.number)
        header.set("invoiceDate", moment(invoice.issue_date))
        add(header, "InvoiceDetailHeaderIndicator")
        add(header, "InvoiceDetailLineIndicator", isTaxInLine="yes")
        self.partner(header, "from", invoice.seller)
        self.partner(header, "soldTo", invoice.buyer)
        if invoice.preceding:
            first = invoice.preceding[0]
            add(header, "InvoiceIDInfo", invoiceID=first.number, invoiceDate=moment(first.issue_date))
        self.shipping(header)
        if invoice.despatch_reference:
            add(header, "ShipNoticeIDInfo", shipNoticeID=invoice.despatch_reference)
        terms = invoice.payment_terms
        for discount in terms.discounts if terms else ():
            add(
                add(add(header, "PaymentTerm", payInNumberOfDays=str(discount.days)), "Discount"),
                "DiscountPercent",
                percent=number(discount.percent),
            )
        if terms and terms.due_date:
            days = (terms.due_date - invoice.issue_date).days
            if days >= 0:
                add(header, "PaymentTerm", payInNumberOfDays=str(days))
        if invoice.period and (invoice.period.start or invoice.period.end):
            start, end = moment(invoice.period.start), moment(invoice.period.end)
            add(header, "Period", startDate=start or end, endDate=end or start)
        one_comment(header, invoice.notes, self.language)
        self.extrinsics(header)

    def extrinsics(self, header: etree._Element) -> None:
        invoice, terms = self.invoice, self.invoice.payment_terms
        due = terms.due_date if terms else None
        values = [
            (TERMS, terms.text if terms else ""), (DUE, due.isoformat() if due else ""),
            (BUYER_REF, invoice.buyer_reference), (CODE, invoice.type_code if invoice.type_code != _PLAIN[invoice.kind] else ""),
        ]  # fmt: skip
        means = invoice.payment_means[0] if invoice.payment_means else None
        values += [(word, getattr(means, name)) for name, word in PAYMENT.items()] if means else []
        values += [(word, number(getattr(invoice.totals, name))) for name, word in SUMS.items()]
        for name, text in values:
            leaf(header, "Extrinsic", text, name=name)

    def partner(self, header: etree._Element, role: str, party: Party) -> None:
        write_contact(add(header, "InvoicePartner"), role, party, self.language)

    def shipping(self, header: etree._Element) -> None:
        """Whoever says to where the goods went must say from where, too."""
        delivery = self.invoice.delivery
        if delivery is None:
            return
        place = add(header, "InvoiceDetailShipping", shippingDate=moment(delivery.date))
        write_contact(place, "shipFrom", Party(name=self.invoice.seller.name, address=None), self.language)
        gln = delivery.location.value if delivery.location and delivery.location.scheme == "0088" else ""
        to = Party(name=delivery.name or "-", address=delivery.address, gln=gln)
        write_contact(place, "shipTo", to, self.language)

    def order_info(self, order: etree._Element) -> None:
        invoice = self.invoice
        info = add(order, "InvoiceDetailOrderInfo")
        if invoice.order_reference or not (invoice.contract_reference or invoice.sales_order_reference):
            reference = add(info, "OrderReference", orderID=invoice.order_reference)
            add(reference, "DocumentReference").set("payloadID", "")
        if invoice.contract_reference:
            add(info, "MasterAgreementIDInfo", agreementID=invoice.contract_reference)
        if invoice.sales_order_reference:
            add(info, "SupplierOrderInfo", orderID=invoice.sales_order_reference)

    def line(self, order: etree._Element, line: Line) -> None:
        item = add(order, "InvoiceDetailItem", invoiceLineNumber=line.position)
        item.set("quantity", number(line.quantity * self.sign if line.quantity else line.quantity))
        add(item, "UnitOfMeasure", line.unit)
        write_money(item, "UnitPrice", line.unit_price, self.currency)
        write_basis(item, line.price_base_quantity, "", line.unit, line.position)
        at = add(item, "InvoiceDetailItemReference")
        at.set("lineNumber", line.order_line or line.position)
        if line.sku or line.gtin or line.buyer_sku:
            write_item_id(at, ItemIds(sku=line.sku, buyer_sku=line.buyer_sku, gtin=line.gtin))
        write_description(at, line.name, line.description, self.language)
        if line.classifications:
            write_classes(at, line.classifications)
        if line.country_of_origin:
            add(at, "Country", line.country_of_origin, isoCountryCode=line.country_of_origin)
        self.money(item, "SubtotalAmount", line.net)
        self.tax(item, line.vat_category, line.vat_rate, line.net)
        self.modifications(item, "InvoiceItemModifications", line.allowances_charges)
        if line.note:
            add(item, "Comments", line.note, lang=self.language or "en")

    def tax(self, place: etree._Element, category: VatCategory, rate: Decimal | None, base: Decimal) -> None:
        tax = tax_of(base, rate) * self.sign
        group = write_money(place, "Tax", tax or Decimal(0), self.currency)
        if group is not None:
            write_description(group, "VAT", "", self.language)
            write_vat(group, category.value, rate, base=base * self.sign, tax=tax or Decimal(0), currency=self.currency)

    def modifications(self, place: etree._Element, tag: str, items: Iterable[AllowanceCharge]) -> None:
        items = list(items)
        group = add(place, tag) if items else place
        for one in items:
            made = add(group, "Modification")
            if one.is_charge:
                self.money(made, "AdditionalCost", one.amount)
            else:
                self.money(add(made, "AdditionalDeduction"), "DeductionAmount", one.amount)
            if one.vat_category is not None:
                self.tax(made, one.vat_category, one.vat_rate, one.amount)
            detail = add(made, "ModificationDetail")
            detail.set("name", one.reason_code)
            if one.reason:
                write_description(detail, one.reason, "", self.language)
            leaf(detail, "Extrinsic", number(one.percent), name=PERCENT)
            leaf(detail, "Extrinsic", number(one.base), name=BASE)

    def summary(self, place: etree._Element) -> None:
        invoice, totals = self.invoice, self.invoice.totals
        summary = add(place, "InvoiceDetailSummary")
        self.money(summary, "SubtotalAmount", totals.line_net)
        tax = self.money(summary, "Tax", totals.tax if totals.tax is not None else Decimal(0))
        if tax is not None:
            write_description(tax, "VAT", "", self.language)
            for one in invoice.vat:
                write_vat(
                    tax, one.category.value, one.rate, base=one.base * self.sign if one.base else one.base,
                    tax=one.tax * self.sign if one.tax else one.tax, currency=self.currency,
                    reason=one.exemption_reason, language=self.language,
                )  # fmt: skip
        self.money(summary, "GrossAmount", totals.gross)
        self.modifications(summary, "InvoiceHeaderModifications", invoice.allowances_charges)
        self.money(summary, "TotalCharges", totals.charges)
        self.money(summary, "TotalAllowances", totals.allowances)
        self.money(summary, "TotalAmountWithoutTax", totals.net)
        self.money(summary, "NetAmount", totals.gross)
        self.money(summary, "DueAmount", totals.payable)


def write_invoice(invoice: BillingDocument) -> bytes:
    return InvoiceWriter(invoice).write()
