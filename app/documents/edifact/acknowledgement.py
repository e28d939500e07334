"""CONTRL and APERAK, both ways, and the acknowledgement that follows from the faults of a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.documents.edifact import parts_out as out
from app.documents.edifact.envelope import EdifactFile, EdifactMessage
from app.documents.edifact.party import PartyReader
from app.documents.edifact.writer import Body, Directory, number
from app.documents.model.acknowledgement import AcknowledgedFault, AcknowledgedMessage, Acknowledgement, Verdict
from app.documents.model.party import Identifier, Party
from app.documents.reading import Reader, Reading
from app.documents.segments import Fault, Segment, Severity

CONTRL = Directory("D", "3", "UN", "EAN002")
APERAK = Directory("D", "96A", "UN", "EAN004")
_FRAME = frozenset({"UNH", "UNT", "UNS"})
_MAX_FAULTS = 99
UNSPECIFIED = "18"
# Rules of our faults as 0085 syntax errors. Those that begin like one of them count too.
_CODES = (
    ("NUMBER", "37"), ("DATE", "12"), ("UNT01", "29"), ("UNE01", "29"), ("UNZ01", "29"), ("UNT02", "28"), ("UNE02", "28"),
    ("UNZ02", "28"), ("CNT", "29"), ("TAG", "15"), ("ORDER", "15"), ("UNKNOWN", "15"), ("MISSING", "13"), ("REPEATED", "35"),
    ("UNB", "13"), ("UNH", "13"), ("UNT", "13"), ("UNZ", "13"), ("UNE", "13"), ("BGM", "13"), ("DTM", "13"), ("READ", "18"),
)  # fmt: skip
_ACTIONS = {
    Verdict.RECEIVED: "8",
    Verdict.ACCEPTED: "7",
    Verdict.ACCEPTED_WITH_ERRORS: "7",
    Verdict.REJECTED: "4",
}
_VERDICTS = {"4": Verdict.REJECTED, "7": Verdict.ACCEPTED, "8": Verdict.RECEIVED}
_ANSWERS = {Verdict.ACCEPTED: "29", Verdict.ACCEPTED_WITH_ERRORS: "34", Verdict.REJECTED: "27", Verdict.RECEIVED: "9"}
_ANSWER_CODES = {
    **dict.fromkeys(("27", "RE", "48"), Verdict.REJECTED),
    **dict.fromkeys(("29", "44", "AP"), Verdict.ACCEPTED),
    **dict.fromkeys(("28", "30", "34", "45", "CA"), Verdict.ACCEPTED_WITH_ERRORS),
}
_REFERENCES = {
    "ORDERS": "ON", "ORDRSP": "POR", "DESADV": "AAK", "INVOIC": "IV", "PRICAT": "PL", "RECADV": "ALO",
}  # fmt: skip
_TYPES = {code: kind for kind, code in _REFERENCES.items()} | {"DQ": "DESADV"}


def error_code(rule: str) -> str:
    """The 0085 code of a fault of ours."""
    return next((code for start, code in _CODES if rule == start or rule.startswith(f"{start} ")), UNSPECIFIED)


def wants_answer(message_type: str) -> bool:
    """CONTRL is never answered by CONTRL."""
    return message_type != "CONTRL"


def acknowledge(
    file: EdifactFile, messages: Sequence[tuple[EdifactMessage, Iterable[Fault]]], reference: str, day: date | None
) -> Acknowledgement:
    """What CONTRL says of a file with one interchange: its own faults and those of each message, fatal ones only."""
    interchange = file.interchanges[0] if file.interchanges else None
    own = [fault for fault in file.faults if fault.severity is Severity.FATAL]
    said: list[AcknowledgedMessage] = []
    for message, faults in messages:
        first, last = message.segments[0].number, message.segments[-1].number + 1
        inside = [fault for fault in own if first <= _number(fault) <= last and "UNZ" not in fault.path]
        own = [fault for fault in own if fault not in inside]
        found = [_acknowledged(fault, first) for fault in inside]
        found += [_acknowledged(fault) for fault in faults if fault.severity is Severity.FATAL]
        verdict = Verdict.REJECTED if found else Verdict.ACCEPTED
        said.append(AcknowledgedMessage(
            control_number=message.reference, message_type=message.code, verdict=verdict, faults=tuple(found[:_MAX_FAULTS]),
        ))  # fmt: skip
    if own or (said and all(message.verdict is Verdict.REJECTED for message in said)):
        verdict = Verdict.REJECTED
    elif any(message.verdict is Verdict.REJECTED for message in said):
        verdict = Verdict.ACCEPTED_WITH_ERRORS
    else:
        verdict = Verdict.ACCEPTED
    return Acknowledgement(
        number=reference, issue_date=day, control_number=interchange.reference if interchange else "", verdict=verdict,
        messages=tuple(said), faults=tuple(_acknowledged(fault) for fault in own[:1]),
        sender=_addressed(interchange.recipient) if interchange else None,
        receiver=_addressed(interchange.sender) if interchange else None,
    )  # fmt: skip


def _number(fault: Fault) -> int:
    head = fault.path.partition(":")[0]
    return int(head) if head.isdecimal() else 0


def _acknowledged(fault: Fault, first: int = 0) -> AcknowledgedFault:
    """`first` is the number of UNH in the file for faults of the envelope, whose paths count from its start."""
    place, _, where = fault.path.partition(":")
    tag, _, inside = where.partition("/")
    element, _, component = inside.partition(".")
    position = place.rpartition("/")[2]
    at = int(position) - (first - 1 if first else 0) if position.isdecimal() else None
    return AcknowledgedFault(
        code=error_code(fault.rule), text=str(fault.message), segment=tag, segment_position=at,
        element=int(element) if element.isdecimal() else None, component=int(component) if component.isdecimal() else None,
    )  # fmt: skip


def _addressed(code: str) -> Party | None:
    if not code:
        return None
    is_gln = len(code) == 13 and code.isdecimal()
    return Party(name="", address=None, gln=code if is_gln else "", identifiers=() if is_gln else (Identifier(code),))


def write_contrl(value: Acknowledgement, directory: Directory = CONTRL) -> Body:
    """Interchange, messages, segments and elements with their errors. Texts have no place in CONTRL."""
    body = Body("CONTRL", directory)
    first = value.faults[0] if value.faults else None
    body.add(
        "UCI", value.control_number, _address(value.receiver), _address(value.sender), _ACTIONS[value.verdict],
        first.code if first else "", first.segment if first else "", _place(first) if first else "",
    )  # fmt: skip
    for fault in value.faults[1:]:
        body.lose("UCI", fault.text or fault.code)
    for message in value.messages:
        body.add("UCM", message.control_number, message.message_type.split(":"), _ACTIONS[message.verdict])
        for fault in message.faults:
            position = str(fault.segment_position or 1)
            if fault.element is None:
                body.add("UCS", position, fault.code)
            else:
                body.add("UCS", position)
                body.add("UCD", fault.code, _place(fault))
    return body


def _place(fault: AcknowledgedFault) -> list[str]:
    """S011 counts the name of the segment as element 1."""
    if fault.element is None:
        return [""]
    return [str(fault.element + 1), str(fault.component or "")]


def _address(party: Party | None) -> list[str]:
    if party is None:
        return ["UNKNOWN"]
    if party.gln:
        return [party.gln, "14"]
    return [party.identifiers[0].value, party.identifiers[0].scheme] if party.identifiers else [party.name or "UNKNOWN"]


def read_contrl(message: EdifactMessage) -> Reading[Acknowledgement]:
    reader = Reader(message.segments, message.position)
    read = reader.text
    prepared = message.interchange.prepared
    value = Acknowledgement(
        number=message.reference, issue_date=_day_of(prepared), control_number="", verdict=Verdict.RECEIVED
    )
    said: list[AcknowledgedMessage] = []
    at = 1
    for segment in message.segments:
        tag = segment.tag
        if tag == "UCI":
            code = read(segment, 5)
            value = replace(
                value, control_number=read(segment, 1), verdict=_VERDICTS.get(read(segment, 4), Verdict.RECEIVED),
                receiver=_read_address(reader, segment, 2), sender=_read_address(reader, segment, 3),
                faults=(_fault(reader, segment, code, segment_name=read(segment, 6), place=7),) if code else (),
            )  # fmt: skip
        elif tag == "UCM":
            kind = ":".join(reader.texts(segment, 2, range(1, 6)))
            code = read(segment, 4)
            faults = (_fault(reader, segment, code, segment_name=read(segment, 5), place=6),) if code else ()
            said.append(AcknowledgedMessage(
                control_number=read(segment, 1), message_type=kind,
                verdict=_VERDICTS.get(read(segment, 3), Verdict.RECEIVED), faults=faults,
            ))  # fmt: skip
        elif tag in ("UCS", "UCD") and said:
            if tag == "UCS":
                at = _whole(reader.number(segment, 1)) or 1
            code = read(segment, 2 if tag == "UCS" else 1)
            if code:
                found = _fault(reader, segment, code, position=at, place=0 if tag == "UCS" else 2)
                said[-1] = replace(said[-1], faults=(*said[-1].faults, found))
    if value.verdict is Verdict.ACCEPTED and any(one.verdict is Verdict.REJECTED for one in said):
        value = replace(value, verdict=Verdict.ACCEPTED_WITH_ERRORS)
    value = replace(value, messages=tuple(said))
    return Reading(value, tuple(reader.faults), tuple(reader.leftovers(_FRAME)))


def _day_of(prepared: str) -> date | None:
    digits = prepared[:8] if len(prepared) >= 12 else "20" + prepared[:6]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _read_address(reader: Reader, segment: Segment, element: int) -> Party | None:
    code, qualifier = reader.text(segment, element), reader.text(segment, element, 2)
    if not code or code == "UNKNOWN":
        return None
    if qualifier == "14":
        return Party(name="", address=None, gln=code)
    return Party(name="", address=None, identifiers=(Identifier(code, qualifier),))


def _fault(
    reader: Reader, segment: Segment, code: str, *, segment_name: str = "", position: int | None = None, place: int = 0
) -> AcknowledgedFault:
    element = _whole(reader.number(segment, place)) if place else None
    return AcknowledgedFault(
        code=code, segment=segment_name, segment_position=position, element=element - 1 if element else None,
        component=_whole(reader.number(segment, place, 2)) if place else None,
    )  # fmt: skip


def _whole(value: Decimal | None) -> int | None:
    return int(value) if value is not None and 0 <= value < 1_000_000_000 else None


def write_aperak(value: Acknowledgement, directory: Directory = APERAK) -> Body:
    """The business answer to one document: what is wrong with it in words."""
    body = Body("APERAK", directory)
    body.add("BGM", "305" if not directory.is_old else "963", value.number, _ANSWERS[value.verdict])
    body.day("137", value.issue_date)
    if value.control_number:
        body.add("RFF", ("ACW", value.control_number))
    if value.document_number:
        body.add("RFF", (_REFERENCES.get(value.document_type, "ACE"), value.document_number))
    out.parties(body, (("MS", value.sender), ("MR", value.receiver)))
    faults = [*value.faults, *(fault for message in value.messages for fault in message.faults)]
    for fault in faults:
        body.add("ERC", (fault.code, "", "91"))
        words = fault.text or fault.value
        if words:
            body.add("FTX", "AAO", "", "", body.fit("FTX", words, 70 if directory.is_old else 512, 5))
        if fault.segment_position is not None:
            place = [fault.segment, str(fault.segment_position), number(fault.element), number(fault.component)]
            body.add("RFF", ("LI", "/".join(place).rstrip("/")))
    return body


def read_aperak(message: EdifactMessage) -> Reading[Acknowledgement]:
    reader = Reader(message.segments, message.position)
    read = reader.text
    value = Acknowledgement(number="", issue_date=None, control_number="", verdict=Verdict.RECEIVED)
    faults: list[AcknowledgedFault] = []
    parties: list[PartyReader] = []
    is_party = False
    for segment in message.segments:
        tag = segment.tag
        if is_party and parties[-1].take(segment):
            continue
        is_party = False
        if tag == "BGM":
            codes = [read(segment, 3), read(segment, 4), read(segment, 1)]
            verdict = next((_ANSWER_CODES[code] for code in codes if code in _ANSWER_CODES), Verdict.RECEIVED)
            value = replace(value, number=read(segment, 2), verdict=verdict)
        elif tag == "DTM" and segment.value(1) == "137":
            reader.texts(segment, 1, (1, 3))
            value = replace(value, issue_date=reader.day(segment, 1, 2))
        elif tag == "RFF" and not faults:
            kind, there = read(segment, 1), read(segment, 1, 2)
            if kind == "ACW" and not value.control_number:
                value = replace(value, control_number=there)
            elif not value.document_number:
                value = replace(value, document_number=there, document_type=_TYPES.get(kind, ""))
            else:
                reader.untake(segment)
        elif tag == "RFF" and segment.value(1) == "LI":
            faults[-1] = _placed(faults[-1], read(segment, 1, 2))
            read(segment, 1)
        elif tag == "NAD":
            parties.append(PartyReader(reader, segment))
            is_party = True
        elif tag == "ERC":
            reader.texts(segment, 1, (1, 2, 3))
            faults.append(AcknowledgedFault(code=segment.value(1)))
        elif tag == "FTX" and faults:
            read(segment, 1)
            text = " ".join(reader.texts(segment, 4, range(1, 6)))
            faults[-1] = replace(faults[-1], text=f"{faults[-1].text} {text}".strip())
    named = {party.role: party.party() for party in reversed(parties)}
    value = replace(
        value, faults=tuple(faults), sender=named.get("MS") or named.get("SU"),
        receiver=named.get("MR") or named.get("BY"),
    )  # fmt: skip
    return Reading(value, tuple(reader.faults), tuple(reader.leftovers(_FRAME)))


def _placed(fault: AcknowledgedFault, text: str) -> AcknowledgedFault:
    segment, *places = text.split("/")
    found = [int(place) if place.isdecimal() and len(place) < 9 else None for place in places[:3]]
    if not places or found[0] is None:
        return fault
    position, element, component = [*found, None, None][:3]
    return replace(fault, segment=segment, segment_position=position, element=element, component=component)
