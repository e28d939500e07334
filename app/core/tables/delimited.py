"""Delimited text: which separator makes columns, and rows out of lines with quoted fields, stray quotes and mixed line ends."""

from __future__ import annotations

import io
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import IO, TypeAlias

from app.core.errors import Invalid
from app.core.tables.encodings import detect
from app.core.tables.rows import BLANKS, Cell, Limits, Row
from app.core.texts import N_

IsHeader: TypeAlias = Callable[[Sequence[Cell]], bool]

DELIMITERS = "\t;,|"
HEADER_ROWS = 20
_SAMPLE_LINES = 256
_SEPARATOR_LINE = re.compile(r'"?sep=([^"\w])"?', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
_MISREAD_MARKS = ("\u00ef\u00bb\u00bf", "\u043f\u00bb\u0457")


class DelimitedText:
    """A text file as a table. Every call of `rows` starts again; only one pass at a time.

    A first line `sep=X` names the separator and, as in a spreadsheet, is not shown: the next line is row 1.
    """

    sheet: str | None = None
    sheets_ignored: tuple[str, ...] = ()

    def __init__(self, stream: IO[bytes], limits: Limits, is_header: IsHeader | None, delimiters: str) -> None:
        self._stream = stream
        self._limits = limits
        self.encoding: str | None = detect(stream)
        first = next(self._lines(), "")
        named = _SEPARATOR_LINE.fullmatch(first)
        self._skipped = 1 if named else 0
        sample = list(islice(self._lines(), self._skipped, _SAMPLE_LINES))
        self.delimiter: str | None = named[1] if named else _choose_delimiter(sample, delimiters, is_header, limits)
        self.kind = "tsv" if self.delimiter == "\t" else "csv"

    def rows(self) -> Iterator[Row]:
        lines = islice(self._lines(), self._skipped, None)
        number = 0
        for fields in records(lines, self.delimiter or ",", self._limits):
            number += 1
            if not "".join(fields).strip(BLANKS):
                continue
            if number > self._limits.rows:
                raise Invalid("file", N_("The file has more than {limit} rows.", limit=self._limits.rows))
            yield Row(number, tuple([field or None for field in fields]))

    def _lines(self) -> Iterator[str]:
        """Physical lines without their ends; a lone carriage return ends a line, too."""
        limit = self._limits.line_characters
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, self.encoding, "replace", newline=None)
        try:
            is_first = True
            for line in iter(partial(text.readline, limit), ""):
                if len(line) == limit:
                    raise Invalid("file", N_("A line has more than {limit} characters.", limit=limit))
                if is_first and line.startswith(_MISREAD_MARKS):
                    line = line[3:]  # noqa: PLW2901 -- a byte order mark before text that is not UTF-8
                is_first = False
                yield line.removesuffix("\n")
        finally:
            with suppress(ValueError):
                text.detach()


def records(lines: Iterable[str], delimiter: str, limits: Limits) -> Iterator[list[str]]:
    """Fields of each record; a quoted field may hold separators, doubled quotes and line breaks."""
    ahead: deque[str] = deque()
    source = iter(lines)
    fields_of = _Fields(delimiter, source, ahead, limits)
    while True:
        line = ahead.popleft() if ahead else next(source, None)
        if line is None:
            return
        fields = fields_of(line) if '"' in line else line.split(delimiter)
        if len(fields) > limits.columns:
            raise Invalid("file", N_("A row has more than {limit} columns.", limit=limits.columns))
        if len(line) > limits.cell_characters and max(map(len, fields)) > limits.cell_characters:
            raise Invalid("file", N_("A cell has more than {limit} characters.", limit=limits.cell_characters))
        yield fields


class _Fields:
    """Splits a line that has quotes, and takes the next lines along where a quoted field goes on.

    Only a quote at the start of a field opens, and only one before a separator or the line end closes. A quote that is
    never closed properly is an inch sign or a mark: it stays text, so that it cannot swallow the rows below.
    """

    def __init__(self, delimiter: str, source: Iterator[str], ahead: deque[str], limits: Limits) -> None:
        self._delimiter = delimiter
        self._source = source
        self._ahead = ahead
        self._limit = limits.cell_characters
        end = rf"[ \u00a0]*(?={re.escape(delimiter)}|\Z)"
        inside = r'[^"]*(?:""[^"]*)*'
        self._quoted = re.compile(rf'[ \u00a0]*"({inside})"{end}')
        self._open = re.compile(rf'[ \u00a0]*"{inside}\Z')
        self._inside = re.compile(inside)
        self._close = re.compile(rf'"{end}')

    def __call__(self, line: str) -> list[str]:
        fields = []
        position = 0
        while True:
            match = self._quoted.match(line, position)
            if match is None and self._open.match(line, position) and (rest := self._continuation(len(line))):
                line += rest
                match = self._quoted.match(line, position)
            if match:
                fields.append(match[1].replace('""', '"'))
                stop = match.end()
            else:
                stop = line.find(self._delimiter, position)
                stop = len(line) if stop < 0 else stop
                fields.append(line[position:stop])
            if stop >= len(line):
                return fields
            position = stop + 1

    def _continuation(self, length: int) -> str | None:
        """The lines up to the one that closes the open quote; None, with nothing taken, when none does."""
        taken: list[str] = []
        while length < self._limit:
            line = self._ahead.popleft() if self._ahead else next(self._source, None)
            if line is None:
                break
            taken.append(line)
            length += len(line) + 1
            stop = self._inside.match(line).end()  # type: ignore[union-attr]
            if stop < len(line):
                if self._close.match(line, stop):
                    return "\n" + "\n".join(taken)
                break
        self._ahead.extendleft(reversed(taken))
        return None


def _choose_delimiter(sample: list[str], delimiters: str, is_header: IsHeader | None, limits: Limits) -> str:
    """The separator under which a header row appears; else the one that cuts most lines into equally many columns.

    Of two that do so equally well (`22423;12,0`) it is the one that comes first in more lines.
    """
    first_in_line = Counter(_first_of(delimiters, _QUOTED.sub("", line)) for line in sample)
    best, best_score = ",", (False, 0, 0)
    for delimiter in delimiters:
        rows = list(records(sample, delimiter, limits))
        has_header = is_header is not None and any(is_header(row) for row in rows[:HEADER_ROWS])
        widths = Counter(len(row) for row in rows if len(row) > 1 and "".join(row).strip(BLANKS))
        score = (has_header, max(widths.values(), default=0), first_in_line[delimiter])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _first_of(delimiters: str, line: str) -> str:
    return next((character for character in line if character in delimiters), "")
