"""XML held against the schemas and rules that are here for it; what is not here, or does not run to its end, is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lxml import etree

from app.documents.business_terms import terms_in
from app.documents.inspection.report import RULES, SCHEMA, Inspection, InspectionFinding
from app.documents.rule_choice import Checks, checks_for
from app.documents.rule_packs import Packs, read_packs
from app.documents.rule_sets import RuleSet, RulesUnavailable, Schema, version
from app.documents.rule_texts import explain
from app.documents.schema_texts import explain_schema
from app.documents.segments import Severity
from app.documents.validation import Finding, RanRules, rule_findings, schema_findings
from app.documents.validation import Severity as RuleSeverity

_SEVERITIES = {
    RuleSeverity.ERROR: Severity.FATAL, RuleSeverity.WARNING: Severity.WARNING, RuleSeverity.INFORMATION: Severity.INFO,
}  # fmt: skip


def check(
    found: Inspection,
    root: etree._Element,
    built_in: Checks,
    rules: Path | None,
    namespaces: dict[str, str] | None = None,
    *,
    customization: str | None = None,
) -> None:
    """Run what is built in for the document and what the folder of rule packs has for it.

    Packs are chosen by the root and by the customization it names, which is `found.version` where it is not given.
    """
    packs = read_packs(rules)
    checks = checks_for(root, found.version if customization is None else customization, built_in, packs)
    _run(found, root, checks, _hashes(packs), namespaces or _own_namespaces(root))


def _hashes(packs: Packs) -> dict[RuleSet | Schema, str]:
    return {entry.rules: entry.sha256 for entry in packs.entries}


def _own_namespaces(root: etree._Element) -> dict[str, str]:
    return {prefix: uri for prefix, uri in root.nsmap.items() if prefix}


def _run(
    found: Inspection,
    root: etree._Element,
    checks: Checks,
    hashes: dict[RuleSet | Schema, str],
    namespaces: dict[str, str],
) -> None:
    """Schemas first, then rules; each that does not run to its end is named."""
    found.unchecked += [str(text) for text in checks.missing]
    for schema in (*checks.schemas, *((checks.narrow,) if checks.narrow else ())):
        with _told(found):
            items = list(schema_findings(root, schema, namespaces))
            found.rule_sets.append(RanRules(schema.name, version(schema), hashes.get(schema, "")))
            is_warning = schema is checks.narrow
            found.findings += [_finding(item, SCHEMA, schema.name, is_warning=is_warning) for item in items]
    for rules in checks.rules:
        with _told(found):
            failed = rule_findings(root, rules, namespaces)
            found.rule_sets.append(RanRules(rules.name, version(rules), hashes.get(rules, "")))
            found.findings += [_finding(item, RULES, rules.name, is_foreign=checks.is_foreign) for item in failed]


@contextmanager
def _told(found: Inspection) -> Iterator[None]:
    try:
        yield
    except RulesUnavailable as error:
        found.unchecked.append(str(error))


def _finding(
    item: Finding, step: str, ruleset: str, *, is_warning: bool = False, is_foreign: bool = False
) -> InspectionFinding:
    severity = Severity.WARNING if is_warning else _SEVERITIES[item.severity]
    return InspectionFinding(
        step, ruleset, item.rule, severity, item.line, 0, item.xpath, item.message, terms_in(item.message),
        decides=not is_foreign or item.rule.startswith("BR-"),
        explanation=explain(item.rule, item.message) if step == RULES else explain_schema(item.message),
    )  # fmt: skip
