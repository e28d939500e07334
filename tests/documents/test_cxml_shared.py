"""Public cXML files: their facts, their verdicts, and that what Kontor writes follows the official DTD."""

from __future__ import annotations

import csv
import os
import re
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from app.documents.cxml.envelope import dtd_of, read_envelope
from app.documents.cxml.tree import read_source
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from tests.documents.test_cxml import DOCUMENTS
from tests.factories.documents import credit_note, document

SHARED = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SAMPLES, SCHEMAS = SHARED / "samples", SHARED / "schemas" / "cxml"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (SAMPLES / "ORACLE.tsv").is_file(), reason="no reference samples (KONTOR_SHARED)"),
]


def oracle():
    if not (SAMPLES / "ORACLE.tsv").is_file():
        return []
    csv.field_size_limit(10**8)
    with (SAMPLES / "ORACLE.tsv").open(encoding="utf-8", newline="") as file:
        return [
            line for line in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if line["document"] == "cXML"
        ]


LINES = oracle()


@cache
def dtd(name):
    return etree.DTD(str(SCHEMAS / ("1.2.037" if name == "InvoiceDetail" else "1.2.063") / f"{name}.dtd"))


def official_faults(data):
    root = etree.fromstring(data, etree.XMLParser(load_dtd=False, no_network=True))
    schema = dtd(dtd_of(read_envelope(read_source(data)).payload)[0])
    schema.validate(root)
    return [f"{error.line}: {error.message}" for error in schema.error_log]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["path"])
def test_facts_and_verdicts(line):
    data = (SAMPLES / line["path"]).read_bytes()
    facts = dict(part.split("=", 1) for part in line["facts"].split())
    report = inspect_file([data]).as_json()
    envelope = read_envelope(read_source(data))
    head = report["documents"][0]
    assert envelope.body == facts["body"]
    assert head["type"] == facts["payload"].split(",")[-1]
    assert "items" not in facts or head["lines"] == int(facts["items"])
    assert bool(head["reference"]) == (facts["payloadID"] == "yes")
    if "dtd_ref" in facts:
        assert report["version"] == facts["dtd_ref"].split("/")[0]
    schema = [finding for finding in report["findings"] if finding["step"] == "schema"]
    assert (report["verdict"] == "invalid") == (line["verdict"] == "breaks xsd") == bool(schema)
    assert all(finding["line"] > 0 for finding in report["findings"])


def test_with_the_official_dtd_the_verdicts_are_the_known_ones(tmp_path):
    entries = []
    for name in ("cXML", "Fulfill", "InvoiceDetail", "Quote"):
        source = SCHEMAS / ("1.2.037" if name == "InvoiceDetail" else "1.2.063") / f"{name}.dtd"
        (tmp_path / f"{name}.dtd").write_bytes(source.read_bytes())
        entries.append(
            f'[[schemas]]\nname = "{name} DTD"\nfile = "{name}.dtd"\nroots = ["cXML"]\ncustomizations = ["{name}"]\n'
        )
    (tmp_path / "rules.toml").write_text('version = "1.2"\n' + "\n".join(entries))
    for line in LINES:
        report = inspect_file([(SAMPLES / line["path"]).read_bytes()], rules=tmp_path).as_json()
        assert report["verdict"] == ("valid" if line["verdict"] == "valid" else "invalid"), line["path"]
        assert report["rule_sets"][0]["sha256"]
        if line["verdict"] != "valid":
            named = re.search(r"line (\d+)", line["xsd"])
            assert int(named[1]) in {finding["line"] for finding in report["findings"]}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["path"])
def test_read_and_written_again(line):
    data = (SAMPLES / line["path"]).read_bytes()
    for code in (code for code in formats if code.startswith("cxml-")):
        try:
            reading = formats[code].loads(data)
        except FormatError:
            continue
        written = formats[code].dumps(reading.document)
        assert official_faults(written) == []
        assert formats[code].loads(written).document == reading.document


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_kontor_writes_follows_the_dtd(name):
    code, original = DOCUMENTS[name]
    assert official_faults(formats[code].dumps(original)) == []


@pytest.mark.parametrize("make", [document, credit_note])
def test_invoices_follow_the_dtd(make):
    assert official_faults(formats["cxml-invoice"].dumps(make(count=3))) == []
