"""Messages out: segments escaped, counted and wrapped in UNB to UNZ, in a character set that holds every character."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from app.core.texts import N_, Message
from app.documents.edifact.tokens import CHARSETS, DEFAULT
from app.documents.formats import FormatError
from app.documents.segments import Marks

Element = str | Sequence[str]

SYNTAX_4 = Marks("+", ":", "'", "?", "*", ".")
_UNOA = frozenset(string.ascii_uppercase + string.digits + " .,-()/='+:?!\"%&*;<>")
_UNOB = frozenset(map(chr, range(32, 127)))
_NARROW = {"UNOA": _UNOA, "UNOB": _UNOB}
_CODECS = CHARSETS | {"UNOX": "iso2022_jp_2", "UNOY": "utf-16"}
_NEW_SYNTAX = frozenset({"UNOG", "UNOH", "UNOI", "UNOJ", "UNOK", "UNOL", "UNOW", "UNOX", "UNOY"})
_WIDE = frozenset({"UNOW", "UNOX", "UNOY"})
_HIGH = re.compile(rb"[\x80-\xff]+")
_REFERENCE = 14  # characters of a control reference


@dataclass(frozen=True, slots=True)
class Directory:
    """What UNH says of a message beside its type. `association` is that of EANCOM, empty for plain UN messages."""

    version: str = "D"
    release: str = "96A"
    agency: str = "UN"
    association: str = "EAN008"

    @property
    def is_old(self) -> bool:
        """D96A and its kind: short texts, GTIN as EN."""
        year = self.release[:2]
        return year.isdecimal() and year >= "90"


D96A = Directory()
D01B = Directory("D", "01B", "UN", "EAN010")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How an interchange is addressed and written; the control numbers are the caller's.

    `sender` and `recipient` are codes with their qualifiers (0007: 14 GLN, ZZ agreed). `charset` is UNOA to UNOY; empty
    takes the first that holds every character. `wrap` breaks the text after so many characters, wherever that is;
    otherwise `is_lined` ends each segment with a line break.
    """

    reference: str
    prepared: datetime
    sender: str
    recipient: str
    sender_qualifier: str = "14"
    recipient_qualifier: str = "14"
    charset: str = ""
    syntax: str = "3"
    is_test: bool = False
    wants_acknowledgement: bool = False
    application: str = ""
    agreement: str = ""
    has_advice: bool = True
    is_lined: bool = True
    wrap: int = 0


@dataclass(frozen=True, slots=True)
class Loss:
    """A value of the document that the message has no place for."""

    path: str
    value: str


@dataclass(slots=True)
class Body:
    """The segments of one message between UNH and UNT. What cannot be said is kept in `losses`."""

    type: str
    directory: Directory = D96A
    segments: list[tuple[Element, ...]] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def add(self, *elements: Element) -> None:
        """A segment: its name, then elements, a sequence for those with components."""
        self.segments.append(elements)

    def lose(self, path: str, value: object) -> None:
        """Note a value that is given but not written."""
        if value not in (None, "", (), False):
            self.losses.append(Loss(path, str(value)))

    def day(self, qualifier: str, value: date | None) -> None:
        if value is not None:
            self.add(
                "DTM", (qualifier, f"{value:%Y%m%d}" if value.year > 999 else value.isoformat().replace("-", ""), "102")
            )

    def fit(self, path: str, value: str, width: int, count: int) -> list[str]:
        """A text in at most `count` components of `width`, cut at blanks; the reader joins them with blanks."""
        parts = cut_at_blanks(value, width)
        if len(parts) > count:
            self.lose(path, " ".join(parts[count:]))
        return parts[:count]

    def pack(self, path: str, value: str, width: int, count: int) -> list[str]:
        """The same for components that the reader joins without a blank: none begins or ends with one."""
        parts = cut_anywhere(clean(value), width)
        if len(parts) > count:
            self.lose(path, "".join(parts[count:]))
        return parts[:count]


def clean(value: str) -> str:
    """Without line breaks and repeated blanks, which segments cannot keep."""
    return " ".join(value.split())


def cut_at_blanks(value: str, width: int) -> list[str]:
    parts: list[str] = []
    for word in value.split():
        if parts and len(parts[-1]) + 1 + len(word) <= width:
            parts[-1] += " " + word
            continue
        parts += [word[at : at + width] for at in range(0, len(word), width)]
    return parts


def cut_anywhere(value: str, width: int) -> list[str]:
    parts = []
    while len(value) > width:
        at = width
        while at > 1 and " " in value[at - 1 : at + 1]:
            at -= 1
        parts.append(value[:at])
        value = value[at:]
    return [*parts, value] if value else parts


