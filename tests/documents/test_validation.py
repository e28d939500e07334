"""Own documents are valid, broken ones are named by rule, line and term, and what did not run is never valid."""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.documents import rule_pool, rule_sets, rule_worker
from app.documents.formats import formats
from app.documents.model.party import Address, Identifier
from app.documents.model.totals import VatCategory
from app.documents.rule_pool import RulePool
from app.documents.rule_sets import RuleSet, Schema
from app.documents.validation import Severity, Status, validate_cii, validate_ubl
from tests.factories.documents import buyer, credit_note, document, seller, with_line

CHECKS = {"ubl-invoice": validate_ubl, "cii-invoice": validate_cii}
CATEGORIES = [category for category in VatCategory if category.value in ("S", "Z", "E", "AE", "K", "G", "O")]


def report(code: str, invoice):
    return CHECKS[code](formats[code].dumps(invoice))


@pytest.mark.parametrize("code", CHECKS)
@pytest.mark.parametrize("make", [document, credit_note], ids=["invoice", "credit note"])
@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.value)
def test_every_vat_category_is_valid(code, make, category):
    found = report(code, make(category=category))
    assert found.findings == ()
    assert found.status is Status.VALID
    assert len(found.rule_sets) == 2


@pytest.mark.parametrize("code", CHECKS)
@pytest.mark.parametrize("currency", ["JPY", "PLN"])
def test_other_currencies_are_valid(code, currency):
    assert report(code, document(currency=currency)).status is Status.VALID


def test_peppol_endpoints_are_valid():
    invoice = document(
        seller=seller(endpoint=Identifier("4012345000009", "0088")),
        buyer=buyer(endpoint=Identifier("buyer@example.com", "EM")),
    )
    for code in CHECKS:
        assert report(code, invoice).errors == ()


def test_rule_sets_carry_the_version_that_ran():
    assert [str(item) for item in report("ubl-invoice", document()).rule_sets] == [
        "UBL 2.1 Invoice",
        "EN 16931 UBL 1.3.16",
    ]
    assert str(report("cii-invoice", document()).rule_sets[1]).startswith("Factur-X EN16931 1.")


def _without_vat_id(invoice):
    return replace(invoice, seller=seller(vat_id="", tax_number=""))


def _wrong_total(invoice):
    return replace(invoice, totals=replace(invoice.totals, gross=Decimal("1.00")))


BROKEN = {
    "BR-CO-15": (_wrong_total, "BT-112"),
    "BR-CO-10": (lambda invoice: with_line(invoice, 0, net=Decimal("7.77")), "BT-106"),
    "BR-CO-26": (lambda invoice: replace(invoice, seller=seller(vat_id="", gln="", registration=None)), "BT-29"),
    "BR-S-02": (_without_vat_id, "BT-151"),
    "BR-06": (lambda invoice: replace(invoice, seller=seller(name="")), "BT-27"),
    "BR-11": (lambda invoice: replace(invoice, buyer=buyer(address=Address(country="", city="Riga"))), "BT-55"),
}


@pytest.mark.parametrize("code", CHECKS)
@pytest.mark.parametrize("rule", BROKEN)
def test_broken_documents_are_named_by_rule_and_term(code, rule):
    breaks, term = BROKEN[rule]
    found = report(code, breaks(document()))
    assert found.status is Status.INVALID
    by_rule = {finding.rule: finding for finding in found.errors}
    assert rule in by_rule or "XSD" in by_rule, sorted(by_rule)
    if rule in by_rule:
        assert term in by_rule[rule].message
        assert by_rule[rule].business_term
        assert by_rule[rule].line > 1
        assert by_rule[rule].xpath.startswith(("/Invoice", "/rsm:"))


@pytest.mark.parametrize(("code", "rule"), [("ubl-invoice", "BR-DEC-23"), ("cii-invoice", "BR-DEC-23")])
def test_place_of_a_fault_is_the_line_it_is_in(code, rule):
    data = formats[code].dumps(with_line(document(count=3), 1, net=Decimal("13.655")))
    findings = [finding for finding in CHECKS[code](data).errors if finding.rule == rule]
    assert len(findings) == 1
    text = data.decode().splitlines()
    block = "\n".join(text[findings[0].line - 1 :])
    assert "13.655" in block
    assert "[2]" in findings[0].xpath


