"""997, 999 and TA1: whether a group or an interchange was taken, made from the faults found in it, and read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from app.documents.model.acknowledgement import AcknowledgedFault, AcknowledgedMessage, Acknowledgement, Verdict
from app.documents.model.party import Identifier, Party
from app.documents.reading import Reader, Reading
from app.documents.segments import Fault, Segment, Severity
from app.documents.x12.envelope import Interchange, TransactionSet, X12File
from app.documents.x12.writer import Body, clean

_VERDICTS = {
    "A": Verdict.ACCEPTED, "E": Verdict.ACCEPTED_WITH_ERRORS, "P": Verdict.ACCEPTED_WITH_ERRORS, "M": Verdict.REJECTED,
    "R": Verdict.REJECTED, "W": Verdict.REJECTED, "X": Verdict.REJECTED,
}  # fmt: skip
_LETTERS = {
    Verdict.ACCEPTED: "A", Verdict.ACCEPTED_WITH_ERRORS: "E", Verdict.REJECTED: "R", Verdict.RECEIVED: "A",
}  # fmt: skip
# What our rules are called in elements 720 (segments), 723 (elements), 718 (sets), 716 (groups), I18 (interchanges).
_SEGMENT_CODES = {
    "TAG": "1",
    "UNKNOWN": "1",
    "UNEXPECTED": "2",
    "MISSING": "3",
    "LOOP": "4",
    "OVER": "5",
    "SEQUENCE": "7",
}
_ELEMENT_CODES = {
    "ELEMENT": "1",
    "CONDITION": "2",
    "TOO_MANY": "3",
    "SHORT": "4",
    "LONG": "5",
    "NUMBER": "6",
    "CODE": "7",
    "DATE": "8",
}
_SET_CODES = {"SE": "2", "SE02": "3", "SE01": "4", "ST01": "6", "ST02": "7"}
_GROUP_CODES = {"GE": "3", "GE02": "4", "GE01": "5"}
_INTERCHANGE_CODES = {"IEA": "023", "IEA02": "001", "IEA01": "021", "ISA": "022", "GS": "024", "ST": "022"}
_HAS_ELEMENT_FAULTS, _IN_ERROR, _BAD_VALUE = "8", "5", "7"
_PLACE = re.compile(r"(?:[0-9]+/)?([0-9]+):([A-Za-z0-9]*)(?:/([0-9]+)(?:\.([0-9]+))?)?", re.ASCII)
_MAX_VALUE = 99
_MAX_CODES = 5
_FUNCTIONAL = {"997", "999"}


@dataclass(slots=True)
class _Group:
    sets: list[tuple[TransactionSet, Sequence[Fault]]] = field(default_factory=list)


def acknowledge(file: X12File, sets: Iterable[tuple[TransactionSet, Sequence[Fault]]]) -> list[Acknowledgement]:
    """An answer for each group of a file read to its end; `sets` with what was found in their content.

    A set with a fatal fault is rejected, the others of its group are taken. Answers are not answered.
    """
    groups: dict[tuple[str, str, str], _Group] = {}
    for one, faults in sets:
        if one.type not in _FUNCTIONAL:
            key = (one.interchange.reference, one.group_reference, one.group)
            groups.setdefault(key, _Group()).sets.append((one, faults))
    return [_answer_group(key, group, file.faults) for key, group in groups.items()]


def _answer_group(key: tuple[str, str, str], group: _Group, envelope: Sequence[Fault]) -> Acknowledgement:
    messages = tuple(_answer_set(one, faults, envelope) for one, faults in group.sets)
    first, last = group.sets[0][0].segments[0].number, group.sets[-1][0].segments[-1].number
    own = tuple(
        AcknowledgedFault(code=_GROUP_CODES[fault.rule], text=str(fault.message))
        for fault in envelope
        if fault.rule in _GROUP_CODES and first < _place(fault)[0] <= last + 2
    )
    accepted = sum(message.verdict is not Verdict.REJECTED for message in messages)
    verdict = Verdict.ACCEPTED
    if own or any(message.verdict is not Verdict.ACCEPTED for message in messages):
        verdict = Verdict.ACCEPTED_WITH_ERRORS if accepted else Verdict.REJECTED
    interchange, reference, code = key
    there = group.sets[0][0].interchange
    return Acknowledgement(
        number="0001", issue_date=None, control_number=interchange, verdict=verdict, group_control_number=reference,
        document_type=code, messages=messages, faults=own, sender=_party(there.recipient), receiver=_party(there.sender),
        included=len(messages), received=len(messages), accepted=accepted,
    )  # fmt: skip


def _answer_set(one: TransactionSet, content: Sequence[Fault], envelope: Sequence[Fault]) -> AcknowledgedMessage:
    first, last = one.segments[0].number, one.segments[-1].number
    inside: list[AcknowledgedFault] = []
    codes: dict[str, Severity] = {}
    severities = {fault.severity for fault in content}
    for fault in envelope:
        at = _place(fault)[0]
        if fault.rule in _SET_CODES and first <= at <= last + 1:
            codes[_SET_CODES[fault.rule]] = fault.severity
            severities.add(fault.severity)
        elif fault.rule == "TAG" and first <= at <= last:
            inside.append(_inside(fault, at - first + 1, one))
            severities.add(fault.severity)
    inside += [_inside(fault, _place(fault)[0], one) for fault in content if fault.severity is not Severity.INFO]
    if inside:
        codes.setdefault(_IN_ERROR, Severity.FATAL)
    verdict = (
        Verdict.REJECTED if Severity.FATAL in severities
        else Verdict.ACCEPTED_WITH_ERRORS if inside or codes
        else Verdict.ACCEPTED
    )  # fmt: skip
    own = tuple(AcknowledgedFault(code=code) for code in list(codes)[:_MAX_CODES])
    inside.sort(key=lambda fault: fault.segment_position or 0)
    return AcknowledgedMessage(
        control_number=one.reference, message_type=one.type, verdict=verdict, faults=(*inside, *own)
    )  # fmt: skip


def _place(fault: Fault) -> tuple[int, str, int, int]:
    """Segment number, name, element, component of a fault's path; 0 where there is none."""
    found = _PLACE.fullmatch(fault.path)
    return (int(found[1]), found[2], int(found[3] or 0), int(found[4] or 0)) if found else (0, "", 0, 0)


