"""BMEcat 1.2 and 2005, as a stream: Kontor's own structure; the official schema of small files with a rule pack."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO

from app.core.texts import N_
from app.core.xml import MAX_BYTES, XmlError, XmlFault, XmlStart, parse
from app.documents.bmecat.form import form_faults
from app.documents.bmecat.names import MAX_CATALOGUE
from app.documents.bmecat.notes import Notes
from app.documents.bmecat.stream import BmecatStream
from app.documents.formats import FormatError
from app.documents.inspection.families import Family, XmlSource, families
from app.documents.inspection.report import (
    RULES,
    SCHEMA,
    SYNTAX,
    DocumentHead,
    Inspection,
    InspectionFinding,
    UnusedField,
    party_json,
)
from app.documents.inspection.xml_checks import check
from app.documents.model.catalogue import CatalogueMode
from app.documents.rule_choice import Checks
from app.documents.rule_packs import read_packs
from app.documents.segments import Severity
from app.documents.validation import RanRules

NAME, NUMBER = "Kontor BMEcat structure", "1"
_VALUES = "BMEcat values"
_BLOCK = 65_536
_IN_MEMORY = 4_000_000
_STRUCTURE = frozenset({"MISSING", "PREVIOUS"})


def _matches(start: XmlStart) -> bool:
    return start.name.upper() == "BMECAT"


def _inspect(source: XmlSource) -> Inspection:
    start = source.start
    found = Inspection("bmecat", start.attributes.get("version", ""))
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
        _keep(kept, source)
        stream = BmecatStream(lambda: _blocks(kept))
        try:
            stream.scan()
        except FormatError as error:
            found.findings.append(
                InspectionFinding(SYNTAX, "XML", "XML", Severity.FATAL, error.line, 0, error.path, str(error.message))
            )
            found.documents.append(_head(stream, found.version))
            return found
        found.documents.append(_head(stream, found.version))
        _findings(found, stream)
        customization = f"{stream.transaction} {found.version}".strip()
        is_covered = bool(read_packs(source.rules).fitting(start.namespace, start.name, customization))
        if not is_covered:
            faults = form_faults(_blocks(kept), start)
            found.findings += [InspectionFinding.of(fault, SCHEMA, NAME) for fault in faults]
        size = kept.seek(0, 2)
        if is_covered and size <= MAX_BYTES:
            check(
                found,
                parse(b"".join(_blocks(kept))),
                Checks(is_schema_enough=True),
                source.rules,
                customization=customization,
            )
            return found
    if is_covered:
        found.unchecked.append(
            str(N_("The schemas of the rule pack were not run: the file has more than {n} bytes.", n=MAX_BYTES))
        )
    else:
        found.unchecked.append(str(N_("There is no schema for {name}.", name=f"BMEcat {found.version}".strip())))
    return found


def _keep(kept: IO[bytes], source: XmlSource) -> None:
    """On disk where it is large: it is read twice."""
    size = 0
    for chunk in source.chunks():
        size += len(chunk)
        if size > MAX_CATALOGUE:
            message = N_("The file has more than {limit} bytes; it is not read further.", limit=MAX_CATALOGUE)
            raise XmlError(XmlFault.TOO_LARGE, message)
        kept.write(chunk)


def _blocks(kept: IO[bytes]) -> Iterator[bytes]:
    kept.seek(0)
    while block := kept.read(_BLOCK):
        yield block


def _head(stream: BmecatStream, version: str) -> DocumentHead:
    """`totals` counts what the catalogue holds beside its articles."""
    header, counts = stream.header, stream.counts
    parties = {
        role: said
        for role, party in (("seller", header.seller), ("buyer", header.buyer))
        if (said := party_json(party))
    }
    return DocumentHead(
        stream.transaction or "BMECAT", header.number, header.issue_date, header.currency, version,
        header.version, parties, counts["articles"],
        {name: str(counts[name]) for name in ("prices", "groups", "group_maps") if counts[name]},
        tuple(UnusedField(path, one.count, one.line, one.first) for path, one in stream.notes.left.items()),
    )  # fmt: skip


def _findings(found: Inspection, stream: BmecatStream) -> None:
    notes: Notes = stream.notes
    for fault in notes.faults:
        step, ruleset = (SCHEMA, NAME) if fault.rule in _STRUCTURE else (SYNTAX, _VALUES)
        found.findings.append(InspectionFinding.of(fault, step, ruleset))
    if notes.more_faults:
        message = str(N_("{n} more of this kind are not shown.", n=notes.more_faults))
        found.findings.append(InspectionFinding(SYNTAX, _VALUES, "MORE", Severity.INFO, 0, 0, "", message))
    if not stream.transaction:
        message = str(N_("{path} is missing.", path="T_NEW_CATALOG"))
        found.findings.append(InspectionFinding(SCHEMA, NAME, "MISSING", Severity.FATAL, 0, 0, "/BMECAT", message))
    header = stream.header
    needed = [
        ("CATALOG_ID", header.number),
        ("CATALOG_VERSION", header.version),
        ("SUPPLIER_NAME", header.seller and header.seller.name),
    ]
    for name, value in needed:
        if not value:
            message = str(N_("{path} is missing.", path=name))
            found.findings.append(
                InspectionFinding(SCHEMA, NAME, "MISSING", Severity.WARNING, 0, 0, "/BMECAT/HEADER", message)
            )
    if stream.mode is not CatalogueMode.NEW:
        message = str(
            N_(
                "An update is taken only after the catalogue it follows on: {previous}.",
                previous=stream.previous_version or "-",
            )
        )
        found.findings.append(InspectionFinding(RULES, NAME, "PREVIOUS", Severity.INFO, 0, 0, "/BMECAT", message))
    found.rule_sets.append(RanRules(NAME, NUMBER))


families.add("bmecat", Family("bmecat", _matches, _inspect, ("bmecat",)))
