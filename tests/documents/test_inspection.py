"""`kontor exchange inspect`: what a file is, its documents, its verdict and its findings, without a database."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.documents import rule_sets
from app.documents.cli import exchange
from app.documents.formats import formats
from app.documents.inspection.file import inspect_file
from tests.factories.documents import document

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
ROOT = SAMPLES.parents[1]
RAN = {
    "ubl-invoice": [("UBL 2.1 Invoice", "2.1"), ("EN 16931 UBL", "1.3")],
    "cii-invoice": [("CII D22B", "D22"), ("Factur-X EN16931 schema", "1.0"), ("Factur-X EN16931", "1.0")],
}
KEYS = {"step", "ruleset", "rule", "severity", "line", "column", "path", "message"}


def report(data: bytes) -> dict:
    return inspect_file([data]).as_json()


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def run(*arguments: str) -> list[dict]:
    result = CliRunner().invoke(exchange, ["inspect", "--json", *arguments])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_edifact():
    found = report(sample("edifact/orders-d96a.edi"))
    assert (found["format"], found["version"], found["verdict"]) == ("edifact", "D96A", "not_checked")
    assert found["rule_sets"][0] == {"name": "EDIFACT envelope", "version": "ISO 9735"}
    assert found["unchecked"]
    (order,) = found["documents"]
    assert (order["type"], order["number"], order["date"], order["currency"]) == (
        "ORDERS",
        "PO-2025-118",
        "2025-03-01",
        "EUR",
    )
    assert order["parties"]["buyer"] == {
        "name": "Hardware Store North",
        "gln": "4012345000009",
        "vat_id": "DE136695976",
    }
    assert (order["lines"], order["totals"]) == (2, {"net": "1110"})
    assert [item["path"] for item in order["unused"]] == ["TOD/1.1", "QTY/1.1", "QTY/1.2"]


def test_x12():
    found = report(sample("x12/850-5010.edi"))
    assert (found["format"], found["version"], found["verdict"]) == ("x12", "005010", "not_checked")
    (order,) = found["documents"]
    assert (order["type"], order["number"], order["date"], order["currency"]) == (
        "850",
        "PO-2025-118",
        "2025-03-01",
        "USD",
    )
    assert (order["lines"], order["totals"]) == (2, {"total": "1110", "quantity": "1120.5"})


@pytest.mark.parametrize("code", ["ubl-invoice", "cii-invoice"])
def test_invoices_are_checked_by_schema_and_rules(code):
    invoice = document(count=2)
    found = report(formats[code].dumps(invoice))
    assert found["format"] == code.partition("-")[0]
    assert found["verdict"] == "valid"
    ran = [(item["name"], item["version"][:3]) for item in found["rule_sets"]]
    assert ran == RAN[code]
    (head,) = found["documents"]
    assert (head["number"], head["date"]) == (invoice.number, invoice.issue_date.isoformat())
    assert (head["currency"], head["lines"]) == (invoice.currency, 2)
    assert head["parties"]["seller"]["name"] == invoice.seller.name


def test_schema_and_rules_are_told_apart():
    data = formats["ubl-invoice"].dumps(document(count=1)).replace(b"<cbc:IssueDate>", b"<cbc:IssueDate>x")
    found = report(data)
    assert found["verdict"] == "invalid"
    first = found["findings"][0]
    assert (first["step"], first["rule"], first["severity"]) == ("schema", "XSD", "fatal")
    assert first["line"] > 0


@pytest.mark.parametrize(
    ("data", "kind", "verdict", "step"),
    [
        (b"", "unknown", "invalid", "syntax"), (b"a;b\n1;2\n", "unknown", "not_checked", "syntax"),
        (b"%PDF-1.7\n", "pdf", "invalid", "syntax"), (b"STX=ANA:1+500'", "tradacoms", "not_checked", "syntax"),
        (b"<a>", "xml", "invalid", "syntax"), (b"UNA:+.? '", "edifact", "invalid", "syntax"), (b"ISA*00*", "x12", "invalid", "syntax"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml", "invalid", "syntax"),
    ],
)  # fmt: skip
def test_other_files_get_a_report_too(data, kind, verdict, step):
    found = report(data)
    assert (found["format"], found["verdict"]) == (kind, verdict)
    assert found["findings"][0]["step"] == step
    assert set(found["findings"][0]) == KEYS


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;">]><a>&d;</a>', "ENTITIES"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "ENTITIES"),
        (b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/x">%b;]><a/>', "ENTITIES"),
        (b"<a>" * 5000 + b"</a>" * 5000, "TOO_DEEP"),
        (b"<a>" + b" " * 50_000_000 + b"</a>", "TOO_LARGE"),
        (b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'", "XML"),
    ],
    ids=["bomb", "file", "network", "deep", "large", "cut"],
)
def test_hostile_xml_is_refused_by_a_named_limit(data, rule):
    found = report(data)
    assert (found["verdict"], [item["rule"] for item in found["findings"]]) == ("invalid", [rule])


def test_rules_are_not_run_over_endless_documents(monkeypatch):
    monkeypatch.setattr(rule_sets, "MAX_ELEMENTS", 50)
    found = report(formats["ubl-invoice"].dumps(document(count=3)))
    assert (found["verdict"], [item["name"] for item in found["rule_sets"]]) == ("not_checked", ["UBL 2.1 Invoice"])
    assert "50 elements" in found["unchecked"][0]


def test_a_customization_whose_rules_are_not_here_is_not_called_valid():
    data = formats["ubl-invoice"].dumps(document(count=1))
    found = report(data.replace(b"urn:cen.eu:en16931:2017<", b"urn:cen.eu:en16931:2017#compliant#urn:example:own<"))
    assert (found["verdict"], found["findings"]) == ("not_checked", [])
    assert "urn:example:own" in found["unchecked"][0]


def test_rules_of_another_guideline_do_not_accuse():
    """Factur-X refuses every guideline but its own, which tells nothing of an XRechnung."""
    data = formats["cii-invoice"].dumps(document(count=1))
    other = data.replace(
        b"<ram:ID>urn:cen.eu:en16931:2017<", b"<ram:ID>urn:cen.eu:en16931:2017#compliant#urn:example:own<"
    )
    found = report(other)
    assert [item["rule"] for item in found["findings"]] == ["FX-SCH-A-000556"]
    assert found["verdict"] == "not_checked"
    wrong = re.sub(rb"<ram:GrandTotalAmount>[0-9.]+<", b"<ram:GrandTotalAmount>1.00<", other)
    assert report(wrong)["verdict"] == "invalid"


def test_xml_without_a_schema_is_not_called_valid():
    found = report(b'<Waybill xmlns="urn:oasis:names:specification:ubl:schema:xsd:Waybill-2"><ID>7</ID></Waybill>')
    assert (found["format"], found["verdict"], found["documents"][0]["number"]) == ("ubl", "not_checked", "7")


@pytest.mark.parametrize("name", ["edifact/orders-d96a.edi", "edifact/orders-d01b.edi", "x12/850-4010.edi"])
def test_cut_at_every_byte_is_never_called_right(name):
    data = sample(name).rstrip()[:-1]
    for end in range(len(data)):
        found = report(data[:end])
        assert found["verdict"] == "invalid", end
        assert all(item["line"] > 0 for item in found["findings"]), end


def test_one_endless_segment_takes_little_memory():
    blocks = (b"A" * 262_144 for _ in range(4000))
    tracemalloc.start()
    try:
        found = inspect_file(chunk for part in ([sample("x12/850-4010.edi")], blocks) for chunk in part)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert found.verdict == "invalid"
    assert next(blocks, None) is not None


def test_folders_and_many_files_give_a_line_each(tmp_path):
    (tmp_path / "bad.edi").write_bytes(sample("edifact/orders-d96a.edi").replace(b"UNT+40", b"UNT+4"))
    lines = run(str(tmp_path), str(SAMPLES / "x12"))
    names = sorted(path.name for path in (SAMPLES / "x12").iterdir())
    assert {next(iter(line)) for line in lines} == {"path"}
    assert [Path(line["path"]).name for line in lines] == ["bad.edi", *names]
    (finding,) = lines[0]["findings"]
    assert (finding["rule"], finding["line"], finding["column"]) == ("UNT01", 42, 5)
    assert (finding["ruleset"], finding["path"]) == ("EDIFACT envelope", "41:UNT/1.1")


def test_people_read_words():
    result = CliRunner().invoke(exchange, ["inspect", str(SAMPLES / "edifact/orders-d96a.edi")])
    assert "ORDERS PO-2025-118 2025-03-01 EUR: 2 lines, net 1110" in result.output
    assert "not checked" in result.output
    assert "not used: TOD/1.1" in result.output


def test_the_command_needs_neither_database_nor_slices():
    code = (
        "import sys; from app.main import main; sys.argv[0] = 'kontor'\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name in ('app.exchange', 'app.accounts.models.companies', 'weasyprint')))"
    )
    arguments = [sys.executable, "-c", code, "exchange", "inspect", "--json", str(SAMPLES / "x12/850-4010.edi")]
    done = subprocess.run(
        arguments, capture_output=True, text=True, cwd=ROOT, env={"PATH": os.environ["PATH"]}, check=True
    )
    first, modules = done.stdout.splitlines()
    assert json.loads(first)["documents"][0]["number"] == "PO-2025-118"
    assert modules == "[]"


ORDER = b"""<?xml version="1.0"?>
<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:ID>7</cbc:ID><cbc:IssueDate>2025-03-01</cbc:IssueDate>
 <cac:BuyerCustomerParty/><cac:SellerSupplierParty/>
 <cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cac:Item/></cac:LineItem></cac:OrderLine>
