"""Interchanges, groups and messages: read one message at a time, counts and references checked on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.core.texts import N_, Message
from app.documents.edifact.tokens import CHARSETS, EdifactTokens
from app.documents.segments import Fault, Segment, Severity

MAX_MESSAGE_SEGMENTS = 1_000_000
_MAX_FAULTS = 200
_SERVICE = {"UNB", "UNG", "UNE", "UNZ", "UNH", "UNT"}


@dataclass(frozen=True, slots=True)
class Interchange:
    """The UNB a message came under. `charset` and `version` are the syntax identifier, such as UNOC and 3."""

    reference: str = ""
    sender: str = ""
    recipient: str = ""
    charset: str = ""
    version: str = ""
    prepared: str = ""
    is_test: bool = False
    wants_acknowledgement: bool = False


@dataclass(frozen=True, slots=True)
class EdifactMessage:
    """UNH to UNT. `segments` begin with UNH; `position` counts the messages of the file from 1."""

    type: str
    version: str
    release: str
    agency: str
    association: str
    reference: str
    segments: tuple[Segment, ...]
    position: int
    interchange: Interchange

    @property
    def directory(self) -> str:
        """Such as D96A."""
        return self.version + self.release

    @property
    def code(self) -> str:
        """As UNH has it, such as ORDERS:D:96A:UN:EAN008."""
        return ":".join(self.segments[0].components(2)).rstrip(":")


@dataclass(slots=True)
class _Open:
    """An interchange or group that is not closed yet."""

    segment: Segment
    reference: str
    messages: int = 0
    groups: int = 0


@dataclass(slots=True)
class EdifactFile:
    """Iterate `messages()` to its end, then the counts and `faults` are complete."""

    tokens: EdifactTokens
    faults: list[Fault] = field(default_factory=list)
    interchanges: list[Interchange] = field(default_factory=list)
    segments: int = 0
    groups: int = 0
    count: int = 0
    _interchange: _Open | None = None
    _group: _Open | None = None
    _message: list[Segment] = field(default_factory=list)

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> EdifactFile:
        return cls(EdifactTokens(chunks))

    def messages(self) -> Iterator[EdifactMessage]:
        """Messages that UNT ends, and those it does not (with a fault). A file that cannot be read on: FormatError."""
        last: Segment | None = None
        for segment in self.tokens:
            last = segment
            self.segments += 1
            tag = segment.tag
            if tag not in _SERVICE:
                self._content(segment, tag)
            elif tag == "UNT":
                yield from self._end_message(segment)
            else:
                yield from self._break_off(segment)
                self._service(segment, tag)
        yield from self._break_off(last)
        self._close_file(last)

    def _content(self, segment: Segment, tag: str) -> None:
        if not (len(tag) == 3 and tag.isalnum() and tag.isascii() and tag.isupper()):
            self._fault("TAG", N_("{tag} is not the name of a segment.", tag=tag[:20]), segment)
        if not self._message:
            self._fault("UNH", N_("{tag} stands outside of a message.", tag=tag[:20]), segment)
            return
        if len(self._message) >= MAX_MESSAGE_SEGMENTS:
            raise self.tokens.error(N_("A message has more than {limit} segments.", limit=MAX_MESSAGE_SEGMENTS))
        self._message.append(segment)

    def _service(self, segment: Segment, tag: str) -> None:
        if tag == "UNH":
            self._message = [segment]
            if self._interchange is None:
                self._fault("UNB", N_("UNB is missing: the message has no interchange."), segment, Severity.WARNING)
            if not segment.value(2, 1):
                self._fault("UNH02", N_("UNH does not say which message this is."), segment, place=(2, 1))
        elif tag == "UNB":
            self._end_interchange(None, segment)
            self._begin_interchange(segment)
        elif tag == "UNG":
            self._end_group(None, segment)
            self._group = _Open(segment, segment.value(5))
            self.groups += 1
            if self._interchange is not None:
                self._interchange.groups += 1
        elif tag == "UNE":
            self._end_group(segment, segment)
        else:
            self._end_interchange(segment, segment)

    def _begin_interchange(self, segment: Segment) -> None:
        value = segment.value
        self._interchange = _Open(segment, value(5))
        self.interchanges.append(
            Interchange(
                value(5), value(2), value(3), value(1), value(1, 2), value(4) + value(4, 2),
                is_test=value(11) == "1", wants_acknowledgement=value(9) == "1",
            )
        )  # fmt: skip
        if not value(1) or not value(5):
            self._fault("UNB", N_("UNB has no character set or no reference."), segment)

    def _end_message(self, end: Segment) -> Iterator[EdifactMessage]:
        if not self._message:
            self._fault("UNT", N_("UNT ends a message that has not begun."), end)
            return
        head = self._message[0]
        self._count("UNT01", end, len(self._message) + 1)
        self._same("UNT02", end, head.value(1), "UNH")
        yield self._finished()

    def _finished(self) -> EdifactMessage:
        head = self._message[0]
        for opened in (self._interchange, self._group):
            if opened is not None:
                opened.messages += 1
        self.count += 1
        segments, self._message = tuple(self._message), []
        kind, version, release, agency, association = (head.value(2, at) for at in range(1, 6))
        interchange = self.interchanges[-1] if self._interchange else Interchange()
        return EdifactMessage(
            kind, version, release, agency, association, head.value(1), segments, self.count, interchange
        )

    def _break_off(self, at: Segment | None) -> Iterator[EdifactMessage]:
        if self._message and at is not None:
            self._fault("UNT", N_("UNT missing: the message is not ended."), at)
            yield self._finished()

    def _end_group(self, end: Segment | None, at: Segment) -> None:
        group, self._group = self._group, None
        if group is None:
            if end is not None:
                self._fault("UNE", N_("UNE ends a group that has not begun."), end)
        elif end is None:
            self._fault("UNE", N_("UNE missing: the group is not ended."), at)
        else:
            self._count("UNE01", end, group.messages)
            self._same("UNE02", end, group.reference, "UNG")

    def _end_interchange(self, end: Segment | None, at: Segment) -> None:
        self._end_group(None, at)
        opened, self._interchange = self._interchange, None
        if opened is None:
            if end is not None:
                self._fault("UNZ", N_("UNZ ends an interchange that has not begun."), end)
        elif end is None:
            self._fault("UNZ", N_("UNZ missing: the interchange is not ended."), at)
        else:
            self._count("UNZ01", end, opened.groups or opened.messages)
            self._same("UNZ02", end, opened.reference, "UNB")

    def _close_file(self, last: Segment | None) -> None:
        if last is None:
            raise self.tokens.error(N_("The file has no segment."))
        self._end_interchange(None, last)
        if not self.count:
            self._fault("UNH", N_("The file holds no message."), last)
        if self.tokens.unterminated:
            message = N_("The last segment has no terminator.")
            self._fault("TERMINATOR", message, last, Severity.INFO)
        declared = {interchange.charset for interchange in self.interchanges}
        expected = {CHARSETS.get(name, "") for name in declared} - {"ascii"}
        if self.tokens.charsets - expected:
            used = ", ".join(sorted(self.tokens.charsets))
            given = ", ".join(sorted(declared)) or "-"
            message = N_("UNB declares {given}; characters outside ASCII were read as {used}.", given=given, used=used)
            self._fault("CHARSET", message, last, Severity.INFO)

    def _count(self, rule: str, end: Segment, found: int) -> None:
        given = end.value(1)
        if not (given.isdecimal() and len(given) < 12 and int(given) == found):
            self._fault(
                rule,
                N_("{rule} says {given}, but there are {found}.", rule=rule, given=given, found=found),
                end,
                place=(1, 1),
            )

    def _same(self, rule: str, end: Segment, wanted: str, head: str) -> None:
        given = end.value(2)
        if given != wanted:
            message = N_("{rule} says {given}, but {head} {found}.", rule=rule, given=given, head=head, found=wanted)
            self._fault(rule, message, end, place=(2, 1))

    def _fault(
        self,
        rule: str,
        message: Message,
        at: Segment,
        severity: Severity = Severity.FATAL,
        *,
        place: tuple[int, int] = (0, 1),
    ) -> None:
        if len(self.faults) < _MAX_FAULTS:
            line, column = at.place(*place)
            path = f"{at.number}:{at.tag}" + (f"/{place[0]}.{place[1]}" if place[0] else "")
            self.faults.append(Fault(rule, message, line, column, path, severity))
