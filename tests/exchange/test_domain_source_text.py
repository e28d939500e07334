"""The text of a message as rows with places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.domain.source_text import bytes_of, is_binary, page_of_mark, rows_of, text_of, without_secrets

ONE_LINE = "UNB+UNOC:3+A+B'UNH+1+ORDERS:D:96A:UN'BGM+220+4711+9'" + "LIN+1++4006381333931:EN'" * 12


def test_short_lines_stay_whole():
    rows = rows_of("a\r\nb\rc\n", [(2, 0)])
    assert [(row.line, row.column, row.text, row.is_marked) for row in rows] == [
        (1, 1, "a", False),
        (2, 1, "b", True),
        (3, 1, "c", False),
    ]


def test_a_file_on_one_line_is_broken_after_its_segments():
    place = ONE_LINE.index("BGM") + 1
    rows = rows_of(ONE_LINE, [(1, place + 4)])
    assert rows[2].text == "BGM+220+4711+9'"
    assert (rows[2].column, rows[2].is_new_line, [row.is_marked for row in rows].count(True)) == (place, False, 1)
    assert rows[2].is_marked


def test_xml_on_one_line_is_broken_between_its_tags():
    text = "<Order>" + "<Line><ID>1</ID></Line>" * 20 + "</Order>"
    rows = rows_of(text, [(1, len(text) + 5)])
    assert rows[1].text == "<Line>"
    assert rows[-1].is_marked


@given(text=st.text(max_size=900), mark=st.tuples(st.integers(1, 5), st.integers(0, 900)))
def test_no_character_is_lost(text, mark):
    rows = rows_of(text, [mark])
    assert "".join(row.text for row in rows) == text.replace("\r\n", "").replace("\r", "").replace("\n", "")
    assert sum(row.is_marked for row in rows) <= 1


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfabc", "abc"),
        ("<?xml version='1.0' encoding='windows-1251'?><a>Счёт</a>".encode("cp1251"), "Счёт"),
        ("UNB+é".encode("latin-1"), "é"),
        ("é".encode(), "é"),
        (b"<?xml version='1.0' encoding='no-such'?><a/>", "<a/>"),
    ],
)
def test_charsets(data, text):
    assert text in text_of(data)


@pytest.mark.parametrize(
    ("data", "answer"), [(b"%PDF-1.7", True), (b"PK\x03\x04xx", True), (b"a\x00b", True), (b"UNA:+.? '", False)]
)
def test_what_cannot_be_read_by_people(data, answer):
    assert is_binary(data) is answer


def test_the_page_with_the_mark():
    rows = rows_of("\n".join("x" * 900), [(450, 0)])
    assert page_of_mark(rows, 400) == 2
    assert page_of_mark(rows_of("a"), 400) == 1


def test_a_secret_is_covered_and_nothing_moves():
    text = "<Sender>\n<cx:SharedSecret type='x'>pass\nword</cx:SharedSecret><Identity>A</Identity></Sender>"
    shown = without_secrets(text)
    assert len(shown) == len(text)
    assert "pass" not in shown
    assert "word" not in shown
    assert shown.replace("\u2022", "") == text.replace("password", "").replace("pass", "").replace("word", "")


def test_a_mended_text_keeps_the_character_set():
    assert bytes_of(
        "<a>ж</a>", '<?xml version="1.0" encoding="windows-1251"?><a>б</a>'.encode("cp1251")
    ) == "<a>ж</a>".encode("cp1251")
    assert (
        bytes_of("<a>ж</a>", '<?xml version="1.0" encoding="iso-8859-1"?><a>ä</a>'.encode("latin-1"))
        == b"<a>&#1078;</a>"
    )
    assert bytes_of("ä", b"UNB+UNOA") == "ä".encode()
    with pytest.raises(UnicodeEncodeError):
        bytes_of("ж", "UNB+ä".encode("cp1252"))
