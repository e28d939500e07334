"""VAT, allowances, charges and sums."""

from __future__ import annotations

from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.codes import number, read_category
from app.documents.model.invoice import BillingDocument
from app.documents.model.line import AllowanceCharge
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.documents.xml_node import Node


def write_category(writer: XmlWriter, tag: str, category: VatCategory, rate: Decimal | None) -> None:
    with writer.group(tag):
        writer.leaf("cbc:ID", category)
        writer.leaf("cbc:Percent", number(rate))
        with writer.group("cac:TaxScheme"):
            writer.leaf("cbc:ID", "VAT")


def write_allowance(writer: XmlWriter, item: AllowanceCharge, currency: str) -> None:
    with writer.group("cac:AllowanceCharge"):
        writer.leaf("cbc:ChargeIndicator", "true" if item.is_charge else "false")
        writer.leaf("cbc:AllowanceChargeReasonCode", item.reason_code)
        writer.leaf("cbc:AllowanceChargeReason", item.reason)
        writer.leaf("cbc:MultiplierFactorNumeric", number(item.percent))
        writer.leaf("cbc:Amount", number(item.amount), currencyID=currency)
        writer.leaf("cbc:BaseAmount", number(item.base), currencyID=currency)
        if item.vat_category is not None:
            write_category(writer, "cac:TaxCategory", item.vat_category, item.vat_rate)


def read_allowances(node: Node) -> tuple[AllowanceCharge, ...]:
    return tuple(_read_allowance(item) for item in node.all("cac:AllowanceCharge"))


def _read_allowance(item: Node) -> AllowanceCharge:
    has_category = bool(item.text("cac:TaxCategory/cbc:ID"))
    return AllowanceCharge(
        amount=item.need_number("cbc:Amount"),
        is_charge=item.text("cbc:ChargeIndicator") in ("true", "1"),
        reason=item.text("cbc:AllowanceChargeReason"),
        reason_code=item.text("cbc:AllowanceChargeReasonCode"),
        percent=item.number("cbc:MultiplierFactorNumeric"),
        base=item.number("cbc:BaseAmount"),
        vat_category=read_category(item, "cac:TaxCategory/cbc:ID") if has_category else None,
        vat_rate=item.number("cac:TaxCategory/cbc:Percent"),
    )


def write_totals(writer: XmlWriter, document: BillingDocument) -> None:
    """Taxes by category stand under their sum, so that is added up where the document does not say it."""
    currency, totals = document.currency, document.totals
    tax = totals.tax
    if tax is None and document.vat:
        tax = sum((vat.tax for vat in document.vat), Decimal(0))
    with writer.group("cac:TaxTotal"):
        writer.leaf("cbc:TaxAmount", number(tax), currencyID=currency)
        for vat in document.vat:
            _write_vat(writer, vat, currency)
    with writer.group("cac:TaxTotal"):
        writer.leaf("cbc:TaxAmount", number(totals.tax_in_tax_currency), currencyID=document.tax_currency)
    with writer.group("cac:LegalMonetaryTotal"):
        for tag, amount in (
            ("cbc:LineExtensionAmount", totals.line_net),
            ("cbc:TaxExclusiveAmount", totals.net),
            ("cbc:TaxInclusiveAmount", totals.gross),
            ("cbc:AllowanceTotalAmount", totals.allowances),
            ("cbc:ChargeTotalAmount", totals.charges),
            ("cbc:PrepaidAmount", totals.prepaid),
            ("cbc:PayableRoundingAmount", totals.rounding),
            ("cbc:PayableAmount", totals.payable),
        ):
            writer.leaf(tag, number(amount), currencyID=currency)


def _write_vat(writer: XmlWriter, vat: VatBreakdown, currency: str) -> None:
    with writer.group("cac:TaxSubtotal"):
        writer.leaf("cbc:TaxableAmount", number(vat.base), currencyID=currency)
        writer.leaf("cbc:TaxAmount", number(vat.tax), currencyID=currency)
        with writer.group("cac:TaxCategory"):
            writer.leaf("cbc:ID", vat.category)
            writer.leaf("cbc:Percent", number(vat.rate))
            writer.leaf("cbc:TaxExemptionReasonCode", vat.exemption_code)
            writer.leaf("cbc:TaxExemptionReason", vat.exemption_reason)
            with writer.group("cac:TaxScheme"):
                writer.leaf("cbc:ID", "VAT")


def read_vat(root: Node) -> tuple[VatBreakdown, ...]:
    return tuple(_read_vat(item) for total in root.all("cac:TaxTotal") for item in total.all("cac:TaxSubtotal"))


def _read_vat(item: Node) -> VatBreakdown:
    return VatBreakdown(
        category=read_category(item, "cac:TaxCategory/cbc:ID"),
        rate=item.number("cac:TaxCategory/cbc:Percent"),
        base=item.need_number("cbc:TaxableAmount"),
        tax=item.need_number("cbc:TaxAmount"),
        exemption_reason=item.text("cac:TaxCategory/cbc:TaxExemptionReason"),
        exemption_code=item.text("cac:TaxCategory/cbc:TaxExemptionReasonCode"),
    )


def read_totals(root: Node, currency: str, tax_currency: str) -> Totals:
    sums = root.need("cac:LegalMonetaryTotal")
    taxes = {item.attribute("cbc:TaxAmount", "currencyID"): item for item in root.all("cac:TaxTotal")}
    tax, local_tax = taxes.get(currency), taxes.get(tax_currency)
    return Totals(
        line_net=sums.need_number("cbc:LineExtensionAmount"),
        net=sums.need_number("cbc:TaxExclusiveAmount"),
        gross=sums.need_number("cbc:TaxInclusiveAmount"),
        payable=sums.need_number("cbc:PayableAmount"),
        tax=tax.number("cbc:TaxAmount") if tax else None,
        allowances=sums.number("cbc:AllowanceTotalAmount"),
        charges=sums.number("cbc:ChargeTotalAmount"),
        prepaid=sums.number("cbc:PrepaidAmount"),
        rounding=sums.number("cbc:PayableRoundingAmount"),
        tax_in_tax_currency=local_tax.number("cbc:TaxAmount") if local_tax and tax_currency != currency else None,
    )
