"""UBL changes, receipts, catalogues, statements, stock reports and answers: written and read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.acknowledgement import AcknowledgedFault, AcknowledgedMessage, Acknowledgement, Verdict
from app.documents.model.catalogue import Catalogue, CatalogueItem, CatalogueMode, Feature, ItemAction, MediaFile
from app.documents.model.invoice import Note
from app.documents.model.line import Attribute, Classification
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, Reference
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import ItemIds, OrderRef, ScalePrice
from app.documents.model.statement import Statement, StatementLine
from app.documents.model.stock_report import SalesReport, StockLine, StockReport
from tests.documents.strategies import (
    amounts,
    codes,
    days,
    maybe,
    maybe_days,
    parties,
    prices,
    quantities,
    rates,
    texts,
)
from tests.factories.documents import credit_note, document

SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = texts.filter(lambda text: not text.startswith("#"))
BUYER = Party(
    name="Brandt", address=Address(country="DE", city="Kiel"), gln="4012345000009", endpoint=Identifier("0451", "0204"),
    contact=Contact(name="Ida", email="ida@brandt.example"),
)  # fmt: skip
SELLER = Party(name="Nordkontor", address=Address(country="DE"), vat_id="DE136695976", endpoint=Identifier("9", "0088"))
TIES = ItemIds(sku="TIE", buyer_sku="B-1", gtin="4006381333931", manufacturer_sku="M-9")
DAY = date(2026, 4, 1)


def change() -> OrderChange:
    lines = (
        OrderLine(position="1", quantity=Decimal(12), unit="H87", sku="TIE", name="Ties", unit_price=Decimal("1.2"),
                  action="3", net=Decimal("14.40"), delivery=DeliveryDates(requested=date(2026, 5, 4)),
                  classifications=(Classification("31162800", "TSP", "26"),), properties=(Attribute("colour", "red"),)),
        OrderLine(position="2", quantity=None, name="Drum", action="2"),
    )  # fmt: skip
    content = Order(
        number="CH-1", issue_date=DAY, lines=lines, currency="EUR", buyer=BUYER, seller=SELLER, invoicee=BUYER,
        ship_to=Party(name="Yard 4", address=Address(country="DE", street="Kai 1"), gln="4012345000009"),
        notes=(Note("Fewer", "AAI"),), references=(Reference("PR", "Q-1"), Reference("ZZZ", "X")),
        payment_terms="30 days", delivery_terms="DAP", totals=OrderTotals(lines=2, total=Decimal("14.40")),
    )  # fmt: skip
    order = OrderRef(number="PO-1", date=date(2026, 3, 30), sales_number="S-7")
    return OrderChange(order=order, what=ChangeKind.CHANGE, content=content, sequence="2")


def cancellation() -> OrderChange:
    content = Order(number="X-1", issue_date=DAY, lines=(), buyer=BUYER, seller=SELLER, notes=(Note("Sorry"),))
    return OrderChange(order=OrderRef(number="PO-1"), what=ChangeKind.CANCELLATION, content=content, reason="No budget")


def receipt() -> ReceiptAdvice:
    lines = (
        ReceiptLine(position="1", despatch_line="10", order_line=OrderRef(number="PO-1", line="1"), ids=TIES, name="Ties",
                    unit="H87", received=Decimal(90), accepted=Decimal(85), short=Decimal(10), refused=Decimal(5),
                    reason="Wrong colour", reason_code="QUA", notes=(Note("see photo"),)),
        ReceiptLine(position="2", name="Drum", unit="H87", received=Decimal(3), accepted=Decimal(1), damaged=Decimal(2)),
        ReceiptLine(position="3", name="Lid", unit="H87", received=Decimal(4), accepted=Decimal(4), over=Decimal(1)),
    )  # fmt: skip
    return ReceiptAdvice(
        number="R-1", issue_date=DAY, lines=lines, despatch_number="D-1", orders=(OrderRef(number="PO-1"),),
        type_code="632", buyer=BUYER, seller=SELLER, ship_to=BUYER, received_on=DAY, notes=(Note("At gate 2"),),
        references=(Reference("ZZZ", "X-1"),),
    )  # fmt: skip


def catalogue(count: int = 1) -> Catalogue:
    scale = (
        ScalePrice(amount=Decimal("1.204"), base_quantity=Decimal(100), currency="", kind="net", start=DAY),
        ScalePrice(amount=Decimal("0.98"), from_quantity=Decimal(500), base_quantity=Decimal(100), vat_rate=Decimal(7)),
        ScalePrice(amount=Decimal("1.5"), currency="PLN", territory="PL", unit="XPK", base_quantity=Decimal(1)),
    )
    full = CatalogueItem(
        ids=TIES, names={"de": "Kabelbinder"}, action=ItemAction.UPDATE, order_unit="XBX", content_unit="H87",
        descriptions={"de": "Schwarz", "en": "Black"}, contents=Decimal(100), minimum=Decimal(2), step=Decimal(2),
        maximum=Decimal(90), lead_time_days=5, prices=scale, vat_rate=Decimal(19), manufacturer="Acme", brand="Tie-O",
        classifications=(Classification("31162800", "TSP", "26"), Classification("EC000021", "ETIM", "9.0")),
        features=(Feature(name="Width", values=("4.8",), unit="MMT", code="EF000008"),
                  Feature(name="Colour", values=("black", "white"))),
        media=(MediaFile(source="https://shop.example/t.jpg", purpose="photo", media_type="image/jpeg", title="Tie"),),
        keywords=("tie", "cable"), country_of_origin="DE", customs_number="39269097", weight_kg=Decimal("0.45"), start=DAY,
        end=date(2026, 12, 31),
    )  # fmt: skip
    gone = CatalogueItem(ids=ItemIds(sku="OLD"), names={"de": "Weg"}, action=ItemAction.DELETE, vat_category="E")
    return Catalogue(
        number="CAT-1", items=(full, *[replace(gone, ids=ItemIds(sku=f"OLD-{n}")) for n in range(count)]),
        issue_date=DAY, version="2", previous_version="1", mode=CatalogueMode.UPDATE_ITEMS, name="Frühling",
        language="de", currency="EUR", seller=SELLER, buyer=BUYER, start=DAY, end=date(2026, 12, 31),
        references=(Reference("CT", "C-1"), Reference("ZZZ", "X-1")),
    )  # fmt: skip


def statement() -> Statement:
    lines = (
        StatementLine(position="1", document_type="invoice", document_number="I-1", date=DAY, due_on=date(2026, 5, 1),
                      debit=Decimal("119.00"), balance=Decimal("219.00")),
        StatementLine(position="2", document_type="payment", document_number="P-1", date=DAY, credit=Decimal(100), note="SEPA"),
        StatementLine(position="3", document_type="credit-note", document_number="C-1", date=None, credit=Decimal(19)),
    )  # fmt: skip
    return Statement(
        number="S-1", issue_date=DAY, currency="EUR", lines=lines, seller=SELLER, buyer=BUYER, start=date(2026, 3, 1),
        end=date(2026, 3, 31), opening=Decimal(100), closing=Decimal(100), total_debit=Decimal(119),
        total_credit=Decimal(119), notes=(Note("Thank you"),),
    )  # fmt: skip


def stock() -> StockReport:
    line = StockLine(
        position="1", ids=TIES, quantity=Decimal(50), unit="H87", name="Ties", status="1", available_on=DAY
    )
    return StockReport(
        number="ST-1", issue_date=DAY, lines=(line,), seller=SELLER, buyer=BUYER, start=DAY, end=date(2026, 4, 30),
        references=(Reference("ZZZ", "X-1"),),
    )  # fmt: skip


def stock_by_place() -> StockReport:
    (line,) = stock().lines
    return replace(stock(), lines=(replace(line, place="WH-2"), line))


def sales() -> SalesReport:
    (line,) = stock().lines
    sold = replace(line, status="", available_on=None, place="Shop 3", price=Decimal("2.50"))
    return SalesReport(
        number="PA-1", issue_date=DAY, lines=(sold, replace(sold, place="")), seller=SELLER, buyer=BUYER, start=DAY,
        currency="EUR", references=(Reference("ZZZ", "X-1"),),
    )  # fmt: skip


def invoice_response() -> Acknowledgement:
    faults = (AcknowledgedFault(code="REF", scheme="OPStatusReason", text="Which order?"),)
    return Acknowledgement(
        number="AR-1", issue_date=DAY, control_number="", verdict=Verdict.RECEIVED, status="UQ", status_on=DAY,
        document_number="I-1", document_type="380", document_date=DAY, faults=faults, sender=BUYER, receiver=SELLER, note="Hm",
    )  # fmt: skip


def message_response() -> Acknowledgement:
    faults = (
        AcknowledgedFault(code="BV", scheme="OPStatusReason", text="Rule", path="/Invoice/cbc:ID"),
        AcknowledgedFault(code="SV", text="Whole"),
    )
    return Acknowledgement(
        number="M-1", issue_date=DAY, control_number="abc@peppol", verdict=Verdict.REJECTED, document_type="380",
        faults=faults, sender=BUYER, receiver=SELLER,
    )  # fmt: skip


def several() -> Acknowledgement:
    messages = (
        AcknowledgedMessage(control_number="1", message_type="380", verdict=Verdict.ACCEPTED),
        AcknowledgedMessage(control_number="2", message_type="381", verdict=Verdict.REJECTED,
                            faults=(AcknowledgedFault(code="SV", text="No"),)),
    )  # fmt: skip
    return Acknowledgement(
        number="M-2", issue_date=DAY, control_number="", verdict=Verdict.REJECTED, messages=messages, sender=BUYER,
        receiver=SELLER,
    )  # fmt: skip


MADE = {
    "ubl-order-change": [change, cancellation],
    "ubl-order-cancellation": [cancellation],
    "ubl-receipt-advice": [receipt],
    "ubl-statement": [statement],
    "ubl-stock-report": [stock, stock_by_place],
    "ubl-product-activity": [sales],
    "ubl-application-response": [invoice_response, message_response, several],
    "ubl-catalogue": [catalogue],
}
CASES = [pytest.param(code, make, id=f"{code} {make.__name__}") for code, makes in MADE.items() for make in makes]


def whole(document):
    """With the items of a catalogue, which are otherwise read when they are asked for."""
    return replace(document, items=tuple(document.items)) if isinstance(document, Catalogue) else document


@pytest.mark.parametrize(("code", "make"), CASES)
def test_what_is_written_is_read(code, make):
    data = formats[code].dumps(make())
    again = formats[code].loads(data)
    assert whole(again) == make()
    assert formats[code].dumps(again) == data


@pytest.mark.parametrize(("code", "make"), CASES)
def test_what_is_written_has_the_structure_of_the_standard(code, make):
    found = inspect_file([formats[code].dumps(make())])
    assert [(one.path, str(one.message)) for one in found.findings] == []
    assert any("structure" in rules.name for rules in found.rule_sets)


@pytest.mark.parametrize(("code", "make"), CASES)
def test_every_cut_and_every_lost_line_is_read_or_refused(code, make):
    lines = formats[code].dumps(make()).split(b"\n")
    for index in range(len(lines)):
        for damaged in (b"\n".join(lines[:index]), b"\n".join(lines[:index] + lines[index + 1 :])):
            try:
                whole(formats[code].loads(damaged))
            except FormatError as error:
                assert str(error)


def test_a_change_is_no_cancellation():
    with pytest.raises(FormatError):
        formats["ubl-order-cancellation"].dumps(change())
    with pytest.raises(FormatError):
        formats["ubl-order-cancellation"].loads(formats["ubl-order-change"].dumps(change()))


def test_refused_and_damaged_goods_of_one_line_are_written_as_their_sum():
    line = ReceiptLine(position="1", unit="H87", received=Decimal(9), refused=Decimal(2), damaged=Decimal(1))
    made = replace(receipt(), lines=(line,))
    (again,) = formats["ubl-receipt-advice"].loads(formats["ubl-receipt-advice"].dumps(made)).lines
    assert (again.received, again.refused, again.damaged, again.accepted) == (9, 3, None, 6)


def test_a_catalogue_is_read_again_each_time_and_broken_lines_say_where():
    data = formats["ubl-catalogue"].dumps(catalogue(3))
    read = formats["ubl-catalogue"].loads(data)
    assert len(list(read.items)) == len(list(read.items)) == 4
    broken = data.replace(b">0.98<", b">1e3<")
    items = iter(formats["ubl-catalogue"].loads(broken).items)
    with pytest.raises(FormatError) as caught:
        next(items)
    assert caught.value.line == broken[: broken.index(b">1e3<")].count(b"\n") + 1


def test_a_large_catalogue_is_written_from_items_that_come_one_by_one():
    asked = []

    def items():
        for n in range(1_000):
            asked.append(n)
            yield CatalogueItem(ids=ItemIds(sku=f"S-{n}"), names={"": f"Article {n}"})

    data = formats["ubl-catalogue"].dumps(replace(catalogue(), items=items()))
    assert asked == list(range(1_000))
    assert [item.ids.sku for item in formats["ubl-catalogue"].loads(data).items][::300] == [
        "S-0",
        "S-300",
        "S-600",
        "S-900",
    ]


@pytest.mark.parametrize(("name", "type_code"), [("SelfBilledInvoice", "389"), ("SelfBilledCreditNote", "261")])
def test_self_billed_documents_are_invoices_and_credit_notes(name, type_code):
    plain = name.removeprefix("SelfBilled")
    original = (document if plain == "Invoice" else credit_note)(count=2)
    text = formats["ubl-invoice"].dumps(original).decode()
    text = (
        text.replace(f"{plain}-2", f"{name}-2").replace(f"<{plain} ", f"<{name} ").replace(f"</{plain}>", f"</{name}>")
    )
    start, end = text.index(f"  <cbc:{plain}TypeCode>"), text.index("\n", text.index(f"</cbc:{plain}TypeCode>"))
    read = formats["ubl-invoice"].loads((text[:start] + text[end + 1 :]).encode())
    assert read == replace(original, type_code=type_code)


ids = st.builds(
    ItemIds, sku=maybe, buyer_sku=maybe, gtin=st.sampled_from(["", "4006381333931"]), manufacturer_sku=maybe
)
receipt_lines = st.builds(
    lambda received, **rest: ReceiptLine(received=received, accepted=received, **rest),
    received=quantities, position=codes, despatch_line=maybe, ids=ids, name=maybe, unit=codes,
    short=st.none() | quantities, over=st.none() | quantities, reason=maybe, reason_code=st.sampled_from(["", "QUA"]),
    notes=st.lists(st.builds(Note, WORDS), max_size=2).map(tuple),
)  # fmt: skip
statement_lines = st.builds(
    StatementLine, position=codes.filter(lambda code: code != "0"),
    document_type=st.sampled_from(["invoice", "payment", "reminder"]), document_number=texts, date=maybe_days,
    due_on=maybe_days, debit=st.none() | amounts, credit=st.none() | amounts, balance=st.none() | amounts, note=maybe,
)  # fmt: skip
items = st.builds(
    CatalogueItem, ids=ids, names=st.builds(lambda text: {"": text}, texts), action=st.sampled_from(ItemAction),
    order_unit=codes, contents=st.none() | quantities, minimum=st.none() | quantities, step=st.none() | quantities,
    prices=st.lists(st.builds(ScalePrice, amount=prices, from_quantity=st.decimals(1, 999, places=1), kind=maybe,
                              start=maybe_days, end=maybe_days, currency=st.sampled_from(["", "PLN"])), max_size=3).map(tuple),
    vat_rate=st.none() | rates, keywords=st.lists(texts, max_size=2).map(tuple), brand=maybe, manufacturer=maybe,
    start=maybe_days, end=maybe_days, weight_kg=st.none() | st.decimals(0, 99, places=3),
)  # fmt: skip


@given(lines=st.lists(receipt_lines, min_size=1, max_size=3), buyer=parties, received_on=maybe_days)
@SLOW
def test_receipts_of_every_shape(lines, buyer, received_on):
    made = replace(receipt(), lines=tuple(lines), buyer=buyer, ship_to=buyer, received_on=received_on)
    assert formats["ubl-receipt-advice"].loads(formats["ubl-receipt-advice"].dumps(made)) == made


@given(lines=st.lists(statement_lines, min_size=1, max_size=3), seller=parties, opening=st.none() | amounts, start=days)
@SLOW
def test_statements_of_every_shape(lines, seller, opening, start):
    made = replace(statement(), lines=tuple(lines), seller=seller, opening=opening, start=start)
    assert formats["ubl-statement"].loads(formats["ubl-statement"].dumps(made)) == made


@given(found=st.lists(items, min_size=1, max_size=3), version=maybe)
@SLOW
def test_catalogues_of_every_shape(found, version):
    first = CatalogueItem(ids=TIES, names={"": "First"}, prices=(ScalePrice(amount=Decimal(1)),))
    made = replace(catalogue(), items=(first, *found), version=version)
    assert whole(formats["ubl-catalogue"].loads(formats["ubl-catalogue"].dumps(made))) == made
