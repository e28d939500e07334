"""The rule tests of EN 16931 itself: small documents, each with the rule it breaks or must not break."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from app.core.xml import parse
from app.documents import rule_sets

SAMPLES = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared")) / "samples"
FOLDER = SAMPLES / "ubl" / "en16931"
SPACE = "{http://difi.no/xsd/vefa/validator/1.0}"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="no reference samples (KONTOR_SHARED)"),
]


def cases() -> Iterator[tuple[str, etree._Element, set[str], dict[str, int]]]:
    """File, document, rules that must hold, rules that must break as often as is said."""
    for file in sorted(FOLDER.rglob("*.xml")):
        root = parse(file.read_bytes())
        for test in root.iter(f"{SPACE}test"):
            asserts = test.find(f"{SPACE}assert")
            documents = [child for child in test if child.tag != f"{SPACE}assert"]
            if asserts is None or len(documents) != 1:
                continue
            holds = {(one.text or "").strip() for one in asserts.iter(f"{SPACE}success")}
            breaks = {
                (one.text or "").strip(): int(one.get("number", "1"))
                for kind in ("error", "warning", "fatal") for one in asserts.iter(f"{SPACE}{kind}")
            }  # fmt: skip
            yield file.name, etree.fromstring(etree.tostring(documents[0])), holds, breaks


def test_all_come_out_as_the_standard_says():
    differing, ran = [], 0
    for name, root, holds, breaks in cases():
        failed = [one.rule for one in rule_sets.failed_rules(rule_sets.EN16931_UBL, root)]
        ran += 1
        wrong = [rule for rule in holds if rule in failed] + [rule for rule in breaks if rule not in failed]
        if wrong:
            differing.append((name, wrong, failed[:5]))
    assert differing == []
    assert ran > 500