def _inside(fault: Fault, position: int, one: TransactionSet) -> AcknowledgedFault:
    _, tag, element, component = _place(fault)
    if not element:
        code = _SEGMENT_CODES.get(fault.rule, _HAS_ELEMENT_FAULTS)
        return AcknowledgedFault(code=code, text=str(fault.message), segment=tag, segment_position=position)
    value = one.segments[position - 1].value(element, component or 1) if 0 < position <= len(one.segments) else ""
    return AcknowledgedFault(
        code=_ELEMENT_CODES.get(fault.rule, _BAD_VALUE), text=str(fault.message), segment=tag, segment_position=position,
        element=element, component=component if component > 1 else None, value=_printable(value),
    )  # fmt: skip


def _printable(value: str) -> str:
    return clean("".join(char for char in value if char.isprintable())[:_MAX_VALUE])


def _party(address: str) -> Party | None:
    """Qualifier and code of an ISA."""
    qualifier, _, code = address.partition(":")
    return Party(name="", address=None, identifiers=(Identifier(code.strip(), qualifier),)) if code.strip() else None


def write_997(answer: Acknowledgement) -> Body:
    return _write(answer, Body("997"), "AK")


def write_999(answer: Acknowledgement) -> Body:
    return _write(answer, Body("999", "005010X231A1"), "IK")


def _write(answer: Acknowledgement, body: Body, prefix: str) -> Body:
    body.add("AK1", answer.document_type, answer.group_control_number or answer.control_number)
    for message in answer.messages:
        body.add("AK2", message.message_type, message.control_number)
        _write_faults(body, [fault for fault in message.faults if fault.segment], prefix)
        codes = [fault.code for fault in message.faults if not fault.segment][:_MAX_CODES]
        body.add(f"{prefix}5", _LETTERS[message.verdict], *codes)
    rejected = sum(message.verdict is Verdict.REJECTED for message in answer.messages)
    letter = "P" if answer.verdict is Verdict.ACCEPTED_WITH_ERRORS and rejected else _LETTERS[answer.verdict]
    count = len(answer.messages)
    counts = (answer.included, answer.received, answer.accepted)
    known = [
        str(given if given is not None else default)
        for given, default in zip(counts, (count, count, count - rejected), strict=True)
    ]
    body.add("AK9", letter, *known, *[fault.code for fault in answer.faults][:_MAX_CODES])
    return body


def _write_faults(body: Body, faults: Iterable[AcknowledgedFault], prefix: str) -> None:
    """AK3 for a segment, with an AK4 for each of its elements."""
    opened: tuple[str, int | None] | None = None
    for fault in faults:
        at = (fault.segment, fault.segment_position)
        position = str(fault.segment_position) if fault.segment_position is not None else ""
        if fault.element is None:
            body.add(f"{prefix}3", fault.segment, position, fault.loop, fault.code)
            opened = at if fault.code == _HAS_ELEMENT_FAULTS else None
            continue
        if opened != at:
            body.add(f"{prefix}3", fault.segment, position, fault.loop, _HAS_ELEMENT_FAULTS)
            opened = at
        place = (str(fault.element), str(fault.component)) if fault.component is not None else str(fault.element)
        body.add(f"{prefix}4", place, "", fault.code, fault.value)


def ta1_fields(answer: Acknowledgement, moment: datetime) -> tuple[str, ...]:
    """TA101 to TA105: the interchange answered, the moment of ITS header, the verdict and a note code."""
    code = answer.faults[0].code if answer.faults else "000"
    return (f"{answer.control_number:0>9}", f"{moment:%y%m%d}", f"{moment:%H%M}", _LETTERS[answer.verdict], code)


