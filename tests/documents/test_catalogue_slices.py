"""Large catalogues in UBL are checked in slices, with the same findings as the whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.xml import parse
from app.documents.formats import formats
from app.documents.inspection import catalogue_slices
from app.documents.inspection.file import inspect_file
from app.documents.model.reference import ItemIds
from app.documents.ubl.structure import structure_of
from app.documents.ubl.values import NAMESPACES
from app.documents.validation import schema_findings
from tests.documents.test_ubl_more import catalogue

_, GONE = catalogue().items


def written(count: int) -> bytes:
    items = (replace(GONE, ids=ItemIds(sku=f"S-{n}")) for n in range(count))
    return formats["ubl-catalogue"].dumps(replace(catalogue(), items=items))


def in_chunks(data: bytes, size: int = 5_000):
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("count", [1, 99, 100, 101, 350])
def test_lines_are_counted_over_all_slices(count):
    found = inspect_file(in_chunks(written(count)))
    assert [(head.type, head.number, head.lines) for head in found.documents] == [("Catalogue", "CAT-1", count)]
    assert (found.findings, found.verdict) == ([], "not_checked")
    assert [rules.name for rules in found.rule_sets] == ["UBL 2.1 Catalogue structure"]


def test_findings_stand_where_they_stand_in_the_whole():
    data = written(350)
    for number in (1, 100, 101, 350):
        old = f"<cbc:ID>{number}</cbc:ID>\n    <cbc:ActionCode>".encode()
        assert old in data
        data = data.replace(old, f"<cbc:ID>{number}</cbc:ID>\n    <cbc:Wrong/><cbc:ActionCode>".encode())
    data = data.replace(b"<cbc:IssueDate>2026-04-01</cbc:IssueDate>", b"<cbc:IssueDate>someday</cbc:IssueDate>")
    expected = {(item.line, item.xpath) for item in schema_findings(parse(data), structure_of("Catalogue"), NAMESPACES)}
    found = inspect_file(in_chunks(data))
    assert {(item.line, item.path) for item in found.findings} == expected
    assert len(found.findings) == len(expected) == 5
    assert found.verdict == "invalid"


def test_only_so_many_findings_are_kept(monkeypatch):
    monkeypatch.setattr(catalogue_slices, "_MAX_FINDINGS", 120)
    data = written(350).replace(b"    <cbc:ActionCode>", b"    <cbc:Wrong/><cbc:ActionCode>")
    found = inspect_file(in_chunks(data))
    assert len(found.findings) == 121
    assert found.findings[-1].rule == "MORE"
    assert "230" in str(found.findings[-1].message)


def test_without_lines_or_broken():
    empty = written(0)
    assert inspect_file([empty]).verdict == "invalid"  # a catalogue has lines
    cut = inspect_file(in_chunks(written(300)[:-500]))
    assert (cut.verdict, [item.step for item in cut.findings]) == ("invalid", ["syntax"])