</Order>"""


def test_ubl_orders_are_checked_by_structure_and_parts():
    found = report(ORDER)
    assert (found["verdict"], found["findings"]) == ("not_checked", [])
    assert found["rule_sets"] == [{"name": "UBL 2.1 Order structure", "version": "Kontor 1"}]
    without = report(ORDER.replace(b"<cac:SellerSupplierParty/>", b""))["findings"]
    assert [(item["step"], item["line"]) for item in without] == [("schema", 7)]
    deep = report(ORDER.replace(b"<cac:Item/>", b""))["findings"]
    assert [(item["step"], item["path"]) for item in deep] == [("schema", "/Order/cac:OrderLine/cac:LineItem")]


def test_xml_cut_at_every_byte_is_invalid():
    for end in range(1, len(ORDER)):
        assert inspect_file([ORDER[:end]], name="order.xml").verdict == "invalid", end


def test_of_many_findings_the_fatal_ones_are_kept():
    data = formats["ubl-invoice"].dumps(document(count=30)).replace(b"<cbc:InvoicedQuantity", b"<cbc:Quantity").replace(
        b"</cbc:InvoicedQuantity", b"</cbc:Quantity"
    )  # fmt: skip
    found = inspect_file([data])
    kept = found.as_json(20)
    assert len(kept["findings"]) == 20
    assert kept["more_findings"] == len(found.findings) - 20
    assert {one["severity"] for one in kept["findings"]} == {"fatal"}
    assert kept["verdict"] == "invalid"
    assert "more_findings" not in found.as_json()
