"""VAT, allowances, charges and sums. Only the total tax names its currency."""

from __future__ import annotations

from datetime import date

from app.core.xml import XmlWriter
from app.documents.cii.values import read_day, write_day
from app.documents.codes import number, read_category
from app.documents.model.invoice import BillingDocument
from app.documents.model.line import AllowanceCharge
from app.documents.model.totals import Totals, VatBreakdown
from app.documents.xml_node import Node

_SUMS = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"


def write_vat(writer: XmlWriter, vat: VatBreakdown, tax_point_date: date | None) -> None:
    with writer.group("ram:ApplicableTradeTax"):
        writer.leaf("ram:CalculatedAmount", number(vat.tax))
        writer.leaf("ram:TypeCode", "VAT")
        writer.leaf("ram:ExemptionReason", vat.exemption_reason)
        writer.leaf("ram:BasisAmount", number(vat.base))
        writer.leaf("ram:CategoryCode", vat.category)
        writer.leaf("ram:ExemptionReasonCode", vat.exemption_code)
        write_day(writer, "ram:TaxPointDate", tax_point_date, "udt:DateString")
        writer.leaf("ram:RateApplicablePercent", number(vat.rate))


def read_vat(settlement: Node) -> tuple[VatBreakdown, ...]:
    return tuple(
        VatBreakdown(
            category=read_category(item, "ram:CategoryCode"),
            rate=item.number("ram:RateApplicablePercent"),
            base=item.need_number("ram:BasisAmount"),
            tax=item.need_number("ram:CalculatedAmount"),
            exemption_reason=item.text("ram:ExemptionReason"),
            exemption_code=item.text("ram:ExemptionReasonCode"),
        )
        for item in settlement.all("ram:ApplicableTradeTax")
    )


def read_tax_point(settlement: Node) -> date | None:
    days = (read_day(item, "ram:TaxPointDate", "udt:DateString") for item in settlement.all("ram:ApplicableTradeTax"))
    return next((day for day in days if day), None)


def write_allowance(writer: XmlWriter, item: AllowanceCharge) -> None:
    with writer.group("ram:SpecifiedTradeAllowanceCharge"):
        with writer.group("ram:ChargeIndicator"):
            writer.leaf("udt:Indicator", "true" if item.is_charge else "false")
        writer.leaf("ram:CalculationPercent", number(item.percent))
        writer.leaf("ram:BasisAmount", number(item.base))
        writer.leaf("ram:ActualAmount", number(item.amount))
        writer.leaf("ram:ReasonCode", item.reason_code)
        writer.leaf("ram:Reason", item.reason)
        if item.vat_category is not None:
            with writer.group("ram:CategoryTradeTax"):
                writer.leaf("ram:TypeCode", "VAT")
                writer.leaf("ram:CategoryCode", item.vat_category)
                writer.leaf("ram:RateApplicablePercent", number(item.vat_rate))


def read_allowances(node: Node) -> tuple[AllowanceCharge, ...]:
    """Costs of transport, which the profile EXTENDED has apart, are charges."""
    found = [_read_allowance(item) for item in node.all("ram:SpecifiedTradeAllowanceCharge")]
    return tuple(found + [_read_transport(item) for item in node.all("ram:SpecifiedLogisticsServiceCharge")])


def _read_transport(item: Node) -> AllowanceCharge:
    tax = "ram:AppliedTradeTax/ram:"
    return AllowanceCharge(
        amount=item.need_number("ram:AppliedAmount"), is_charge=True, reason=item.text("ram:Description"),
        vat_category=read_category(item, f"{tax}CategoryCode") if item.text(f"{tax}CategoryCode") else None,
        vat_rate=item.number(f"{tax}RateApplicablePercent"),
    )  # fmt: skip


def _read_allowance(item: Node) -> AllowanceCharge:
    has_category = bool(item.text("ram:CategoryTradeTax/ram:CategoryCode"))
    return AllowanceCharge(
        amount=item.need_number("ram:ActualAmount"),
        is_charge=item.text("ram:ChargeIndicator/udt:Indicator") in ("true", "1"),
        reason=item.text("ram:Reason"),
        reason_code=item.text("ram:ReasonCode"),
        percent=item.number("ram:CalculationPercent"),
        base=item.number("ram:BasisAmount"),
        vat_category=read_category(item, "ram:CategoryTradeTax/ram:CategoryCode") if has_category else None,
        vat_rate=item.number("ram:CategoryTradeTax/ram:RateApplicablePercent"),
    )


def write_totals(writer: XmlWriter, document: BillingDocument) -> None:
    totals = document.totals
    with writer.group(_SUMS):
        writer.leaf("ram:LineTotalAmount", number(totals.line_net))
        writer.leaf("ram:ChargeTotalAmount", number(totals.charges))
        writer.leaf("ram:AllowanceTotalAmount", number(totals.allowances))
        writer.leaf("ram:TaxBasisTotalAmount", number(totals.net))
        writer.leaf("ram:TaxTotalAmount", number(totals.tax), currencyID=document.currency)
        writer.leaf("ram:TaxTotalAmount", number(totals.tax_in_tax_currency), currencyID=document.tax_currency)
        writer.leaf("ram:RoundingAmount", number(totals.rounding))
        writer.leaf("ram:GrandTotalAmount", number(totals.gross))
        writer.leaf("ram:TotalPrepaidAmount", number(totals.prepaid))
        writer.leaf("ram:DuePayableAmount", number(totals.payable))


def read_totals(settlement: Node, currency: str, tax_currency: str) -> Totals:
    """Profiles without lines may leave the sum of lines out: it is then the sum without VAT."""
    sums = settlement.need(_SUMS)
    taxes = {item.attribute("", "currencyID") or currency: item for item in sums.all("ram:TaxTotalAmount")}
    tax, local_tax = taxes.get(currency), taxes.get(tax_currency)
    net = sums.need_number("ram:TaxBasisTotalAmount")
    line_net = sums.number("ram:LineTotalAmount")
    return Totals(
        line_net=net if line_net is None else line_net,
        net=net,
        gross=sums.need_number("ram:GrandTotalAmount"),
        payable=sums.need_number("ram:DuePayableAmount"),
        tax=tax.own_number() if tax else None,
        allowances=sums.number("ram:AllowanceTotalAmount"),
        charges=sums.number("ram:ChargeTotalAmount"),
        prepaid=sums.number("ram:TotalPrepaidAmount"),
        rounding=sums.number("ram:RoundingAmount"),
        tax_in_tax_currency=local_tax.own_number() if local_tax and tax_currency != currency else None,
    )
