"""The journal: its entries add up to the items they are of; the DATEV file is laid out as its reader expects."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.billing.domain.bookings import Booked, BookingAccount, Chart, Part, entries, spread
from app.billing.domain.extf import COLUMNS, Batch, write
from app.core.errors import Invalid

D = Decimal
CHART = Chart({
    ("revenue", ""): BookingAccount("8200"), ("revenue", "S19"): BookingAccount("8400", "3"),
    ("prepayment", ""): BookingAccount("1710"), ("payment", ""): BookingAccount("1200"),
    ("discount", "S19"): BookingAccount("8736"), ("discount", ""): BookingAccount("8730"),
    ("rounding", ""): BookingAccount("4900"),
})  # fmt: skip
PARTS = (Part("S19", D("119.00"), D("19.00")), Part("S7", D("10.70"), D("0.70")))


def booked(kind: str, amount: str, **facts) -> Booked:
    values = {"parts": PARTS} | facts
    return Booked(
        kind, date(2026, 3, 5), date(2026, 4, 4), "INV-1", 7, "C7", 'Bär & Söhne; "Nord"', "EUR", D(amount), **values
    )


CASES = (
    (booked("invoice", "129.70"), [("8400", "119.00"), ("8200", "10.70")]),
    (booked("credit_note", "-129.70"), [("8400", "-119.00"), ("8200", "-10.70")]),
    (booked("invoice", "99.70", deductions=(Part("S19", D(30), D("4.79")),)),
     [("8400", "119.00"), ("8200", "10.70"), ("1710", "-30.00")]),
    (booked("prepayment", "129.70", revenue_kind="prepayment"), [("1710", "119.00"), ("1710", "10.70")]),
    (booked("invoice", "129.71"), [("8400", "119.00"), ("8200", "10.70"), ("4900", "0.01")]),
    (booked("invoice", "50.00", parts=()), [("8200", "50.00")]),
    (booked("payment", "-100.00", parts=()), [("1200", "-100.00")]),
    (booked("discount", "-3.89"), [("8736", "-3.57"), ("8730", "-0.32")]),
    (booked("invoice", "0.00", parts=()), []),
    (booked("fee", "5.00", parts=()), [("", "5.00")]),
)  # fmt: skip


def test_accounts_and_amounts():
    for item, expected in CASES:
        found = [(entry.contra, entry.signed) for entry in entries([item], CHART)]
        assert found == [(account, D(amount)) for account, amount in expected], item
        assert all(entry.amount > 0 and entry.account == "10007" for entry in entries([item], CHART))


cents = st.integers(-(10**9), 10**9).map(lambda value: D(value) / 100)


@settings(max_examples=50, deadline=None)
@given(amount=cents, shares=st.lists(cents, max_size=5))
def test_shares_add_up(amount, shares):
    parts = [Part(f"S{place}", share, share / 10) for place, share in enumerate(shares)]
    assert sum(part.gross for part in spread(amount, parts, "EUR")) == amount


def test_datev_layout():
    batch = Batch(29098, 55003, date(2026, 3, 1), date(2026, 3, 31), datetime(2026, 4, 1, 8, 30, tzinfo=UTC))
    dollar = Booked("invoice", date(2026, 3, 31), date(2026, 3, 31), "INV_2", 8, "C8", "Иван", "USD", D("100.00"), parts=(),
                    rate=D("0.8"))  # fmt: skip
    data = write(batch, entries([CASES[0][0], dollar], CHART))
    lines = data.decode("cp1252").split("\r\n")
    header = lines[0].split(";")
    assert (len(header), len(COLUMNS), len(lines)) == (31, 125, 6)
    assert header[:5] == ['"EXTF"', "700", "21", '"Buchungsstapel"', "13"]
    assert header[10:16] == ["29098", "55003", "20260101", "4", "20260301", "20260331"]
    assert [len(line.split(";")) for line in lines[1:5]] == [125] * 4
    first, _second, third = (line.split(";") for line in lines[2:5])
    assert first[:14] == ["119,00", '"S"', '"EUR"', "", "", '""', "10007", "8400", '"3"', "0503", '"INV-1"', '""', "",
                          '"Bär & Söhne  ""Nord"""']  # fmt: skip
    assert first[COLUMNS.index("Fälligkeit")] == "04042026"
    assert third[:6] == ["100,00", '"S"', '"USD"', "1,25", "80,00", '"EUR"']
    assert third[13] == '"????"'


def test_datev_holds_one_fiscal_year():
    made = datetime(2026, 4, 1, tzinfo=UTC)
    Batch(1001, 1, date(2025, 7, 1), date(2026, 6, 30), made, first_month=7).check()
    for start, end, month in ((date(2025, 12, 1), date(2026, 1, 1), 1), (date(2026, 6, 1), date(2026, 7, 1), 7)):
        with pytest.raises(Invalid):
            Batch(1001, 1, start, end, made, first_month=month).check()
