"""Where tables come from: paths, uploads, compressed files; and that no bytes at all end in a traceback."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.tables.opening import open_table
from app.core.tables.rows import Limits
from tests.support.workbooks import ods, ods_row, row, table, xlsx

TEXT = b"sku,qty\n22423,12\n"
ROWS = [("sku", "qty"), ("22423", "12")]


def cells(source, **options):
    with open_table(source, **options) as opened:
        return [line.cells for line in opened.rows()]


class OneWay(io.RawIOBase):
    """An upload that cannot go back."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def readinto(self, buffer) -> int:
        return self._data.readinto(buffer)


def test_bytes_paths_and_uploads(tmp_path):
    path = tmp_path / "order.xls"
    path.write_bytes(TEXT)
    assert cells(TEXT) == cells(path) == cells(io.BytesIO(TEXT)) == cells(OneWay(TEXT)) == ROWS


def test_an_upload_stays_open_for_its_owner():
    upload = io.BytesIO(TEXT)
    cells(upload)
    assert not upload.closed


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(TEXT),
        gzip.compress(TEXT[:8]) + gzip.compress(TEXT[8:]),
        lzma.compress(TEXT),
        lzma.compress(TEXT[:8]) + lzma.compress(TEXT[8:]),
        bz2.compress(TEXT),
        gzip.compress(lzma.compress(TEXT)),
    ],
)
def test_compressed_text_is_unpacked(packed):
    assert cells(packed) == ROWS


def test_compressed_workbooks_are_unpacked():
    assert cells(gzip.compress(xlsx(row(1, "a")))) == cells(lzma.compress(ods(table("T", ods_row("a"))))) == [("a",)]


@pytest.mark.parametrize("packed", [gzip.compress(TEXT), lzma.compress(TEXT), bz2.compress(TEXT)])
@pytest.mark.parametrize("cut", [7, 12, -1, -9])
def test_cut_off_archives_are_damaged(packed, cut):
    with pytest.raises(Invalid):
        cells(packed[:cut])


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_bombs_stop_at_the_limit(pack):
    with pytest.raises(Invalid, match="10 MB"):
        cells(pack(b"a,b\n" * 5_000_000), limits=Limits(unpacked_bytes=10 * 1024**2))


def test_plain_files_have_the_same_limit():
    for source in (TEXT * 100, OneWay(TEXT * 100)):
        with pytest.raises(Invalid, match="Split"):
            cells(source, limits=Limits(unpacked_bytes=1000))


def test_a_bomb_in_one_row_of_a_workbook_stops():
    """A hundred megabytes of cells that never end a row, in a file of some kilobytes."""
    huge = "<row>" + '<c r="A1"/>' * 9_000_000
    with pytest.raises(Invalid):
        cells(xlsx(huge))


def test_flat_memory_over_many_rows():
    """A pass over 100,000 rows holds a few of them, whatever the file's length."""
    data = b"sku,name,qty\n" + b"22423,A name of usual length,12\n" * 100_000
    tracemalloc.start()
    with open_table(data) as opened:
        assert sum(1 for _ in opened.rows()) == 100_001
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000


def outcome(data: bytes) -> None:
    """Rows or Invalid; anything else is a bug."""
    try:
        cells(data, is_header=lambda cells: "sku" in cells)
    except Invalid as error:
        assert str(error)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_rows_or_a_sentence(data):
    outcome(data)


@given(
    st.sampled_from(
        [b"PK\x03\x04", b"\x1f\x8b\x08", b"\xfd7zXZ\x00", b"BZh9", b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n"]
    ),
    st.binary(max_size=200),
)
@settings(max_examples=200, deadline=None)
def test_any_bytes_behind_a_known_mark_do_so_too(mark, data):
    outcome(mark + data)


BOOKS = {
    "xlsx": xlsx(
        row(1, "sku", "qty") + row(2, "A-1", 12) + row(3, '<c t="s"><v>0</v></c>', '<c s="1"><v>40886</v></c>'),
        shared="<si><r><t>22</t></r></si>",
        styles='<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>',
    ),
    "ods": ods(table("T", ods_row("sku", "qty"), ods_row("A-1", 12, repeated=3))),
}


@given(st.sampled_from(sorted(BOOKS)), st.data())
@settings(max_examples=200, deadline=None)
def test_a_workbook_with_broken_bytes_gives_rows_or_a_sentence(kind, data):
    book = bytearray(BOOKS[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        book[data.draw(st.integers(4, len(book) - 1))] = data.draw(st.integers(0, 255))
    outcome(bytes(book))


@given(st.sampled_from(sorted(BOOKS)), st.data())
@settings(max_examples=200, deadline=None)
def test_a_workbook_with_broken_parts_gives_rows_or_a_sentence(kind, data):
    """The ZIP is whole, so that the XML is reached."""
    source = zipfile.ZipFile(io.BytesIO(BOOKS[kind]))
    buffer = io.BytesIO()
    victim = data.draw(st.sampled_from(source.namelist()))
    with zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = bytearray(source.read(name))
            if name == victim:
                start = data.draw(st.integers(0, len(content)))
                content[start : start + data.draw(st.integers(0, 9))] = data.draw(
                    st.sampled_from([b"", b"\0", b"<", b"&x;", b"-1", b"99999999999", b"]]>", b"\xff", b'"'])
                )
            target.writestr(name, bytes(content))
    outcome(buffer.getvalue())


FIELD = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs", "Cf")), min_size=1, max_size=8)


@given(
    st.lists(
        st.lists(FIELD | FIELD.map(lambda text: f'{text}"\n,;{text}'), min_size=2, max_size=4), min_size=1, max_size=8
    ),
    st.sampled_from("\t;,"),
)
@settings(max_examples=200, deadline=None)
def test_quoted_fields_come_back_as_they_went(rows, delimiter):
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    text = "sep=" + delimiter + "\n" + "\r\n".join(delimiter.join(map(quoted, fields)) for fields in rows)
    assert cells(text.encode()) == [tuple(fields) for fields in rows]
