"""The text of a message for reading: rows with line and column, long lines broken where a person would."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

_LONG = 240
_MARK = b"\xef\xbb\xbf"
_ROW = 160
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{2,20})["']""")
_SECRET = re.compile(r"(<(?:\w+:)?SharedSecret\b[^>]*>)([^<]*)")
_BINARY = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"MZ")


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row as shown: where in the file its text begins. Line and column count from 1, columns in characters."""

    line: int
    column: int
    text: str
    is_marked: bool = False

    @property
    def is_new_line(self) -> bool:
        return self.column == 1


def is_binary(data: bytes) -> bool:
    """Whether there is nothing to read for a person: archives, PDF, bytes that are no text."""
    return data.startswith(_BINARY) or b"\x00" in data[:4096].replace(b"\x00<", b"").replace(b"<\x00", b"<")


def encoding_of(data: bytes) -> str:
    """By its mark, by what XML declares, UTF-8 where it is that, else windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    data = data.removeprefix(_MARK)
    declared = _DECLARED.match(data[:200])
    names = [declared[1].decode("ascii")] if declared else []
    for name in (*names, "utf-8"):
        try:
            data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        return name
    return "cp1252"


def text_of(data: bytes) -> str:
    """Never raises."""
    return data.removeprefix(_MARK).decode(encoding_of(data), "replace")


def without_secrets(text: str) -> str:
    """For the eyes of people: what a system proves itself by is covered, all places stay as they are."""
    return _SECRET.sub(lambda found: found[1] + re.sub(r"\S", "\u2022", found[2]), text)


def bytes_of(text: str, original: bytes) -> bytes:
    """A mended text in the character set of what it replaces.

    XML says other characters by their numbers; elsewhere UnicodeEncodeError names the first.
    """
    is_xml = original.removeprefix(_MARK).lstrip().startswith(b"<")
    return text.encode(encoding_of(original), "xmlcharrefreplace" if is_xml else "strict")


def rows_of(text: str, marks: Collection[tuple[int, int]] = ()) -> list[TextRow]:
    """All rows. A mark (line, column; column 0: the line) marks the row that holds it."""
    whole = {number for number, column in marks if not column}
    places: dict[int, list[int]] = {}
    for number, column in marks:
        if column:
            places.setdefault(number, []).append(column)
    rows = []
    for number, line in enumerate(_lines(text), 1):
        begin = 1
        pieces = _pieces(line)
        for piece in pieces:
            end = begin + len(piece)
            is_last = end > len(line)
            is_hit = any(begin <= column < end or (is_last and column >= end) for column in places.get(number, ()))
            rows.append(TextRow(number, begin, piece, is_hit or (number in whole and begin == 1)))
            begin = end
    return rows


def _lines(text: str) -> list[str]:
    """As editors count them: CRLF, LF and CR end a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _pieces(line: str) -> list[str]:
    if len(line) <= _LONG:
        return [line]
    if line.lstrip().startswith("<"):
        parts = re.split(r"(?<=>)(?=<)", line)
    elif (sign := _terminator(line)) is not None:
        parts = re.split(f"(?<={re.escape(sign)})", line)
    else:
        parts = [line]
    return [part[at : at + _ROW] for part in parts if part for at in range(0, len(part), _ROW)]


def _terminator(line: str) -> str | None:
    """What ends a segment, where the file is EDIFACT or X12 on one line."""
    if line.startswith("UNA") and len(line) > 9:
        return line[8]
    if line.startswith(("UNB", "UNH")):
        return "'"
    if line.startswith("ISA") and len(line) > 106:
        return line[105]
    return None


def page_of_mark(rows: list[TextRow], size: int) -> int:
    """The page (from 1) with the first marked row."""
    return next((place // size + 1 for place, row in enumerate(rows) if row.is_marked), 1)
