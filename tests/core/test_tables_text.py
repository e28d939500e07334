"""Text files as tables: encodings, separators, quotes, line ends."""

from __future__ import annotations

import pytest

from app.core.errors import Invalid
from app.core.tables.opening import open_table
from app.core.tables.rows import Cell, Limits


def read(data: bytes | str, **options) -> list[tuple[int, tuple[Cell, ...]]]:
    with open_table(data.encode() if isinstance(data, str) else data, **options) as table:
        return [(row.number, row.cells) for row in table.rows()]


def cells(data: bytes | str, **options) -> list[tuple[Cell, ...]]:
    return [cells for _, cells in read(data, **options)]


@pytest.mark.parametrize(
    ("data", "encoding", "second"),
    [
        ("sku,name\n1,Größe\n".encode(), "utf-8", "Größe"),
        ("sku,name\n1,Größe\n".encode("utf-8-sig"), "utf-8-sig", "Größe"),
        ("sku,name\n1,Größe\n".encode("utf-16"), "utf-16", "Größe"),
        ("sku,name\n1,Größe\n".encode("utf-16-be"), "utf-16-be", "Größe"),
        (b"\xfe\xff" + "sku,name\n1,Größe\n".encode("utf-16-be"), "utf-16", "Größe"),
        ("sku,name\n1,Größe\n".encode("utf-16-le"), "utf-16-le", "Größe"),
        ("sku,name\n1,Größe\n".encode("utf-32"), "utf-32", "Größe"),
        ("Artikel;Stückzahl\n1;Größe\n".encode("cp1252"), "cp1252", "Größe"),
        ("Article;Quantité\n1;été à 5 €\n".encode("cp1252"), "cp1252", "été à 5 €"),
        ("Код;Кол-во\n1;нет\n".encode("cp1251"), "cp1251", "нет"),
        ("SKU;Qty;Примечание\n1;Ящик\n".encode("cp1251"), "cp1251", "Ящик"),
        # a byte order mark promises UTF-8, one byte breaks the promise
        (b"\xef\xbb\xbf" + "Artikel;Stück\n1;Größe\n".encode("cp1252"), "cp1252", "Größe"),
    ],
)
def test_encoding_is_told_by_the_bytes(data, encoding, second):
    with open_table(data) as table:
        rows = list(table.rows())
        assert table.encoding == encoding
    assert rows[1].cells[1] == second
    assert not str(rows[0].cells[0]).startswith(("\ufeff", "ï", "п»"))


def test_one_late_byte_rules_out_utf8():
    with open_table(b"sku,name\n" + b"1,plain\n" * 30_000 + b"2,Gr\xf6\xdfe\n") as table:
        assert table.encoding == "cp1252"
        assert [row.cells for row in table.rows()][-1] == ("2", "Größe")


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("sku\tqty\n1\t2,5\n", "\t"),
        ("sku;qty\n1;2,5\n2;3,5\n", ";"),
        ("22423;12,0\n22424;6,0\n", ";"),
        ("22423,12,Mug; red\n22424,6,Cup; blue\n", ","),
        ("22423,12\n22424,6\n", ","),
        ("a|b|c\nd|e|f\n", "|"),
        ("only one column\nand another row\n", ","),
        ('"a;b",c\n"d;e",f\n', ","),
        ("Müller GmbH, Berlin\nOrder, urgent\n\nsku;qty\n1;2\n3;4\n5;6\n", ";"),
    ],
)
def test_separator_is_the_one_that_makes_columns(text, delimiter):
    with open_table(text.encode()) as table:
        assert table.delimiter == delimiter
        assert table.kind == ("tsv" if delimiter == "\t" else "csv")


def test_of_two_separators_that_show_the_header_the_better_one_counts():
    text = "sku,\tqty\n1,\t2\n"
    with open_table(
        text.encode(), is_header=lambda cells: [str(cell).strip(",\t") for cell in cells] == ["sku", "qty"]
    ) as table:
        assert table.delimiter == ","


def test_wanted_header_decides_the_separator_against_the_majority():
    text = "to: A, B\nfrom: C, D\nsku;qty\n1,5;2\n"
    with open_table(text.encode(), is_header=lambda cells: list(cells) == ["sku", "qty"]) as table:
        assert table.delimiter == ";"


