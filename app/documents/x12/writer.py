"""Transaction sets out: one interchange with its groups, counts and control numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

from app.core.texts import N_
from app.documents.edifact.writer import Loss, clean, cut_at_blanks, number
from app.documents.formats import FormatError

GROUPS = {
    "810": "IN", "832": "SC", "840": "RQ", "843": "RR", "846": "IB", "852": "PD", "861": "RC", "850": "PO", "855": "PR", "856": "SH", "860": "PC",
    "865": "CA", "997": "FA", "999": "FA",
}  # fmt: skip
_ELEMENTS, _COMPONENTS, _TERMINATORS, _REPETITIONS = "*|\x1d", ">:\x1f", "~\x1c", "^`\x1e"
_LAST_CONTROL = 999_999_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How an interchange is addressed and written; the control numbers are the caller's.

    `sender` and `recipient` are codes with their qualifiers (I05: 01 DUNS, 12 phone, 14 GLN, ZZ agreed); the group has the
    same unless it is given others. `group_control` counts up for each group. A delimiter that is empty is chosen so that
    no text contains it: X12 has no way to escape one.
    """

    control: int
    prepared: datetime
    sender: str
    recipient: str
    sender_qualifier: str = "ZZ"
    recipient_qualifier: str = "ZZ"
    group_sender: str = ""
    group_recipient: str = ""
    group_control: int = 1
    version: str = "004010"
    is_test: bool = False
    wants_acknowledgement: bool = False
    element: str = ""
    component: str = ""
    terminator: str = ""
    repetition: str = ""
    is_lined: bool = True


@dataclass(slots=True)
class Body:
    """The segments of one set between ST and SE. What cannot be said is kept in `losses`.

    A value within a composite is given as part of a tuple.
    """

    type: str
    implementation: str = ""
    segments: list[tuple[str | tuple[str, ...], ...]] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def add(self, *elements: str | tuple[str, ...]) -> None:
        self.segments.append(elements)

    def lose(self, path: str, value: object) -> None:
        """Note a value that is given but not written."""
        if value not in (None, "", (), False):
            self.losses.append(Loss(path, str(value)))

    def day(self, qualifier: str, value: date | None) -> None:
        if value is not None:
            self.add("DTM", qualifier, day(value))


def day(value: date | None) -> str:
    return f"{value.year:04}{value:%m%d}" if value else ""


def implied(value: Decimal | None, places: int = 2) -> str:
    """With decimals that are not written, as N2 elements have them."""
    if value is None:
        return ""
    return format(value.scaleb(places).quantize(Decimal(1), ROUND_HALF_UP), "f")


def write_interchange(bodies: Sequence[Body], envelope: Envelope, references: Sequence[str] = ()) -> bytes:
    """Sets of one kind that follow each other share a group. `references` are ST02, 0001, 0002 where not given."""
    numbers = list(references) or [f"{at:04}" for at in range(1, len(bodies) + 1)]
    _check(envelope, bodies, numbers)
    marks = _marks(envelope, bodies)
    segments: list[tuple[str | tuple[str, ...], ...]] = [_isa(envelope, marks)]
    control = envelope.group_control
    moment = envelope.prepared
    pairs = groupby(zip(bodies, numbers, strict=True), key=lambda pair: GROUPS[pair[0].type])
    for code, members in pairs:
        count = 0
        segments.append(
            ("GS", code, envelope.group_sender or envelope.sender, envelope.group_recipient or envelope.recipient,
             day(moment.date()), f"{moment:%H%M}", str(control), "X", envelope.version)
        )  # fmt: skip
        for body, reference in members:
            count += 1
            segments.append(("ST", body.type, reference, body.implementation))
            segments += body.segments
            segments.append(("SE", str(len(body.segments) + 2), reference))
        segments.append(("GE", str(count), str(control)))
        control += 1
    segments.append(("IEA", str(control - envelope.group_control), f"{envelope.control:09}"))
    return _encoded(segments, marks, envelope)


def write_ta1(fields: Sequence[str], envelope: Envelope) -> bytes:
    """An interchange that only answers another: TA1 stands outside of every group."""
    marks = _marks(envelope, [])
    return _encoded([_isa(envelope, marks), ("TA1", *fields), ("IEA", "0", f"{envelope.control:09}")], marks, envelope)


