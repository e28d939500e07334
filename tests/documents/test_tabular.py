"""Documents as tables by mapping: read, written, refused by row and column, never a formula."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.tables.writing import write_xlsx
from app.documents.formats import FormatError, formats
from app.documents.model.order import DeliveryDates, Order, OrderLine
from app.documents.model.party import Party
from app.documents.tabular.mapping import Column, TableMapping
from app.documents.tabular.reading import read_table
from app.documents.tabular.writing import write_csv_table, write_xlsx_table
from tests.documents.test_bmecat import catalogue
from tests.documents.test_opentrans import a_despatch, a_response, an_invoice, an_order

GERMAN = TableMapping.of({
    "document": "order", "date_format": "dd.MM.yyyy", "decimal_mark": ",", "delimiter": ";", "encoding": "cp1252",
    "constants": {"currency": "EUR", "lines.unit": "C62"},
    "columns": [
        {"path": "number", "titles": ["Bestellnummer", "Bestell-Nr."], "is_needed": True},
        {"path": "issue_date", "titles": ["Datum"]},
        {"path": "ship_to.name", "titles": ["Lieferort"]},
        {"path": "lines.sku", "titles": ["Artikel"], "is_needed": True},
        {"path": "lines.quantity", "titles": ["Menge"], "is_needed": True},
        {"path": "lines.unit_price", "titles": ["Preis"]},
        {"path": "lines.delivery.requested", "titles": ["Liefertermin"]},
        {"path": "notes.1.text", "titles": ["Bemerkung"]},
    ],
})  # fmt: skip
TABLE = """Unsere Bestellungen;;;;;;;;
bestell-nr. ;Datum;Lieferort;Artikel;Menge;Preis;Liefertermin;Bemerkung;Farbe
4711;05.01.2026;Lager Köln;A-1;1.200,5;0,99;12.01.2026;eilig;rot
4711;05.01.2026;Lager Köln;A-2;3;;;;
4712;06.01.2026;;B-1;7;2;;;
""".encode("cp1252")


WORKBOOK = write_xlsx_table(an_order(), GERMAN)


def test_orders_of_a_table():
    readings = read_table(TABLE, GERMAN)
    first, second = (one.document for one in readings)
    assert first == Order(
        number="4711", issue_date=date(2026, 1, 5), currency="EUR", ship_to=Party(name="Lager Köln", address=None),
        notes=first.notes,
        lines=(
            OrderLine(position="1", quantity=Decimal("1200.5"), unit="C62", sku="A-1", unit_price=Decimal("0.99"),
                      delivery=DeliveryDates(requested=date(2026, 1, 12))),
            OrderLine(position="2", quantity=Decimal(3), unit="C62", sku="A-2"),
        ),
    )  # fmt: skip
    assert first.notes[0].text == "eilig"
    assert (second.number, second.lines[0].quantity, second.ship_to) == ("4712", Decimal(7), None)
    assert [one.faults for one in readings] == [(), ()]
    assert [(item.path, item.line, item.column) for item in readings[0].leftovers] == [("Farbe", 2, 9)]


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "word"),
    [
        ("1.200,5", "viele", 3, 5, "Menge"),
        ("12.01.2026", "2026-01-12", 3, 7, "Liefertermin"),
        ("05.01.2026;Lager Köln;A-2", "31.02.2026;Lager Köln;A-2", 4, 2, "Datum"),
        (";B-1;", ";;", 5, 4, "Artikel"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(old, new, line, column, word):
    data = TABLE.decode("cp1252").replace(old, new, 1).encode("cp1252")
    (fault,) = (fault for one in read_table(data, GERMAN) for fault in one.faults)
    assert (fault.line, fault.column) == (line, column)
    assert word in str(fault.message)
    assert str(line) in str(fault.message)


def test_a_workbook_has_real_numbers_and_dates():
    rows = [["Bestellnummer", "Datum", "Artikel", "Menge"], ["4711", date(2026, 1, 5), "A-1", Decimal("1.5")]]
    target = io.BytesIO()
    write_xlsx(rows, target)
    (reading,) = read_table(target.getvalue(), GERMAN)
    assert (reading.document.issue_date, reading.document.lines[0].quantity) == (date(2026, 1, 5), Decimal("1.5"))


def test_a_table_without_a_header():
    mapping = replace(
        GERMAN,
        has_header=False,
        columns=(Column("number", index=1), Column("lines.sku", index=3), Column("lines.quantity", index=2)),
    )
    (reading,) = read_table(b"99;5;A-1\r\n99;6;A-2\r\n", mapping)
    assert [(line.sku, line.quantity) for line in reading.document.lines] == [("A-1", Decimal(5)), ("A-2", Decimal(6))]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("order", an_order), ("response", a_response), ("despatch", a_despatch), ("invoice", an_invoice),
        ("prices", lambda: catalogue(3)),
    ],
)  # fmt: skip
def test_what_is_written_is_read(kind, code, make):
    form, original = formats[f"{kind}-{code}"], make()
    data = form.dumps(original)
    (reading,) = form.loads(data)
    assert reading.faults == ()
    read = reading.document
    assert type(read) is type(original)
    assert read.number == original.number
    if code == "prices":
        wanted = [(item.ids, [(one.amount, one.from_quantity) for one in item.prices]) for item in original.items]
        assert [(item.ids, [(one.amount, one.from_quantity) for one in item.prices]) for item in read.items] == wanted
    else:
        assert [line.quantity for line in read.lines] == [line.quantity for line in original.lines]
    if code == "invoice":
        assert (read.totals, read.vat) == (original.totals, original.vat)
    assert form.loads(form.dumps(read)) == form.loads(data)


def test_no_text_becomes_a_formula():
    bad = an_order(number="=1+1", notes=())
    bad = replace(bad, lines=(replace(bad.lines[0], name="@SUM(A1)", sku="-2+3", quantity=Decimal(-5)),))
    data = formats["csv-order"].dumps(bad)
    cells = data.decode("utf-8-sig").split("\r\n")[1].split(";")
    assert cells[0] == "'=1+1"
    assert "'@SUM(A1)" in cells
    assert "'-2+3" in cells
    assert "-5" in cells
    (reading,) = formats["csv-order"].loads(data)
    line = reading.document.lines[0]
    assert (reading.document.number, line.name, line.sku, line.quantity) == ("=1+1", "@SUM(A1)", "-2+3", Decimal(-5))


def test_numbers_and_days_as_the_mapping_says():
    order = Order(
        number="1", issue_date=date(2026, 1, 5), lines=(OrderLine(position="1", quantity=Decimal("-1200.50"), sku="ä"),)
    )
    data = write_csv_table(order, GERMAN)
    assert data == (
        "Bestellnummer;Datum;Lieferort;Artikel;Menge;Preis;Liefertermin;Bemerkung\r\n1;05.01.2026;;ä;-1200,5;;;\r\n"
    ).encode("cp1252")
    assert read_table(data, GERMAN)[0].document.lines[0].quantity == Decimal("-1200.5")
    assert read_table(write_xlsx_table(order, GERMAN), GERMAN)[0].document.issue_date == date(2026, 1, 5)
    with pytest.raises(FormatError):
        write_csv_table(replace(order, number="№"), GERMAN)
    short = replace(GERMAN, date_format="dd/MM/yy", encoding="")
    assert b"05/01/26" in write_csv_table(order, short)
    assert read_table(write_csv_table(order, short), short)[0].document.issue_date == date(2026, 1, 5)


@pytest.mark.parametrize(
    "settings_",
    [
        {"document": "letter", "columns": [{"path": "number"}]},
        {"document": "order", "columns": []},
        {"document": "order", "columns": [{"path": "lines.colour"}]},
        {"document": "order", "columns": [{"path": "lines"}]},
        {"document": "order", "columns": [{"path": "notes.text"}]},
        {"document": "order", "columns": [{"path": "number"}], "date_format": "dd.MM"},
        {"document": "order", "columns": [{"path": "number"}], "decimal_mark": ";"},
        {"document": "order", "columns": [{"path": "number"}], "constants": {"colour": "red"}},
    ],
)
def test_a_mapping_that_cannot_be_is_refused(settings_):
    with pytest.raises(FormatError):
        TableMapping.of(settings_)


def test_what_is_no_such_table_is_refused():
    for data in (b"", b"a;b\r\n1;2\r\n", b"%PDF-1.7", b"<?xml version='1.0'?><a/>", b"Bestellnummer;Artikel;Menge\r\n"):
        with pytest.raises(FormatError) as caught:
            read_table(data, GERMAN)
        assert caught.value.line == 1
    with pytest.raises(FormatError):
        read_table(TABLE, replace(GERMAN, encoding="utf-8"))


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutations_are_read_or_refused(data):
    original = data.draw(st.sampled_from([TABLE, WORKBOOK]))
    start = data.draw(st.integers(0, len(original) - 1))
    length = data.draw(st.integers(0, 30))
    put = data.draw(st.sampled_from([b"", b";", b"\n", b'"', b"\xff\xfe", b"1e999", b"\x00"]))
    try:
        read_table(original[:start] + put + original[start + length :], GERMAN)
    except FormatError as error:
        assert str(error)