@pytest.mark.parametrize("code", CHECKS)
def test_schema_fault_is_invalid_with_its_line(code):
    data = formats[code].dumps(document()).replace(b"EUR<", b"EUR</x><", 1)
    assert CHECKS[code](data).findings[0].rule == "XML"
    text = formats[code].dumps(document()).decode()
    tag = "cbc:IssueDate" if code == "ubl-invoice" else "ram:TypeCode"
    start, end = text.index(f"<{tag}>"), text.index(f"</{tag}>")
    doubled = text[: end + len(tag) + 3] + text[start : end + len(tag) + 3] + text[end + len(tag) + 3 :]
    found = CHECKS[code](doubled.encode())
    assert found.status is Status.INVALID
    fault = next(finding for finding in found.findings if finding.rule == "XSD")
    assert fault.line == text[:end].count("\n") + 1
    assert tag in fault.message
    assert "urn:" not in fault.message


def test_warnings_do_not_make_a_document_invalid():
    data = (
        formats["ubl-invoice"]
        .dumps(document())
        .replace(b"<cbc:ID>INV", b"<cbc:UBLVersionID>2.1</cbc:UBLVersionID><cbc:ID>INV", 1)
    )
    moved = data.replace(b"<cbc:UBLVersionID>2.1</cbc:UBLVersionID>", b"").replace(
        b"<cbc:CustomizationID>", b"<cbc:UBLVersionID>2.4</cbc:UBLVersionID><cbc:CustomizationID>"
    )
    found = validate_ubl(moved)
    assert found.status is Status.VALID
    assert [finding.severity for finding in found.findings] == [Severity.WARNING]


def test_absent_rules_are_not_checked(monkeypatch):
    monkeypatch.setattr(rule_sets, "EN16931_UBL", RuleSet("Rules of tomorrow", "ubl-2.1/none.xslt"))
    found = validate_ubl(formats["ubl-invoice"].dumps(document()))
    assert found.status is Status.NOT_CHECKED
    assert [item.name for item in found.rule_sets] == ["UBL 2.1 Invoice"]
    assert "none.xslt" in found.reason


def test_absent_schema_is_not_checked(monkeypatch):
    monkeypatch.setattr(rule_sets, "UBL_INVOICE", Schema("Schema of tomorrow", "ubl-2.1/none.xsd"))
    found = validate_ubl(formats["ubl-invoice"].dumps(document()))
    assert (found.status, found.rule_sets) == (Status.NOT_CHECKED, ())


def test_engine_that_stops_is_not_checked(tmp_path, monkeypatch):
    """A type error inside the rules: nobody knows what the rest would have said."""
    sheet = tmp_path / "stops.xslt"
    sheet.write_text(
        '<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xsl:template match="/"><x><xsl:value-of select="xs:decimal(string(/*))"/></x></xsl:template></xsl:stylesheet>'
    )
    original = rule_sets._file
    monkeypatch.setattr(rule_sets, "_file", lambda path: sheet if path == "stops" else original(path))
    monkeypatch.setattr(rule_sets, "EN16931_UBL", RuleSet("Rules that stop", "stops"))
    found = validate_ubl(formats["ubl-invoice"].dumps(document()))
    assert found.status is Status.NOT_CHECKED
    assert "Rules that stop" in found.reason


def test_no_rule_engine_means_not_checked(tmp_path, monkeypatch):
    worker = tmp_path / "worker.py"
    text = Path(rule_worker.__file__).read_text(encoding="utf-8").replace('"saxonche"', '"saxonche_of_tomorrow"')
    worker.write_text(text, encoding="utf-8")
    pool = RulePool(command=(sys.executable, "-P", str(worker)))
    monkeypatch.setattr(rule_pool, "shared", pool)
    try:
        found = validate_ubl(formats["ubl-invoice"].dumps(document()))
    finally:
        pool.close()
    assert found.status is Status.NOT_CHECKED
    assert "saxonche_of_tomorrow" in found.reason


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("data", [b"", b"<a>", b"no xml at all"])
def test_broken_xml_is_invalid_not_an_exception(check, data):
    found = check(data)
    assert found.status is Status.INVALID
    assert found.findings[0].rule == "XML"
