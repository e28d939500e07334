"""UPD, UKD and the buyer's answer: read, written in each version, held against own rules and the official schemas."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine
from app.documents.model.invoice import CreditNote, Invoice
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.okei import from_okei, okei_name, to_okei
from app.documents.upd.answer import read_answer, write_answer
from app.documents.upd.correction import read_correction
from app.documents.upd.correction_out import write_correction
from app.documents.upd.reading import read_upd
from app.documents.upd.title import UpdOptions
from app.documents.upd.writing import write_upd
from tests.factories.documents import credit_note, document, sums

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "upd"
SHARED = Path(os.environ.get("KONTOR_SHARED", Path(__file__).resolve().parents[3] / "shared"))
SCHEMAS = SHARED / "schemas" / "upd" / "fns-5.01"
UPD, UKD, ANSWER = ((SAMPLES / name).read_bytes() for name in ("upd_503.xml", "ukd_501.xml", "answer_501.xml"))
SELLER = Party(
    name="ООО Контор", tax_number="7707083893", identifiers=(Identifier("773601001", "KPP"),),
    address=Address(country="RU", region="77", city="Москва", street="Тверская, 12, корп. 2", postal_code="125009"),
    contact=Contact(name="Иванова Анна Петровна", phone="+7 495 1234567", email="anna@kontor.example"),
)  # fmt: skip
BUYER = Party(
    name="Иванов Иван Иванович", tax_number="500000000100",
    address=Address(country="RU", region="50", city="Химки", street="Мира, 1"), endpoint=Identifier("2LT-1", "EDO"),
)  # fmt: skip


def russian(made):
    """The document in roubles with rates that Russia has, between Russian parties."""
    lines = tuple(replace(line, vat_rate=Decimal(20) if line.vat_rate else line.vat_rate) for line in made.lines)
    vat, totals = sums(lines, "RUB")
    return replace(
        made, lines=lines, vat=vat, totals=totals, seller=SELLER, buyer=BUYER, currency="RUB", buyer_reference="",
        sales_order_reference="", payment_terms=None, payment_means=(), delivery=None, allowances_charges=(),
    )  # fmt: skip


def despatch() -> DespatchAdvice:
    line = DespatchLine(
        position="1", quantity=Decimal(5), unit="H87", name="Болт М8", ids=ItemIds(sku="A-1", gtin="4006381333931"),
        order_line=OrderRef(number="PO-1", line="10"), serials=('0104<&"1', "0104zz"), country_of_origin="CN",
    )  # fmt: skip
    return DespatchAdvice(
        number="7", issue_date=date(2026, 1, 15), lines=(line,), seller=SELLER, buyer=BUYER, function="ДОП",
        orders=(OrderRef(number="PO-1"),), despatched_on=date(2026, 1, 15), ship_to=replace(BUYER, endpoint=None),
    )  # fmt: skip


def test_an_upd_says_what_it_says():
    reading = read_upd(UPD)
    invoice = reading.document
    assert isinstance(invoice, Invoice)
    assert reading.faults == ()
    assert (invoice.number, invoice.issue_date, invoice.currency) == ("УТ-17", date(2026, 1, 15), "RUB")
    assert (invoice.function, invoice.order_reference, invoice.despatch_reference) == ("СЧФДОП", "PO-9", "")
    assert invoice.totals.gross == Decimal("250.06")
    assert invoice.seller.tax_number == "7799000012"
    assert invoice.seller.address == Address(
        country="RU", region="77", postal_code="125167", street="ул. Полевая, д. 4"
    )
    assert invoice.buyer.endpoint == Identifier("2BM-7707083893", "EDO")
    assert invoice.delivery.address.street == "Тверь, Склад 3"
    water, freight = invoice.lines
    assert (water.unit, water.vat_rate, water.tax, water.order_line) == ("XBO", Decimal(22), Decimal("27.06"), "10")
    assert (water.sku, water.gtin, water.country_of_origin) == ("A-1", "4006381333931", "CN")
    assert next(one.value for one in water.attributes if one.name == "КИЗ") == '010400638133393121<a&b"c'
    assert (freight.quantity, freight.unit_price, freight.vat_category) == (Decimal(1), Decimal(100), "E")
    left = {item.path.rpartition("/")[2] for item in reading.leftovers}
    assert {"@КорСчет", "@НомерДТ", "@Должн", "@ВремИнфПр"} <= left


@pytest.mark.parametrize("version", ["5.01", "5.02", "5.03"])
@pytest.mark.parametrize("make", [lambda: russian(document(count=4)), despatch], ids=["invoice", "despatch"])
def test_what_is_written_is_read(version, make):
    original = make()
    data = write_upd(original, UpdOptions(version=version))
    reading = read_upd(data)
    assert reading.faults == ()
    read = reading.document
    changed = {"references": (), "function": read.function, "seller": read.seller, "buyer": read.buyer}
    if isinstance(original, Invoice):
        changed["lines"] = tuple(replace(line, tax=None) for line in read.lines)
    same = replace(read, **(changed | {"seller": SELLER, "buyer": BUYER}))
    assert same == replace(original, function=read.function)
    assert replace(read.seller, endpoint=None) == SELLER
    assert read.buyer == BUYER
    assert write_upd(original, UpdOptions(version=version)) == data
    report = inspect_file([data])
    assert report.findings == []
    assert report.verdict == "not_checked"


def test_each_line_has_its_tax_and_they_add_up():
    made = russian(document(count=7))
    read = read_upd(write_upd(made)).document
    assert sum(line.tax for line in read.lines) == made.totals.tax == read.totals.tax
    assert [one.tax for one in read.vat] == [one.tax for one in made.vat]


def test_a_correction_says_what_is_credited():
    reading = read_correction(UKD)
    note = reading.document
    assert isinstance(note, CreditNote)
    assert (note.number, note.preceding[0].number, note.totals.gross) == ("К-1", "УТ-17", Decimal("24.60"))
    (line,) = note.lines
    assert (line.quantity, line.net, line.tax) == (Decimal(2), Decimal("20.50"), Decimal("4.10"))
    assert (line.before.quantity, line.after.quantity) == (Decimal(12), Decimal(10))
    again = read_correction(write_correction(replace(note, seller=SELLER))).document
    assert (again.lines, again.totals, again.vat, again.preceding) == (
        note.lines,
        note.totals,
        note.vat,
        note.preceding,
    )


def test_a_credit_note_becomes_a_correction():
    note = russian(credit_note(count=3))
    data = write_correction(note)
    again = read_correction(data).document
    assert [line.net for line in again.lines] == [line.net for line in note.lines]
    assert again.totals.gross == note.totals.gross
    assert [one.rule for one in inspect_file([data]).findings] == []


def test_an_increase_is_a_corrected_invoice():
    data = UKD.replace(
        'СтоимПослеИзм="102.50" СтоимУм="20.50"'.encode("cp1251"), 'СтоимПослеИзм="143.50"'.encode("cp1251")
    )
    data = data.replace("ВсегоУм".encode("cp1251"), "ВсегоУвел".encode("cp1251"))
    found = read_correction(data).document
    assert isinstance(found, Invoice)
    assert (found.type_code, found.totals.gross) == ("384", Decimal("24.60"))


def test_the_answer_of_the_buyer():
    reading = read_answer(ANSWER)
    found = reading.document
    assert (found.despatch_number, found.type_code, found.received_on) == ("УТ-17", "2", date(2026, 1, 16))
    assert found.buyer.tax_number == "7707083893"
    assert any(item.path.endswith("/ЭП") for item in reading.leftovers)
    for version in ("5.01", "5.03"):
        again = read_answer(write_answer(found, UpdOptions(version=version, seller_file_signature="MIIB"))).document
        assert (again.references, again.type_code, again.notes) == (found.references, found.type_code, found.notes)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ((' НаимДокОпр="Счет', ' НаимДокОпра="Счет'), "KU-08"),
        (('ИННЮЛ="7799000012"', 'ИННЮЛ="7799000013"'), "KU-04"),
        (("<СвПродПер>", "<СвПродПера>"), None),
        (('СтТовУчНал="150.06"', 'СтТовУчНал="151.06"'), "KU-12"),
        (('СтТовБезНДСВсего="223.00"', 'СтТовБезНДСВсего="224.00"'), "KU-13"),
        (('ДатаДок="15.01.2026"', 'ДатаДок="2026-01-15"'), "VALUE"),
        (('НалСт="22%"', 'НалСт="23 %"'), "RATE"),
        (('КодОКВ="643"', 'КодОКВ="64"'), "VALUE"),
        (("ON_NSCHFDOPPR_2BM", "ON_KORSCHFDOPPR_2BM"), "KU-02"),
    ],
)
def test_what_is_wrong_is_named_with_a_line(change, rule):
    old, new = (text.encode("cp1251") for text in change)
    assert old in UPD
    report = inspect_file([UPD.replace(old, new, 1)])
    if rule is None:
        assert report.verdict == "invalid"
    else:
        found = [item for item in report.findings if item.rule == rule]
        assert found
        assert found[0].line > 0


def test_the_other_formats_take_it():
    converted = convert(UPD, "ubl-invoice")
    assert converted.source == "upd"
    back = convert(converted.data, "upd")
    assert read_upd(back.data).document.totals.gross == Decimal("250.06")
    assert convert(UKD, "ubl-invoice").source == "ukd"


def test_what_cannot_be_written_is_refused_with_a_reason():
    made = russian(document(count=2))
    odd = replace(made, lines=tuple(replace(line, vat_rate=Decimal(19)) for line in made.lines))
    for bad in (odd, replace(made, currency="QQQ"), replace(made, seller=replace(SELLER, contact=None))):
        with pytest.raises(FormatError):
            write_upd(bad)
    with pytest.raises(FormatError):
        write_upd(made, UpdOptions(version="6.00"))
    with pytest.raises(FormatError):
        write_upd(credit_note(count=1))


def test_units_come_back():
    for unit in ("H87", "KGM", "MTR", "LTR", "XPK", "SET", "PR", "TNE"):
        assert from_okei(to_okei(unit)) == unit
    assert (to_okei("EA"), to_okei("XYZ"), to_okei("999"), okei_name("796")) == ("796", "", "999", "шт")
    assert (from_okei("", "шт."), from_okei("9999"), from_okei("", "мешок")) == ("H87", "9999", "мешок")


@pytest.mark.parametrize(("code", "data"), [("upd", UPD), ("ukd", UKD), ("upd-answer", ANSWER)])
def test_every_cut_is_refused_with_a_place(code, data):
    for end in range(0, len(data), 7):
        try:
            formats[code].loads(data[:end])
        except FormatError as error:
            assert str(error)
        else:
            assert data[end:].strip() == b""


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutations_are_read_or_refused(data):
    code, original = data.draw(st.sampled_from([("upd", UPD), ("ukd", UKD), ("upd-answer", ANSWER)]))
    start = data.draw(st.integers(0, len(original) - 1))
    length = data.draw(st.integers(0, 30))
    put = data.draw(
        st.sampled_from([b"", b"1e9", b"-", b"999999999999999999999", b"<a>", b'"', "без НДС".encode("cp1251")])
    )
    changed = original[:start] + put + original[start + length :]
    try:
        formats[code].loads(changed)
    except FormatError as error:
        assert str(error)
    inspect_file([changed])


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="no reference schemas (KONTOR_SHARED)")
class TestOfficialSchemas:
    def test_what_is_written_is_valid(self):
        seller = etree.XMLSchema(etree.parse(SCHEMAS / "ON_NSCHFDOPPR_1_997_01_05_01_01.xsd"))
        buyer = etree.XMLSchema(etree.parse(SCHEMAS / "ON_NSCHFDOPPOK_1_997_02_05_01_01.xsd"))
        for made in (russian(document(count=9)), despatch(), read_upd(UPD.replace(b'"22%"', b'"20%"')).document):
            written = etree.fromstring(write_upd(made, UpdOptions(version="5.01")))
            assert seller.validate(written), seller.error_log
        answer = write_answer(read_answer(ANSWER).document, UpdOptions(version="5.01", seller_file_signature="MIIB"))
        assert buyer.validate(etree.fromstring(answer)), buyer.error_log

    def test_a_pack_of_the_official_schema_makes_it_valid(self, tmp_path):
        name = "ON_NSCHFDOPPR_1_997_01_05_01_01.xsd"
        (tmp_path / name).write_bytes((SCHEMAS / name).read_bytes())
        (tmp_path / "rules.toml").write_text(
            f'name = "FNS ON_NSCHFDOPPR"\nversion = "5.01.01"\n[[schemas]]\nfile = "{name}"\n'
            'roots = ["Файл"]\ncustomizations = ["ON_NSCHFDOPPR_5.01"]\n'
        )
        for path in sorted((SHARED / "samples" / "upd").rglob("ON_NSCH*.xml")):
            report = inspect_file([path.read_bytes()], rules=tmp_path)
            assert report.verdict == "valid", report.as_json()
            broken = path.read_bytes().replace("НомСтр".encode("cp1251"), "НомСтрока".encode("cp1251"))
            assert inspect_file([broken], rules=tmp_path).verdict == "invalid"

    def test_samples_say_what_they_say(self):
        differing = []
        lines = [line.split("\t") for line in (SHARED / "samples" / "ORACLE.tsv").read_text().split("\n")]
        for cells in (cells for cells in lines if cells[0].startswith("upd/")):
            facts = dict(fact.split("=", 1) for fact in cells[8].split(" "))
            report = inspect_file([(SHARED / "samples" / cells[0]).read_bytes()], name=cells[0])
            (head,) = report.documents
            said = (report.version, head.type, head.number, f"{head.date:%d.%m.%Y}", str(head.lines))
            known = tuple(facts[key] for key in ("format", "function", "number", "date", "lines"))
            if said != known or facts.get("total", head.totals["total"]) != head.totals["total"] or report.findings:
                differing.append((cells[0], said, known, report.findings))
        assert differing == []


def test_forms_of_before_2019_are_read_alike():
    old = write_upd(russian(document(count=2)), UpdOptions(version="5.01"))
    for new, before in (("1115131", "1115125"), ("ON_NSCHFDOPPR", "ON_SCHFDOPPR")):
        old = old.replace(new.encode("cp1251"), before.encode("cp1251"))
    report = inspect_file([old])
    assert (report.profile, report.findings) == ("UPD", [])
    assert len(read_upd(old).document.lines) == 2
