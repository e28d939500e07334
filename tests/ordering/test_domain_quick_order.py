"""Order files end to end: from the sender's file to accepted, refused, ignored and merged rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.core.tables.rows import Limits
from app.ordering.domain.header_words import Columns
from app.ordering.domain.order_file import (
    PORTAL,
    PROMISED,
    ColumnChoice,
    OrderFileRules,
    read_order_file,
    sku_key,
)
from app.ordering.domain.quick_order import LineRequest, judge, merge
from tests.support.workbooks import ods, ods_row, row, table, xlsx


@dataclass(frozen=True)
class Article:
    sku: str
    digits: int = 0


ARTICLES = {sku: Article(sku) for sku in ("22423", "22424", "85123A", "21000", "POST", "TRUE", "1.5")}


def outcome(source: bytes | str, rules=PROMISED):
    """(row, sku, quantity) accepted, (row, reason) refused, (row, reason) ignored."""
    order = read_order_file(source.encode() if isinstance(source, str) else source, rules)
    judged = judge(order.rows, ARTICLES)
    return (
        [(line.row, line.sku, line.quantity) for line in judged.requests],
        [(refused.asked.number, refused.problem.code) for refused in judged.refused],
        [(ignored.row, ignored.reason.value) for ignored in order.ignored],
    )


def accepted(source: bytes | str, rules=PROMISED):
    return outcome(source, rules)[0]


def refused(source: bytes | str, rules=PROMISED):
    return outcome(source, rules)[1]


def ignored(source: bytes | str, rules=PROMISED):
    return outcome(source, rules)[2]


@pytest.mark.parametrize(
    ("row_text", "reason"),
    [
        # the first reason that holds, in this order
        (",12", "missing_sku"),
        (",abc", "missing_sku"),
        (",-1", "missing_sku"),
        ("99999,", "unknown_sku"),
        ("99999,abc", "unknown_sku"),
        ("99999,12", "unknown_sku"),
        ("22423,", "missing_qty"),
        ("22423,\u00a0", "missing_qty"),
        ("22423,abc", "invalid_qty"),
        ("22423,-2.5", "qty_not_positive"),
        ("22423,-0.0", "qty_not_positive"),
        ("22423,0", "qty_not_positive"),
        ("22423,2.5", "qty_not_whole"),
        ('22423,"0,5"', "qty_not_whole"),
        # a second header row among the data is a row like any other
        ("SKU,Quantity", "unknown_sku"),
        # text that only looks like a number cell is text
        ("22423.0,12", "unknown_sku"),
        ('="22423",12', "unknown_sku"),
        ("'22423,12", "unknown_sku"),
        # a total with its sum in the column of quantities
        (",120", "missing_sku"),
        ('"""",12', "unknown_sku"),
        ('22423,""""', "invalid_qty"),
        # letters that only look alike
        ("85123\u0410,12", "unknown_sku"),
    ],
)
def test_a_row_is_refused_with_the_first_reason_that_holds(row_text, reason):
    assert outcome(f"SKU,Quantity\n{row_text}\n22424,1\n") == ([(3, "22424", 1)], [(2, reason)], [])


@pytest.mark.parametrize(
    "sku",
    [
        "22423",
        " 22423 ",
        "22 423",
        "\u00a022423\u202f",
        "2\u00a02\u20094\u30002 3",
        "\u200b22423\ufeff",
        "22423\t",
        '"22423"',
        '"224\n23"',
    ],
)
def test_blanks_of_every_kind_are_taken_out_of_a_sku(sku):
    assert accepted(f"SKU,Quantity\n{sku},12\n") == [(2, "22423", 12)]


