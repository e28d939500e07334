"""Opening a table: what kind of file it is, by its content, and which sheet of a workbook is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from types import TracebackType
from typing import IO, Protocol, Self

from app.core.errors import Invalid
from app.core.tables.delimited import DELIMITERS, HEADER_ROWS, DelimitedText, IsHeader
from app.core.tables.markup import Archive, Head, protected, too_many_cells
from app.core.tables.ods import OdsBook
from app.core.tables.rows import DEFAULT_LIMITS, Limits, Row
from app.core.tables.sources import Source, opened
from app.core.tables.xlsx import XlsxBook
from app.core.texts import N_, Message

_HEAD = 8192
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_OFFICE_SEARCHED = 16 * 1024 * 1024
_TEXT_CONTROLS = frozenset(b"\t\n\x0b\x0c\r\x1a\x1b")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_OTHER_OFFICE = ("word/", "ppt/", "visio/")
_SAVE_AS = N_("Save the table as XLSX, ODS or CSV and send that file.")


class _Reader(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def delimiter(self) -> str | None: ...
    @property
    def sheet(self) -> str | None: ...
    @property
    def sheets_ignored(self) -> tuple[str, ...]: ...
    def rows(self) -> Iterator[Row]: ...


class Table:
    """An open table. `kind` is csv, tsv, xlsx or ods; `encoding` and `delimiter` are None for workbooks, `sheet` for text.

    Use it in a `with` block, or call `close`.
    """

    def __init__(self, reader: _Reader, stream: IO[bytes], *, is_ours: bool) -> None:
        self.kind = reader.kind
        self.encoding = reader.encoding
        self.delimiter = reader.delimiter
        self.sheet = reader.sheet
        self.sheets_ignored = reader.sheets_ignored
        self._reader = reader
        self._stream = stream
        self._is_ours = is_ours

    def rows(self) -> Iterator[Row]:
        """Rows with content in order; numbers that are missing are empty rows. Each call starts again, one at a time."""
        return self._reader.rows()

    def close(self) -> None:
        if self._is_ours:
            self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_table(
    source: Source,
    *,
    is_header: IsHeader | None = None,
    delimiters: str = DELIMITERS,
    limits: Limits = DEFAULT_LIMITS,
) -> Table:
    """Open CSV, TSV, XLSX or ODS, perhaps packed with gzip, xz or bzip2. What cannot be read is Invalid("file").

    `is_header` tells whether the cells of one row are the header that the caller looks for. With it, the sheet read is the
    first that has such a row among its first 20, and so is the separator; without a hit the first sheet with content.
    """
    stream, is_ours = opened(source, limits)
    try:
        return Table(_reader(stream, is_header, delimiters, limits), stream, is_ours=is_ours)
    except BaseException:
        if is_ours:
            stream.close()
        raise


def _reader(stream: IO[bytes], is_header: IsHeader | None, delimiters: str, limits: Limits) -> _Reader:
    head = stream.read(_HEAD).rstrip(b"\0")
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        return _workbook(stream, is_header, limits)
    refusal = _not_a_table(head, stream)
    if refusal is not None:
        raise Invalid("file", refusal)
    stream.seek(0)
    return DelimitedText(stream, limits, is_header, delimiters)


def _workbook(stream: IO[bytes], is_header: IsHeader | None, limits: Limits) -> _Reader:
    archive = Archive(stream, limits)
    if "content.xml" in archive:
        return _SheetReader(OdsBook(archive, limits), is_header, limits)
    if "xl/workbook.bin" in archive:
        raise Invalid("file", N_("This is a binary workbook (XLSB). {advice}", advice=_SAVE_AS))
    if "[Content_Types].xml" in archive and not any(name.startswith(_OTHER_OFFICE) for name in archive.names()):
        return _SheetReader(XlsxBook(archive, limits), is_header, limits)
    raise Invalid("file", N_("This archive is not a workbook. Unpack it and send the table itself."))


class _Book(Protocol):
    @property
    def kind(self) -> str: ...
    def heads(self, last_row: int) -> Iterator[Head]: ...
    def rows(self, index: int) -> Iterator[Row]: ...


class _SheetReader:
    """One sheet of a workbook; hidden sheets are sheets, too."""

    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, book: _Book, is_header: IsHeader | None, limits: Limits) -> None:
        self._book = book
        self.kind = book.kind
        heads = list(islice(book.heads(HEADER_ROWS), limits.sheets + 1))
        if len(heads) > limits.sheets:
            raise too_many_cells()
        if not heads:
            raise Invalid("file", N_("There is no sheet in this file. {advice}", advice=_SAVE_AS))
        with_rows = [index for index, head in enumerate(heads) if head.has_rows]
        with_header = (i for i in with_rows if is_header and any(is_header(row.cells) for row in heads[i].rows))
        self._index = next(with_header, next(iter(with_rows), 0))
        self.sheet: str | None = heads[self._index].name
        self.sheets_ignored = tuple(head.name for index, head in enumerate(heads) if index != self._index)

    def rows(self) -> Iterator[Row]:
        return self._book.rows(self._index)


def _not_a_table(head: bytes, stream: IO[bytes]) -> Message | None:
    """What the file is instead, in words that help."""
    if head.startswith(_OLD_OFFICE):
        if "EncryptedPackage".encode("utf-16-le") in stream.read(_OLD_OFFICE_SEARCHED):
            return protected().message
        return N_("This is a workbook of an old Excel (XLS). {advice}", advice=_SAVE_AS)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"%pdf"):
        return N_("This is a PDF. {advice}", advice=_SAVE_AS)
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"{\\rtf")):
        return N_("This is a web page or a text document, not a table. {advice}", advice=_SAVE_AS)
    zeros = max(head[0::2].count(0), head[1::2].count(0))
    is_wide = head.startswith(_WIDE_MARKS) or zeros * 3 > len(head)
    controls = sum(1 for byte in head if byte < 32 and byte not in _TEXT_CONTROLS)
    if not is_wide and controls * 50 > len(head) + 100:
        return N_("This file is not a table. {advice}", advice=_SAVE_AS)
    return None
