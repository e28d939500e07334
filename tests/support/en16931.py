"""The sums of EN 16931, written from the standard's formulas alone and on fractions: no code of the app is asked.

Reads UBL, so what is recomputed is what the receiver gets.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from lxml import etree

_SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


@dataclass(frozen=True)
class Sums:
    """BT-106, BT-107, BT-108, BT-109, BT-110, BT-112, BT-113, BT-115."""

    line_net: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    prepaid: Decimal
    payable: Decimal


def _cents(value: Fraction) -> Fraction:
    """Half up, away from zero, to two digits."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return Fraction(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def _number(node: etree._Element, path: str, default: str = "0") -> Fraction:
    found = node.xpath(f"string({path})", namespaces=_SPACES)
    return Fraction(str(found) or default)


def _signed(node: etree._Element) -> Fraction:
    is_charge = node.xpath("string(cbc:ChargeIndicator)", namespaces=_SPACES) == "true"
    amount = _number(node, "cbc:Amount")
    return amount if is_charge else -amount


def recomputed(ubl: bytes) -> Sums:
    """All sums from quantities, prices, allowances, charges and rates; asserts what the document says of each line."""
    root = etree.fromstring(ubl)
    nets: dict[tuple[str, Fraction], Fraction] = {}
    line_net = Fraction(0)
    for line in root.xpath("cac:InvoiceLine | cac:CreditNoteLine", namespaces=_SPACES):
        quantity = _number(line, "cbc:InvoicedQuantity | cbc:CreditedQuantity")
        price, base = _number(line, "cac:Price/cbc:PriceAmount"), _number(line, "cac:Price/cbc:BaseQuantity", "1")
        extra = sum((_signed(one) for one in line.xpath("cac:AllowanceCharge", namespaces=_SPACES)), Fraction(0))
        net = _cents(quantity * price / base + extra)  # BT-131
        assert net == _number(line, "cbc:LineExtensionAmount"), etree.tostring(line)
        key = _group(line, "cac:Item/cac:ClassifiedTaxCategory")
        nets[key] = nets.get(key, Fraction(0)) + net
        line_net += net  # BR-CO-10
    down = up = Fraction(0)
    for one in root.xpath("cac:AllowanceCharge", namespaces=_SPACES):
        amount = _signed(one)
        key = _group(one, "cac:TaxCategory")
        nets[key] = nets.get(key, Fraction(0)) + amount  # BR-S-08 and its sisters
        down, up = down - min(amount, Fraction(0)), up + max(amount, Fraction(0))  # BR-CO-11, BR-CO-12
    net = line_net - down + up  # BR-CO-13
    vat = sum(
        (_cents(base * rate / 100) for (_category, rate), base in nets.items()), Fraction(0)
    )  # BR-CO-17, BR-CO-14
    prepaid = _number(root, "cac:LegalMonetaryTotal/cbc:PrepaidAmount")
    gross = net + vat  # BR-CO-15
    return Sums(*(_decimal(one) for one in (line_net, down, up, net, vat, gross, prepaid, gross - prepaid)))  # BR-CO-16


def _group(node: etree._Element, path: str) -> tuple[str, Fraction]:
    category = str(node.xpath(f"string({path}/cbc:ID)", namespaces=_SPACES))
    return category, _number(node, f"{path}/cbc:Percent")


def _decimal(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"))


def said(ubl: bytes) -> Sums:
    """What the document says of itself."""
    root = etree.fromstring(ubl)
    names = (
        "LineExtensionAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "TaxExclusiveAmount", "", "TaxInclusiveAmount",
        "PrepaidAmount", "PayableAmount",
    )  # fmt: skip
    sums = [_number(root, f"cac:LegalMonetaryTotal/cbc:{name}") if name else Fraction(0) for name in names]
    sums[4] = _number(root, "(cac:TaxTotal[cac:TaxSubtotal])[1]/cbc:TaxAmount")
    return Sums(*(_decimal(one) for one in sums))