def test_letters_of_a_sku_are_upper_cased():
    assert accepted("SKU,Quantity\n85123a,12\npOst,1") == [(2, "85123A", 12), (3, "POST", 1)]


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        (Decimal(22423), "22423"),
        (Decimal("22423.0"), "22423"),
        (Decimal("2.2423E+4"), "22423"),
        (Decimal("1.5"), "1.5"),
        (Decimal(-5), "-5"),
        (Decimal("1E+15"), "1000000000000000"),
        (True, "TRUE"),
        (date(2011, 12, 9), "2011-12-09"),
        ("02961", "02961"),
        ("straße", "STRASSE"),
        (None, ""),
        ("\u00a0", ""),
    ],
)
def test_the_form_in_which_skus_are_compared(cell, key):
    assert sku_key(cell) == key


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # empty rows are told, but not after the last filled one; the header is no data
        ("SKU,Quantity\n\n22423,1\n\n\n22424,2\n\n\n", [(2, "empty_row"), (4, "empty_row"), (5, "empty_row")]),
        ('SKU,Quantity\n22423,1\n,,,\n\u00a0, \n"",""\n', []),
        # neither SKU nor quantity: totals and remarks, also as the last row
        ("SKU,Quantity,Note\n22423,1,\n,,Total\n", [(3, "no_sku_and_qty")]),
        ("SKU,Quantity,Note\n,,remark\n\n22423,1,\n", [(2, "no_sku_and_qty"), (3, "empty_row")]),
        ("SKU,Quantity,Note\n\u00a0,\u200b,remark\n22423,1,\n", [(2, "no_sku_and_qty")]),
        # rows above the header are neither data nor told
        ("Dear Sirs\n\nplease deliver\nSKU,Quantity\n22423,1\n", []),
        # without a header the first row counts
        ("\n22423,1\n\n22424,2", [(1, "empty_row"), (3, "empty_row")]),
    ],
)
def test_ignored_rows(text, rows):
    assert ignored(text) == rows


def test_row_numbers_are_those_of_the_spreadsheet():
    text = 'Kontor GmbH\r\n\r\nSKU,Name,Quantity\r\n22423,"a\r\nb\nc",1\n\r22424,x,2\r\n99999,y,3\n'
    assert outcome(text) == ([(4, "22423", 1), (6, "22424", 2)], [(7, "unknown_sku")], [(5, "empty_row")])


@pytest.mark.parametrize(
    ("text", "header_row", "lines"),
    [
        # any order of columns, letterhead above, two columns that name a quantity: the left one
        ("Qty,Name,SKU\n5,x,22423\n", 1, [(2, "22423", 5)]),
        ("SKU,Qty,Order qty\n22423,5,7\n", 1, [(2, "22423", 5)]),
        ("Müller GmbH\nOrder 7, urgent\n\nSKU,Qty\n22423,5\n", 4, [(5, "22423", 5)]),
        ("\n" * 19 + "SKU,Qty\n22423,5\n", 20, [(21, "22423", 5)]),
        # the 21st row is too late: pasted cells without header, its columns are the first two
        ("\n" * 20 + "SKU,Qty\n22423,5\n", None, [(22, "22423", 5)]),
        ("\n" * 20 + "Qty,SKU\n5,22423\n", None, []),
        # the first of two header rows
        ("SKU,Qty\nName,SKU,Qty\n22423,5,7\n", 1, [(3, "22423", 5)]),
        # words of a header in the data change nothing
        ("22423,5\nArticle,x,Qty\n", 2, []),
        ("SKU,Name,Qty\n22423,Menge,5\nStück,Artikelnummer,Anzahl\n", 1, [(2, "22423", 5)]),
        # a quoted letterhead of many lines is one row
        ('"a\nb\nc\nSKU,Qty\n",x\nSKU,Qty\n22423,5\n', 2, [(3, "22423", 5)]),
        # a line that names the separator is not shown
        ("\ufeffsep=;\nSKU;Qty\n22423;5\n", 1, [(2, "22423", 5)]),
        ("sep=,\r\n\r\nSKU,Qty\r\n22423,5\r\n", 2, [(3, "22423", 5)]),
    ],
)
def test_header_row(text, header_row, lines):
    assert read_order_file(text.encode()).reading.header_row == header_row
    assert accepted(text) == lines


