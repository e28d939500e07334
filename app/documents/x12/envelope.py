"""Interchanges, functional groups and transaction sets: one set at a time, counts and control numbers checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.core.texts import N_, Message
from app.documents.segments import Fault, Segment, Severity
from app.documents.x12.tokens import X12Tokens

MAX_SET_SEGMENTS = 1_000_000
_MAX_FAULTS = 200
_SERVICE = {"ISA", "GS", "ST", "SE", "GE", "IEA"}
_BETWEEN = {"TA1", "TA3", "ISB", "ISE"}
_ENDS = {"ST": "SE", "GS": "GE", "ISA": "IEA"}


@dataclass(frozen=True, slots=True)
class Interchange:
    """The ISA a set came under, with the sender's and receiver's qualifiers before their ids."""

    reference: str = ""
    sender: str = ""
    recipient: str = ""
    version: str = ""
    prepared: str = ""
    is_test: bool = False
    wants_acknowledgement: bool = False


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """ST to SE. `version` is GS08, such as 004010; `position` counts the sets of the file from 1."""

    type: str
    version: str
    group: str
    group_reference: str
    reference: str
    segments: tuple[Segment, ...]
    position: int
    interchange: Interchange


@dataclass(slots=True)
class _Open:
    segment: Segment
    reference: str
    children: int = 0


@dataclass(slots=True)
class X12File:
    """Iterate `sets()` to its end, then the counts and `faults` are complete."""

    tokens: X12Tokens
    faults: list[Fault] = field(default_factory=list)
    interchanges: list[Interchange] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    segments: int = 0
    groups: int = 0
    count: int = 0
    answers: list[tuple[Interchange, Segment]] = field(default_factory=list)
    _open: dict[str, _Open] = field(default_factory=dict)
    _set: list[Segment] = field(default_factory=list)

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> X12File:
        return cls(X12Tokens(chunks))

    def sets(self) -> Iterator[TransactionSet]:
        """Sets that SE ends, and those it does not (with a fault). A file that cannot be read on: FormatError."""
        last: Segment | None = None
        for segment in self.tokens:
            last = segment
            self.segments += 1
            tag = segment.tag
            if tag not in _SERVICE:
                self._content(segment, tag)
            elif tag == "SE":
                yield from self._end_set(segment)
            else:
                yield from self._break_off(segment)
                self._service(segment, tag)
        yield from self._break_off(last)
        self._close_file(last)

    def _content(self, segment: Segment, tag: str) -> None:
        if not (2 <= len(tag) <= 3 and tag.isalnum() and tag.isascii() and tag.upper() == tag):
            self._fault("TAG", N_("{tag} is not the name of a segment.", tag=tag[:20]), segment)
        if not self._set:
            if tag not in _BETWEEN or "GS" in self._open:
                self._fault("ST", N_("{tag} stands outside of a transaction set.", tag=tag[:20]), segment)
            elif tag == "TA1" and len(self.answers) < _MAX_FAULTS:
                self.answers.append((self.interchanges[-1] if self.interchanges else Interchange(), segment))
            return
        if len(self._set) >= MAX_SET_SEGMENTS:
            raise self.tokens.error(N_("A transaction set has more than {limit} segments.", limit=MAX_SET_SEGMENTS))
        self._set.append(segment)

    def _service(self, segment: Segment, tag: str) -> None:
        if tag == "ST":
            self._set = [segment]
            if not segment.value(1):
                self._fault("ST01", N_("ST does not say which transaction set this is."), segment, place=1)
            if "GS" not in self._open:
                self._fault("GS", N_("GS is missing: the transaction set has no group."), segment)
        elif tag == "GS":
            self._end("GS", None, segment)
            self._open["GS"] = _Open(segment, segment.value(6))
            self.groups += 1
            self.versions.append(segment.value(8))
            if "ISA" in self._open:
                self._open["ISA"].children += 1
        elif tag == "ISA":
            self._end("ISA", None, segment)
            self._begin_interchange(segment)
        else:
            self._end("GS" if tag == "GE" else "ISA", segment, segment)

    def _begin_interchange(self, segment: Segment) -> None:
        value = segment.value
        self._open["ISA"] = _Open(segment, value(13))
        self.interchanges.append(
            Interchange(
                value(13), f"{value(5)}:{value(6)}", f"{value(7)}:{value(8)}", value(12), value(9) + value(10),
                is_test=value(15) == "T", wants_acknowledgement=value(14) == "1",
            )
        )  # fmt: skip
        if not self.tokens.is_fixed:
            at = self.tokens.isa16_at
            self._fault(
                "ISA", N_("ISA has not its fixed widths: ISA16 stands at {at}, not 104.", at=at), segment, place=16
            )
            self.tokens.is_fixed = True

    def _end_set(self, end: Segment) -> Iterator[TransactionSet]:
        if not self._set:
            self._fault("SE", N_("SE ends a transaction set that has not begun."), end)
            return
        self._count("SE01", end, len(self._set) + 1)
        self._same("SE02", end, self._set[0].value(2), "ST02")
        yield self._finished()

    def _finished(self) -> TransactionSet:
        head = self._set[0]
        group = self._open.get("GS")
        if group is not None:
            group.children += 1
        self.count += 1
        segments, self._set = tuple(self._set), []
        version = (group.segment.value(8) if group else "") or head.value(3)
        interchange = self.interchanges[-1] if "ISA" in self._open else Interchange()
        code = group.segment.value(1) if group else ""
        reference = group.reference if group else ""
        return TransactionSet(head.value(1), version, code, reference, head.value(2), segments, self.count, interchange)

    def _break_off(self, at: Segment | None) -> Iterator[TransactionSet]:
        if self._set and at is not None:
            self._fault("SE", N_("SE missing: the transaction set is not ended."), at)
            yield self._finished()

    def _end(self, kind: str, end: Segment | None, at: Segment) -> None:
        if kind == "ISA":
            self._end("GS", None, at)
        opened = self._open.pop(kind, None)
        name = _ENDS[kind]
        if opened is None:
            if end is not None:
                self._fault(name, N_("{name} ends what has not begun.", name=name), end)
        elif end is None:
            self._fault(name, N_("{name} missing: {head} is not ended.", name=name, head=kind), at)
        else:
            self._count(f"{name}01", end, opened.children)
            self._same(f"{name}02", end, opened.reference, "ISA13" if kind == "ISA" else "GS06")

    def _close_file(self, last: Segment | None) -> None:
        if last is None:
            raise self.tokens.error(N_("The file has no segment."))
        self._end("ISA", None, last)
        if self.tokens.unterminated:
            self._fault("TERMINATOR", N_("The last segment has no terminator."), last, Severity.INFO)

    def _count(self, rule: str, end: Segment, found: int) -> None:
        given = end.value(1)
        if not (given.isdecimal() and len(given) < 12 and int(given) == found):
            self._fault(
                rule,
                N_("{rule} says {given}, but there are {found}.", rule=rule, given=given, found=found),
                end,
                place=1,
            )

    def _same(self, rule: str, end: Segment, wanted: str, head: str) -> None:
        """Control numbers are compared without leading zeros."""
        given = end.value(2)
        if not given or (given.lstrip("0") or "0") != (wanted.lstrip("0") or "0"):
            message = N_("{rule} says {given}, but {head} {found}.", rule=rule, given=given, head=head, found=wanted)
            self._fault(rule, message, end, place=2)

    def _fault(
        self, rule: str, message: Message, at: Segment, severity: Severity = Severity.FATAL, *, place: int = 0
    ) -> None:
        if len(self.faults) < _MAX_FAULTS:
            line, column = at.place(place)
            path = f"{at.number}:{at.tag}" + (f"/{place}" if place else "")
            self.faults.append(Fault(rule, message, line, column, path, severity))
