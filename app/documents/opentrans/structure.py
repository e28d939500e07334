"""What every openTRANS document must have: header, parties, lines with number, article and quantity, summary."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from app.core.texts import N_
from app.documents.segments import Fault, Severity
from app.documents.xml_findings import Finding, fault_at, faults_of

NAME, NUMBER = "Kontor openTRANS structure", "1"
_HEADS = {
    "ORDER": ("ORDER_ID", "ORDER_DATE"), "ORDERCHANGE": ("ORDER_ID", "ORDERCHANGE_DATE", "ORDERCHANGE_SEQUENCE_ID"),
    "ORDERRESPONSE": ("ORDER_ID", "ORDERRESPONSE_DATE"), "DISPATCHNOTIFICATION": ("DISPATCHNOTIFICATION_ID",),
    "RECEIPTACKNOWLEDGEMENT": ("RECEIPTACKNOWLEDGEMENT_ID",), "INVOICE": ("INVOICE_ID", "INVOICE_DATE", "CURRENCY"),
    "RFQ": ("RFQ_ID", "RFQ_DATE"), "QUOTATION": ("QUOTATION_ID", "QUOTATION_DATE"),
}  # fmt: skip
_LINE = ("LINE_ITEM_ID", "PRODUCT_ID", "QUANTITY", "ORDER_UNIT")


def structure_faults(root: etree._Element) -> list[Fault]:
    return faults_of(root, _structure(root))


def _structure(root: etree._Element) -> Iterator[Finding]:
    kind = etree.QName(root).localname
    if kind not in _HEADS:
        return
    header = _child(root, f"{kind}_HEADER")
    info = _child(header, f"{kind}_INFO") if header is not None else None
    if info is None:
        yield _missing(root, f"{kind}_HEADER/{kind}_INFO")
        return
    for name in (*_HEADS[kind], "PARTIES"):
        if _child(info, name) is None:
            yield _missing(info, name)
    items = _child(root, f"{kind}_ITEM_LIST")
    found = [] if items is None else list(items.iterchildren(f"{{*}}{kind}_ITEM"))
    if not found:
        yield _missing(root, f"{kind}_ITEM_LIST/{kind}_ITEM")
    for item in found:
        for name in _LINE:
            if _child(item, name) is None:
                yield _missing(item, name, Severity.WARNING if name == "ORDER_UNIT" else Severity.FATAL)
    summary = _child(root, f"{kind}_SUMMARY")
    if summary is None:
        yield _missing(root, f"{kind}_SUMMARY")
        return
    count = _child(summary, "TOTAL_ITEM_NUM")
    said = (count.text or "").strip() if count is not None else ""
    if said and said != str(len(found)):
        message = N_("{path} says {said}, but there are {n} lines.", path="TOTAL_ITEM_NUM", said=said, n=len(found))
        yield fault_at("COUNT", message, summary if count is None else count, Severity.WARNING)


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(element.iterchildren(f"{{*}}{name}"), None)


def _missing(element: etree._Element, path: str, severity: Severity = Severity.FATAL) -> Finding:
    return fault_at("MISSING", N_("{path} is missing.", path=path), element, severity)
