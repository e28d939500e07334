"""The rules are run through a sheet of ours that finds places faster: it must say what the official sheet alone says."""

from __future__ import annotations

import csv
import importlib
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.core.xml import XmlError, parse
from app.documents import rule_sets
from app.documents.formats import formats
from app.documents.inspection.xml_head import guideline
from app.documents.rule_sets import EN16931_UBL, RuleSet, RulesUnavailable
from tests.factories.documents import document

SAMPLES = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "samples"
ORACLE = SAMPLES / "ORACLE.tsv"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@cache
def engine() -> Any:
    return importlib.import_module("saxonche").PySaxonProcessor(license=False)


@cache
def sheet(rules: RuleSet) -> Any:
    return engine().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rule_sets.file_of(rules)))


def official(rules: RuleSet, root: etree._Element) -> list[tuple[str, ...]] | str:
    text = etree.tostring(root, encoding="unicode")
    try:
        report = sheet(rules).transform_to_string(xdm_node=engine().parse_xml(xml_text=text))
    except Exception:
        return "stopped"
    found = etree.fromstring(report.encode()).iter(f"{SVRL}failed-assert", f"{SVRL}successful-report")
    return [
        (one.get("id") or "", one.get("flag") or one.get("role") or "", " ".join("".join(one.itertext()).split()), one.get("location") or "")
        for one in found
    ]  # fmt: skip


def ours(rules: RuleSet, root: etree._Element) -> list[tuple[str, ...]] | str:
    try:
        return [(one.rule, one.flag, one.text, one.location) for one in rule_sets.failed_rules(rules, root)]
    except RulesUnavailable:
        return "stopped"


def without(data: bytes, name: str) -> etree._Element:
    root = etree.fromstring(data)
    for element in list(root.iter(f"{{*}}{name}")):
        element.getparent().remove(element)
    return root


@pytest.mark.parametrize(
    "name", ["Name", "InvoicedQuantity", "TaxTotal", "PartyTaxScheme", "LineExtensionAmount", "ID"]
)
def test_places_in_large_documents_are_the_same(name):
    root = without(formats["ubl-invoice"].dumps(document(count=120)), name)
    found = ours(EN16931_UBL, root)
    assert found == official(EN16931_UBL, root)
    assert len(found) > 0


@pytest.mark.parametrize("name", ["Name", "BilledQuantity", "ApplicableTradeTax", "LineID"])
def test_places_in_large_cii_documents_are_the_same(name):
    rules = rule_sets.profile_of("urn:cen.eu:en16931:2017")[0]
    root = without(formats["cii-invoice"].dumps(document(count=60)), name)
    found = ours(rules, root)
    assert found == official(rules, root)
    assert len(found) > 0


def test_ten_thousand_lines_that_all_break_a_rule_are_run_to_their_end():
    root = without(formats["ubl-invoice"].dumps(document(count=10_000)), "InvoicedQuantity")
    found = ours(EN16931_UBL, root)
    assert len(found) == 20_000
    assert found[-1][3].endswith(
        "InvoiceLine[namespace-uri()='urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2'][10000]"
    )


def test_too_many_elements_are_not_run():
    root = etree.Element("a")
    for _ in range(rule_sets.MAX_ELEMENTS):
        etree.SubElement(root, "b")
    with pytest.raises(RulesUnavailable, match="at most"):
        list(rule_sets.failed_rules(EN16931_UBL, root))


def _rules(root: etree._Element) -> RuleSet | None:
    space = etree.QName(root).namespace or ""
    if space.startswith("urn:oasis:names:specification:ubl:schema:xsd:"):
        return EN16931_UBL
    if space.startswith("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:"):
        return rule_sets.profile_of(guideline(root))[0]
    profile = rule_sets.order_profile_of(guideline(root))
    return profile[0] if profile else None


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not ORACLE.is_file(), reason="no reference samples (KONTOR_SHARED)")
def test_all_samples_give_the_same():
    csv.field_size_limit(10**8)
    with ORACLE.open(encoding="utf-8", newline="") as file:
        paths = [row["path"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    differing, compared = [], 0
    for path in paths:
        if not path.endswith(".xml") or not path.startswith(("ubl", "cii", "xrechnung")):
            continue
        try:
            root = parse((SAMPLES / path).read_bytes())
        except XmlError:
            continue
        rules = _rules(root)
        if rules is not None:
            compared += 1
            if ours(rules, root) != official(rules, root):
                differing.append(path)
    assert differing == []
    assert compared > 400
