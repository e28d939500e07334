"""XLSX and ODS as tables, the careless, the strange and the hostile ones included."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
import pytest

from app.core.errors import Invalid
from app.core.tables.opening import open_table
from app.core.tables.rows import Cell, Limits
from tests.support.workbooks import ods, ods_row, row, table, xlsx, zipped


def read(data: bytes, **options) -> list[tuple[int, tuple[Cell, ...]]]:
    with open_table(data, **options) as opened:
        return [(line.number, line.cells) for line in opened.rows()]


def one(data: bytes) -> Cell:
    """The only cell of a workbook."""
    rows = read(data)
    return rows[0][1][0] if rows else None


def cell(xml: str, **options) -> Cell:
    return one(xlsx(f'<row r="1">{xml}</row>', **options))


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ('<c r="A1"><v>22423</v></c>', Decimal(22423)),
        ('<c r="A1" t="n"><v> 12 </v></c>', Decimal(12)),
        # binary numbers are written with 17 digits and mean the short ones
        ('<c r="A1"><v>1.1000000000000001</v></c>', Decimal("1.1")),
        ('<c r="A1"><v>12.000000001</v></c>', Decimal("12.000000001")),
        ('<c r="A1"><v>1.2E1</v></c>', Decimal(12)),
        ('<c r="A1"><v>1e999</v></c>', "1e999"),
        ('<c r="A1"><v>NaN</v></c>', "NaN"),
        ('<c r="A1"><v>1_0</v></c>', "1_0"),
        ('<c r="A1" t="str"><f>A2&amp;""</f><v>12</v></c>', "12"),
        ('<c r="A1"><f>6+6</f><v>12</v></c>', Decimal(12)),
        ('<c r="A1"><f>6+6</f></c>', None),
        ('<c r="A1"><f>6+6</f><v/></c>', None),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', None),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="d"><v>2011-12-09</v></c>', date(2011, 12, 9)),
        ('<c r="A1" t="d"><v>2011-12-09T10:30:00</v></c>', datetime(2011, 12, 9, 10, 30)),
        ('<c r="A1" t="inlineStr"><is><t>22</t></is></c>', "22"),
        (
            '<c r="A1" t="inlineStr"><is><r><t>22</t></r><r><rPr><b/></rPr><t xml:space="preserve">4 </t></r></is></c>',
            "224 ",
        ),
        ('<c r="A1" t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>ひがし</t></rPh></is></c>', "東"),
        ('<c r="A1" t="inlineStr"><is><t>a_x000D_b_x005F_x0041_</t></is></c>', "a\rb_x0041_"),
        ('<c r="A1" t="inlineStr"><is><t>_xD800_</t></is></c>', "_xD800_"),
        ('<c r="A1" t="inlineStr"/>', None),
        ('<c r="A1" s="7"/>', None),
        ('<c r="A1" s="99"><v>5</v></c>', Decimal(5)),
        ('<c r="A1" t="s"><v>1</v></c>', "22423"),
        ('<c r="A1" t="s"><v>0</v></c>', None),
    ],
)
def test_cells_of_xlsx(xml, value):
    shared = "<si><t/></si><si><r><t>224</t></r><r><t>23</t></r><rPh><t>x</t></rPh></si>"
    assert cell(xml, shared=shared) == value


STYLES = (
    "<numFmts>"
    '<numFmt numFmtId="164" formatCode="dd.mm.yyyy;@"/>'
    '<numFmt numFmtId="165" formatCode="#,##0 &quot;days&quot;"/>'
    '<numFmt numFmtId="166" formatCode="[Red][$руб.-419]0.00"/>'
    '<numFmt numFmtId="167" formatCode="[h]:mm:ss.0"/>'
    '<numFmt numFmtId="168" formatCode="Standard"/>'
    '<numFmt numFmtId="169" formatCode="0\\s"/>'
    "</numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
    "<cellXfs>"
    + "".join(f'<xf numFmtId="{n}"/>' for n in (0, 14, 22, 9, 164, 165, 166, 167, 168, 169, 20))
    + "</cellXfs>"
)


@pytest.mark.parametrize(
    ("style", "number", "value"),
    [
        (0, "40886", Decimal(40886)),
        (1, "40886", date(2011, 12, 9)),
        (2, "40886.4375", datetime(2011, 12, 9, 10, 30)),
        (3, "0.5", Decimal("0.5")),
        (4, "40886", date(2011, 12, 9)),
        (5, "12", Decimal(12)),
        (6, "12", Decimal(12)),
        (7, "1.5", datetime(1900, 1, 1, 12)),
        (8, "12", Decimal(12)),
        (9, "12", Decimal(12)),
        (10, "0.75", time(18)),
        (1, "1", date(1900, 1, 1)),
        (1, "59", date(1900, 2, 28)),
        (1, "61", date(1900, 3, 1)),
        (1, "-5", "-5"),
        (1, "99999999", "99999999"),
        (1, "2958465", "2958465"),
    ],
)
def test_number_formats_tell_dates_from_numbers(style, number, value):
    assert cell(f'<c r="A1" s="{style}"><v>{number}</v></c>', styles=STYLES) == value


def test_dates_since_1904():
    data = xlsx('<row><c s="1"><v>39424</v></c></row>', styles=STYLES, workbook='<workbookPr date1904="1"/>')
    assert one(data) == date(2011, 12, 9)


def test_rows_and_cells_without_references_count_on():
    data = xlsx(
        '<row><c><v>1</v></c><c t="inlineStr"><is><t>a</t></is></c></row>'
        '<row r="5"><c r="C5"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>'
    )
    assert read(data) == [
        (1, (Decimal(1), "a")),
        (5, (None, None, Decimal(2), Decimal(3))),
        (6, (Decimal(4),)),
    ]


def test_cells_out_of_order_stand_where_they_say():
    assert read(xlsx('<row r="1"><c r="C1"><v>3</v></c><c r="a1"><v>1</v></c></row>')) == [
        (1, (Decimal(1), None, Decimal(3)))
    ]


def test_formatted_rows_without_content_are_left_out():
    rows = row(1, "sku", "qty") + row(2, "a", 1)
    empty = "".join(
        f'<row r="{n}" ht="20"><c r="A{n}" s="1"/><c r="B{n}" t="inlineStr"><is><t> </t></is></c></row>'
        for n in range(3, 500)
    )
    assert read(xlsx(rows + empty)) == [(1, ("sku", "qty")), (2, ("a", Decimal(1)))]


def test_gaps_keep_the_numbers_of_the_spreadsheet():
    assert [number for number, _ in read(xlsx(row(3, "a") + row(1_048_576, "b")))] == [3, 1_048_576]


def test_strict_and_prefixed_documents():
    assert read(xlsx(row(1, "a", 2), namespace="http://purl.oclc.org/ooxml/spreadsheetml/main")) == [
        (1, ("a", Decimal(2)))
    ]
    prefixed = xlsx("", extra={
        "xl/worksheets/sheet1.xml": '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<x:sheetData><x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    })  # fmt: skip
    assert one(prefixed) == Decimal(5)


def test_part_names_with_backslashes_and_other_case():
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl\\Workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="A" r:id="x"/></sheets></workbook>',
        "xl\\_rels\\workbook.xml.rels": '<Relationships xmlns="p"><Relationship Id="x" Type="t/worksheet" '
        'Target="worksheets\\Sheet1.xml"/></Relationships>',
        "xl\\worksheets\\sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{row(1, 'a')}</sheetData></worksheet>",
    }
    assert read(zipped(parts)) == [(1, ("a",))]


def is_order(cells) -> bool:
    return list(cells[:2]) == ["sku", "qty"]


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@pytest.mark.parametrize(
    ("sheets", "sheet", "ignored"),
    [
        # the first with the header wins, covers and lists are named as ignored
        ([["Dear Sirs"], ["sku", "qty"], ["sku", "qty"]], "T2", ("T1", "T3")),
        ([[], ["sku", "qty"]], "T2", ("T1",)),
        # no header anywhere: the first with content
        ([[], ["a"], ["b"]], "T2", ("T1", "T3")),
        ([["sku", "qty"]], "T1", ()),
    ],
)
def test_which_sheet_is_read(kind, sheets, sheet, ignored):
    names = [f"T{number}" for number in range(1, len(sheets) + 1)]
    if kind == "xlsx":
        data = xlsx(*(row(4, *cells) if cells else "" for cells in sheets), names=names)
    else:
        data = ods(
            *(
                table(name, ods_row(None, repeated=3), ods_row(*cells or [None]))
                for name, cells in zip(names, sheets, strict=False)
            )
        )
    with open_table(data, is_header=is_order) as opened:
        assert (opened.kind, opened.sheet, opened.sheets_ignored) == (kind, sheet, ignored)
        assert next(opened.rows()).number == 4


@pytest.mark.parametrize(("number", "sheet"), [(20, "T2"), (21, "T1")])
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_the_header_is_looked_for_in_the_first_20_rows(kind, number, sheet):
    if kind == "xlsx":
        data = xlsx(row(1, "cover"), row(1, "to you") + row(number, "sku", "qty"), names=["T1", "T2"])
    else:
        rows = (ods_row("to you"), ods_row(None, repeated=number - 2), ods_row("sku", "qty"))
        data = ods(table("T1", ods_row("cover")), table("T2", *rows))
    with open_table(data, is_header=is_order) as opened:
        assert opened.sheet == sheet


def test_hidden_sheets_and_charts_are_sheets():
    hidden = xlsx(row(1, "sku", "qty"), row(1, "sku", "qty"), names=['Old" state="hidden', "New"])
    with open_table(hidden, is_header=is_order) as opened:
        assert (opened.sheet, opened.sheets_ignored) == ("Old", ("New",))
    chart = xlsx(row(1, "sku", "qty"), names=["Data", "Chart"])
    with open_table(chart, is_header=is_order) as opened:
        assert opened.sheets_ignored == ("Chart",)


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ('<table:table-cell office:value-type="float" office:value="22423"/>', Decimal(22423)),
        ('<table:table-cell office:value-type="float" office:value="1.1000000000000001"/>', Decimal("1.1")),
        ('<table:table-cell office:value-type="percentage" office:value="0.5"><text:p>50 %</text:p></table:table-cell>', Decimal("0.5")),
        ('<table:table-cell office:value-type="currency" office:currency="EUR" office:value="12"/>', Decimal(12)),
        ('<table:table-cell office:value-type="boolean" office:boolean-value="true"/>', True),
        ('<table:table-cell office:value-type="date" office:date-value="2011-12-09"/>', date(2011, 12, 9)),
        ('<table:table-cell office:value-type="date" office:date-value="2011-12-09T10:30:00"/>', datetime(2011, 12, 9, 10, 30)),
        ('<table:table-cell office:value-type="time" office:time-value="PT12H"><text:p>12:00</text:p></table:table-cell>', "12:00"),
        ('<table:table-cell office:value-type="float"><text:p>12</text:p></table:table-cell>', "12"),
        ("<table:table-cell><text:p>12</text:p></table:table-cell>", "12"),
        ('<table:table-cell table:formula="of:=6+6" office:value-type="float" office:value="12"/>', Decimal(12)),
        ('<table:table-cell table:formula="of:=6+6"/>', None),
        ('<table:table-cell office:value-type="string" office:string-value="A1"><text:p>x</text:p></table:table-cell>', "A1"),
        ('<table:table-cell office:value-type="string"><text:p>a<text:s text:c="2"/>b<text:tab/>c</text:p><text:p>d</text:p></table:table-cell>', "a  b\tc\nd"),
        ('<table:table-cell office:value-type="string"><text:p><text:span>22</text:span><text:a>423</text:a></text:p></table:table-cell>', "22423"),
        ('<table:table-cell office:value-type="string"><text:p>\n   22423\n  </text:p></table:table-cell>', " 22423 "),
        # notes and drawings in a cell are not its text
        ('<table:table-cell office:value-type="string"><office:annotation><text:p>note</text:p></office:annotation><text:p>A1</text:p></table:table-cell>', "A1"),
        ("<table:table-cell><draw:frame><draw:text-box><text:p>box</text:p></draw:text-box></draw:frame></table:table-cell>", None),
        ('<table:table-cell office:value-type="string" office:boolean-value="x"><text:p>#N/A</text:p></table:table-cell>', "#N/A"),
        # what a merged cell covers is not seen
        ('<table:covered-table-cell office:value-type="float" office:value="12"/>', None),
    ],
)  # fmt: skip
def test_cells_of_ods(xml, value):
    assert one(ods(table("T", ods_row(xml)))) == value


def test_repeated_cells_and_rows_of_ods_are_spelled_out():
    twice = '<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="7"/>'
    gap = '<table:table-cell table:number-columns-repeated="3"/>'
    tail = '<table:table-cell table:number-columns-repeated="16375"/>'
    data = ods(
        table(
            "T",
            ods_row("a", gap, twice, tail),
            ods_row(tail, repeated=4),
            ods_row("b", repeated=2),
            ods_row(tail, repeated=1_048_569),
        )
    )
    assert read(data) == [(1, ("a", None, None, None, Decimal(7), Decimal(7))), (6, ("b",)), (7, ("b",))]


def test_grouped_and_header_rows_of_ods_count():
    data = ods(
        '<table:table table:name="T"><table:table-column/><table:table-header-rows>' + ods_row("sku")
        + "</table:table-header-rows><table:table-row-group><table:table-row-group>" + ods_row("a")
        + "</table:table-row-group></table:table-row-group><table:table-rows>" + ods_row("b") + "</table:table-rows></table:table>"
    )  # fmt: skip
    assert read(data) == [(1, ("sku",)), (2, ("a",)), (3, ("b",))]


def test_what_ods_keeps_of_other_files_is_no_sheet():
    other = (
        '<table:table table:name="\'file:///x.ods\'#$A" table:style-name="ta_extref">'
        + ods_row("sku", "qty")
        + "</table:table>"
    )
    with open_table(ods(table("T", ods_row("a")), other), is_header=is_order) as opened:
        assert (opened.sheet, opened.sheets_ignored) == ("T", ())


def test_a_table_inside_a_cell_is_not_the_sheet():
    inner = f"<table:table-cell>{table('inner', ods_row('x'), ods_row('y'))}<text:p>a</text:p></table:table-cell>"
    assert read(ods(table("T", ods_row(inner, "b"), ods_row("c")))) == [(1, ("a", "b")), (2, ("c",))]


def test_workbooks_of_a_library_are_read_alike():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["sku", "qty", "on"])
    sheet.append([22423, "12", date(2011, 12, 9)])
    sheet["A4"], sheet["B4"] = "merged", 3
    sheet.merge_cells("A4:A5")
    buffer = io.BytesIO()
    book.save(buffer)
    assert read(buffer.getvalue()) == [
        (1, ("sku", "qty", "on")),
        (2, (Decimal(22423), "12", date(2011, 12, 9))),
        (4, ("merged", Decimal(3))),
    ]


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (xlsx(row(1, "a"))[:-40], "damaged"),
        (xlsx(row(1, "a"))[:200], "damaged"),
        (xlsx("<row r='1'><c r='A1'><v>1</v></row>"), "damaged"),
        (xlsx("", extra={SHEET: "<worksheet"}), "damaged"),
        (xlsx('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "damaged"),
        (xlsx('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'), "damaged"),
        (xlsx('<row r="1"><c r="A1" t="s"><v>x</v></c></row>'), "damaged"),
        (xlsx('<row r="x"/>'), "damaged"),
        (xlsx('<row r="2"/><row r="1"/>'), "damaged"),
        (xlsx('<row r="1"><c r="É1"><v>1</v></c></row>'), "damaged"),
        (xlsx(row(1, "a"), extra={"xl/workbook.xml": "<x"}), "broken"),
        (zipped({"xl/workbook.bin": b"x", "[Content_Types].xml": "<Types/>"}), "XLSB"),
        (zipped({"order.csv": "sku,qty"}), "Unpack"),
        (zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}), "not a workbook"),
        (zipped({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<x/>"}), "not a workbook"),
        (zipped({"[Content_Types].xml": "<Types/>"}), "damaged"),
        (xlsx('<row r="1"><c r="A1"><v>1</v></c><c r="1"><v>2</v></c></row>'), "damaged"),
        (ods(table("T", ods_row('<table:table-cell table:number-columns-repeated="-1"/>'))), "damaged"),
        (ods(table("T", ods_row("a")), extra={"META-INF/manifest.xml": "<m><encryption-data/></m>"}), "password"),
        (zipped({"content.xml": "<x>"}), "damaged"),
        (zipped({"content.xml": "<text/>"}), "no sheet"),
    ],
)
def test_damaged_and_foreign_files_are_refused_with_advice(data, words):
    with pytest.raises(Invalid, match=words) as caught:
        read(data)
    assert caught.value.field == "file"


DOCTYPE = '<!DOCTYPE worksheet [<!ENTITY a "1"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "data",
    [
        # two cells in opposite corners of the sheet are two cells
        xlsx(row(1, "a") + '<row r="1048577"><c r="A1048577"><v>1</v></c></row>'),
        xlsx('<row r="1"><c r="XFE1"><v>1</v></c></row>'),
        xlsx('<row r="1"><c r="ZZZZZZZZ1"><v>1</v></c></row>'),
        ods(table("T", ods_row("a", repeated=2_000_000))),
        ods(table("T", ods_row('<table:table-cell table:number-columns-repeated="99999" office:value-type="float" office:value="7"/>'))),
        xlsx("", extra={SHEET: DOCTYPE + '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                        '<sheetData><row r="1"><c r="A1"><v>1&b;</v></c></row></sheetData></worksheet>'}),
    ],
)  # fmt: skip
def test_what_is_larger_than_a_sheet_is_refused(data):
    with pytest.raises(Invalid):
        read(data)


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (xlsx(row(1, "x" * 500)), Limits(cell_characters=400)),
        (xlsx('<row><c t="s"><v>0</v></c></row>', shared=f"<si><t>{'x' * 500}</t></si>"), Limits(cell_characters=400)),
        (xlsx('<row><c t="s"><v>0</v></c></row>', shared="<si><t>x</t></si>" * 50_000), Limits(text_bytes=10_000)),
        (xlsx(*(row(1, "a") for _ in range(5))), Limits(sheets=4)),
        (xlsx("".join(row(n, "a", "b") for n in range(1, 50))), Limits(rows=40)),
        (xlsx("".join(row(n, "a", "b") for n in range(1, 50))), Limits(cells=40)),
        (xlsx(row(1, *"abcdefg")), Limits(columns=5)),
        (xlsx("".join(row(n, "a" * 90) for n in range(1, 5000))), Limits(unpacked_bytes=50_000)),
        (ods(*(table(f"T{n}", ods_row("a")) for n in range(5))), Limits(sheets=4)),
        (ods(table("T", ods_row("a", repeated=50))), Limits(rows=40)),
        (ods(table("T", *(ods_row(*"abcd") for _ in range(50)))), Limits(cells=40)),
        (ods(table("T", ods_row("x" * 500))), Limits(cell_characters=400)),
    ],
)
def test_limits_hold(data, limits):
    assert read(data)
    with pytest.raises(Invalid):
        read(data, limits=limits)


def test_opposite_corners_cost_two_cells():
    assert len(read(xlsx(row(1, "a") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))) == 2


def test_an_old_password_zip_is_refused():
    data = bytearray(xlsx(row(1, "a")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    with pytest.raises(Invalid, match="password"):
        read(bytes(data))