@pytest.mark.parametrize(
    ("text", "language", "decimal", "quantity"),
    [
        ('SKU,Qty\n22423,"1,944"\n', "en", ".", 1944),
        ('Artikel-Nr.,Menge\n22423,"1.944"\n', "de", ",", 1944),
        ('Артикул,Кол-во\n22423,"12,0"\n', "ru", ",", 12),
        ("SKU;Qty\n22423;1.944\n", "en", ",", 1944),
        ("SKU\tMenge\n22423\t1.944\n", "de", ",", 1944),
        ("SKU\tQty\n22423\t1,944\n", "en", ".", 1944),
        ("22423\t1,944\n", "en", ".", 1944),
        ("22423;1.944\n", "en", ",", 1944),
        ("sep=;\nSKU;Qty\n22423;1.944\n", "en", ",", 1944),
        ("sep=|\nSKU|Qty\n22423|1,944\n", "en", ".", 1944),
    ],
)
def test_the_decimal_sign_of_the_file(text, language, decimal, quantity):
    reading = read_order_file(text.encode()).reading
    assert (reading.language, reading.decimal) == (language, decimal)
    assert accepted(text)[0][2] == quantity


def test_the_decimal_sign_of_a_workbook_follows_its_header():
    assert accepted(xlsx(row(1, "Art.-Nr.", "Menge") + row(2, "22423", "1.944"))) == [(2, "22423", 1944)]
    assert refused(xlsx(row(1, "SKU", "Qty") + row(2, "22423", "1.944"))) == [(2, "qty_not_whole")]
    assert accepted(xlsx(row(1, "22423", "1,944"))) == [(1, "22423", 1944)]


STYLES = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="9"/></cellXfs>'


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("<c><v>12</v></c>", 12),
        ("<c><v>12.0</v></c>", 12),
        ("<c><v>1.2E1</v></c>", 12),
        ("<c><f>6+6</f><v>12</v></c>", 12),
        ('<c t="str"><f>x</f><v>12,0</v></c>', 12),  # a formula whose stored value is text
        ('<c s="2"><v>12</v></c>', 12),  # 1200 % is twelve
        ('<c s="2"><v>0.5</v></c>', "qty_not_whole"),
        ("<c><v>12.000000001</v></c>", "qty_not_whole"),
        ("<c><v>2.5</v></c>", "qty_not_whole"),
        ("<c><v>0</v></c>", "qty_not_positive"),
        ("<c><f>6+6</f></c>", "missing_qty"),
        ('<c t="str"><f>x</f><v></v></c>', "missing_qty"),
        ('<c t="b"><v>1</v></c>', "invalid_qty"),
        ('<c t="e"><v>#N/A</v></c>', "invalid_qty"),
        ('<c s="1"><v>12</v></c>', "invalid_qty"),  # shown as 12.01.1900
        ("<c><v>1E+100</v></c>", "invalid_qty"),
    ],
)
def test_quantity_cells_of_a_workbook(cell, result):
    data = xlsx(row(1, "SKU", "Qty") + row(2, 22423, cell), styles=STYLES)
    lines, problems, _ = outcome(data)
    assert (problems[0][1] if problems else lines[0][2]) == result


def test_number_cells_are_skus():
    cells = [
        "<c><v>22423</v></c>",
        "<c><v>22423.0</v></c>",
        "<c><v>2.2423E4</v></c>",
        "<c><v>1.5</v></c>",
        '<c t="b"><v>1</v></c>',
    ]
    rows = "".join(row(number, cell, 1) for number, cell in enumerate(cells, start=2))
    assert [sku for _, sku, _ in accepted(xlsx(row(1, "SKU", "Qty") + rows))] == ["22423"] * 3 + ["1.5", "TRUE"]


def test_gaps_of_a_workbook_are_empty_rows_up_to_the_last_filled_one():
    formatted = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(8, 40))
    data = xlsx(
        row(1, "SKU", "Qty") + row(2, "22423", 1) + row(5, "22424", 2) + row(7, None, None, "Total") + formatted
    )
    assert outcome(data) == (
        [(2, "22423", 1), (5, "22424", 2)],
        [],
        [(3, "empty_row"), (4, "empty_row"), (6, "empty_row"), (7, "no_sku_and_qty")],
    )


