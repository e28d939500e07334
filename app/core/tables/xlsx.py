"""Workbooks of ECMA-376 (XLSX), transitional and strict, as Excel and many less careful programs write them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from app.core.errors import Invalid
from app.core.tables.markup import (
    Archive,
    Element,
    Head,
    damage_is_invalid,
    guarded,
    iso_date,
    number,
    release,
    too_many_cells,
)
from app.core.tables.numberformats import date_of, shows_date
from app.core.tables.rows import SHEET_COLUMNS, SHEET_ROWS, Cell, Limits, Row, is_blank
from app.core.tables.sources import damaged
from app.core.texts import N_

_MAIN = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}",
)
_RELATION_ID = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true")


def _tags(name: str) -> tuple[str, ...]:
    return tuple(namespace + name for namespace in _MAIN)


_CELL, _VALUE, _INLINE, _TEXT, _SPOKEN = _tags("c"), _tags("v"), _tags("is"), _tags("t"), _tags("rPh")


class _Sheet(NamedTuple):
    name: str
    part: str


class XlsxBook:
    """Sheets in their order; a formula counts with the value stored beside it, and without one is empty."""

    kind = "xlsx"

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._last_column = min(SHEET_COLUMNS, limits.columns)
        with damage_is_invalid():
            main_part = self._find_main_part()
            workbook = archive.tree(main_part)
            parts = self._relations(main_part)
            self._sheets = [
                _Sheet(sheet.get("name", ""), parts.get(_relation_id(sheet), ("", ""))[1])
                for sheet in workbook.iter(*_tags("sheet"))
            ]
            properties = next(workbook.iter(*_tags("workbookPr")), None)
            self._since_1904 = properties is not None and properties.get("date1904") in _TRUE
            self._shared_part = next((part for kind, part in parts.values() if kind == "sharedStrings"), None)
            self._styles_part = next((part for kind, part in parts.values() if kind == "styles"), None)

    def heads(self, last_row: int) -> Iterator[Head]:
        """Each sheet with its rows up to a number."""
        for index, sheet in enumerate(self._sheets):
            head = Head(sheet.name)
            for row in self.rows(index):
                head.has_rows = True
                if row.number > last_row:
                    break
                head.rows.append(row)
            yield head

    @guarded
    def rows(self, index: int) -> Iterator[Row]:
        """Rows with content of one sheet; a sheet of charts, or one whose part is missing, has none."""
        part = self._sheets[index].part
        if part not in self._archive:
            return
        row_tags, data_tags = _tags("row"), _tags("sheetData")
        number_of_row = cells_read = 0
        for _, element in self._archive.elements(part, (*row_tags, *data_tags)):
            if element.tag in data_tags:
                return
            number_of_row = _row_number(element, number_of_row)
            cells = self._cells(element)
            release(element)
            cells_read += len(cells)
            if number_of_row > min(SHEET_ROWS, self._limits.rows) or cells_read > self._limits.cells:
                raise too_many_cells()
            if not all(map(is_blank, cells)):
                yield Row(number_of_row, tuple(cells))

    def _cells(self, row: Element) -> list[Cell]:
        cells: list[Cell] = []
        for element in row:
            if element.tag not in _CELL:
                continue
            reference = element.get("r")
            column = _column(reference.rstrip("0123456789")) if reference else len(cells)
            if column >= self._last_column:
                raise too_many_cells()
            value = self._value(element)
            if column == len(cells):
                cells.append(value)
            else:
                cells.extend([None] * (column + 1 - len(cells)))
                cells[column] = value
        return cells

    def _value(self, element: Element) -> Cell:
        kind = element.get("t", "n")
        text = None
        for child in element:
            if child.tag in _VALUE:
                text = child.text
            elif kind == "inlineStr" and child.tag in _INLINE:
                return self._checked(_rich_text(child))
        if not text:
            return None
        if kind == "n":
            value = number(text.strip())
            return self._checked(text) if value is None else self._as_shown(value, element.get("s"))
        if kind == "s":
            return self._shared_text(int(text))
        if kind == "b":
            return text.strip() in _TRUE
        if kind == "d":
            return iso_date(text.strip())
        return self._checked(_unescaped(text))

    def _as_shown(self, value: Decimal, style: str | None) -> Cell:
        if style and int(style) in self._date_styles:
            return date_of(value, since_1904=self._since_1904)
        return value

    def _shared_text(self, index: int) -> str | None:
        if not 0 <= index < len(self._shared):
            raise damaged()
        return self._shared[index] or None

    def _checked(self, text: str) -> str | None:
        if len(text) > self._limits.cell_characters:
            raise Invalid("file", N_("A cell has more than {limit} characters.", limit=self._limits.cell_characters))
        return text or None

    @cached_property
    def _shared(self) -> list[str]:
        """Texts that cells point at by number."""
        texts: list[str] = []
        if self._shared_part is None:
            return texts
        limit = self._limits.text_bytes
        for _, element in self._archive.elements(self._shared_part, _tags("si"), limit=limit):
            texts.append(self._checked(_rich_text(element)) or "")
            release(element)
            if len(texts) > self._limits.texts:
                raise too_many_cells()
        return texts

    @cached_property
    def _date_styles(self) -> frozenset[int]:
        """The cell styles that show a date."""
        if self._styles_part is None:
            return frozenset()
        styles = self._archive.tree(self._styles_part)
        codes = {element.get("numFmtId"): element.get("formatCode") for element in styles.iter(*_tags("numFmt"))}
        cell_styles = next(styles.iter(*_tags("cellXfs")), None)
        if cell_styles is None:
            return frozenset()
        ids = [element.get("numFmtId", "0") for element in cell_styles.iter(*_tags("xf"))]
        return frozenset(i for i, key in enumerate(ids) if shows_date(int(key), codes.get(key)))

    def _find_main_part(self) -> str:
        if "_rels/.rels" in self._archive:
            for kind, part in self._relations("").values():
                if kind == "officeDocument" and part in self._archive:
                    return part
        return "xl/workbook.xml"

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id -> (kind, part)."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing not in self._archive:
            return {}
        relations = {}
        for element in self._archive.tree(listing):
            target = element.get("Target", "").replace("\\", "/")
            path = target if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            relations[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], path)
        return relations


def _relation_id(sheet: Element) -> str:
    return next(filter(None, (sheet.get(name) for name in _RELATION_ID)), "")


def _row_number(row: Element, previous: int) -> int:
    """The `r` attribute may be missing; rows that go backwards would be shown under wrong numbers."""
    given = row.get("r")
    current = int(given) if given else previous + 1
    if current <= previous:
        raise damaged()
    return current


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """0 for A, 26 for AA."""
    column = 0
    for letter in letters.upper() or "?":
        digit = ord(letter) - 64
        if not 1 <= digit <= 26 or column > SHEET_COLUMNS:
            raise damaged()
        column = column * 26 + digit
    return column - 1


def _rich_text(element: Element) -> str:
    """All runs joined; pronunciation hints are no text."""
    parts = []
    for child in element:
        if child.tag in _TEXT:
            parts.append(child.text or "")
        elif child.tag not in _SPOKEN:
            parts.extend(run.text or "" for run in child if run.tag in _TEXT)
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    """Characters that XML cannot carry are written _x000D_."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)
