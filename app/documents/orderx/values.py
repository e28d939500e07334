"""Namespaces, profiles, and the writer that finds the smallest profile which holds what is written."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from app.core.money import round_amount
from app.core.texts import N_
from app.core.xml import XmlWriter
from app.documents.formats import FormatError
from app.documents.xml_node import Node, Paths, read_root

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:128",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:128",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:128",
}
PATHS = Paths(NAMESPACES)
ORDER, CHANGE, RESPONSE = "220", "230", "231"  # UNTDID 1001
REASON = "ACD"  # UNTDID 4451

_ROOT = "rsm:SCRDMCCBDACIOMessageStructure"
_GUIDELINE = "urn:order-x.eu:1p0:"
_PROFILES = ("basic", "comfort", "extended")
_COMFORT, _EXTENDED = 1, 2
# What a profile has beyond the smaller one, of what is written here: "*" stands for every parent.
_LEVELS = {
    **{
        f"ram:{parent}/ram:{name}": _COMFORT
        for parent, names in {
            "ApplicableHeaderTradeAgreement": "SellerOrderReferencedDocument AdditionalReferencedDocument "
            "SpecifiedProcuringProject",
            "ApplicableHeaderTradeSettlement": "InvoiceeTradeParty SpecifiedTradeAllowanceCharge "
            "SpecifiedTradePaymentTerms",
            "SpecifiedLineTradeAgreement": "GrossPriceProductTradePrice",
            "SpecifiedLineTradeDelivery": "RequestedDeliverySupplyChainEvent",
            "SpecifiedLineTradeSettlement": "ApplicableTradeTax SpecifiedTradeAllowanceCharge",
            "ApplicableTradeDeliveryTerms": "Description",
            "SpecifiedTradeProduct": "Description ApplicableProductCharacteristic DesignatedProductClassification",
            "SellerTradeParty": "Description", "BuyerTradeParty": "Description", "ShipToTradeParty": "Description",
        }.items()
        for name in names.split()
    },
    "ram:SpecifiedLineTradeDelivery/ram:ShipToTradeParty": _EXTENDED,
    "*/ram:FormattedIssueDateTime": _EXTENDED,
}  # fmt: skip
_TAX_REGISTRATION = "ram:SpecifiedTaxRegistration"


class OrderWriter(XmlWriter):
    """Remembers the smallest profile that has everything written, and names it when it is finished."""

    def __init__(self) -> None:
        super().__init__(_ROOT, NAMESPACES)
        self._path = [""]
        self._level = 0
        self._registrations = 0
        context = "ram:GuidelineSpecifiedDocumentContextParameter"
        with self.group("rsm:ExchangedDocumentContext"), self.group(context):
            self.leaf("ram:ID", _GUIDELINE + _PROFILES[0])

    def leaf(self, tag: str, text: str, **attributes: str) -> None:
        if text:
            self._see(tag)
            super().leaf(tag, text, **attributes)

    def group(self, tag: str, *, keep: bool = False, **attributes: str) -> XmlWriter:
        self._path.append(tag)
        return super().group(tag, keep=keep, **attributes)

    def _see(self, leaf: str) -> None:
        """Groups count only when something is in them."""
        steps = [*self._path[1:], leaf]
        for parent, name in zip(["", *steps], steps, strict=False):
            level = _LEVELS.get(f"{parent}/{name}") or _LEVELS.get(f"*/{name}", 0)
            self._level = max(self._level, level)

    def __exit__(self, *about: object) -> None:
        tag = self._path.pop()
        if tag == _TAX_REGISTRATION:
            self._registrations += 1
            if self._registrations > 1:
                self._level = max(self._level, _COMFORT)
        elif tag.endswith("TradeParty"):
            self._registrations = 0
        super().__exit__(*about)

    def finish(self) -> bytes:
        basic = (_GUIDELINE + _PROFILES[0]).encode()
        return super().finish().replace(basic, (_GUIDELINE + _PROFILES[self._level]).encode(), 1)


def read_document(data: bytes, kind: str) -> Node:
    """The root of a document of the kind, or FormatError."""
    root = read_root(data, PATHS)
    if root.element.tag != f"{{{NAMESPACES['rsm']}}}{_ROOT.partition(':')[2]}":
        raise root.fault(N_("This is no Order-X document."))
    path = "rsm:ExchangedDocument/ram:TypeCode"
    found = root.need_text(path)
    if found != kind:
        message = N_("This is an Order-X document of type {found}, not {wanted}.", found=found, wanted=kind)
        raise root.fault(message, path)
    return root


def demand(missing: Iterable[str]) -> None:
    """FormatError, naming the fields, where the schema demands what the document has not."""
    fields = ", ".join(missing)
    if fields:
        message = N_("{profile} asks for what this document has not: {fields}.", profile="Order-X", fields=fields)
        raise FormatError(message)


def line_net(
    net: Decimal | None, quantity: Decimal | None, price: Decimal | None, base: Decimal | None, currency: str
) -> Decimal:
    """The amount of a line, worked out where the document does not say it: the schema demands one."""
    if net is not None:
        return net
    return round_amount((quantity or Decimal(0)) * (price or Decimal(0)) / (base or Decimal(1)), currency)
