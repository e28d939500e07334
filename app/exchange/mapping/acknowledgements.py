"""What is to be said of a file that came: CONTRL or TA1 for its interchange, 997 or 999 for each of its groups, or the
message level response of Peppol for each document.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.documents.edifact import acknowledgement as edifact
from app.documents.edifact.envelope import EdifactFile
from app.documents.edifact.messages import READERS as EDIFACT_READERS
from app.documents.model.acknowledgement import AcknowledgedFault, Acknowledgement, Verdict
from app.documents.model.party import Party
from app.documents.segments import Severity
from app.documents.x12 import acknowledgement as x12
from app.documents.x12.documents import READERS as X12_READERS
from app.documents.x12.envelope import X12File
from app.exchange.mapping.neutral_order import number_of
from app.exchange.mapping.opening import Part, sending_party

TA1, MLR = "x12-ta1", "ubl-application-response"
_FORMATS = {
    "edifact": ("edifact-contrl", "edifact-aperak"), "x12": ("x12-997", "x12-999", TA1), "ubl": (MLR,),
}  # fmt: skip
_SYNTAX = "SV"  # of the reasons that Peppol has for a message that was not taken


def acknowledging_format(family: str, chosen: str) -> str:
    """The format that answers files of a family; empty where there is none. UBL is answered only if that was chosen."""
    known = _FORMATS.get(family, ())
    if chosen in known:
        return chosen
    return known[0] if known and family != "ubl" else ""


def acknowledgements(
    code: str, data: bytes, day: date, parts: Sequence[Part] = (), us: Party | None = None
) -> list[Acknowledgement]:
    """In the format `code`, numbered by the caller. The file was read before, so it can be read."""
    if code == MLR:
        return [_message_level(part, day, us) for part in parts]
    if code == TA1:
        return _interchanges(data)
    return _edifact(data, day) if code.startswith("edifact") else _x12(data)


def _message_level(part: Part, day: date, us: Party | None) -> Acknowledgement:
    faults = tuple(
        AcknowledgedFault(code=_SYNTAX, text=str(one.message), path=one.path)
        for one in part.faults if one.severity is Severity.FATAL
    )  # fmt: skip
    refused = part.document is None or bool(faults)
    return Acknowledgement(
        number="1", issue_date=day, control_number=number_of(part.document) if part.document is not None else "",
        verdict=Verdict.REJECTED if refused else Verdict.ACCEPTED, faults=faults, sender=us,
        receiver=sending_party(part.document) if part.document is not None else None,
    )  # fmt: skip


def _interchanges(data: bytes) -> list[Acknowledgement]:
    file = X12File.of([data])
    for _ in file.sets():
        continue
    return [x12.acknowledge_interchange(file, at) for at in range(len(file.interchanges))]


def _edifact(data: bytes, day: date) -> list[Acknowledgement]:
    file = EdifactFile.of([data])
    found = []
    for message in file.messages():
        reader = EDIFACT_READERS.get(message.type)
        if edifact.wants_answer(message.type):
            found.append((message, reader(message).faults if reader else ()))
    return [edifact.acknowledge(file, found, "1", day)] if found else []


def _x12(data: bytes) -> list[Acknowledgement]:
    file = X12File.of([data])
    found = []
    for one in file.sets():
        reader = X12_READERS.get(one.type)
        found.append((one, reader(one).faults if reader else ()))
    return x12.acknowledge(file, found)
