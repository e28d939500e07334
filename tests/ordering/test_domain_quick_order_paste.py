"""What buyers type or paste into the box."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.ordering.domain.order_paste import read_pasted


def rows(text: str) -> list[tuple[int, str, str]]:
    """(row, sku, quantity): the number that was understood, else what was given with a question mark."""
    return [
        (row.number, row.sku, f"{row.given_quantity}?" if row.quantity is None else str(row.quantity.normalize()))
        for row in read_pasted(text).rows
    ]


@pytest.mark.parametrize(
    "line",
    [
        "22423 12",
        "22423  12",
        " 22423\u00a012 ",
        "22423;12",
        "22423; 12",
        "22423,12",
        "22423, 12",
        "22423\t12",
        "22423 x 12",
        "22423 X 12",
        "22423 x12",
        "22423 × 12",
        "22423 х 12",
        "22423 * 12",
        "224\u200b23 12",
    ],
)
def test_one_line_in_every_form(line):
    assert rows(line) == [(1, "22423", "12")]
    assert rows(f"{line}\r\n\r\n{line}") == [(1, "22423", "12"), (3, "22423", "12")]


def test_forms_may_be_mixed_line_by_line():
    text = "22423 12\n22424;6\n85123a x 3\n\n22425, 7\n22426\n"
    assert rows(text) == [
        (1, "22423", "12"),
        (2, "22424", "6"),
        (3, "85123A", "3"),
        (5, "22425", "7"),
        (6, "22426", "?"),
    ]
    assert [ignored.row for ignored in read_pasted(text).ignored] == [4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a comma behind the blank belongs to the quantity, and does not make columns
        ("22423 1,000\n22424 2", [(1, "22423", "1E+3"), (2, "22424", "2")]),
        ("22423 1,5", [(1, "22423", "1.5")]),
        ("22423 1.000,5", [(1, "22423", "1000.5")]),
        # a blank in the quantity could belong to the code: left whole, and so unknown
        ("22423 1 000", [(1, "224231000", "?")]),
        ("POT 1 200", [(1, "POT1200", "?")]),
        # codes may have blanks
        ("85 123 A 6", [(1, "85123A", "6")]),
        # only the last word is the quantity
        ("22423 12 pcs", [(1, "2242312", "pcs?")]),
        ("12 x 22423", [(1, "12", "22423")]),
        ("22423 x", [(1, "22423X", "?")]),
        ("22423 -5", [(1, "22423", "-5")]),
    ],
)
def test_nothing_is_guessed(text, expected):
    assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "header_row", "expected"),
    [
        # cells copied out of a spreadsheet
        ("22423\t12\n22 424\t1 000\n", None, [(1, "22423", "12"), (2, "22424", "1E+3")]),
        ("Item code, Qty\n22423, 12\n", 1, [(2, "22423", "12")]),
        ("Artikel-Nr.;Bezeichnung;Menge\n22423;Tasse, rot;1.000\n", 1, [(2, "22423", "1E+3")]),
        ("Код товару\tНазва\tКількість\n22423\tЧашка\t1 000\n", 1, [(2, "22423", "1E+3")]),
        # one separator in every line
        ("22423;1.000\n22424;6,0\n", None, [(1, "22423", "1E+3"), (2, "22424", "6")]),
        ("22423,12,0.85\n22424,6,0.42\n", None, [(1, "22423", "12"), (2, "22424", "6")]),
        ('22423,"1,000"\n22424,6\n', None, [(1, "22423", "1E+3"), (2, "22424", "6")]),
        ("sep=|\n22423|12\n", None, [(1, "22423", "12")]),
    ],
)
def test_columns_follow_the_rules_of_order_files(text, header_row, expected):
    assert read_pasted(text).reading.header_row == header_row
    assert rows(text) == expected


@pytest.mark.parametrize("text", ["", " \n\n", "\u200b"])
def test_nothing_typed(text):
    with pytest.raises(Invalid, match="empty"):
        read_pasted(text)


@given(st.text(max_size=60) | st.text('0123 ,;x\tA\n"', max_size=40))
@settings(deadline=None)
def test_any_text_is_read_or_refused_in_one_sentence(text):
    try:
        order = read_pasted(text)
    except Invalid:
        return
    assert all(row.sku or row.given_quantity for row in order.rows)