def _check(envelope: Envelope, bodies: Sequence[Body], numbers: Sequence[str]) -> None:
    if len(numbers) != len(bodies):
        raise FormatError(N_("There are not as many set numbers as transaction sets."))
    last = envelope.group_control + len(bodies)
    if not (0 <= envelope.control <= _LAST_CONTROL and 0 < envelope.group_control <= last <= _LAST_CONTROL):
        raise FormatError(N_("{value} cannot be a control number: it has 1 to 9 digits.", value=envelope.control))
    for reference in numbers:
        if not (4 <= len(reference) <= 9 and reference.isascii() and reference.isalnum()):
            raise FormatError(
                N_("{value} cannot be a set control number: it has 4 to 9 characters.", value=reference[:40])
            )


def _marks(envelope: Envelope, bodies: Sequence[Body]) -> tuple[str, str, str, str]:
    """Element, component, terminator, repetition."""
    used = {
        char
        for body in bodies
        for segment in body.segments
        for element in segment
        for text in ((element,) if isinstance(element, str) else element)
        for char in clean(text)
    } | set(envelope.sender + envelope.recipient + envelope.group_sender + envelope.group_recipient)
    bad = next(
        (char for char in sorted(used) if ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000),
        "",
    )
    if bad:
        raise FormatError(N_("X12 cannot hold the character {code}.", code=f"U+{ord(bad):04X}"))
    has_repetition = _isa12(envelope) >= "00402"
    given = (envelope.element, envelope.component, envelope.terminator, envelope.repetition if has_repetition else "U")
    fixed = [char for char in given[: 4 if has_repetition else 3] if char]
    taken = used & set(fixed)
    if taken or len(set(fixed)) != len(fixed):
        raise FormatError(
            N_("A text holds the character {char}, which separates in this interchange.", char=min(taken or set(fixed)))
        )
    found: list[str] = []
    for char, candidates in zip(given, (_ELEMENTS, _COMPONENTS, _TERMINATORS, _REPETITIONS), strict=True):
        found.append(char or next(one for one in candidates if one not in used and one not in fixed))
    return found[0], found[1], found[2], found[3]


def _isa12(envelope: Envelope) -> str:
    return envelope.version[:5] if envelope.version[:5].isdecimal() else "00401"


def _isa(envelope: Envelope, marks: tuple[str, str, str, str]) -> tuple[str, ...]:
    for name, value in (("ISA06", envelope.sender), ("ISA08", envelope.recipient)):
        if not 0 < len(value) <= 15:
            raise FormatError(N_("{name} has 1 to 15 characters: {value}", name=name, value=value[:40]))
    moment = envelope.prepared
    return (
        "ISA", "00", " " * 10, "00", " " * 10, f"{envelope.sender_qualifier:2.2}", f"{envelope.sender:15}",
        f"{envelope.recipient_qualifier:2.2}", f"{envelope.recipient:15}", f"{moment:%y%m%d}", f"{moment:%H%M}", marks[3],
        _isa12(envelope), f"{envelope.control:09}", "1" if envelope.wants_acknowledgement else "0",
        "T" if envelope.is_test else "P", marks[1],
    )  # fmt: skip


def _encoded(
    segments: Sequence[tuple[str | tuple[str, ...], ...]], marks: tuple[str, str, str, str], envelope: Envelope
) -> bytes:
    end = marks[2] + ("\n" if envelope.is_lined else "")
    first, *others = segments
    lines = [marks[0].join(str(part) for part in first), *(_segment(one, marks) for one in others)]
    return (end.join(lines) + end).encode()


def _segment(elements: tuple[str | tuple[str, ...], ...], marks: tuple[str, str, str, str]) -> str:
    """Without the empty components and elements at the end."""
    parts = [
        clean(one) if isinstance(one, str) else marks[1].join(_trim([clean(part) for part in one])) for one in elements
    ]
    return marks[0].join(_trim(parts))


def _trim(parts: list[str]) -> list[str]:
    while parts and not parts[-1]:
        parts.pop()
    return parts


__all__ = [
    "GROUPS",
    "Body",
    "Envelope",
    "Loss",
    "clean",
    "cut_at_blanks",
    "day",
    "implied",
    "number",
    "write_interchange",
    "write_ta1",
]