def number(value: Decimal | int | None) -> str:
    """With the digits it has, no exponent."""
    return "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def write_interchange(messages: Iterable[Body], envelope: Envelope, references: Sequence[str] = ()) -> bytes:
    """One interchange. `references` are the message numbers, 1, 2, 3 where they are not given."""
    bodies = list(messages)
    syntax = "4" if envelope.charset in _NEW_SYNTAX and envelope.syntax < "4" else envelope.syntax
    numbers = list(references) or [str(at) for at in range(1, len(bodies) + 1)]
    if len(numbers) != len(bodies):
        raise FormatError(N_("There are not as many message numbers as messages."))
    for reference in (envelope.reference, *numbers):
        if not 0 < len(reference) <= _REFERENCE:
            raise FormatError(
                N_("{value} cannot be a control number: it has 1 to 14 characters.", value=reference[:40])
            )
    segments: list[tuple[Element, ...]] = []
    for body, reference in zip(bodies, numbers, strict=True):
        there = body.directory
        head = (body.type, there.version, there.release, there.agency, there.association)
        segments.append(("UNH", reference, head))
        segments += body.segments
        segments.append(("UNT", str(len(body.segments) + 2), reference))
    segments.append(("UNZ", str(len(bodies)), envelope.reference))
    marks = SYNTAX_4 if syntax >= "4" else DEFAULT
    tail = [_segment(segment, marks) for segment in segments]
    charset, data = "", None
    for charset in [envelope.charset] if envelope.charset else _candidates(syntax):
        if charset not in CHARSETS:
            raise FormatError(N_("{charset} is no character set of EDIFACT.", charset=charset))
        new = charset in _NEW_SYNTAX and syntax < "4"
        if new:  # the set came about by its characters: the whole is written in the syntax that knows it
            syntax, marks = "4", SYNTAX_4
            tail = [_segment(segment, marks) for segment in segments]
        texts = [_segment(_header(envelope, charset, syntax), marks), *tail]
        data = _encoded(texts, charset, envelope, marks)
        if data is not None:
            return data
    raise FormatError(_unfit(tail, charset))


def _candidates(syntax: str) -> list[str]:
    early = ["UNOA", "UNOB", "UNOC", "UNOD", "UNOE", "UNOF"]
    return [*early, *([] if syntax < "4" else ["UNOL"]), "UNOW"]


def _header(envelope: Envelope, charset: str, syntax: str) -> tuple[Element, ...]:
    day = f"{envelope.prepared:%Y%m%d}" if syntax >= "4" else f"{envelope.prepared:%y%m%d}"
    return (
        "UNB", (charset, syntax), (envelope.sender, envelope.sender_qualifier),
        (envelope.recipient, envelope.recipient_qualifier), (day, f"{envelope.prepared:%H%M}"), envelope.reference, "",
        envelope.application, "", "1" if envelope.wants_acknowledgement else "", envelope.agreement,
        "1" if envelope.is_test else "",
    )  # fmt: skip


def _segment(elements: tuple[Element, ...], marks: Marks) -> str:
    """With the terminator; empty components and elements at the end are left out."""
    service = marks.release + marks.element + marks.component + marks.terminator + marks.repetition
    table = {ord(char): marks.release + char for char in service}
    parts = []
    for element in elements:
        values = [clean(value).translate(table) for value in ((element,) if isinstance(element, str) else element)]
        parts.append(marks.component.join(_trim(values)))
    return marks.element.join(_trim(parts)) + marks.terminator


def _trim(parts: list[str]) -> list[str]:
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _encoded(texts: list[str], charset: str, envelope: Envelope, marks: Marks) -> bytes | None:
    allowed = _NARROW.get(charset)
    whole = "".join(texts)
    if allowed is not None and not allowed.issuperset(whole):
        return None
    if not whole.isprintable() and any(ord(char) < 32 or 127 <= ord(char) < 160 for char in whole):
        return None
    advice = [f"UNA:+.?{marks.repetition or ' '}'"] if envelope.has_advice else []
    if envelope.wrap:  # UNA is never broken
        pieces = [whole[at : at + envelope.wrap] for at in range(0, len(whole), envelope.wrap)]
        text = "".join(piece + "\r\n" for piece in [*advice, *pieces])
    else:
        text = "".join(one + ("\n" if envelope.is_lined else "") for one in [*advice, *texts])
    try:
        data = text.encode(_CODECS[charset])
    except UnicodeEncodeError:
        return None
    if not envelope.charset and charset not in _WIDE and any(map(_is_utf8, _HIGH.findall(data))):
        return None
    return data


def _is_utf8(run: bytes) -> bool:
    """Bytes of a narrow set that would be taken for UTF-8."""
    try:
        run.decode()
    except UnicodeDecodeError:
        return False
    return True


def _unfit(texts: list[str], charset: str) -> Message:
    codec, allowed = _CODECS[charset], _NARROW.get(charset)
    for text in texts:
        for char in text:
            try:
                char.encode(codec)
                fits = (allowed is None or char in allowed) and not (ord(char) < 32 or 127 <= ord(char) < 160)
            except UnicodeEncodeError:
                fits = False
            if not fits:
                code = f"U+{ord(char):04X}"
                return N_(
                    "{tag} holds the character {code}, which {charset} has not.",
                    tag=text[:3],
                    code=code,
                    charset=charset,
                )
    return N_("The document cannot be written in {charset}.", charset=charset)
