"""X12 written from neutral documents reads back equal; what is written has right counts and delimiters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.documents.formats import FormatError, formats
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, OtherParty, Reference
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.x12.envelope import X12File
from app.documents.x12.order import read_order, write_order
from app.documents.x12.writer import Body, Envelope, write_interchange

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "x12"

words = st.text("ABCabc019äб*~:>^|& -", min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
maybe = st.just("") | words
codes = st.text("ABCDEFGH0123456789", min_size=1, max_size=8)
days = st.none() | st.dates(date(1980, 1, 1), date(2069, 12, 31))
amounts = st.none() | st.decimals(-(10**9), 10**9, places=4)
money = st.decimals(0, 10**7, places=2)
dates = st.builds(DeliveryDates, requested=days, earliest=days, latest=days)
contacts = st.none() | st.builds(Contact, name=words, phone=maybe, email=maybe)
addresses = st.none() | st.builds(
    Address, country=st.sampled_from(["US", "DE"]), street=words, city=maybe, postal_code=maybe, region=maybe
)
parties = st.builds(
    Party, name=words, address=addresses, vat_id=maybe, gln=st.just("4012345000009"), contact=contacts
) | st.builds(
    Party, name=words, address=addresses, contact=contacts,
    identifiers=st.builds(Identifier, codes, st.sampled_from(["0060", "92", "91"])).map(lambda one: (one,)),
)  # fmt: skip
maybe_party = st.none() | parties
notes = st.lists(st.builds(Note, words, st.sampled_from(["", "DEL"])), max_size=2).map(tuple)
references = st.lists(
    st.builds(Reference, st.sampled_from(["CT", "PO", "ZZ"]), codes, date=days), max_size=3
).map(tuple)  # fmt: skip
allowances = st.lists(
    st.builds(
        AllowanceCharge, amount=money, is_charge=st.booleans(), reason=maybe,
        reason_code=st.sampled_from(["", "C310", "FC", "95"]), percent=st.none() | st.decimals(0, 100, places=2),
    ),
    max_size=2,
).map(tuple)  # fmt: skip
lines = st.builds(
    OrderLine, position=codes, quantity=amounts, unit=st.sampled_from(["", "EA", "CA", "KG"]), sku=maybe, buyer_sku=maybe,
    manufacturer_sku=maybe, gtin=st.sampled_from(["", "4006381333931", "96385074", "012345678905", "14006381333938"]),
    name=words, description=maybe, unit_price=st.decimals(0, 10**6, places=6), list_price=amounts, net=amounts,
    price_base_quantity=st.sampled_from([None, Decimal(1), Decimal(100), Decimal(1000)]),
    vat_rate=st.none() | st.decimals(0, 100, places=2), vat_category=st.sampled_from(["", "S", "E"]), delivery=dates,
    ship_to=maybe_party, notes=notes, references=references, allowances_charges=allowances,
)  # fmt: skip
orders = st.builds(
    Order, number=codes, issue_date=days.filter(bool), lines=st.lists(lines, min_size=1, max_size=3).map(tuple),
    currency=st.sampled_from(["", "USD"]), type_code=st.just("SA"), function=st.sampled_from(["00", "05"]),
    buyer=maybe_party, seller=maybe_party, ship_to=maybe_party, invoicee=maybe_party,
    other_parties=st.lists(st.builds(OtherParty, st.just("WH"), parties), max_size=1).map(tuple), delivery=dates,
    payment_terms=maybe, delivery_terms=st.sampled_from(["", "DAP HAMBURG", "PP", "CC FCA"]), notes=notes,
    references=references, allowances_charges=allowances,
    totals=st.builds(OrderTotals, net=amounts, tax=amounts, total=amounts, quantity=amounts),
)  # fmt: skip


def envelope(**changes) -> Envelope:
    values = {"control": 7, "prepared": datetime(2025, 3, 1, 9, 30), "sender": "4012345000009", "recipient": "KONTOR"}
    return Envelope(**{**values, **changes})


def read(data: bytes):
    file = X12File.of([data])
    found = list(file.sets())
    assert file.faults == []
    return found


@given(orders)
@settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_orders_read_back_equal(order):
    order = replace(order, totals=replace(order.totals, lines=len(order.lines)))
    body = write_order(order)
    (one,) = read(write_interchange([body], envelope(version="005010")))
    found = read_order(one)
    assert (found.faults, found.leftovers) == ((), ())
    assert found.document == order


@pytest.mark.parametrize("name", ["850-4010.edi", "850-5010.edi"])
def test_samples_read_back_equal(name):
    (one,) = read((SAMPLES / name).read_bytes())
    order = read_order(one).document
    assert formats["x12-850"].loads(formats["x12-850"].dumps(order)) == order


def test_the_frame_is_fixed_and_counted():
    bodies = [Body("850", segments=[("BEG", "00", "SA", "1", "", "20250301")])] * 2 + [Body("810", segments=[("BIG",)])]
    data = write_interchange(bodies, envelope(control=31, group_control=5, is_test=True), ["0007", "0008", "0009"])
    isa, *rest = data.decode().split("~\n")
    assert len(isa) == 105
    assert isa == (
        "ISA*00*          *00*          *ZZ*4012345000009  *ZZ*KONTOR         *250301*0930*U*00401*000000031*0*T*>"
    )
    assert rest == [
        "GS*PO*4012345000009*KONTOR*20250301*0930*5*X*004010", "ST*850*0007", "BEG*00*SA*1**20250301", "SE*3*0007",
        "ST*850*0008", "BEG*00*SA*1**20250301", "SE*3*0008", "GE*2*5", "GS*IN*4012345000009*KONTOR*20250301*0930*6*X*004010",
        "ST*810*0009", "BIG", "SE*3*0009", "GE*1*6", "IEA*2*000000031", "",
    ]  # fmt: skip


def test_delimiters_give_way_to_texts():
    body = Body("850", segments=[("BEG", "00", "SA", "A*1", "", "20250301"), ("MSG", "5 > 4 ~ 3 ^ 2")])
    data = write_interchange([body], envelope(version="005010"))
    (one,) = read(data)
    assert data[3:4] == b"|"
    assert [segment.value(1) for segment in one.segments[1:]] == ["00", "5 > 4 ~ 3 ^ 2"]
    with pytest.raises(FormatError, match="separates"):
        write_interchange([body], envelope(element="*"))


@pytest.mark.parametrize(
    "changes",
    [{"sender": ""}, {"sender": "1234567890123456"}, {"control": 1_000_000_000}, {"element": "*", "component": "*"}],
)
def test_what_cannot_be_framed_is_refused(changes):
    with pytest.raises(FormatError):
        write_interchange([Body("850")], envelope(**changes))


@pytest.mark.parametrize("text", ["A\x00B", "A\x07", "\udc00"])
def test_control_characters_are_refused(text):
    with pytest.raises(FormatError, match="U\\+"):
        write_interchange([Body("850", segments=[("MSG", text)])], envelope())
