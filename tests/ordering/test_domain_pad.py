"""Codes that were probably meant, rows of the pad as text, columns of files, exports that come back unchanged."""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.domain.article import key_of
from app.catalog.domain.near_codes import near_codes_of
from app.core.errors import Invalid
from app.core.tables.writing import csv_chunks, write_xlsx
from app.ordering.domain.carried_rows import Typed, dump_rows, load_rows, pad_rows, typed_only, with_typed
from app.ordering.domain.header_words import signature
from app.ordering.domain.order_export import order_rows
from app.ordering.domain.order_file import PORTAL, OrderFileRules, read_order_file
from app.ordering.domain.order_file_columns import chosen_columns, columns_from, columns_json, look_at
from app.ordering.domain.pad import without_quantity
from app.ordering.domain.preview import joined_notes

CODES = st.text("ABC019-", min_size=3, max_size=12)
PRINTED = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("22432", "22423"),
        ("2423", "22423"),
        ("222423", "22423"),
        ("22428", "22423"),
        ("85123", "85123A"),
        ("AB1", "AB-1"),
    ],
)
def test_one_slip_is_found(typed, meant):
    assert meant in set(near_codes_of(typed))


@pytest.mark.parametrize("code", ["", "A", "AB", "A" * 21])
def test_very_short_and_very_long_codes_are_not_guessed(code):
    assert list(near_codes_of(code)) == []


@given(CODES)
def test_slips_can_be_made_both_ways_and_are_few(code):
    near = set(near_codes_of(code)) - {code}
    assert len(near) < 40 * (2 * len(code) + 1)
    for other in list(near)[:20]:
        if len(other) >= 3:
            assert code in set(near_codes_of(other))


@given(st.lists(st.tuples(PRINTED, PRINTED, PRINTED, PRINTED), max_size=30))
def test_rows_of_the_pad_travel_as_text(rows):
    entered = [Typed(*cells) for cells in rows]
    text = "\r\n".join("\t".join(row) for row in entered)
    read = pad_rows(text)
    assert [row for row in read if any(row)] == [row for row in entered if any(row)]
    filled = [row for row in entered if any(row)]
    if filled:
        carried = with_typed(None, read, ".")
        assert [row.given_sku for row in carried.order.rows] == [row.code for row in filled]
        assert load_rows(dump_rows(carried)).order.rows == carried.order.rows


def test_rows_of_the_pad_keep_their_numbers():
    carried = with_typed(None, pad_rows("NUT\t5\n\nPIN\t1,5\tBox\tfor hall 3\n\t\t\tonly a note"), ",")
    assert [(row.number, row.given_sku, row.quantity, row.unit, row.note) for row in carried.order.rows] == [
        (1, "NUT", Decimal(5), "", ""), (3, "PIN", Decimal("1.5"), "Box", "for hall 3"), (4, "", None, "", "only a note"),
    ]  # fmt: skip
    assert typed_only((), ".").order.rows == []
    with pytest.raises(Invalid):
        with_typed(None, pad_rows(" \n\t\n"), ".")


def test_rows_without_a_quantity_are_asked_for_one():
    assert without_quantity([(1, Typed("NUT")), (2, Typed("PIN", "3")), (3, Typed("", "", "", "note"))]) == [
        (1, Typed("NUT", "1"))
    ]


def test_notes_of_rows_that_became_one_are_joined_once():
    assert joined_notes(["hall 3", "", "hall 3", "urgent"]) == "hall 3; urgent"


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: Decimal
    unit: str
    note: str


LINES = st.builds(
    Line,
    st.from_regex(r"[A-Z0-9][A-Z0-9.-]{0,11}", fullmatch=True),
    st.decimals("0.001", "99999999", places=3),
    st.sampled_from(["H87", "XBX", "KGM", ""]),
    st.from_regex(r"[=+@-]?[A-Za-zА-Яа-яёії0-9 ,;\"'.]{0,30}", fullmatch=True).map(str.strip),
)


@given(st.lists(LINES, min_size=1, max_size=20), st.booleans())
def test_what_is_exported_can_be_sent_again_unchanged(lines, is_workbook):
    if is_workbook:
        target = io.BytesIO()
        write_xlsx(order_rows(lines), target)
        data = target.getvalue()
    else:
        data = b"".join(csv_chunks(order_rows(lines)))
    read = read_order_file(data, PORTAL)
    assert [(row.sku, row.quantity, row.unit) for row in read.rows] == [
        (key_of(line.sku), line.quantity, line.unit) for line in lines
    ]
    assert [row.note for row in read.rows] == [line.note for line in lines]


def test_a_choice_of_columns_holds_for_every_file_with_the_head():
    first = b"Pos;Wir brauchen;Wieviel\n1;NUT;3\n"
    assert not look_at(first, PORTAL, most=500).is_clear
    choice = chosen_columns(1, {0: "", 1: "sku", 2: "quantity"})
    known = {signature(("Pos", "Wir brauchen", "Wieviel")): columns_from(columns_json(choice.columns))}
    rules = OrderFileRules(PORTAL.words, PORTAL.delimiters, PORTAL.limits, known=known)
    again = b"\n;;\npos.;WIR  BRAUCHEN;wieviel:;;\n1;PIN;4\n"
    assert look_at(again, rules, most=500).is_clear
    read = read_order_file(again, rules)
    assert [(row.number, row.sku, row.quantity) for row in read.rows] == [(4, "PIN", Decimal(4))]
    assert read.reading.columns == {"sku": "WIR  BRAUCHEN", "qty": "wieviel:"}


@pytest.mark.parametrize(
    ("data", "is_clear"),
    [
        (b"Article number,Quantity\n", True),
        (b"NUT,5\nPIN,6\n", True),
        (b"NUT,5\nPIN,many\n", True),
        (b"Ding,Zahl\nNUT,5\n", False),
        (b"5,NUT\n6,PIN\n", False),
        (b"only one column\n", False),
        (b"", False),
    ],
)
def test_whether_the_columns_are_clear(data, is_clear):
    assert look_at(data, PORTAL, most=500).is_clear is is_clear


def test_a_look_reads_no_more_than_it_must():
    look = look_at(b"NUT,5\n" * 600, PORTAL, most=500)
    assert (len(look.rows), look.is_long, len(look.sample), look.width) == (500, True, 12, 2)