def acknowledge_interchange(file: X12File, at: int = 0) -> Acknowledgement:
    """TA1 for one interchange of a file read to its end."""
    there = file.interchanges[at]
    faults = tuple(
        AcknowledgedFault(code=_INTERCHANGE_CODES[fault.rule], text=str(fault.message))
        for fault in file.faults
        if fault.rule in _INTERCHANGE_CODES and fault.severity is Severity.FATAL
    )
    return Acknowledgement(
        number="", issue_date=_day(there.prepared), control_number=there.reference, faults=faults,
        issue_time=_time(there.prepared),
        verdict=Verdict.REJECTED if faults else Verdict.ACCEPTED, document_type="ISA",
        sender=_party(there.recipient), receiver=_party(there.sender),
    )  # fmt: skip


def _day(prepared: str) -> date | None:
    try:
        return datetime.strptime(prepared[:6], "%y%m%d").date()  # noqa: DTZ007 -- ISA09 has no zone
    except ValueError:
        return None


def _time(prepared: str) -> time | None:
    try:
        return datetime.strptime(prepared[-4:], "%H%M").time()  # noqa: DTZ007 -- ISA10 has no zone
    except ValueError:
        return None


def read_acknowledgement(one: TransactionSet) -> Reading[Acknowledgement]:
    """997 and 999."""
    reader = _AnswerReader(one)
    answer = reader.read()
    return Reading(answer, tuple(reader.faults), tuple(reader.leftovers(frozenset({"ST", "SE"}))))


def read_ta1(interchange: Interchange, segment: Segment) -> Acknowledgement:
    code = segment.value(5)
    return Acknowledgement(
        number=interchange.reference, issue_date=_day(interchange.prepared), control_number=segment.value(1),
        verdict=_VERDICTS.get(segment.value(4), Verdict.REJECTED), document_type="ISA",
        faults=(AcknowledgedFault(code=code),) if code.strip("0") else (),
        sender=_party(interchange.sender), receiver=_party(interchange.recipient),
    )  # fmt: skip


class _AnswerReader(Reader):
    def __init__(self, one: TransactionSet) -> None:
        super().__init__(one.segments, one.position)
        self._one = one
        self._messages: list[AcknowledgedMessage] = []
        self._faults: list[AcknowledgedFault] = []
        self._segment: AcknowledgedFault | None = None
        self._group: dict[str, str] = {}
        self._counts: list[int | None] = [None, None, None]
        self._own: tuple[AcknowledgedFault, ...] = ()
        self._verdict = Verdict.REJECTED

    def read(self) -> Acknowledgement:
        text = self.text
        for segment in self.segments:
            tag = segment.tag
            if tag == "AK1":
                self._group = {"document_type": text(segment, 1), "group_control_number": text(segment, 2)}
            elif tag == "AK2":
                self._faults, self._segment = [], None
                verdict = Verdict.RECEIVED
                self._messages.append(
                    AcknowledgedMessage(control_number=text(segment, 2), message_type=text(segment, 1), verdict=verdict)
                )
            elif tag in ("AK3", "IK3"):
                self._segment = AcknowledgedFault(
                    code=text(segment, 4), segment=text(segment, 1), loop=text(segment, 3),
                    segment_position=self._int(segment, 2),
                )  # fmt: skip
                self._faults.append(self._segment)
            elif tag in ("AK4", "IK4"):
                self._element(segment)
            elif tag in ("AK5", "IK5") and self._messages:
                codes = tuple(AcknowledgedFault(code=code) for at in range(2, 7) if (code := text(segment, at)))
                verdict = _VERDICTS.get(text(segment, 1), Verdict.REJECTED)
                self._messages[-1] = replace(self._messages[-1], verdict=verdict, faults=(*self._faults, *codes))
            elif tag == "AK9":
                self._verdict = _VERDICTS.get(text(segment, 1), Verdict.REJECTED)
                self._counts = [self._int(segment, at) for at in (2, 3, 4)]
                self._own = tuple(AcknowledgedFault(code=code) for at in range(5, 10) if (code := text(segment, at)))
        there = self._one.interchange
        included, received, accepted = self._counts
        return Acknowledgement(
            number=self._one.reference, issue_date=_day(there.prepared),
            control_number=self._group.get("group_control_number", ""), verdict=self._verdict,
            document_type=self._group.get("document_type", ""),
            group_control_number=self._group.get("group_control_number", ""),
            messages=tuple(self._messages), faults=self._own, sender=_party(there.sender), receiver=_party(there.recipient),
            included=included, received=received, accepted=accepted,
        )  # fmt: skip

    def _element(self, segment: Segment) -> None:
        above = self._segment
        if above is None:
            return
        if self._faults and self._faults[-1] is above and above.code == _HAS_ELEMENT_FAULTS:
            self._faults.pop()
        self.text(segment, 2)
        self._faults.append(
            replace(
                above, code=self.text(segment, 3), element=self._int(segment, 1), component=self._int(segment, 1, 2),
                value=self.text(segment, 4),
            )
        )  # fmt: skip

    def _int(self, segment: Segment, element: int, component: int = 1) -> int | None:
        value = self.number(segment, element, component)
        return int(value) if value is not None else None