@pytest.mark.parametrize(
    ("text", "delimiter", "rows"),
    [
        ("sep=;\na;b\n", ";", [(1, ("a", "b"))]),
        ("\ufeffsep=;\r\na,b;c\r\n", ";", [(1, ("a,b", "c"))]),
        ("SEP=|\na|b\n", "|", [(1, ("a", "b"))]),
        ('"sep=,"\na,b\n', ",", [(1, ("a", "b"))]),
        ("sep=\t\na\tb\n", "\t", [(1, ("a", "b"))]),
        ("sep=\na,b\n", ",", [(1, ("sep=",)), (2, ("a", "b"))]),
        ("sep=ab,c\na,b\n", ",", [(1, ("sep=ab", "c")), (2, ("a", "b"))]),
    ],
)
def test_a_first_line_can_name_the_separator_and_is_not_shown(text, delimiter, rows):
    with open_table(text.encode()) as table:
        assert table.delimiter == delimiter
    assert read(text) == rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # fields in quotes hold separators, doubled quotes and line breaks of any kind
        ('a,"b,c",d', [("a", "b,c", "d")]),
        ('a,"say ""x""",d', [("a", 'say "x"', "d")]),
        ('a,"line 1\nline 2",d\ne,f,g', [("a", "line 1\nline 2", "d"), ("e", "f", "g")]),
        ('a,"line 1\r\n\r\nsku,qty\r\nx",d\r\ne,f,g', [("a", "line 1\n\nsku,qty\nx", "d"), ("e", "f", "g")]),
        ('a,"x\n22424,6,y"\nb,1,2', [("a", "x\n22424,6,y"), ("b", "1", "2")]),
        ('"a\nb","c\nd"\ne,f', [("a\nb", "c\nd"), ("e", "f")]),
        ('"","",""\na,b,c', [("a", "b", "c")]),
        ('"""",b', [('"', "b")]),
        # a blank before a quoted field does not make it two
        ('a, "Mug, red" ,5', [("a", "Mug, red", "5")]),
        # quotes inside are inch signs
        ('a,3" pipe,5', [("a", '3" pipe', "5")]),
        ('a,3" x 4",5', [("a", '3" x 4"', "5")]),
        ('"3" pipe",a,5', [('"3" pipe"', "a", "5")]),
        # a quote that opens and is never closed swallows nothing
        ('a,"Heavy duty,5\nb,Light,6\nc,x,7', [("a", '"Heavy duty', "5"), ("b", "Light", "6"), ("c", "x", "7")]),
        ('a,"Heavy,5\nb,12" pipe,6\n', [("a", '"Heavy', "5"), ("b", '12" pipe', "6")]),
        ('a,5,"\nb,6,c', [("a", "5", '"'), ("b", "6", "c")]),
        # after a quote that stays text, a proper quoted field in the same line still counts
        ('"Heavy,a,"x, y",5', [('"Heavy', "a", "x, y", "5")]),
        # separators at the end
        ("a;b;\nc;d;\n", [("a", "b", None), ("c", "d", None)]),
    ],
)
def test_quotes(text, expected):
    assert cells(text) == expected


def test_a_quote_left_open_does_not_cost_the_square_of_the_file():
    text = "".join(f'{n},"inch,5\n' for n in range(20_000))
    assert len(cells(text)) == 20_000


def test_line_ends_may_be_mixed():
    assert read("a,1\r\nb,2\nc,3\rd,4\r\n\r\ne,5") == [
        (1, ("a", "1")),
        (2, ("b", "2")),
        (3, ("c", "3")),
        (4, ("d", "4")),
        (6, ("e", "5")),
    ]


def test_only_real_line_ends_end_a_line():
    assert cells("a,x\u2028y\x0bz\x85w\nb,c") == [("a", "x\u2028y\x0bz\x85w"), ("b", "c")]


def test_rows_without_content_are_left_out_and_keep_their_numbers():
    assert read('sku,qty\n\n , \n"",""\n\u00a0,\u200b\na,1\n,,\n\n') == [(1, ("sku", "qty")), (6, ("a", "1"))]


def test_zeros_and_the_old_end_mark_are_no_content():
    assert read(b"sku,qty\na,1\n\x1a") == [(1, ("sku", "qty")), (2, ("a", "1"))]
    assert read(b"sku,qty\na,1\n\0\0\0\0")[-1] == (2, ("a", "1"))


def test_rows_can_be_read_again():
    with open_table(b"a,b\nc,d\n") as table:
        assert list(table.rows()) == list(table.rows())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
        (b"<!DOCTYPE html><table><tr><td>sku</td></tr></table>", "web page"),
        (b"\xef\xbb\xbf  <html>", "web page"),
        (b"<?xml version='1.0'?><Order/>", "web page"),
        (b"{\\rtf1\\ansi", "text document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not a table"),
    ],
)
def test_what_is_no_table_is_refused_with_advice(data, words):
    with pytest.raises(Invalid, match=words) as caught:
        read(data)
    assert caught.value.field == "file"


@pytest.mark.parametrize(
    ("data", "limits", "words"),
    [
        ("a," * 50, Limits(columns=40), "40 columns"),
        ("a\n" * 50, Limits(rows=40), "40 rows"),
        ("a,b\n" + "x" * 500, Limits(line_characters=400), "400 characters"),
        ("a,b\n" + "x" * 500, Limits(cell_characters=400), "400 characters"),
        ("a,b\n" * 500, Limits(unpacked_bytes=1000), "Split"),
    ],
)
def test_limits_are_named(data, limits, words):
    with pytest.raises(Invalid, match=words):
        read(data, limits=limits)
