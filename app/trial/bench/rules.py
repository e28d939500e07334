"""Official rules: as documents are checked, from the process that waits for the engine in another, and the bare engine."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any

from lxml import etree

from app.documents import rule_sets
from app.documents.formats import formats
from app.documents.inspection.file import inspect_file
from app.documents.rule_sets import RuleSet
from app.trial.bench import benches
from app.trial.bench.invoices import invoice_of
from app.trial.bench_stock import BenchStock
from app.trial.measure import Bench, Work

_SHEETS = {"ubl-invoice": rule_sets.EN16931_UBL, "cii-invoice": rule_sets.profile_of("")[0]}


@cache
def _engine() -> Any:
    return importlib.import_module("saxonche").PySaxonProcessor(license=False)


@cache
def _sheet(rules: RuleSet) -> Any:
    return _engine().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(rule_sets.file_of(rules)))


def _bare(rules: RuleSet, text: str) -> int:
    report = _sheet(rules).transform_to_string(xdm_node=_engine().parse_xml(xml_text=text))
    return len(etree.fromstring(report.encode()))


def _rules(code: str, lines: int, *, whole: bool = False) -> Callable[[Any], AbstractContextManager[tuple[Work, Work]]]:
    @contextmanager
    def prepare(_stock: BenchStock) -> Iterator[tuple[Work, Work]]:
        data, rules = formats[code].dumps(invoice_of(lines)), _SHEETS[code]
        root, text = etree.fromstring(data), data.decode().partition("?>")[2]

        def ours() -> Any:
            return inspect_file([data]) if whole else list(rule_sets.failed_rules(rules, root))

        ours()
        _bare(rules, text)
        yield ours, lambda: _bare(rules, text)

    return prepare


for _name, _title, _work, _runs in (
    ("rules_ubl_10", "EN 16931 rules of a UBL invoice of 10 lines, warm", _rules("ubl-invoice", 10), 60),
    ("rules_cii_10", "Factur-X rules of a CII invoice of 10 lines, warm", _rules("cii-invoice", 10), 20),
    ("rules_ubl_1000", "EN 16931 rules of a UBL invoice of 1,000 lines", _rules("ubl-invoice", 1000), 5),
    ("inspect_ubl_10", "the whole report of a UBL invoice of 10 lines, schema and rules", _rules("ubl-invoice", 10, whole=True), 60),
):  # fmt: skip
    benches.add(_name, Bench(_name, _title, "bare engine call in one process", _work, _runs))
