"""Number, day, parties, lines and totals of an XML document whose elements are named as in UBL or CII."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from lxml import etree

from app.documents.inspection.report import DocumentHead

_PARTIES = {
    "buyer": ("AccountingCustomerParty/Party", "BuyerCustomerParty/Party", "BuyerTradeParty"),
    "seller": ("AccountingSupplierParty/Party", "SellerSupplierParty/Party", "SellerTradeParty"),
    "ship_to": ("DeliveryCustomerParty/Party", "ShipToTradeParty"),
}
_NAMES = ("PartyLegalEntity/RegistrationName", "PartyName/Name", "Name")
_IDENTIFIERS = ("PartyIdentification/ID", "GlobalID", "ID", "EndpointID")
_VAT_IDS = ("PartyTaxScheme/CompanyID", "SpecifiedTaxRegistration/ID[@schemeID='VA']")
_TOTALS = {
    "net": ("TaxExclusiveAmount", "TaxBasisTotalAmount"), "tax": ("TaxTotal/TaxAmount", "TaxTotalAmount"),
    "total": ("TaxInclusiveAmount", "GrandTotalAmount"), "payable": ("PayableAmount", "DuePayableAmount"),
}  # fmt: skip
_DAYS = (
    "/IssueDate", "/ExchangedDocument/IssueDateTime/DateTimeString", "/HeaderExchangedDocument/IssueDateTime/DateTimeString",
)  # fmt: skip
_LINES = ("{*}IncludedSupplyChainTradeLineItem",)


def head(root: etree._Element, kind: str) -> DocumentHead:
    return DocumentHead(
        kind,
        text_at(root, "/ID", "/ExchangedDocument/ID", "/HeaderExchangedDocument/ID"),
        _day(text_at(root, *_DAYS)),
        text_at(root, "/DocumentCurrencyCode", "//InvoiceCurrencyCode", "//OrderCurrencyCode", "/PricingCurrencyCode"),
        parties=_parties(root),
        lines=_lines(root),
        totals={
            name: text for name, paths in _TOTALS.items() if (text := text_at(root, *(f"//{path}" for path in paths)))
        },
    )


def _lines(root: etree._Element) -> int:
    own = sum(1 for child in root if str(child.tag).endswith("Line"))
    return own + sum(1 for _ in root.iterdescendants(*_LINES))


def _parties(root: etree._Element) -> dict[str, dict[str, str]]:
    found = {}
    for role, paths in _PARTIES.items():
        party = next((element for path in paths for element in _all(root, f"//{path}")), None)
        if party is not None:
            values = {
                "name": text_at(party, *(f"/{path}" for path in _NAMES)), "id": text_at(party, *(f"/{path}" for path in _IDENTIFIERS)),
                "vat_id": text_at(party, *(f"/{path}" for path in _VAT_IDS)),
            }  # fmt: skip
            found[role] = {name: value for name, value in values.items() if value}
    return found


def _all(element: etree._Element, path: str) -> Iterator[etree._Element]:
    """Elements by local names: `/A/B` from here, `//A/B` anywhere below."""
    return element.iterfind(_clark(path))


@lru_cache(500)
def _clark(path: str) -> str:
    start = ".//" if path.startswith("//") else "./"
    return start + "/".join(f"{{*}}{name}" for name in path.strip("/").split("/"))


def text_at(element: etree._Element, *paths: str) -> str:
    """The first text at the first path that has one: `/A/B` from here, `//A/B` anywhere below, by local names."""
    texts = ((found.text or "").strip() for path in paths for found in _all(element, path))
    return next((text for text in texts if text), "")


def _day(text: str) -> date | None:
    digits = text.replace("-", "")[:8]
    try:
        return date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except ValueError:
        return None


def guideline(root: etree._Element) -> str:
    """The guideline id of a document in the way of CII."""
    context = "/GuidelineSpecifiedDocumentContextParameter/ID"
    return text_at(root, f"/ExchangedDocumentContext{context}", f"/SpecifiedExchangedDocumentContext{context}")