def test_repeated_rows_of_ods_are_ordered_each():
    data = ods(
        table(
            "T", ods_row("SKU", "Qty"), ods_row("22423", 2, repeated=3), ods_row(None, repeated=2), ods_row("22424", 1)
        )
    )
    assert outcome(data) == (
        [(2, "22423", 2), (3, "22423", 2), (4, "22423", 2), (7, "22424", 1)],
        [],
        [(5, "empty_row"), (6, "empty_row")],
    )


def test_repeated_cells_of_ods_fill_their_columns():
    same = '<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="21000"/>'
    assert accepted(ods(table("T", ods_row("SKU", "Qty"), ods_row(same)))) == [(2, "21000", 21000)]


def test_only_the_first_sheet_with_a_header_is_read():
    data = xlsx(
        row(1, "22423", 5),
        row(3, "SKU", "Qty") + row(4, "22424", 1),
        row(1, "SKU", "Qty"),
        names=["Cover", "Order", "Old"],
    )
    order = read_order_file(data)
    assert (order.reading.sheet, order.reading.sheets_ignored, order.reading.header_row) == (
        "Order",
        ("Cover", "Old"),
        3,
    )
    assert accepted(data) == [(4, "22424", 1)]


def test_reading_names_what_was_read():
    assert read_order_file('" Item Code ","Qty. (pcs)"\n22423,1\n'.encode("utf-16")).reading.as_json() == {
        "kind": "csv",
        "language": "en",
        "decimal": ".",
        "header_row": 1,
        "columns": {"sku": "Item Code", "qty": "Qty. (pcs)"},
        "encoding": "utf-16",
        "delimiter": ",",
    }
    assert read_order_file(b"22423\t1\n").reading.as_json()["columns"] == {"sku": 1, "qty": 2}
    book = xlsx(row(1, "SKU", "Qty"), row(1, "x"), names=["A", "B"])
    assert read_order_file(book).reading.as_json() == {
        "kind": "xlsx",
        "language": "en",
        "decimal": ".",
        "header_row": 1,
        "columns": {"sku": "SKU", "qty": "Qty"},
        "sheet": "A",
        "sheets_ignored": ["B"],
    }


@pytest.mark.parametrize("data", [b"", b"\n\n \n", b"\xef\xbb\xbf", b",,,\n", xlsx(""), ods(table("T"))])
def test_an_empty_file_is_refused_as_a_whole(data):
    with pytest.raises(Invalid, match="empty"):
        read_order_file(data)


def test_a_header_alone_is_an_order_of_nothing():
    assert outcome("SKU,Qty\n") == ([], [], [])


def test_equal_articles_become_one_line_at_the_place_of_the_first():
    requests = [
        LineRequest(2, "B", Decimal("12.0")),
        LineRequest(3, "A", Decimal(1)),
        LineRequest(7, "B", Decimal(3)),
        LineRequest(9, "A", Decimal(1), "box"),
        LineRequest(10, "A", Decimal(4), "BOX"),
    ]
    assert [(line.sku, line.unit, line.quantity, line.rows, line.quantities) for line in merge(requests)] == [
        ("B", "", 15, (2, 7), (12, 3)),
        ("A", "", 1, (3,), (1,)),
        ("A", "box", 5, (9, 10), (1, 4)),
    ]


def test_sums_of_long_quantities_are_exact():
    requests = [LineRequest(n, "A", Decimal("9" * 30)) for n in range(2)]
    assert merge(requests)[0].quantity == 2 * int("9" * 30)


def test_one_refused_row_takes_no_other_with_it():
    lines, problems, _ = outcome("SKU,Qty\n22423,5\n22423,abc\n22423,7\n")
    assert ([row for row, _, _ in lines], problems) == ([2, 4], [(3, "invalid_qty")])


