"""Reading segments into a neutral document: each value that is taken is noted, what is left over can be named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Generic, TypeVar

from app.core.texts import N_, Message
from app.documents.segments import ELEMENT, Fault, Segment, Severity

T = TypeVar("T")

_NUMBER = re.compile(r"([+-]?)([0-9]{0,18})(?:[.,]([0-9]{0,12}))?(-?)", re.ASCII)
_PLAIN_NUMBER = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,12})?", re.ASCII)  # as nearly all are: needs no taking apart
_CENTURY = "70"  # a year of two digits from here on is of the last century
_SHORT = 18  # characters of the days that are remembered
_NOTHING: set[int] = set()
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def _day_of(text: str) -> date | None:
    digits = text if _DIGITS.fullmatch(text) else ""
    if len(digits) == 6:
        digits = ("19" if digits[:2] >= _CENTURY else "20") + digits
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


_known_day = lru_cache(maxsize=1024)(_day_of)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A value of the file that the neutral document has no place for."""

    path: str
    value: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A document read from a file, with what was wrong in it and what it could not take."""

    document: T
    faults: tuple[Fault, ...]
    leftovers: tuple[Leftover, ...]

    @property
    def is_usable(self) -> bool:
        return not any(fault.severity is Severity.FATAL for fault in self.faults)


class Reader:
    """Takes values out of the segments of one message. Positions count from 1, the head of the message included."""

    def __init__(self, segments: Iterable[Segment], position: int) -> None:
        self.segments = tuple(segments)
        self.faults: list[Fault] = []
        self._message = position
        self._first = self.segments[0].number
        self._taken: defaultdict[int, set[int]] = defaultdict(set)  # of each segment, as `Segment.values` names them
        self._untaken: set[int] = set()

    def text(self, segment: Segment, element: int, component: int = 1) -> str:
        place = element * ELEMENT + component
        text = (segment.values or segment.cut()).get(place)
        if text is None:
            return ""
        self._taken[segment.number].add(place)
        return text

    def take(self, segment: Segment, element: int, *components: int) -> None:
        """Note values as taken whose texts are known already."""
        place = element * ELEMENT
        taken = self._taken[segment.number]
        for component in components:
            taken.add(place + component)

    def untake(self, segment: Segment) -> None:
        """What was taken of a segment is left over after all."""
        self._untaken.add(segment.number)

    def texts(self, segment: Segment, element: int, components: Iterable[int]) -> list[str]:
        """Those that are given."""
        return [text for at in components if (text := self.text(segment, element, at))]

    def number(self, segment: Segment, element: int, component: int = 1, *, implied: int = 0) -> Decimal | None:
        """An exact number; `implied` decimals are added where it has no sign for them."""
        text = self.text(segment, element, component)
        if not text:
            return None
        if _PLAIN_NUMBER.fullmatch(text):
            value = Decimal(text)
            return value.scaleb(-implied) if implied and "." not in text else value
        found = _NUMBER.fullmatch(text)
        if found is None or not (found[2] or found[3]) or (found[1] and found[4]):
            self.fault("NUMBER", N_("{value} is not a number.", value=text[:40]), segment, element, component)
            return None
        sign = "-" if "-" in (found[1], found[4]) else ""
        value = Decimal(f"{sign}{found[2] or 0}.{found[3] or 0}") if found[3] else Decimal(f"{sign}{found[2]}")
        return value.scaleb(-implied) if implied and found[3] is None else value

    def day(self, segment: Segment, element: int, component: int = 1) -> date | None:
        """CCYYMMDD or YYMMDD, as the first characters of a longer moment."""
        text = self.text(segment, element, component)
        if not text:
            return None
        found = (_known_day if len(text) <= _SHORT else _day_of)(text)
        if found is None:
            self.fault("DATE", N_("{value} is not a date.", value=text[:40]), segment, element, component)
        return found

    def fault(
        self, rule: str, message: Message, segment: Segment, element: int = 0, component: int = 1, *,
        severity: Severity = Severity.FATAL,
    ) -> None:  # fmt: skip
        line, column = segment.place(element, component)
        path = self.path(segment) + (f"/{element}.{component}" if element else "")
        self.faults.append(Fault(rule, message, line, column, path, severity))

    def path(self, segment: Segment) -> str:
        """Such as 1/12:NAD: the message in the file, the segment in the message, its name."""
        return f"{self._message}/{segment.number - self._first + 1}:{segment.tag}"

    def leftovers(self, ignored: frozenset[str] = frozenset()) -> Iterator[Leftover]:
        """Values nobody took, segment by segment; `ignored` are the segments that only hold the message together."""
        for segment in self.segments:
            taken = _NOTHING if segment.number in self._untaken else self._taken.get(segment.number, _NOTHING)
            values = segment.values or segment.cut()
            if taken.issuperset(values) or segment.tag in ignored:
                continue
            path = self.path(segment)
            for place, line, column in segment.places():
                value = values.get(place)
                if value is not None and place not in taken:
                    element, component = divmod(place, ELEMENT)
                    yield Leftover(f"{path}/{element}.{component}", value, line, column)
