"""UBL, CII, XRechnung and Order-X documents written by others: read, written again, and equal."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from app.core.xml import parse
from app.documents.arithmetic import check_arithmetic
from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.catalogue import Catalogue

SHARED = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SAMPLES, SCHEMAS = SHARED / "samples", SHARED / "schemas"
ORACLE = SAMPLES / "ORACLE.tsv"
CODES = {
    "Invoice": "ubl-invoice", "CreditNote": "ubl-invoice", "SelfBilledInvoice": "ubl-invoice",
    "SelfBilledCreditNote": "ubl-invoice", "Order": "ubl-order", "OrderChange": "ubl-order-change",
    "OrderResponse": "ubl-order-response", "OrderResponseSimple": "ubl-order-response", "Quotation": "ubl-quotation",
    "RequestForQuotation": "ubl-request", "DespatchAdvice": "ubl-despatch-advice", "ReceiptAdvice": "ubl-receipt-advice",
    "Catalogue": "ubl-catalogue", "Statement": "ubl-statement", "StockAvailabilityReport": "ubl-stock-report",
    "InventoryReport": "ubl-stock-report", "ProductActivity": "ubl-product-activity",
    "ApplicationResponse": "ubl-application-response", "CrossIndustryInvoice": "cii-invoice", "CrossIndustryDocument": "cii-invoice",
    "SCRDMCCBDACIOMessageStructure": "orderx-order",
}  # fmt: skip

INVOICES = {"Invoice": "ubl-invoice", "CreditNote": "ubl-invoice", "CrossIndustryInvoice": "cii-invoice"}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not ORACLE.is_file(), reason="no reference samples (KONTOR_SHARED)"),
]


def oracle() -> list[dict[str, str]]:
    if not ORACLE.is_file():
        return []
    csv.field_size_limit(10**8)
    with ORACLE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [line for line in lines if line["document"] in CODES and line["path"].endswith(".xml")]


LINES = oracle()
VALID = [line for line in LINES if line["verdict"] == "valid"]


def whole(document):
    return replace(document, items=tuple(document.items)) if isinstance(document, Catalogue) else document


@cache
def official(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "ubl-2.1" / "maindoc" / f"UBL-{name}-2.1.xsd"))


def test_every_valid_document_is_written_again_with_equal_meaning():
    differing = []
    for line in VALID:
        form = formats[CODES[line["document"]]]
        document = form.loads((SAMPLES / line["path"]).read_bytes())
        written = form.dumps(document)
        if whole(form.loads(written)) != whole(form.loads((SAMPLES / line["path"]).read_bytes())):
            differing.append((line["path"], "another document"))
        root = parse(written)
        if form.code.startswith("ubl-"):
            official(etree.QName(root).localname).validate(root)
            log = official(etree.QName(root).localname).error_log
            differing += [(line["path"], str(error.message)) for error in log]
    assert differing == []
    assert len(VALID) > 200


def test_every_other_document_is_read_or_refused_with_a_place():
    for line in LINES:
        try:
            whole(formats[CODES[line["document"]]].loads((SAMPLES / line["path"]).read_bytes()))
        except FormatError as error:
            assert line["verdict"] != "valid", line["path"]
            assert error.line > 0, line["path"]


def test_every_valid_document_finds_its_format_and_loses_nothing_on_the_way_out():
    """What is not carried is what Kontor has no place for; nothing of the document itself is missing."""
    for line in VALID:
        code = CODES[line["document"]]
        made = convert((SAMPLES / line["path"]).read_bytes(), code)
        assert made.source == code, line["path"]
        assert all(item.line for item in made.lost), line["path"]


def fatal(data: bytes) -> set[str]:
    return {item.rule for item in inspect_file([data]).findings if item.severity == "fatal"}


@pytest.mark.slow
def test_invoices_of_others_stay_valid_when_they_are_written_again():
    """In their own syntax, and, the official examples, in the other one: XSD and the rules of EN 16931."""
    broken, tried = [], 0
    for n, line in enumerate(VALID):
        is_example = "/examples/" in line["path"] or "/xrechnung-testsuite/" in line["path"]
        if line["document"] not in INVOICES or (n % 4 and not is_example):
            continue
        data = (SAMPLES / line["path"]).read_bytes()
        own, known = CODES[line["document"]], fatal(data)
        document = formats[own].loads(data)
        others = INVOICES.values() if is_example and document.lines and not check_arithmetic(document) else ()
        for code in {own, *others}:
            if code == own and own == "cii-invoice" and not document.lines:
                continue  # of profiles without lines EN 16931 is not to be had
            tried += 1
            found = fatal(formats[code].dumps(document)) - known
            broken += [(line["path"], code, sorted(found))] if found else []
    assert broken == []
    assert tried > 50
