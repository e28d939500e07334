"""The report of one file, and its shape as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.texts import Message
from app.documents.business_terms import term_name
from app.documents.model.party import Party
from app.documents.reading import Leftover
from app.documents.segments import Fault, Severity
from app.documents.validation import RanRules, Status

SYNTAX, SCHEMA, RULES = "syntax", "schema", "rules"


@dataclass(frozen=True, slots=True)
class InspectionFinding:
    """`step` is syntax, schema or rules; they are never mixed up. A place of 0 is not known.

    `terms` are business terms of EN 16931 (BT-1), `explanation` says what is wrong in our words, where there are any.
    What does not decide is shown, but leaves the verdict open.
    """

    step: str
    ruleset: str
    rule: str
    severity: Severity
    line: int
    column: int
    path: str
    message: str
    terms: tuple[str, ...] = ()
    decides: bool = True
    explanation: Message | None = None

    @classmethod
    def of(cls, fault: Fault, step: str, ruleset: str) -> InspectionFinding:
        return cls(step, ruleset, fault.rule, fault.severity, fault.line, fault.column, fault.path, str(fault.message))

    def as_json(self) -> dict[str, Any]:
        return {
            "step": self.step, "ruleset": self.ruleset, "rule": self.rule, "severity": self.severity.value,
            "line": self.line, "column": self.column, "path": self.path, "message": self.message,
            **({"terms": [{"id": term, "name": str(term_name(term))} for term in self.terms]} if self.terms else {}),
            **({"text": str(self.explanation), "explanation": self.explanation.as_json()} if self.explanation else {}),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnusedField:
    """Values of one element that the neutral document has no place for: how many, and the first of them."""

    path: str
    count: int
    line: int
    value: str


@dataclass(frozen=True, slots=True)
class DocumentHead:
    """One document of the file as people name it. `lines` is their number."""

    type: str
    number: str = ""
    date: date | None = None
    currency: str = ""
    version: str = ""
    reference: str = ""
    parties: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: int = 0
    totals: dict[str, str] = field(default_factory=dict)
    unused: tuple[UnusedField, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.type, "number": self.number, "date": self.date.isoformat() if self.date else None,
            "currency": self.currency, "version": self.version, "reference": self.reference, "parties": self.parties,
            "lines": self.lines, "totals": self.totals,
            "unused": [
                {"path": item.path, "count": item.count, "line": item.line, "value": item.value} for item in self.unused
            ],
        }  # fmt: skip


@dataclass(slots=True)
class Inspection:
    """`rule_sets` are those that ran to their end; `unchecked` says what was not checked and why.

    `part` is the name of the file inside, where there is one, `container` what it lay in (`gzip`, `mail/zip`). A
    container with several files has a report of each in `parts`.
    """

    format: str
    version: str = ""
    documents: list[DocumentHead] = field(default_factory=list)
    rule_sets: list[RanRules] = field(default_factory=list)
    findings: list[InspectionFinding] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    profile: str = ""
    part: str = ""
    container: str = ""
    parts: list[Inspection] = field(default_factory=list)

    @property
    def verdict(self) -> Status:
        """Valid only when everything was checked."""
        if any(finding.severity is Severity.FATAL and finding.decides for finding in self.findings):
            return Status.INVALID
        if self.parts:
            verdicts = {part.verdict for part in self.parts}
            worst = Status.VALID if verdicts == {Status.VALID} and not self.unchecked else Status.NOT_CHECKED
            return Status.INVALID if Status.INVALID in verdicts else worst
        return Status.NOT_CHECKED if self.unchecked or not self.rule_sets else Status.VALID

    def as_json(self, limit: int | None = None) -> dict[str, Any]:
        """With a limit, of more findings the first so many, fatal ones first; `more_findings` counts the others."""
        shown = self.findings
        if limit is not None and len(shown) > limit:
            shown = sorted(shown, key=lambda one: one.severity is not Severity.FATAL)[:limit]
        left_out = len(self.findings) - len(shown)
        return {
            "format": self.format, "version": self.version, **({"profile": self.profile} if self.profile else {}),
            **({"container": self.container} if self.container else {}), **({"part": self.part} if self.part else {}),
            "verdict": self.verdict.value,
            "documents": [document.as_json() for document in self.documents],
            "rule_sets": [
                {"name": ran.name, "version": ran.version, **({"sha256": ran.sha256} if ran.sha256 else {})}
                for ran in self.rule_sets
            ],
            "unchecked": self.unchecked, "findings": [finding.as_json() for finding in shown],
            **({"more_findings": left_out} if left_out else {}),
            **({"parts": [part.as_json(limit) for part in self.parts]} if self.parts else {}),
        }  # fmt: skip


def party_json(party: Party | None) -> dict[str, str]:
    """What is given of name, GLN, other identifier and VAT id."""
    if party is None:
        return {}
    identifier = party.identifiers[0].value if party.identifiers else ""
    values = {"name": party.name, "gln": party.gln, "id": identifier, "vat_id": party.vat_id}
    return {name: value for name, value in values.items() if value}


def amounts(**values: Decimal | None) -> dict[str, str]:
    """Exact numbers as text, without those that are absent."""
    return {name: format(value, "f") for name, value in values.items() if value is not None}


def unused_fields(leftovers: Iterable[Leftover]) -> tuple[UnusedField, ...]:
    """Leftovers of one element together: `QTY/1.2`."""
    found: dict[str, UnusedField] = {}
    for item in leftovers:
        path = item.path.partition(":")[2]
        first = found.get(path)
        found[path] = (
            UnusedField(path, first.count + 1, first.line, first.value)
            if first
            else UnusedField(path, 1, item.line, item.value)
        )
    return tuple(found.values())