def test_problems_say_what_to_do_and_what_was_given():
    order = read_order_file(b"SKU,Qty\n99 999 ,1\n22423, 12 pcs\n22423,2.5\n")
    problems = [refused.problem for refused in judge(order.rows, ARTICLES).refused]
    assert [(p.row, p.column, p.given, str(p.message)) for p in problems] == [
        (2, "sku", "99 999", "There is no article 99 999."),
        (3, "qty", "12 pcs", "“12 pcs” is no quantity. Write digits only, without a unit."),
        (4, "qty", "2.5", "Only whole quantities can be ordered."),
    ]


def test_the_portal_looks_up_other_codes_too():
    """A GTIN and the customer's own number lead to the same article, whose rows are merged; what is ambiguous is refused."""
    article = Article("22423", digits=2)
    order = read_order_file(
        b"SKU,Qty,Unit\n4006381333931,1.25,kg\nmy 1,2,kg\n both ,1,kg\n22423,0.001,kg\n22423,99,\n", PORTAL
    )
    judged = judge(
        order.rows,
        {"4006381333931": article, "MY1": article, "22423": article},
        digits=lambda article, unit: article.digits if unit == "kg" else 0,
        ambiguous={"BOTH"},
        largest=Decimal(50),
    )
    assert merge(judged.requests)[0].quantity == Decimal("3.25")
    assert [refused.problem.code for refused in judged.refused] == ["ambiguous_sku", "qty_not_whole", "qty_too_large"]
    assert "2 digits" in str(judged.refused[1].problem.message)
    assert order.skus() == {"4006381333931", "MY1", "BOTH", "22423"}


def test_columns_can_be_chosen_by_hand():
    text = b"a;b;c\nx;22423;5\n\nx;22424;6\n"
    chosen = OrderFileRules(choice=ColumnChoice(header_row=1, columns=Columns(sku=1, quantity=2)))
    assert accepted(text, chosen) == [(2, "22423", 5), (4, "22424", 6)]
    assert read_order_file(text, chosen).reading.columns == {"sku": "b", "qty": "c"}
    without = OrderFileRules(choice=ColumnChoice(header_row=0, columns=Columns(sku=1, quantity=2)))
    assert outcome(text, without)[1] == [(1, "unknown_sku")]
    in_an_empty_row = OrderFileRules(choice=ColumnChoice(header_row=3, columns=Columns(sku=1, quantity=2)))
    assert accepted(text, in_an_empty_row) == [(4, "22424", 6)]


def test_the_portal_has_limits_of_its_own():
    with pytest.raises(Invalid, match="40 rows"):
        read_order_file(b"22423,1\n" * 50, OrderFileRules(limits=Limits(rows=40)))


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_an_order_or_refused_in_one_sentence(data):
    try:
        outcome(data)
        outcome(data, PORTAL)
    except Invalid as error:
        assert str(error)


CELL = st.sampled_from(
    [
        "22423",
        "85123a",
        "nothing",
        "",
        " ",
        "12",
        "0",
        "-1",
        "1,000",
        "2.5",
        "SKU",
        "Qty",
        "Menge",
        '"',
        "a\nb",
        ";",
        "\t",
    ]
)


@given(st.lists(st.lists(CELL, min_size=1, max_size=4), max_size=12), st.sampled_from("\t;,"))
@settings(deadline=None)
def test_every_row_is_accounted_for_exactly_once(rows, delimiter):
    """Accepted, refused and ignored rows are all rows below the header, none twice, none missing."""

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    text = f"sep={delimiter}\nSKU{delimiter}Qty\n" + "\n".join(delimiter.join(map(quoted, cells)) for cells in rows)
    lines, problems, left = outcome(text)
    numbers = sorted([row for row, *_ in lines] + [row for row, _ in problems] + [row for row, _ in left])
    filled = [number for number, cells in enumerate(rows, start=2) if "".join(cells).strip()]
    assert numbers == list(range(2, max(filled, default=1) + 1))
