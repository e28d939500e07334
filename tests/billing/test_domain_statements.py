"""Bank statements in four formats: the same movements, exact signs, faults with line and field; nothing is trusted."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.billing.domain.references import (
    candidates,
    creditor_reference,
    creditor_reference_in,
    is_iban,
    make_creditor_reference,
    quotes,
)
from app.billing.domain.statements.model import StatementError
from app.billing.domain.statements.reading import fingerprint, numbered, read
from app.billing.domain.statements.table import Columns
from app.core.errors import Invalid
from app.core.xml import XmlError

SAMPLES = Path(__file__).parent.parent / "samples" / "statements"
CAMT = (SAMPLES / "day.camt053.xml").read_bytes()
MT940 = (SAMPLES / "day.mt940").read_bytes()
ONE_C = (SAMPLES / "kl_to_1c.txt").read_bytes()
CSV = (
    "Auftragskonto;Buchungstag;Valutadatum;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;Kontonummer/IBAN;Betrag;Währung\n"
    "DE89370400440532013000;11.03.26;12.03.26;Rechnung INV-2026-000001;Möller;DE75512108001245126199;1.119,00;EUR\n"
    "DE89370400440532013000;12.03.26;12.03.26;Miete;Haus;DE02120300000000202051;-800,5;EUR\n"
    "\n;;;Summe;;;;\n"
)


def test_references():
    assert creditor_reference("RF18 5390 0754 7034") == "RF18539007547034"
    assert creditor_reference("RF19539007547034") == ""
    assert creditor_reference_in("pays rf18 5390 0754 7034 thanks") == "RF18539007547034"
    assert creditor_reference_in("RF18 5390 0754 7035 or RF99") == ""
    assert creditor_reference(make_creditor_reference("INV-2026-000001")).endswith("INV2026000001")
    for iban, fits in (("DE89 3704 0044 0532 0130 00", True), ("DE88370400440532013000", False), ("", False)):
        assert is_iban(iban) is fits
    assert quotes("Rechnung INV-2026-0000 01, Danke", ["INV-2026-000001", "INV-2026-00000"]) == ["INV-2026-000001"]
    assert quotes("INV-2026-0000011", ["INV-2026-000001"]) == []
    assert len(candidates("1 " * 5000)) < 200


@given(st.text(alphabet="ABCXYZ0123456789", min_size=1, max_size=21))
@settings(max_examples=50)
def test_references_we_make_are_valid(number):
    made = make_creditor_reference(number)
    assert creditor_reference(made) == made
    wrong = f"RF{(int(made[2:4]) + 1) % 100:02d}{made[4:]}"
    assert creditor_reference(wrong) == ""


def test_camt():
    code, (euro, dollar) = read(CAMT)
    assert code == "camt"
    assert (euro.account, euro.number, euro.opening, euro.closing) == (
        "DE89370400440532013000", "50", Decimal("1000.00"), Decimal("1412.58"))  # fmt: skip
    assert euro.problems == []
    first, one, two, back, fee = euro.movements
    assert (first.amount, first.payer_name, first.payer_account) == (119, "Möller Werft GmbH", "DE75512108001245126199")
    assert (first.creditor_reference, first.end_to_end, first.code) == ("RF18539007547034", "", "PMNT-RCDT-ESCT")
    assert (one.amount, one.end_to_end, one.mandate, one.text) == (150, "E-1", "M-1", "INV-2026- 000001")
    assert (two.amount, two.payer_name, two.value_on) == (200, "Two", date(2026, 3, 12))
    assert (back.amount, back.is_return, back.return_reason, back.payer_name) == (
        Decimal("-51.42"), True, "AC04 Account closed", "Three")  # fmt: skip
    assert (fee.amount, fee.text, fee.is_return) == (-5, "Account fees", False)
    assert (dollar.account, dollar.currency, dollar.movements[0].amount) == ("USD77", "USD", 10)
    for version in (b"04", b"08"):
        newer = CAMT.replace(b"053.001.02", b"053.001." + version).replace(
            b"<Sts>BOOK</Sts>", b"<Sts><Cd>BOOK</Cd></Sts>"
        )
        newer = re.sub(rb"<Dbtr><Nm>([^<]*)</Nm></Dbtr>", rb"<Dbtr><Pty><Nm>\1</Nm></Pty></Dbtr>", newer)
        assert [replace(move, line=0) for move in read(newer)[1][0].movements] == [
            replace(move, line=0) for move in euro.movements
        ]


def test_a_batch_that_does_not_add_up_is_taken_as_one():
    (euro, _dollar) = read(CAMT.replace(b">150.00<", b">149.00<"))[1]
    assert [move.amount for move in euro.movements][:2] == [119, 350]
    assert len(euro.problems) == 1
    euro = read(CAMT.replace(b">1412.58<", b">1412.59<"))[1][0]
    assert "not complete" in str(euro.problems[0])


def test_mt940():
    code, (first, second) = read(MT940)
    assert code == "mt940"
    assert (first.account, first.number, first.opening, first.closing, first.problems) == (
        "370400440532013000", "50/1", 1000, Decimal("1082.58"), [])  # fmt: skip
    paid, fee, back, returned = first.movements
    assert (paid.amount, paid.payer_name, paid.payer_account) == (119, "Moeller Werft GmbH", "DE75512108001245126199")
    assert (paid.text, paid.bank_reference, paid.code) == ("Rechnung INV-2026-000001 vielen Dank", "BR-1", "166")
    assert (fee.amount, fee.booked_on, fee.value_on) == (-5, date(2025, 12, 31), date(2026, 1, 2))
    assert (back.amount, back.is_return, back.end_to_end, back.mandate) == (Decimal("-51.42"), True, "DD-7", "M-7")
    assert (returned.amount, returned.is_return, returned.end_to_end, returned.text) == (
        20,
        True,
        "X-9",
        "returned to us",
    )
    assert (second.account, second.opening, second.closing) == ("DE02120300000000202051", -10, -10)


def test_one_c():
    code, (statement,) = read(ONE_C)
    assert (code, statement.currency, statement.problems) == ("1c", "RUB", [])
    came, went = statement.movements
    assert (came.amount, came.payer_tax_number, came.payer_name) == (
        Decimal("12000.50"), "7707083893", 'ООО "Строймонтаж"')  # fmt: skip
    assert "INV-2026-000002" in came.text
    assert (went.amount, went.text, went.payer_name) == (-500, "За связь, март", 'ООО "Связь"')
    dos = ONE_C.decode("cp1251").replace("Кодировка=Windows", "Кодировка=DOS").encode("cp866")
    assert read(dos)[1][0].movements == statement.movements
    assert read(ONE_C.decode("cp1251").encode())[1][0].movements == statement.movements
    euro = ONE_C.replace(b"40702810900000000001", b"40702978900000000001")
    assert read(euro)[1][0].currency == "EUR"


def test_tables():
    code, (statement,) = read(CSV.encode("cp1252"))
    assert (code, statement.account, statement.to_on) == ("csv", "DE89370400440532013000", date(2026, 3, 12))
    assert [(move.amount, move.payer_name, move.line) for move in statement.movements] == [
        (1119, "Möller", 2), (Decimal("-800.50"), "Haus", 3)]  # fmt: skip
    columns = Columns(columns={"booked_on": "When", "amount": "How much"}, account="DE89 3704", currency="usd",
                      day_format="mdy", decimal=",")  # fmt: skip
    (other,) = read(b'When,How much\n03/10/2026,"1,5"\n03/11/2026,-2\n', columns)[1]
    assert [(move.booked_on.day, move.amount) for move in other.movements] == [(10, Decimal("1.5")), (11, -2)]
    sides = "Date;Credit;Debit;Currency\n2026-03-10;10.50;;EUR\n2026-03-11;;3,20;EUR\n"
    (both,) = read(sides.encode(), Columns(columns={}, account="X1"))[1]
    assert [move.amount for move in both.movements] == [Decimal("10.50"), Decimal("-3.20")]
    signed = "Date;Amount;S/H;Currency\n2026-03-10;10.50;S;EUR\n2026-03-11;3,20;H;EUR\n"
    (marked,) = read(signed.encode(), Columns(columns={}, account="X1"))[1]
    assert [move.amount for move in marked.movements] == [Decimal("-10.50"), Decimal("3.20")]


FAULTS = [
    (b"", "empty"),
    (b"<a/>", "no CAMT"),
    (CAMT.replace(b"<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>", b"<CdtDbtInd>MINUS</CdtDbtInd><RvslInd>"), "CdtDbtInd"),
    (CAMT.replace(b'Ccy="EUR">119.00', b'Ccy="EU">119.00'), "Line 11"),
    (CAMT.replace(b">119.00<", b">-119.00<"), "no amount"),
    (CAMT.replace(b">119.00<", b">1E3<"), "no amount"),
    (CAMT.replace(b">119.00<", b">119.001<"), "no amount"),
    (CAMT.replace(b"<BookgDt><Dt>2026-03-11", b"<BookgDt><Dt>2026-13-11", 1), "no date"),
    (CAMT.replace(b"<IBAN>DE89370400440532013000</IBAN>", b""), "Acct/Id"),
    (MT940.replace(b"CR119,00", b"XX119,00"), "Line 5"),
    (MT940.replace(b":60F:C260310EUR1000,00\n", b""), ":60F:"),
    (MT940.replace(b":60F:C260310EUR", b":60F:C260310E2R"), ":60F:"),
    (MT940.replace(b":61:260311RC", b":61:261311RC"), "no date"),
    (ONE_C.replace("КонецФайла".encode("cp1251"), b""), "КонецФайла"),
    (ONE_C.replace(b"=12000.50\r\n\xcf\xeb", b"=12x\r\n\xcf\xeb"), "Line 20"),
    (ONE_C.replace("ПолучательСчет=40702810900000000001".encode("cp1251"), "ПолучательСчет=1".encode("cp1251")), "neither"),
    (ONE_C.replace("ДатаПоступило=11.03".encode("cp1251"), "ДатаПоступило=41.03".encode("cp1251")), "no date"),
    (CSV.replace("1.119,00", "1.119").encode(), "decimals"),
    (CSV.replace("1.119,00", "viel").encode(), "Line 2"),
    (CSV.replace("11.03.26", "99.03.26").encode(), "no date"),
    (CSV.replace("EUR\n", "\n").encode(), "currency"),
    (b"a;b\n1;2\n", "columns"),
]  # fmt: skip


def test_faults_name_the_line_or_the_field():
    for data, told in FAULTS:
        with pytest.raises(StatementError) as caught:
            read(data)
        assert told in str(caught.value.message), (told, str(caught.value.message))


def test_hostile_xml_is_refused():
    bomb = b'<!DOCTYPE D [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + CAMT.split(b"?>", 1)[1].replace(b"Three", b"&b;")
    with pytest.raises(XmlError):
        read(bomb)


@given(data=st.data(), sample=st.sampled_from([CAMT, MT940, ONE_C, CSV.encode()]))
@settings(max_examples=50)
def test_damaged_files_are_read_or_refused(data, sample):
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(len(sample), start + 40)))
    damaged = sample[:start] + data.draw(st.binary(max_size=12)) + sample[end:]
    try:
        _code, statements = read(damaged)
    except Invalid:
        return
    assert all(move.amount for statement in statements for move in statement.movements)


def test_the_same_movement_is_known_again_in_another_file():
    euro = read(CAMT)[1][0]
    keys = [(key, place) for key, place, _move in numbered(euro.account, euro.movements)]
    assert len(set(keys)) == len(keys)
    again = [(key, place) for key, place, _move in numbered(euro.account, euro.movements[::-1])]
    assert set(again) == set(keys)
    twice = [place for _key, place, _move in numbered(euro.account, [euro.movements[4]] * 3)]
    assert twice == [1, 2, 3]
    move = euro.movements[0]
    assert fingerprint(euro.account, replace(move, amount=Decimal("119.000"))) == fingerprint(euro.account, move)
    for other in (
        replace(move, amount=Decimal(-119)),
        replace(move, currency="USD"),
        replace(move, bank_reference="BR-9"),
    ):
        assert fingerprint(euro.account, other) != fingerprint(euro.account, move)
