"""EDIFACT both ways: each document written, read again and equal; structure; acknowledgements; hostile files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.edifact.acknowledgement import acknowledge, read_contrl, wants_answer, write_contrl
from app.documents.edifact.envelope import EdifactFile
from app.documents.edifact.exchange import default_envelope
from app.documents.edifact.messages import READERS
from app.documents.edifact.order import read_order
from app.documents.edifact.order_out import write_order
from app.documents.edifact.structure import check_structure
from app.documents.edifact.writer import D01B, D96A, Body, Envelope, write_interchange
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.acknowledgement import AcknowledgedFault, Acknowledgement, Verdict
from app.documents.model.catalogue import Catalogue, CatalogueItem, ItemAction
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.invoice import CreditNote, Delivery, Invoice, InvoiceReference, Note
from app.documents.model.line import AllowanceCharge, Line, Period
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, OtherParty, Reference
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.payment import CashDiscount, PaymentMeans, PaymentTerms
from app.documents.model.quotation import Quotation, QuotationLine, RequestForQuotation, RequestLine
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import ItemIds, OrderRef, ScalePrice
from app.documents.model.stock_report import SalesReport, StockLine, StockReport
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.documents.segments import Severity

SAMPLES = Path(__file__).resolve().parents[1] / "samples/edifact"
BUYER = Party(name="Hardware Store", address=None, gln="4012345000009")
SELLER = Party(
    name="Bolts + Nuts: 'Best?' AG", address=Address(country="DE", street="Dock 5", city="Bonn", postal_code="53111"),
    gln="4054321000008", vat_id="DE136695976", contact=Contact(name="Ida Holm", phone="4940123", email="i@example.org"),
)  # fmt: skip
DAY = date(2025, 3, 1)
BOLT = ItemIds(sku="B-100", buyer_sku="77001", gtin="4012345678901")
S = VatCategory.STANDARD

RESPONSE = OrderResponse(
    number="R1", issue_date=DAY, order=OrderRef(number="PO1", date=DAY, sales_number="SO1"), answer=Answer.CHANGED,
    type_code="231", function="4", buyer=BUYER, seller=SELLER, currency="EUR", notes=(Note("by rail", "DEL"),),
    promised=DeliveryDates(requested=DAY), totals=OrderTotals(lines=4, net=Decimal(7)),
    lines=(
        OrderResponseLine(
            position="1", answer=LineAnswer.ACCEPTED, order_line=OrderRef(number="PO1", line="1"), ids=BOLT, name="Bolt",
            quantity=Decimal(5), unit="PCE", ordered=Decimal(5), unit_price=Decimal("1.5"), net=Decimal("7.5"), vat_rate=Decimal(19), vat_category="S",
            promised=DeliveryDates(requested=DAY),
        ),
        OrderResponseLine(position="2", answer=LineAnswer.BACKORDERED, quantity=Decimal(0), ordered=Decimal(5), backordered=Decimal(5)),
        OrderResponseLine(position="3", answer=LineAnswer.REJECTED, unit="PCE", ordered=Decimal(5), reason="No longer made"),
        OrderResponseLine(position="4", answer=LineAnswer.SUBSTITUTED, quantity=Decimal(5), substitute=ItemIds(sku="B-101")),
    ),
)  # fmt: skip
CHANGE = OrderChange(
    order=OrderRef(number="PO1"), what=ChangeKind.CHANGE, reason="Too many", content=Order(
        number="C1", issue_date=DAY, type_code="230", function="4", buyer=BUYER, seller=SELLER,
        lines=(OrderLine(position="1", quantity=Decimal(3), unit="PCE", sku="B-100", action="3"),),
    ),
)  # fmt: skip
DESPATCH = DespatchAdvice(
    number="D1", issue_date=DAY, type_code="351", function="9", orders=(OrderRef(number="PO1", date=DAY),), buyer=BUYER,
    seller=SELLER, ship_to=Party(name="", address=None, gln="4012345000016"), carrier=Party(name="DHL", address=None),
    despatched_on=DAY, expected_on=DAY, tracking=("T1", "T2"), package_count=3, gross_weight=Decimal("12.5"), net_weight=Decimal(11),
    weight_unit="KGM", transport_mode="30", delivery_terms="DAP Hamburg", notes=(Note("x", "AAI"),),
    packages=(
        Package(id="2", kind="201", count=1, sscc="340123450000000011", gross_weight=Decimal(5), weight_unit="KGM", marks=("a", "b")),
        Package(id="3", parent="2", count=1, sscc="340123450000000028",
                contents=(Packed(position="1", quantity=Decimal(3), unit="PCE"), Packed(position="2", quantity=Decimal(1), unit="PCE"))),
        Package(id="4", parent="2", count=1, contents=(Packed(position="1", quantity=Decimal(2), unit="PCE"),)),
    ),
    lines=(
        DespatchLine(position="3", quantity=Decimal(7), unit="PCE", is_closed=True, reason="sold out"),
        DespatchLine(position="1", quantity=Decimal(5), unit="PCE", ids=BOLT, order_line=OrderRef(number="PO1", line="1"), name="Bolt",
                     ordered=Decimal(5), serials=("s1", "s2"), batch="B1", best_before=DAY, country_of_origin="DE"),
        DespatchLine(position="2", quantity=Decimal(1), unit="PCE", outstanding=Decimal(4)),
    ),
)  # fmt: skip
BILL = {
    "number": "I1", "issue_date": DAY, "currency": "EUR", "seller": SELLER, "buyer": BUYER, "order_reference": "PO1",
    "despatch_reference": "D1",
    "lines": (Line(
        position="1", name="Bolt", quantity=Decimal(5), unit="PCE", unit_price=Decimal("1.50"), list_price=Decimal(2), net=Decimal("7.5"),
        vat_category=S, vat_rate=Decimal(19), sku="B-100", gtin="4012345678901", order_line="2", note="n",
        period=Period(start=DAY), allowances_charges=(AllowanceCharge(amount=Decimal(1), reason="Discount"),),
    ),),
    "vat": (
        VatBreakdown(category=S, rate=Decimal(19), base=Decimal("7.5"), tax=Decimal("1.43")),
        VatBreakdown(category=VatCategory.EXEMPT, rate=Decimal(0), base=Decimal(0), tax=Decimal(0), exemption_reason="Article 132"),
    ),
    "totals": Totals(line_net=Decimal("7.5"), net=Decimal("7.5"), gross=Decimal("8.93"), payable=Decimal("8.93"), tax=Decimal("1.43")),
    "payment_terms": PaymentTerms(due_date=DAY, text="30 days net", discounts=(CashDiscount(days=10, percent=Decimal(2)),)),
    "payment_means": (PaymentMeans(code="30", reference="R", account="DE123", bic="BIC", account_name="Me"),),
    "delivery": Delivery(date=DAY, name="X", location=Identifier("4012345000016", "0088")),
    "allowances_charges": (AllowanceCharge(
        amount=Decimal(2), is_charge=True, reason="Freight", reason_code="FC", vat_category=S, vat_rate=Decimal(19), percent=Decimal(10), base=Decimal(20),
    ),),
    "notes": (Note("x", "AAI"),),
}  # fmt: skip
REQUEST = RequestForQuotation(
    number="Q1", issue_date=DAY, answer_by=DAY, currency="EUR", buyer=BUYER, seller=SELLER, delivery_terms="DAP",
    delivery=DeliveryDates(requested=DAY), notes=(Note("x", "AAI"),), references=(Reference("CT", "C1"),),
    lines=(RequestLine(position="1", quantity=Decimal(5), unit="PCE", ids=BOLT, name="Bolt", description="M8", target_price=Decimal(1)),),
)  # fmt: skip
QUOTATION = Quotation(
    number="A1", issue_date=DAY, request_number="Q1", valid_from=DAY, valid_until=DAY, currency="EUR", buyer=BUYER,
    seller=SELLER, payment_terms="30 days net", delivery_terms="DAP", totals=OrderTotals(lines=1, total=Decimal(9)),
    lines=(QuotationLine(
        position="1", quantity=Decimal(5), unit="PCE", request_line="1", ids=BOLT, name="Bolt", net=Decimal(5), vat_rate=Decimal(19),
        vat_category="S", lead_time_days=4,
        prices=(ScalePrice(amount=Decimal(2)), ScalePrice(amount=Decimal("1.5"), from_quantity=Decimal(10), base_quantity=Decimal(1), unit="PCE")),
    ),),
)  # fmt: skip
CATALOGUE = Catalogue(
    number="P1", issue_date=DAY, currency="EUR", seller=SELLER, buyer=BUYER, start=DAY, end=DAY, name="Spring",
    items=(
        CatalogueItem(
            ids=BOLT, names={"": "Bolt"}, descriptions={"": "M8, zinc plated"}, order_unit="PK", content_unit="PCE",
            contents=Decimal(100), minimum=Decimal(2), weight_kg=Decimal("0.5"), vat_rate=Decimal(19), country_of_origin="DE", end=DAY,
            prices=(ScalePrice(amount=Decimal(2), start=DAY), ScalePrice(amount=Decimal(1), from_quantity=Decimal(10), kind="AAE")),
        ),
        CatalogueItem(ids=ItemIds(sku="x"), names={}, action=ItemAction.DELETE),
    ),
)  # fmt: skip
STOCK = StockReport(
    number="L1", issue_date=DAY, seller=SELLER, buyer=BUYER, start=DAY, other_parties=(OtherParty("WH", BUYER),), lines=(
        StockLine(position="1", ids=BOLT, quantity=Decimal(5), unit="PCE", name="Bolt", place="4012345000016", status="145",
                  counted_at=datetime(2025, 3, 1, 7, 30), available_on=DAY, price=Decimal(2)),
        StockLine(position="2", ids=ItemIds(sku="x"), quantity=Decimal(-5), status="17"),
    ),
)  # fmt: skip
SALES = SalesReport(
    number="V1", issue_date=DAY, seller=replace(SELLER, vat_id=""), buyer=BUYER, start=DAY, end=DAY, currency="EUR", lines=(
        StockLine(position="1", ids=BOLT, quantity=Decimal(5), unit="PCE", name="Bolt", place="Shop 1"),
        StockLine(position="1", ids=BOLT, quantity=Decimal(7), unit="PCE", place="Shop 2"),
    ),
)  # fmt: skip
RECEIPT = ReceiptAdvice(
    number="W1", issue_date=DAY, despatch_number="D1", orders=(OrderRef(number="PO1"),), type_code="632", function="9",
    buyer=BUYER, seller=SELLER, received_on=DAY,
    lines=(ReceiptLine(
        position="1", despatch_line="1", order_line=OrderRef(number="PO1", line="1"), ids=BOLT, name="Bolt", unit="PCE",
        despatched=Decimal(9), received=Decimal(8), accepted=Decimal(5), short=Decimal(1), damaged=Decimal(2), refused=Decimal(1), reason="wet", reason_code="AF",
    ),),
)  # fmt: skip
APERAK = Acknowledgement(
    number="A1", issue_date=DAY, control_number="77", verdict=Verdict.REJECTED, document_number="PO1", document_type="ORDERS",
    sender=Party(name="", address=None, gln="4054321000008"), receiver=Party(name="", address=None, gln="4012345000009"),
    faults=(
        AcknowledgedFault(code="12", text="Unknown article", segment="LIN", segment_position=4, element=3, component=1),
        AcknowledgedFault(code="9"),
    ),
)  # fmt: skip
DOCUMENTS = {
    "ordrsp": RESPONSE, "ordchg": CHANGE, "desadv": DESPATCH, "invoic": Invoice(**BILL), "recadv": RECEIPT,
    "reqote": REQUEST, "quotes": QUOTATION, "pricat": CATALOGUE, "invrpt": STOCK, "slsrpt": SALES, "aperak": APERAK,
}  # fmt: skip


def read(data: bytes):
    file = EdifactFile.of([data])
    (message,) = file.messages()
    assert file.faults == []
    return message


@pytest.mark.parametrize("code", DOCUMENTS)
def test_documents_come_back_equal(code):
    there = formats[f"edifact-{code}"]
    data = there.dumps(DOCUMENTS[code])
    assert there.loads(data) == DOCUMENTS[code]
    message = read(data)
    assert check_structure(message) == []
    reading = READERS[message.type](message)
    assert reading.faults == ()
    head = inspect_file([data]).as_json()
    assert head["verdict"] == "not_checked"
    assert head["documents"][0]["date"] == "2025-03-01"
    assert head["documents"][0]["number"]


def test_credit_note_names_its_invoice():
    note = CreditNote(**BILL | {"preceding": (InvoiceReference("I0", DAY),)})
    assert formats["edifact-invoic"].loads(formats["edifact-invoic"].dumps(note)) == note


@pytest.mark.parametrize("name", ["orders-d96a.edi", "orders-d01b.edi"])
@pytest.mark.parametrize("directory", [D96A, D01B])
def test_orders_read_written_and_read_are_equal(name, directory):
    order = read_order(read((SAMPLES / name).read_bytes())).document
    body = write_order(order, directory)
    assert body.losses == []
    message = read(write_interchange([body], default_envelope(order)))
    assert check_structure(message) == []
    assert read_order(message).document == order
    assert message.directory == ("D96A" if directory is D96A else "D01B")


def words(longest: int) -> st.SearchStrategy[str]:
    char = st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.sampled_from("'+:?* *Aß")
    return st.text(char, max_size=longest).map(lambda text: " ".join(text.split()))


AMOUNTS = st.decimals(-99999, 99999, places=4)
DATES = st.dates(date(1990, 1, 1), date(2060, 1, 1))
PARTIES = st.builds(
    Party, name=words(30), address=st.none() | st.builds(Address, country=st.sampled_from(["DE", "PL"]), city=words(30)),
    gln=st.sampled_from(["", "4012345000009"]), vat_id=words(12),
)  # fmt: skip
LINES = st.builds(
    OrderLine, position=st.integers(1, 999999).map(str), quantity=AMOUNTS, unit=st.sampled_from(["PCE", "KGM", ""]),
    sku=words(30), gtin=st.sampled_from(["", "4012345678901"]), name=words(60), unit_price=st.none() | AMOUNTS,
    net=st.none() | AMOUNTS, delivery=st.builds(DeliveryDates, requested=st.none() | DATES),
    notes=st.lists(st.builds(Note, words(200).filter(bool).filter(lambda text: max(map(len, text.split())) < 70),
                             st.just("AAI")), max_size=2).map(tuple),
)  # fmt: skip
ORDERS = st.builds(
    Order, number=words(20).filter(bool), issue_date=DATES, type_code=st.just("220"), function=st.just("9"),
    currency=st.sampled_from(["", "EUR"]), buyer=st.none() | PARTIES, seller=st.none() | PARTIES,
    lines=st.lists(LINES, max_size=4).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(ORDERS, st.sampled_from([D96A, D01B]), st.sampled_from([0, 7, 80]), st.sampled_from(["", "UNOW", "UNOY"]))
def test_any_order_comes_back_equal(order, directory, wrap, charset):
    envelope = Envelope(
        reference="7", prepared=datetime(2025, 3, 1, 9, 30), sender="A", recipient="B", wrap=wrap, charset=charset
    )  # fmt: skip
    message = read(write_interchange([write_order(order, directory)], envelope))
    assert read_order(message).document == order
    assert check_structure(message) == []


def envelope(**values: object) -> Envelope:
    return Envelope(**{"reference": "1", "prepared": datetime(2025, 3, 1), "sender": "A", "recipient": "B"} | values)  # type: ignore[arg-type]


def body(text: str) -> Body:
    out = Body("ORDERS")
    out.add("BGM", "220", text)
    return out


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("ABC", "UNOA"),
        ("abc", "UNOB"),
        ("Größe", "UNOC"),
        ("Łódź", "UNOD"),
        ("Заказ", "UNOE"),
        ("Τιμή", "UNOF"),
        ("日本", "UNOW"),
    ],
)
def test_the_first_character_set_that_fits_is_taken(text, charset):
    message = read(write_interchange([body(text)], envelope()))
    assert (message.interchange.charset, message.segments[1].value(2)) == (charset, text)


@pytest.mark.parametrize("text", ["Ł", "a\x07b"])
def test_characters_outside_of_the_agreed_set_are_refused(text):
    with pytest.raises(FormatError, match="BGM"):
        write_interchange([body(text)], envelope(charset="UNOC"))


def test_counts_and_references_are_right():
    file = EdifactFile.of([write_interchange([body("A"), body("B")], envelope(reference="X9"), ("M1", "M2"))])
    assert [message.reference for message in file.messages()] == ["M1", "M2"]
    assert file.faults == []
    with pytest.raises(FormatError, match="control number"):
        write_interchange([body("A")], envelope(reference="x" * 15))


def sample(*changes: tuple[bytes, bytes]) -> bytes:
    data = (SAMPLES / "orders-d96a.edi").read_bytes()
    for old, new in changes:
        assert old in data
        data = data.replace(old, new)
    return data


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        (b"BGM+220+PO-2025-118+9'\n", b"", "MISSING", 4),
        (b"UNS+S'\n", b"", "MISSING", 39),
        (b"CUX+2:EUR:9'\n", b"CUX+2:EUR:9'\nFTX+AAI+++x'\n", "ORDER", 20),
        (b"CUX+2:EUR:9'\n", b"CUX+2:EUR:9'\nXYZ+1'\n", "UNKNOWN", 20),
        (b"DTM+137", b"BGM+220'\nDTM+137", "REPEATED", 5),
    ],
)  # fmt: skip
def test_structure(old, new, rule, line):
    (message,) = EdifactFile.of([sample((old, new))]).messages()
    (fault,) = check_structure(message)
    assert (fault.rule, fault.line, fault.column, fault.severity) == (rule, line, 1, Severity.FATAL)
    assert any(item.rule == rule and item.step == "schema" for item in inspect_file([sample((old, new))]).findings)


def test_contrl_names_message_segment_and_element():
    data = sample((b"QTY+21:120", b"QTY+21:12x"), (b"UNT+40", b"UNT+41"))
    file = EdifactFile.of([data])
    found = acknowledge(file, [(m, read_order(m).faults) for m in file.messages()], "5", DAY)
    assert (found.verdict, found.control_number) == (Verdict.REJECTED, "ORD77")
    out = write_interchange([write_contrl(found)], envelope())
    assert b"UCM+1+ORDERS:D:96A:UN:EAN008+4'\nUCS+40'\nUCD+29+2:1'\nUCS+24'\nUCD+37+2:2'" in out
    message = read(out)
    assert check_structure(message) == []
    (answer,) = read_contrl(message).document.messages
    assert [(one.code, one.segment_position, one.element, one.component) for one in answer.faults] == [
        ("29", 40, 1, 1), ("37", 24, 1, 2),
    ]  # fmt: skip
    assert not wants_answer("CONTRL")


def test_contrl_accepts_what_is_whole():
    file = EdifactFile.of([sample()])
    found = acknowledge(file, [(m, read_order(m).faults) for m in file.messages()], "1", DAY)
    assert found.verdict is Verdict.ACCEPTED
    out = write_interchange([write_contrl(found)], envelope(prepared=datetime(2025, 3, 1)))
    back = read_contrl(read(out)).document
    assert (back.verdict, back.control_number, back.messages[0].verdict) == (
        Verdict.ACCEPTED,
        "ORD77",
        Verdict.ACCEPTED,
    )


@pytest.mark.parametrize("tag", [b"VAT", b"DUE", b"DAY", b"SUM", b"INI", b"NOW", b"WAS"])
def test_names_of_no_segment_are_read_past(tag):
    data = formats["edifact-invoic"].dumps(Invoice(**BILL)).replace(b"LIN+1", tag + b"+1'\nLIN+1")
    survives(data)


@pytest.mark.parametrize(
    ("moment", "dates"),
    [
        (b"2:202503101430:203", DeliveryDates(requested=date(2025, 3, 10))),
        (b"2:20250310-20250314:718", DeliveryDates(earliest=date(2025, 3, 10), latest=date(2025, 3, 14))),
        (b"2:202511:616", DeliveryDates(requested=date(2025, 3, 10))),
        (b"2:202503:610", DeliveryDates(requested=date(2025, 3, 1))),
    ],
)
def test_moments_in_other_forms(moment, dates):
    reading = read_order(read(sample((b"DTM+2:20250310:102", b"DTM+" + moment))))
    assert (reading.faults, reading.document.delivery) == ((), dates)


@pytest.mark.parametrize("moment", [b"2:x:616", b"2:202560:616", b"2:2025:718", b"2:99999999-1:718", b"2:2\xb2:610"])
def test_moments_that_are_none(moment):
    (message,) = EdifactFile.of([sample((b"DTM+2:20250310:102", b"DTM+" + moment))]).messages()
    assert [fault.rule for fault in read_order(message).faults] == ["DATE"]


def survives(data: bytes) -> None:
    try:
        file = EdifactFile.of([data])
        for message in file.messages():
            if message.type in READERS:
                assert all(fault.line for fault in READERS[message.type](message).faults)
                check_structure(message)
    except FormatError as error:
        assert error.line
    assert inspect_file([data]).as_json()["verdict"] in ("invalid", "not_checked")


@pytest.mark.parametrize("code", DOCUMENTS)
def test_truncated_at_every_byte(code):
    data = formats[f"edifact-{code}"].dumps(DOCUMENTS[code])
    for end in range(0, len(data), 3):
        survives(data[:end])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(DOCUMENTS)),
    st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=3) | st.sampled_from([b"'", b"+", b":", b"LIN", b"0"])), max_size=6),
)  # fmt: skip
def test_mutations_are_faults_not_crashes(code, changes):
    data = formats[f"edifact-{code}"].dumps(DOCUMENTS[code])
    for at, new in changes:
        place = at % len(data)
        data = data[:place] + new + data[place + len(new) :]
    survives(data)
