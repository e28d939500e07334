"""Reports as CSV and XLSX: exact, and harmless in a spreadsheet."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import openpyxl
import pytest

from app.core.tables.opening import open_table
from app.core.tables.writing import csv_chunks, write_csv, write_xlsx

ROWS = [
    ("sku", "text", "quantity", "on", "at", "yes"),
    ("00123", 'say "x", twice\nnew line', Decimal("12.50"), date(2011, 12, 9), datetime(2011, 12, 9, 10, 30), True),
    ("Größe", None, Decimal(-3), None, None, False),
]


def written(write, rows, **options) -> bytes:
    target = io.BytesIO()
    write(rows, target, **options)
    return target.getvalue()


def test_csv_is_what_excel_opens_without_asking():
    assert written(write_csv, ROWS).decode("utf-8") == (
        "\ufeffsku,text,quantity,on,at,yes\r\n"
        '00123,"say ""x"", twice\nnew line",12.5,2011-12-09,2011-12-09 10:30:00,TRUE\r\n'
        "Größe,,-3,,,FALSE\r\n"
    )


def test_xlsx_comes_back_as_it_went():
    with open_table(written(write_xlsx, ROWS, sheet="Report")) as table:
        assert table.sheet == "Report"
        assert [row.cells for row in table.rows()] == [
            ROWS[0],
            (
                "00123",
                'say "x", twice\nnew line',
                Decimal("12.5"),
                date(2011, 12, 9),
                datetime(2011, 12, 9, 10, 30),
                True,
            ),
            ("Größe", None, Decimal(-3), None, None, False),
        ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30 1", "-2", "@SUM(A1)", " =1", "\t=1", "\u00a0=1", "\uff1d1", "=cmd|' /C calc'!A0"]
)
def test_no_text_becomes_a_formula(text):
    csv = written(write_csv, [(text, Decimal(-2))]).decode("utf-8-sig")
    assert csv.lstrip('"').startswith("'")
    assert csv.rstrip().endswith(",-2")
    book = openpyxl.load_workbook(io.BytesIO(written(write_xlsx, [(text,)])))
    assert book.active["A1"].data_type == "s"
    assert book.active["A1"].value == text


def test_links_and_digits_stay_text_in_xlsx():
    book = openpyxl.load_workbook(io.BytesIO(written(write_xlsx, [("https://example.com/", "0012")])))
    assert book.active["A1"].hyperlink is None
    assert book.active["B1"].value == "0012"


@pytest.mark.parametrize(
    ("value", "back"),
    [
        (Decimal("0.1"), Decimal("0.1")),
        (Decimal(123456789012345), Decimal(123456789012345)),
        (Decimal("0.000001"), Decimal("0.000001")),
        (Decimal("1E+3"), Decimal(1000)),
        (Decimal("1234567890.123456"), "1234567890.123456"),
        (datetime(2011, 12, 9, 10, 30, tzinfo=UTC), "2011-12-09 10:30:00+00:00"),
        (time(10, 30), time(10, 30)),
        ("bell\x07", "bell\x07"),
        ("x" * 40_000, "x" * 32_767),
    ],
)
def test_what_a_cell_cannot_hold_exactly_is_text(value, back):
    with open_table(written(write_xlsx, [(value,)])) as table:
        assert next(table.rows()).cells == (back,)


def test_csv_is_written_in_pieces():
    pieces = list(csv_chunks((str(n), "x") for n in range(2000)))
    assert len(pieces) > 3
    assert b"".join(pieces).count(b"\r\n") == 2000


def test_lone_halves_of_characters_do_not_stop_a_report():
    assert written(write_csv, [("a\ud800",)]).decode("utf-8-sig") == "a?\r\n"
