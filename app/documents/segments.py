"""What EDIFACT and X12 share: segments with values and places, cut from a stream of bytes in bounded memory.

The bytes are looked at one character each (Latin-1), so offsets are exact whatever the character set; only runs of
high bytes are decoded, and only then. Characters that must not separate (released ones, line breaks inside a segment)
are replaced by lone surrogates of the same length, which no decoded text can contain.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.core.texts import N_, Message
from app.documents.formats import FormatError

BLOCK = 65_536
MAX_SEGMENT = 1_000_000
ELEMENT = 1 << 20  # more than a segment has components
_UNCUT: dict[int, str] = {}

FILL, LINE_FEED, RETURN = "\udc00", "\udc0a", "\udc0d"
_LITERAL = 0xDD00
_UNMASK = {0xDC00: None, 0xDC0A: None, 0xDC0D: None} | {_LITERAL + code: chr(code) for code in range(256)}
_BLANKS = " \t\r\n"
_HIGH = re.compile("[\x80-\xff]+")


class Severity(StrEnum):
    FATAL = "fatal"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a place; reading went on. `rule` names the element ("UNT01") or the kind of fault."""

    rule: str
    message: Message
    line: int
    column: int
    path: str = ""
    severity: Severity = Severity.FATAL


@dataclass(frozen=True, slots=True)
class Marks:
    """The service characters of an interchange; an empty one is not in use. A terminator can be several bytes."""

    element: str
    component: str
    terminator: str
    release: str = ""
    repetition: str = ""
    decimal: str = "."


class Segment:
    """One segment. Elements and components count from 1; what is not there is an empty text."""

    __slots__ = ("column", "line", "marks", "number", "parts", "tag", "values")

    def __init__(self, number: int, line: int, column: int, parts: list[str], marks: Marks) -> None:
        self.number = number
        self.line = line
        self.column = column
        self.parts = parts
        self.marks = marks
        tag = parts[0]
        self.tag = tag if tag.isascii() and tag.isalnum() else plain(tag).partition(marks.component)[0].strip()
        self.values = _UNCUT

    def __repr__(self) -> str:
        return f"<Segment {self.number} {plain(self.marks.element.join(self.parts))!r}>"

    def cut(self) -> dict[int, str]:
        """`values`: what is given behind the tag, by element and component in one number.

        Cut once and kept, as readers ask for most values more than once.
        """
        values: dict[int, str] = {}
        mark, place = self.marks.component, 0
        for part in self.parts[1:]:
            place += ELEMENT
            if not part:
                continue
            if mark not in part:
                if text := (part if part.isascii() else plain(part)).strip():
                    values[place + 1] = text
                continue
            for component, one in enumerate(part.split(mark), place + 1):
                if text := (one if one.isascii() else plain(one)).strip():
                    values[component] = text
        self.values = values
        return values

    def value(self, element: int, component: int = 1) -> str:
        return (self.values or self.cut()).get(element * ELEMENT + component, "")

    def components(self, element: int) -> list[str]:
        if element >= len(self.parts):
            return []
        return [plain(text).strip() for text in self.parts[element].split(self.marks.component)]

    def places(self) -> Iterator[tuple[int, int, int]]:
        """Of every component in turn, as `values` names it: line and column. One walk, however many there are."""
        mark, line, column = self.marks, self.line, self.column
        for element, part in enumerate(self.parts):
            for component, text in enumerate(part.split(mark.component), 1):
                if component > 1:
                    column += len(mark.component)
                yield element * ELEMENT + component, line, column
                if breaks := text.count(LINE_FEED):
                    line, column = line + breaks, len(text) - text.rfind(LINE_FEED)
                else:
                    column += len(text)
            column += len(mark.element)

    def place(self, element: int = 0, component: int = 1) -> tuple[int, int]:
        """Line and column where a value begins."""
        mark = self.marks
        before = "".join(part + mark.element for part in self.parts[:element])
        if element < len(self.parts):
            before += "".join(
                part + mark.component for part in self.parts[element].split(mark.component)[: component - 1]
            )
        breaks = before.count(LINE_FEED)
        if breaks:
            return self.line + breaks, len(before) - before.rfind(LINE_FEED)
        return self.line, self.column + len(before)


def plain(text: str) -> str:
    """The text as it is meant: released characters themselves, line breaks dropped."""
    return text if text.isascii() else text.translate(_UNMASK)


def literal(text: str) -> str:
    """A text that separates nothing, of the same length."""
    return "".join([chr(_LITERAL + ord(char)) for char in text])


