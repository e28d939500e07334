"""Is a document right by its schema and the official rules? A verdict only when all of them ran to their end.

Heavy (a rule engine in this process): call it from workers and the command line, never from a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from app.core.xml import XmlError, parse
from app.documents import rule_sets
from app.documents.cii.values import NAMESPACES as CII_NAMESPACES
from app.documents.rule_sets import RuleSet, RulesUnavailable, Schema
from app.documents.ubl.values import NAMESPACES as UBL_NAMESPACES
from app.documents.xml_places import Places

_GUIDELINE = "{*}ExchangedDocumentContext/{*}GuidelineSpecifiedDocumentContextParameter/{*}ID"
_BUSINESS_TERM = re.compile(r"\b(B[TG]-[0-9]+(?:-[0-9]+)?)\b")
_RULE_IN_TEXT = re.compile(r"\s*\[([A-Z][A-Za-z0-9.-]+)\]\s*-?\s*")


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class Status(StrEnum):
    """`NOT_CHECKED`: some rule set is absent or did not run to its end. It is never shown as valid."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: rule id ("XSD" for the schema, "XML" for broken files), where it is, and the term it is about.

    A rule without an id of its own goes by the name of its rule set.
    """

    rule: str
    severity: Severity
    message: str
    line: int
    xpath: str
    business_term: str


@dataclass(frozen=True, slots=True)
class RanRules:
    """A schema or rule set that ran to its end, with the version its file states; the hash where an operator gave it."""

    name: str
    version: str = ""
    sha256: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """`rule_sets` names only those that ran to their end; `reason` says why a document was not checked."""

    status: Status
    rule_sets: tuple[RanRules, ...]
    findings: tuple[Finding, ...]
    reason: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def validate_ubl(data: bytes) -> ValidationReport:
    """A UBL 2.1 Invoice or CreditNote against its schema and EN 16931."""
    root, report = _read(data)
    if root is None:
        return report
    schema = rule_sets.UBL_CREDIT_NOTE if etree.QName(root).localname == "CreditNote" else rule_sets.UBL_INVOICE
    return _validate(root, schema, rule_sets.EN16931_UBL, UBL_NAMESPACES)


def validate_cii(data: bytes) -> ValidationReport:
    """A Cross Industry Invoice against the schema and rules of the Factur-X profile it names."""
    root, report = _read(data)
    if root is None:
        return report
    rules, schema = rule_sets.profile_of((root.findtext(_GUIDELINE) or "").strip())
    return _validate(root, schema, rules, CII_NAMESPACES)


def _read(data: bytes) -> tuple[etree._Element | None, ValidationReport]:
    try:
        return parse(data), ValidationReport(Status.NOT_CHECKED, (), ())
    except XmlError as error:
        finding = Finding("XML", Severity.ERROR, str(error), error.line, "", "")
        return None, ValidationReport(Status.INVALID, (RanRules("XML"),), (finding,))


def _validate(root: etree._Element, schema: Schema, rules: RuleSet, namespaces: dict[str, str]) -> ValidationReport:
    findings: list[Finding] = []
    ran: list[RanRules] = []
    reason = ""
    try:
        findings += schema_findings(root, schema, namespaces)
        ran.append(RanRules(schema.name))
        findings += rule_findings(root, rules, namespaces)
        ran.append(RanRules(rules.name, rule_sets.version(rules)))
    except RulesUnavailable as error:
        reason = str(error)
    return ValidationReport(_status(findings, reason), tuple(ran), tuple(findings), reason)


def _status(findings: list[Finding], reason: str) -> Status:
    if any(finding.severity is Severity.ERROR for finding in findings):
        return Status.INVALID
    return Status.NOT_CHECKED if reason else Status.VALID


def schema_findings(root: etree._Element, schema: Schema, namespaces: dict[str, str]) -> Iterator[Finding]:
    """What breaks the schema; RulesUnavailable if that is absent."""
    places = Places(root, namespaces)
    for line, path, message in rule_sets.schema_errors(schema, root):
        element = places.of_schema(path)
        xpath = places.address(element) if element is not None else path
        yield Finding("XSD", Severity.ERROR, _without_uris(message, namespaces), line, xpath, "")


def _without_uris(message: str, namespaces: dict[str, str]) -> str:
    for prefix, uri in namespaces.items():
        message = message.replace(f"{{{uri}}}", f"{prefix}:")
    return message


def rule_findings(root: etree._Element, rules: RuleSet, namespaces: dict[str, str]) -> list[Finding]:
    """The rules that failed; RulesUnavailable if they did not run to their end."""
    places = Places(root, namespaces)
    return [_finding(failed, places, rules) for failed in rule_sets.failed_rules(rules, root)]


def _finding(failed: rule_sets.FailedRule, places: Places, rules: RuleSet) -> Finding:
    named = _RULE_IN_TEXT.match(failed.text)
    text = failed.text[named.end() :] if named else failed.text
    term = _BUSINESS_TERM.search(text)
    element = places.of_rule(failed.location)
    return Finding(
        rule=failed.rule or (named[1] if named else rules.name),
        severity=_severity(failed.flag),
        message=text,
        line=(element.sourceline or 0) if element is not None else 0,
        xpath=places.address(element) if element is not None else failed.location,
        business_term=term[1] if term else "",
    )


def _severity(flag: str) -> Severity:
    if flag.lower().startswith("warn"):
        return Severity.WARNING
    return Severity.INFORMATION if flag.lower().startswith("info") else Severity.ERROR
