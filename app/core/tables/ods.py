"""Workbooks of OpenDocument (ODS): repeated cells and rows are spelled out, notes and drawings are not cell text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.tables.markup import (
    Archive,
    Element,
    Head,
    guarded,
    iso_date,
    number,
    protected,
    release,
    too_many_cells,
)
from app.core.tables.rows import SHEET_COLUMNS, SHEET_ROWS, Cell, Limits, Row, is_blank
from app.core.texts import N_

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CONTENT = "content.xml"
_SHEET, _ROW, _CELL = f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-cell"
_CELLS = (_CELL, f"{_TABLE}covered-table-cell")
_NUMBERS = frozenset(("float", "percentage", "currency"))
_PARAGRAPHS = frozenset((f"{_TEXT}p", f"{_TEXT}h"))
_INLINE = frozenset((f"{_TEXT}span", f"{_TEXT}a", f"{_TEXT}meta", f"{_TEXT}ruby", f"{_TEXT}ruby-base"))
_CHARACTERS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_COLLAPSED = re.compile(r"[ \t\r\n]+")


class OdsBook:
    """Sheets in their order. A cell that a merged one covers shows nothing, so it is empty."""

    kind = "ods"

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        manifest = "META-INF/manifest.xml"
        if manifest in archive and b"encryption-data" in archive.small(manifest):
            raise protected()

    @guarded
    def heads(self, last_row: int) -> Iterator[Head]:
        """All sheets in one pass: each with its rows up to a number."""
        head: Head | None = None
        for name, element in self._walk():
            if element is None:
                if head is not None:
                    yield head
                head, numbers = Head(name), _Numbers(self._limits)
            elif head is not None and (not head.has_rows or numbers.last < last_row):
                for row in self._rows(element, numbers):
                    head.has_rows = True
                    if row.number > last_row:
                        break
                    head.rows.append(row)
        if head is not None:
            yield head

    @guarded
    def rows(self, index: int) -> Iterator[Row]:
        """Rows with content of one sheet."""
        sheet, numbers = -1, _Numbers(self._limits)
        for _, element in self._walk():
            if element is None:
                sheet += 1
            elif sheet == index:
                yield from self._rows(element, numbers)
            if sheet > index:
                return

    def _walk(self) -> Iterator[tuple[str, Element | None]]:
        """Each sheet as (name, None), then its rows as (name, element)."""
        depth, name = 0, None
        for event, element in self._archive.elements(_CONTENT, (_ROW, _SHEET), starts=(_SHEET,)):
            if event == "start":
                depth += 1
                if depth == 1:
                    name = _shown_name(element)
                    if name is not None:
                        yield name, None
            elif element.tag == _SHEET:
                depth -= 1
                if depth == 0:
                    release(element)
            elif depth == 1:
                if name is not None:
                    yield name, element
                release(element)

    def _rows(self, element: Element, numbers: _Numbers) -> Iterator[Row]:
        repeated = _repeated(element, "rows")
        cells = tuple(self._cells(element))
        numbers.count(len(cells))
        if all(map(is_blank, cells)):
            numbers.last += repeated
            return
        for _ in range(repeated):
            numbers.last += 1
            numbers.check()
            yield Row(numbers.last, cells)

    def _cells(self, row: Element) -> list[Cell]:
        cells: list[Cell] = []
        column = 0
        for element in row:
            if element.tag not in _CELLS:
                continue
            repeated = _repeated(element, "columns")
            value = self._value(element) if element.tag == _CELL else None
            if value is not None:
                if column + repeated > min(SHEET_COLUMNS, self._limits.columns):
                    raise too_many_cells()
                cells.extend([None] * (column - len(cells)))
                cells.extend([value] * repeated)
            column += repeated
        return cells

    def _value(self, element: Element) -> Cell:
        kind = element.get(f"{_OFFICE}value-type")
        if kind in _NUMBERS:
            value = number(element.get(f"{_OFFICE}value", ""))
            if value is not None:
                return value
        elif kind == "boolean":
            return element.get(f"{_OFFICE}boolean-value") == "true"
        elif kind == "date":
            moment = iso_date(element.get(f"{_OFFICE}date-value", ""))
            if not isinstance(moment, str):
                return moment
        given = element.get(f"{_OFFICE}string-value")
        text = "\n".join(_text(child) for child in element if child.tag in _PARAGRAPHS) if given is None else given
        if len(text) > self._limits.cell_characters:
            raise Invalid("file", N_("A cell has more than {limit} characters.", limit=self._limits.cell_characters))
        return text or None


@dataclass(slots=True)
class _Numbers:
    """Where we are in a sheet, and how much of it was read."""

    limits: Limits
    last: int = 0
    cells: int = 0
    elements: int = 0

    def count(self, cells: int) -> None:
        self.cells += cells
        self.elements += 1
        if self.cells > self.limits.cells or self.elements > SHEET_ROWS:
            raise too_many_cells()

    def check(self) -> None:
        if self.last > min(SHEET_ROWS, self.limits.rows):
            raise too_many_cells()


def _shown_name(sheet: Element) -> str | None:
    """The name of a sheet; None for what LibreOffice keeps of other files that formulas point to."""
    parent = sheet.getparent()
    name = sheet.get(f"{_TABLE}name", "")
    if parent is None or parent.tag != f"{_OFFICE}spreadsheet" or sheet.get(f"{_TABLE}style-name") == "ta_extref":
        return None
    return name


def _repeated(element: Element, what: str) -> int:
    count = int(element.get(f"{_TABLE}number-{what}-repeated", "1"))
    if count < 1:
        raise ValueError(count)
    return count


def _text(element: Element) -> str:
    """Text of a paragraph; runs of blanks in the XML are one blank, wanted ones are written as elements."""
    parts = [_COLLAPSED.sub(" ", element.text or "")]
    for child in element:
        if child.tag == f"{_TEXT}s":
            parts.append(" " * min(int(child.get(f"{_TEXT}c", "1")), 1000))
        elif child.tag in _INLINE:
            parts.append(_text(child))
        else:
            parts.append(_CHARACTERS.get(str(child.tag), ""))
        parts.append(_COLLAPSED.sub(" ", child.tail or ""))
    return "".join(parts)
