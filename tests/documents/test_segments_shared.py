"""EDIFACT and X12 files of others: every known fact about their envelopes, service characters and faults."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from app.documents.edifact.envelope import EdifactFile
from app.documents.formats import FormatError
from app.documents.inspection.file import inspect_file
from app.documents.segments import Severity
from app.documents.x12.envelope import X12File

SAMPLES = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "samples"
ORACLE = SAMPLES / "ORACLE.tsv"
COUNTED = {
    "LIN": "lin", "PO1": "po1", "IT1": "it1", "HL": "hl", "BAK": "bak", "POC": "poc", "AK2": "ak2", "AK3": "ak3", "AK4": "ak4",
    "TA1": "ta1",
}  # fmt: skip

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not ORACLE.is_file(), reason="no reference samples (KONTOR_SHARED)"),
]


def oracle(folder: str) -> list[dict[str, str]]:
    if not ORACLE.is_file():
        return []
    csv.field_size_limit(10**8)
    with ORACLE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [line for line in lines if line["path"].startswith(folder + "/") and not line["path"].endswith(".xml")]


EDIFACT = [line for line in oracle("edifact") if "TRADACOMS" not in line["document"]]
X12 = oracle("x12")


def facts_of(line: dict[str, str]) -> dict[str, str]:
    return dict(fact.split("=", 1) for fact in line["facts"].split())


def notes_of(line: dict[str, str]) -> set[str]:
    return {note.strip() for note in line["note"].split(";") if note.strip()}


def said(faults) -> set[str]:
    """Our faults in the words of the list."""
    words = set()
    for fault in faults:
        known = fault.message.parameters
        if "given" in known and "found" in known and fault.rule != "CHARSET":
            head = f"{known['head']} " if "head" in known else ""
            words.add(f"{fault.rule} {known['given']} but {head}{known['found']}")
        elif fault.rule == "TERMINATOR":
            words.add("last segment not terminated")
        elif fault.rule == "UNB" and fault.severity is Severity.WARNING:
            words.add("no UNB (fragment)")
        elif fault.rule == "ISA":
            words.add(f"ISA16 at {known['at']} not 104")
        elif str(fault.message).startswith(f"{fault.rule} missing"):
            words.add(f"{fault.rule} missing")
    return words


def eol(leads: set[str]) -> set[str]:
    """What stands between segments; whether nothing stands behind the last one is left aside."""
    kinds = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "": "none"}
    return {kinds.get(lead, "other") for lead in leads} - {"none"}


def known_eol(text: str) -> set[str]:
    return set(text.split("/")) - {"none"}


def is_broken(faults) -> bool:
    return any(fault.severity is Severity.FATAL for fault in faults)


@pytest.mark.parametrize("line", EDIFACT, ids=lambda line: Path(line["path"]).name)
def test_edifact_facts(line):
    file = EdifactFile.of([(SAMPLES / line["path"]).read_bytes()])
    messages = list(file.messages())
    tags = Counter(segment.tag for message in messages for segment in message.segments)
    found = {
        "una": len(file.tokens.advices), "una_chars": "".join(file.tokens.advices).replace(" ", "SP"),
        "segments": file.segments, "interchanges": len(file.interchanges), "groups": file.groups,
        "messages": len(messages), "lin": tags["LIN"], "wrapped": file.tokens.wraps,
        "test": int(any(interchange.is_test for interchange in file.interchanges)),
    }  # fmt: skip
    facts = facts_of(line)
    assert {key: str(value) for key, value in found.items() if value} == {
        key: value for key, value in facts.items() if key not in ("eol", "nonascii")
    }
    assert known_eol(facts["eol"]) == eol(file.tokens.leads)
    assert {message.code for message in messages} == {line["document"]}
    syntax = {f"{interchange.charset}:{interchange.version}" for interchange in file.interchanges}
    assert "".join(syntax) == line["customization or version"]
    assert notes_of(line) <= said(file.faults)
    assert is_broken(file.faults) == ("broken" in line["verdict"])
    assert all(fault.line for fault in file.faults)


@pytest.mark.parametrize("line", X12, ids=lambda line: Path(line["path"]).name)
def test_x12_facts(line):
    data = (SAMPLES / line["path"]).read_bytes()
    file = X12File.of([data])
    sets = list(file.sets())
    tags = Counter(segment.tag for one in sets for segment in one.segments)
    tags["TA1"] = len(re.findall(rb"(?m)^TA1", data))
    marks = file.tokens.headers[0]
    marks_found = {
        "el": marks.element,
        "comp": marks.component,
        "rep": marks.repetition or "-",
        "term": marks.terminator,
    }
    shown = {
        name: char.encode("latin-1").decode() if len(char) > 1 else char for name, char in marks_found.items()
    }  # fmt: skip
    shown = {
        name: char if char.isascii() and char.isprintable() and char != " " else f"0x{ord(char):02X}"
        for name, char in shown.items()
    }
    found = {
        "segments": file.segments, "interchanges": len(file.interchanges), "groups": file.groups, "sets": len(sets),
        "delims": ",".join(f"{name}={char}" for name, char in shown.items()),
        **{COUNTED[tag]: count for tag, count in tags.items() if tag in COUNTED},
        "bom": "UTF-8" if file.tokens.has_bom else "", "wrapped": "True" if file.tokens.wraps and not tags["BIN"] else "",
    }  # fmt: skip
    facts = facts_of(line)
    ignored = ("eol", "nonascii", "utf8_delimiter", "isa_fixed")
    assert {key: str(value) for key, value in found.items() if value} == {
        key: value for key, value in facts.items() if key not in ignored
    }
    if not file.tokens.wraps:
        assert known_eol(facts["eol"]) == eol(file.tokens.leads)
    counts = Counter(one.type for one in sets)
    assert ",".join(f"{kind}*{n}" if n > 1 else kind for kind, n in counts.items()) == line["document"]
    versions = dict.fromkeys(version for i in file.interchanges for version in [i.version])
    assert ",".join([*versions, *dict.fromkeys(file.versions)]) == line["customization or version"]
    broken = notes_of(line)
    assert broken <= said(file.faults)
    assert is_broken(file.faults) == ("broken" in line["verdict"])
    assert all(fault.line for fault in file.faults)


@pytest.mark.parametrize(
    "line", [x for x in oracle("edifact") if "TRADACOMS" in x["document"]], ids=lambda x: x["path"]
)
def test_tradacoms_is_refused_by_name(line):
    with pytest.raises(FormatError, match="TRADACOMS"):
        list(EdifactFile.of([(SAMPLES / line["path"]).read_bytes()]).messages())


@pytest.mark.parametrize("line", [*EDIFACT, *X12], ids=lambda line: Path(line["path"]).name)
def test_inspection_calls_invalid_exactly_what_is_broken(line):
    found = inspect_file([(SAMPLES / line["path"]).read_bytes()]).as_json()
    assert found["verdict"] == ("invalid" if "broken" in line["verdict"] else "not_checked")
    kinds = Counter(document["type"] for document in found["documents"])
    known = line["document"] if line["path"].startswith("x12") else line["document"].partition(":")[0]
    assert ",".join(f"{kind}*{n}" if n > 1 else kind for kind, n in kinds.items()) == known
    lines = facts_of(line)
    for kind, fact in (("ORDERS", "lin"), ("INVOIC", "lin"), ("850", "po1"), ("855", "po1"), ("810", "it1")):
        if set(kinds) == {kind}:
            assert sum(document["lines"] for document in found["documents"]) == int(lines.get(fact, 0))