class Tokens(ABC):
    """Iterate to get the segments of a stream. One kind of EDI overrides `_open` and `_prepare`.

    `unterminated` tells that the very last segment had no terminator; `wraps` counts line breaks inside segments;
    `leads` are the characters seen between segments; `marks` are the service characters now in use.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._skip = 0
        self._watched = "UNB"
        self._counts_returns = False
        self.marks: Marks | None = None
        self.line = 1
        self.column = 1
        self.number = 0
        self.has_bom = False
        self.unterminated = False
        self.wraps = 0
        self.leads: set[str] = set()
        self.headers: list[Marks] = []

    def __iter__(self) -> Iterator[Segment]:
        rest = ""
        for block in self._blocks():
            rest = yield from self._cut(rest + block, is_last=False)
            if len(rest) > MAX_SEGMENT:
                raise self.error(N_("A segment has more than {limit} bytes.", limit=MAX_SEGMENT))
        rest = yield from self._cut(rest, is_last=True)
        if self.number == 0 and not rest.strip(_BLANKS):
            raise self.error(N_("The file is empty."))

    def error(self, message: Message) -> FormatError:
        """A fault that ends the reading, at the place reached."""
        return FormatError(message, self.line, column=self.column)

    def _blocks(self) -> Iterator[str]:
        is_first = True
        for data in self._chunks:
            for start in range(0, len(data), BLOCK):
                text = data[start : start + BLOCK].decode("latin-1")
                if is_first:
                    is_first = False
                    if text.startswith("\xef\xbb\xbf"):
                        self.has_bom = True
                        text = text[3:]
                    self._counts_returns = "\r" in text and "\n" not in text
                yield text

    def _cut(self, text: str, *, is_last: bool) -> Generator[Segment, None, str]:
        """Yield what is complete; return the rest."""
        while text:
            if self.marks is None:
                used = self._open_after_blanks(text, is_last=is_last)
                if used < 0:
                    return text
                text = text[used:]
                continue
            masked, border = self._prepare(text, is_last=is_last)
            part = masked if border < 0 else masked[:border]
            terminator = self.marks.terminator
            end = part.rfind(terminator)
            if end >= 0:
                yield from self._split(part[:end])
                self._skip = 0
            begin = end + len(terminator) if end >= 0 else 0
            if border < 0 and not is_last:
                return text[begin:]
            tail = part[begin:] if border >= 0 else text[begin:] if len(masked) < len(text) else masked[begin:]
            if tail.strip(_BLANKS + "\x00\x1a"):
                self.unterminated = True
                self._refuse_open_end(tail)
                yield from self._split(tail.rstrip(_BLANKS + "\x00\x1a"))
            if border < 0:
                return ""
            self.marks = None
            text = text[border:]
        return ""

    def _open_after_blanks(self, text: str, *, is_last: bool) -> int:
        bare = text.lstrip(_BLANKS + "\x00\x1a")
        if not bare:
            return len(text)
        lead = len(text) - len(bare)
        used = self._open(bare, is_last=is_last)
        if used < 0:
            return used
        if lead:
            self._pass(text[:lead])
        self._pass(bare[:used])
        return lead + used

    @abstractmethod
    def _open(self, text: str, *, is_last: bool) -> int:
        """Set `marks` from the start of an interchange; return the characters used up, -1 if more are needed."""

    @abstractmethod
    def _prepare(self, text: str, *, is_last: bool) -> tuple[str, int]:
        """The text with what must not separate masked, at least as far as the second value.

        That is where an interchange with service characters of its own begins; -1: nowhere.
        """

    def _refuse_open_end(self, tail: str) -> None:  # noqa: B027 -- not every syntax has such ends
        """Raise if a segment cannot end like this."""

    def _seen(self, segment: Segment) -> None:  # noqa: B027 -- not every syntax watches
        """Called for each segment that begins with `_watched`, before it is handed on."""

    def _split(self, text: str) -> list[Segment]:
        """The segments of a text that ends where the last one does. Written for speed: every segment passes here."""
        marks = self.marks
        assert marks is not None
        element, terminator, watched, is_plain = marks.element, marks.terminator, self._watched, text.isascii()
        width = len(terminator) if terminator.isascii() else 1
        breaks_line = terminator == ("\r" if self._counts_returns else "\n")
        number, line, column = self.number, self.line, self.column
        found: list[Segment] = []
        for piece in text.split(terminator):
            body = piece
            if piece[:1] in _BLANKS:
                body = piece.lstrip(_BLANKS)
                line, column = self._lead(piece[: len(piece) - len(body)], line, column)
            elif number:
                self.leads.add("")
            if body:
                is_wrapped = "\n" in body or "\r" in body
                if is_wrapped:
                    body = self._wrapped(body)
                if not is_plain and not body.isascii():
                    body = _HIGH.sub(self._decoded, body)
                number += 1
                segment = Segment(number, line, column, body.split(element), marks)
                if body.startswith(watched):
                    self._seen(segment)
                found.append(segment)
                if is_wrapped and LINE_FEED in body:
                    line += body.count(LINE_FEED)
                    column = len(body) - body.rfind(LINE_FEED)
                else:
                    column += len(body)
            column += width
            if breaks_line:
                line, column = line + 1, 1
        self.number, self.line, self.column = number, line, column
        return found

    def _lead(self, lead: str, line: int, column: int) -> tuple[int, int]:
        """What stands before a segment, and where it leads to."""
        self.leads.add(lead)
        sign = "\r" if self._counts_returns else "\n"
        at = lead.rfind(sign)
        return (line + lead.count(sign), len(lead) - at) if at >= 0 else (line, column + len(lead))

    def _pass(self, text: str) -> None:
        leads = set(self.leads)
        self.line, self.column = self._lead(text, self.line, self.column)
        self.leads = leads

    def _wrapped(self, body: str) -> str:
        body = body.replace("\r\n", RETURN + LINE_FEED).replace("\n", LINE_FEED)
        body = body.replace("\r", LINE_FEED if self._counts_returns else RETURN)
        self.wraps += max(1, body.count(LINE_FEED))
        return body

    def _decoded(self, run: re.Match[str]) -> str:
        data = run[0].encode("latin-1")
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("cp1252", "replace")
