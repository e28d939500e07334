"""What both kinds of workbook are made of: a ZIP with XML parts, read within limits and streamed element by element."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import IO, ParamSpec, TypeAlias, TypeVar

from lxml import etree

from app.core.errors import Invalid
from app.core.tables.rows import Cell, Limits, Row
from app.core.tables.sources import CHUNK, damaged, too_large
from app.core.texts import N_
from app.core.xml import parse

Element: TypeAlias = etree._Element  # noqa: SLF001 -- the type has no public name
P = ParamSpec("P")
T = TypeVar("T")

_SMALL_PART = 20_000_000
_ONE_ELEMENT = 8 * 1024 * 1024
_ENCRYPTED = 0x1
_LONG_NUMBER = 15
# What zipfile, its decompressors and lxml raise on broken content.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, etree.LxmlError, EOFError, LookupError, NotImplementedError, RuntimeError,
    UnicodeError, ValueError, OverflowError,
)  # fmt: skip


@contextmanager
def damage_is_invalid() -> Iterator[None]:
    """Broken content becomes one sentence for the person who sent it."""
    try:
        yield
    except _DAMAGE as error:
        raise damaged() from error


class Archive:
    """The parts of a workbook by name; case, backslashes and a leading slash in names do not matter."""

    def __init__(self, stream: IO[bytes], limits: Limits) -> None:
        self._limits = limits
        with damage_is_invalid():
            self._zip = zipfile.ZipFile(stream)
            self._parts = {_name(part.filename): part for part in self._zip.infolist()}

    def names(self) -> list[str]:
        return list(self._parts)

    def __contains__(self, name: str) -> bool:
        return _name(name) in self._parts

    def open(self, name: str) -> IO[bytes]:
        part = self._parts[_name(name)]
        if part.flag_bits & _ENCRYPTED:
            raise protected()
        return self._zip.open(part)

    def small(self, name: str) -> bytes:
        """A part that is read whole: the lists of sheets, relations, styles."""
        with damage_is_invalid(), self.open(name) as part:
            data = part.read(_SMALL_PART + 1)
        if len(data) > _SMALL_PART:
            raise too_large(_SMALL_PART)
        return data

    def tree(self, name: str) -> Element:
        return parse(self.small(name), max_bytes=_SMALL_PART)

    def elements(
        self, name: str, ends: tuple[str, ...], starts: tuple[str, ...] = (), *, limit: int = 0
    ) -> Iterator[tuple[str, Element]]:
        """("start" or "end", element) in document order. The caller calls `release` with what it has used."""
        limit = limit or self._limits.unpacked_bytes
        read = waiting = 0
        with self.open(name) as part:
            parser = etree.XMLPullParser(
                events=("start", "end"), tag=(*ends, *starts), resolve_entities=False, no_network=True, load_dtd=False,
                huge_tree=False, remove_comments=True, remove_pis=True,
            )  # fmt: skip
            is_first = True
            while chunk := part.read(CHUNK):
                parser.feed(chunk)
                read, waiting = read + len(chunk), waiting + len(chunk)
                for event, element in parser.read_events():
                    if is_first:
                        _refuse_declarations(element)
                        is_first = False
                    waiting = 0
                    if element.tag in (ends if event == "end" else starts):
                        yield event, element
                if read > limit:
                    raise too_large(limit)
                if waiting > _ONE_ELEMENT:
                    raise too_many_cells()
            parser.close()


def _name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _refuse_declarations(element: Element) -> None:
    """Workbooks never have a DOCTYPE; its entities could cut a number in two."""
    if element.getroottree().docinfo.internalDTD is not None:
        raise damaged()


def release(element: Element) -> None:
    """Give back the memory of an element that was used, and of all before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


@dataclass(slots=True)
class Head:
    """The first rows of a sheet; `has_rows` is true as well when all its rows lie further down."""

    name: str
    rows: list[Row] = field(default_factory=list)
    has_rows: bool = False


def too_many_cells() -> Invalid:
    return Invalid(
        "file", N_("The workbook has more rows, columns or sheets than can be read. Split it into smaller files.")
    )


def protected() -> Invalid:
    return Invalid(
        "file", N_("The workbook is protected by a password. Save a copy without a password and send that file.")
    )


def number(text: str) -> Decimal | None:
    """The number a cell holds, as the shortest decimal that means it; None when the text is no finite number.

    Spreadsheets keep binary numbers and write 1.1 as 1.1000000000000001, so longer texts take the way through repr.
    """
    if not text.isascii() or "_" in text:
        return None
    try:
        if len(text) > _LONG_NUMBER:
            text = repr(float(text))
        value = Decimal(text)
    except (InvalidOperation, ValueError):
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 310 else None


def iso_date(text: str) -> Cell:
    """A date, or date and time, written the ISO way; the text itself when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment if "T" in text else date(moment.year, moment.month, moment.day)


def guarded(rows: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    """A generator over parts whose damage shows only while it runs."""

    @wraps(rows)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        with damage_is_invalid():
            yield from rows(*args, **kwargs)

    return wrapper
