"""Number, day, parties, lines and totals of an XML document whose elements are named as in UBL or CII."""

from __future__ import annotations

from datetime import date

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
_LINES = ("IncludedSupplyChainTradeLineItem",)


def head(root: etree._Element, kind: str) -> DocumentHead:
    return DocumentHead(
        kind,
        text_at(root, "/ID", "/ExchangedDocument/ID", "/HeaderExchangedDocument/ID"),
        _day(text_at(root, *_DAYS)),
        text_at(root, "/DocumentCurrencyCode", "//InvoiceCurrencyCode", "//OrderCurrencyCode", "/PricingCurrencyCode"),
        parties=_parties(root),
        lines=sum(1 for element in root.iterdescendants() if _is_line(element, root)),
        totals={
            name: text for name, paths in _TOTALS.items() if (text := text_at(root, *(f"//{path}" for path in paths)))
        },
    )


def _is_line(element: etree._Element, root: etree._Element) -> bool:
    name = etree.QName(element).localname
    return name in _LINES or (name.endswith("Line") and element.getparent() is root)


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


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    """Elements by local names: `/A/B` from here, `//A/B` anywhere below."""
    start = ".//" if path.startswith("//") else "./"
    steps = [_step(name) for name in path.strip("/").split("/")]
    found = element.xpath(start + "/".join(steps))
    return found if isinstance(found, list) else []


def _step(name: str) -> str:
    name, bracket, condition = name.partition("[")
    return f"*[local-name()='{name}']{bracket}{condition}"


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
