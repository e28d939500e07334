"""ZUGFeRD 1, of before EN 16931, made over into today's Cross Industry Invoice so that it is read like one."""

from __future__ import annotations

from lxml import etree

from app.documents.cii.values import NAMESPACES

NAMESPACE = "urn:ferd:CrossIndustryDocument:"
_RAM, _RSM, _UDT = NAMESPACES["ram"], NAMESPACES["rsm"], NAMESPACES["udt"]
_SPACES = (
    (NAMESPACE, _RSM),
    ("urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:", _RAM),
    ("urn:un:unece:uncefact:data:standard:UnqualifiedDataType:", _UDT),
    ("urn:un:unece:uncefact:data:standard:QualifiedDataType:", NAMESPACES["qdt"]),
)
_NAMES = {
    "CrossIndustryDocument": "CrossIndustryInvoice",
    "SpecifiedExchangedDocumentContext": "ExchangedDocumentContext",
    "HeaderExchangedDocument": "ExchangedDocument",
    "SpecifiedSupplyChainTradeTransaction": "SupplyChainTradeTransaction",
    "ApplicableSupplyChainTradeAgreement": "ApplicableHeaderTradeAgreement",
    "ApplicableSupplyChainTradeDelivery": "ApplicableHeaderTradeDelivery",
    "ApplicableSupplyChainTradeSettlement": "ApplicableHeaderTradeSettlement",
    "SpecifiedSupplyChainTradeAgreement": "SpecifiedLineTradeAgreement",
    "SpecifiedSupplyChainTradeDelivery": "SpecifiedLineTradeDelivery",
    "SpecifiedSupplyChainTradeSettlement": "SpecifiedLineTradeSettlement",
    "DeliveryNoteReferencedDocument": "DespatchAdviceReferencedDocument",
    "ApplicablePercent": "RateApplicablePercent",
}
_LINE = "SpecifiedLineTradeSettlement"


def modernise(root: etree._Element, *, keep_texts: bool = False) -> None:
    """Changes the tree: names of today; what the profile BASIC leaves out is taken from the sums; no day, no period.

    Texts that stand among the lines, as lines without an amount, are dropped unless they are kept.
    """
    for element in root.iter(etree.Element):
        element.tag = _tag(element)
    trade = root.find(f"{{{_RSM}}}SupplyChainTradeTransaction")
    if trade is None:
        return
    settlement = trade.find(f"{{{_RAM}}}ApplicableHeaderTradeSettlement")
    taxes = settlement.findall(f"{{{_RAM}}}ApplicableTradeTax") if settlement is not None else []
    if settlement is not None:
        _complete_head(settlement, taxes)
    for period in [*trade.iter(f"{{{_RAM}}}BillingSpecifiedPeriod")]:
        if any(not _is_day(element) for element in period.iter(f"{{{_UDT}}}DateTimeString")):
            period.clear()
    lines = trade.findall(f"{{{_RAM}}}IncludedSupplyChainTradeLineItem")
    for position, line in enumerate(lines, 1):
        is_text = line.find(f".//{{{_RAM}}}LineTotalAmount") is None
        if is_text and not keep_texts:
            trade.remove(line)
        elif not is_text:
            _complete(line, position, taxes[0] if len(taxes) == 1 else None)


def _tag(element: etree._Element) -> str:
    name = etree.QName(element)
    space, local = name.namespace or "", _NAMES.get(name.localname, name.localname)
    parent = element.getparent()
    above = etree.QName(parent).localname if parent is not None else ""
    if local == "SpecifiedTradeSettlementMonetarySummation":
        local = f"SpecifiedTradeSettlement{'Line' if above == _LINE else 'Header'}MonetarySummation"
    elif local == "ID" and above.endswith("ReferencedDocument"):
        local = "IssuerAssignedID"
    return f"{{{next((new for old, new in _SPACES if space.startswith(old)), space)}}}{local}"


def _complete_head(settlement: etree._Element, taxes: list[etree._Element]) -> None:
    sums = _find(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    if sums is not None:
        if _find(sums, "DuePayableAmount") is None:
            _copy(sums, "GrandTotalAmount", sums, "DuePayableAmount")
        currency = next((found for element in sums if (found := element.get("currencyID"))), "")
        code = _need(settlement, "InvoiceCurrencyCode")
        code.text = (code.text or "").strip() or currency
    for tax in taxes:
        if _find(tax, "CategoryCode") is None:
            rate = (tax.findtext(f"{{{_RAM}}}RateApplicablePercent") or "").strip(" 0.")
            _need(tax, "CategoryCode").text = "S" if rate else "Z"


def _is_day(element: etree._Element) -> bool:
    """Samples of the standard itself have months above twelve."""
    text = (element.text or "").strip()
    return element.get("format") != "102" or (len(text) == len("20260101") and "01" <= text[4:6] <= "12")


def _complete(line: etree._Element, position: int, tax: etree._Element | None) -> None:
    """Number, tax and price: a price that is not said is the amount for the whole quantity."""
    document, agreement = _need(line, "AssociatedDocumentLineDocument"), _need(line, "SpecifiedLineTradeAgreement")
    settlement = _need(line, _LINE)
    if _find(document, "LineID") is None:
        _need(document, "LineID").text = str(position)
    if _find(settlement, "ApplicableTradeTax") is None and tax is not None:
        own = _need(settlement, "ApplicableTradeTax")
        for name in ("TypeCode", "CategoryCode", "RateApplicablePercent"):
            _copy(tax, name, own, name)
    if _find(agreement, "NetPriceProductTradePrice") is None:
        price = _need(agreement, "NetPriceProductTradePrice")
        _copy(settlement, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", price, "ChargeAmount")
        _copy(line, "SpecifiedLineTradeDelivery/BilledQuantity", price, "BasisQuantity")


def _find(element: etree._Element | None, path: str) -> etree._Element | None:
    return None if element is None else element.find("/".join(f"{{{_RAM}}}{name}" for name in path.split("/")))


def _need(element: etree._Element, name: str) -> etree._Element:
    found = _find(element, name)
    return _made(element, name) if found is None else found


def _made(element: etree._Element, name: str) -> etree._Element:
    """On the line of the element above, for messages about it."""
    made: etree._Element = etree.SubElement(element, f"{{{_RAM}}}{name}")
    made.sourceline = element.sourceline  # type: ignore[misc]  # lxml lets it be set
    return made


def _copy(source: etree._Element, path: str, target: etree._Element, name: str) -> None:
    found = _find(source, path)
    if found is not None:
        made = _made(target, name)
        made.text = found.text
        for key, value in found.attrib.items():
            made.set(key, value)
