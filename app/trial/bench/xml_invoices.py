"""Invoices of 1,000 lines as UBL and CII, read and written; the floor does the same with lxml alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import Any

from lxml import etree

from app.documents.cii.values import NAMESPACES as CII
from app.documents.formats import formats
from app.documents.ubl.values import NAMESPACES as UBL
from app.trial.bench import benches
from app.trial.bench.invoices import invoice_of
from app.trial.bench_stock import BenchStock
from app.trial.measure import Bench, Work

_LINES = 1000
_RUNS = 9
# The line, then the texts and the numbers that the lines of the invoice have: read without any check.
_FIELDS = {
    "ubl-invoice": (
        UBL, "cac:InvoiceLine",
        ("cbc:ID", "cac:Item/cbc:Name", "cac:Item/cac:SellersItemIdentification/cbc:ID",
         "cac:Item/cac:ClassifiedTaxCategory/cbc:ID"),
        ("cbc:InvoicedQuantity", "cbc:LineExtensionAmount", "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent",
         "cac:Price/cbc:PriceAmount"),
    ),
    "cii-invoice": (
        CII, "ram:IncludedSupplyChainTradeLineItem",
        ("ram:AssociatedDocumentLineDocument/ram:LineID", "ram:SpecifiedTradeProduct/ram:Name",
         "ram:SpecifiedTradeProduct/ram:SellerAssignedID",
         "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode"),
        ("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
         "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
         "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent",
         "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount"),
    ),
}  # fmt: skip


def _clark(path: str, namespaces: dict[str, str]) -> str:
    steps = (step.split(":") for step in path.split("/"))
    return "/".join(f"{{{namespaces[prefix]}}}{name}" for prefix, name in steps)


def _bare_read(code: str, data: bytes) -> Callable[[], list[tuple[str | Decimal | None, ...]]]:
    namespaces, line, texts, numbers = _FIELDS[code]
    tag = _clark(line, namespaces)
    text_paths = [_clark(path, namespaces) for path in texts]
    number_paths = [_clark(path, namespaces) for path in numbers]

    def read() -> list[tuple[str | Decimal | None, ...]]:
        return [
            (
                *(item.findtext(path) for path in text_paths),
                *(Decimal(item.findtext(path) or 0) for path in number_paths),
            )
            for item in etree.fromstring(data).iter(tag)
        ]

    return read


def _bare_write(data: bytes) -> Callable[[], bytes]:
    """The same tree, built element by element and written."""

    def build(source: etree._Element, target: etree._Element) -> None:
        for child in source:
            made: etree._Element = etree.SubElement(target, child.tag, child.attrib)
            made.text = child.text
            build(child, made)

    root = etree.fromstring(data, etree.XMLParser(remove_blank_text=True))

    def write() -> bytes:
        made = etree.Element(root.tag, nsmap=root.nsmap)
        build(root, made)
        return etree.tostring(made, xml_declaration=True, encoding="UTF-8", pretty_print=True)

    return write


def _read(code: str) -> Callable[[Any], AbstractContextManager[tuple[Work, Work]]]:
    @contextmanager
    def prepare(_stock: BenchStock) -> Iterator[tuple[Work, Work]]:
        data = formats[code].dumps(invoice_of(_LINES))
        yield lambda: formats[code].loads(data), _bare_read(code, data)

    return prepare


def _write(code: str) -> Callable[[Any], AbstractContextManager[tuple[Work, Work]]]:
    @contextmanager
    def prepare(_stock: BenchStock) -> Iterator[tuple[Work, Work]]:
        invoice = invoice_of(_LINES)
        yield lambda: formats[code].dumps(invoice), _bare_write(formats[code].dumps(invoice))

    return prepare


for _code in _FIELDS:
    _name = _code.replace("-", "_")
    benches.add(
        f"{_name}_read",
        Bench(f"{_name}_read", f"{_code} of {_LINES} lines into a document", "bare lxml, eight fields a line", _read(_code), _RUNS),
    )  # fmt: skip
    benches.add(
        f"{_name}_write",
        Bench(f"{_name}_write", f"a document of {_LINES} lines as {_code}", "bare lxml, the same tree", _write(_code), _RUNS),
    )  # fmt: skip
