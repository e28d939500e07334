"""Are the segments of a message there, and in their order? The schema step where no official directory is at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from app.core.texts import N_, Message
from app.documents.edifact.envelope import EdifactMessage
from app.documents.edifact.structure_tables import TABLES
from app.documents.segments import Fault, Segment, Severity

NAME, VERSION = "Kontor EDIFACT structure", "1"
EXACT = frozenset({"D96A", "D01B", "D21B"})
"""What the tables were made of. A segment out of order is a warning in other directories, which may differ."""
_MAX_FAULTS = 100
_FRAME = frozenset({"UNH", "UNT"})
_ONCE = frozenset({"BGM", "UNS", "UCI"})


@dataclass(frozen=True, slots=True)
class _Item:
    """A segment, or with `items` the group it begins."""

    tag: str
    must: bool
    items: tuple[_Item, ...] = ()


@dataclass(slots=True)
class _Level:
    """A group that is open: which of its items was last seen, -1 before the first."""

    items: tuple[_Item, ...]
    at: int
    begin: Segment


@cache
def _table(kind: str) -> tuple[tuple[_Item, ...], frozenset[str]]:
    words = re.findall(r"!?\(|\)|[A-Z]{3}!?", TABLES[kind])
    tags = frozenset(word.rstrip("!") for word in words if word[-1] not in "()")
    return tuple(_items(iter(words))), tags


def _items(words: Iterator[str]) -> Iterator[_Item]:
    for word in words:
        if word == ")":
            return
        if word.endswith("("):
            inside = tuple(_items(words))
            yield _Item(inside[0].tag, word.startswith("!"), inside)
        else:
            yield _Item(word.rstrip("!"), word.endswith("!"))


def is_known(kind: str) -> bool:
    """Whether there is a table for this type of message."""
    return kind in TABLES


def check_structure(message: EdifactMessage) -> list[Fault]:
    """What is missing, out of its order or not of the message. In a fragment without UNB nothing of it is fatal."""
    return _Check(message).run()


class _Check:
    def __init__(self, message: EdifactMessage) -> None:
        self._message = message
        self._items, self._tags = _table(message.type)
        self._first = message.segments[0]
        self._severity = Severity.FATAL if message.interchange.reference else Severity.WARNING
        self._levels = [_Level(self._items, -1, self._first)]
        self._faults: list[Fault] = []
        self._has_sections = any(segment.tag == "UNS" for segment in message.segments)
        is_exact = self._severity is Severity.FATAL and message.directory in EXACT
        self._order_severity = Severity.FATAL if is_exact else Severity.WARNING

    def run(self) -> list[Fault]:
        last = self._first
        for segment in self._message.segments:
            tag = segment.tag
            if tag in _FRAME:
                continue
            if tag not in self._tags:
                message = N_("{tag} is no segment of {kind}.", tag=tag[:20], kind=self._message.type)
                self._fault("UNKNOWN", message, segment)
            elif not self._take(segment, tag):
                message = N_("{tag} cannot stand here, behind {before}.", tag=tag, before=last.tag)
                self._fault("ORDER", message, segment)
            if len(self._faults) >= _MAX_FAULTS:
                return self._faults
            last = segment
        for level in reversed(self._levels):
            self._missing(level, len(level.items), last)
        return self._faults

    def _take(self, segment: Segment, tag: str) -> bool:
        """Find the place of a segment: on this level or, leaving groups, above it."""
        for depth in range(len(self._levels) - 1, -1, -1):
            level = self._levels[depth]
            found = self._forward(level, tag)
            if found < 0:
                continue
            for left in reversed(self._levels[depth + 1 :]):
                self._missing(left, len(left.items), segment)
            del self._levels[depth + 1 :]
            self._missing(level, found, segment)
            if found == level.at and tag in _ONCE:
                self._fault("REPEATED", N_("{tag} stands more than once.", tag=tag), segment)
            level.at = found
            item = level.items[found]
            if item.items:
                self._levels.append(_Level(item.items, 0, segment))
            return True
        return False

    def _forward(self, level: _Level, tag: str) -> int:
        """The item from the last one on; the first of a group is not repeated inside of it."""
        start = level.at if level.items is self._items else max(level.at, 1)
        for at in range(max(start, 0), len(level.items)):
            there = level.items[at].tag
            if there == tag:
                return at
            if there == "UNS" and self._has_sections and level.at < at:
                return -1  # what belongs to the sums does not end the lines
        return -1

    def _missing(self, level: _Level, end: int, at: Segment) -> None:
        for item in level.items[level.at + 1 : end]:
            if item.must:
                where = "" if level.items is self._items else level.items[0].tag
                message: Message = N_("{tag} is missing before {here}.", tag=item.tag, here=at.tag)
                if end == len(level.items):
                    message = N_("{tag} is missing.", tag=item.tag)
                if where:
                    message = N_("{tag} is missing in the group of {group}.", tag=item.tag, group=where)
                self._fault("MISSING", message, at)
        level.at = max(level.at, end - 1)

    def _fault(self, rule: str, message: Message, at: Segment) -> None:
        severity = self._order_severity if rule in ("ORDER", "UNKNOWN") else self._severity
        line, column = at.place()
        path = f"{self._message.position}/{at.number - self._first.number + 1}:{at.tag}"
        self._faults.append(Fault(rule, message, line, column, path, severity))
