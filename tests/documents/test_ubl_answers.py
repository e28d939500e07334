"""UBL order responses and despatch advices: what is written is read again, and stands in the order of the schema."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.invoice import Note
from app.documents.model.order import DeliveryDates, OrderTotals, Reference
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.party import Address, Party
from app.documents.model.reference import ItemIds, OrderRef

BUYER = Party(name="Brandt", address=Address(country="DE", city="Kiel"), gln="4012345000009")
SELLER = Party(name="Nordkontor", address=Address(country="DE", city="Hamburg"))
TIES = ItemIds(sku="TIE", buyer_sku="B-1", gtin="4006381333931")
PIECES = {"quantity": Decimal(10), "unit": "H87"}


def answered(position: str, answer: LineAnswer, **more) -> OrderResponseLine:
    ref = OrderRef(number="", line=position)
    return OrderResponseLine(position=position, answer=answer, order_line=ref, ids=TIES, name="Cable ties", **more)


RESPONSE = OrderResponse(
    number="OR-1", issue_date=date(2026, 5, 4), order=OrderRef(number="PO-7", sales_number="SO-1", date=date(2026, 5, 3)),
    answer=Answer.CHANGED, currency="EUR", buyer=BUYER, seller=SELLER,
    promised=DeliveryDates(requested=date(2026, 5, 9)), notes=(Note("Thank you"),), references=(Reference("CT", "C-1"),),
    lines=(
        answered("1", LineAnswer.ACCEPTED, **PIECES, unit_price=Decimal("1.204"), price_base_quantity=Decimal(100),
                 net=Decimal("0.12"), vat_rate=Decimal(19), vat_category="S"),
        answered("2", LineAnswer.CHANGED, **PIECES, promised=DeliveryDates(requested=date(2026, 5, 12)), reason="Short"),
        answered("3", LineAnswer.BACKORDERED, **PIECES, backordered=Decimal(4)),
        answered("4", LineAnswer.REJECTED, reason="Run out"),
        answered("5", LineAnswer.SUBSTITUTED, **PIECES, substitute=ItemIds(sku="TIE-2"), substitute_name="Better ties"),
        answered("6", LineAnswer.ADDED, **PIECES),
    ),
    totals=OrderTotals(net=Decimal("0.12"), tax=Decimal("0.02"), total=Decimal("0.14")),
)  # fmt: skip
UNIT = "340123450000000018"
ADVICE = DespatchAdvice(
    number="DN-1", issue_date=date(2026, 5, 8), buyer=BUYER, seller=SELLER, ship_from=SELLER, ship_to=BUYER,
    orders=(OrderRef(number="PO-7", sales_number="SO-1"),), carrier=Party(name="Fast", address=None),
    despatched_on=date(2026, 5, 8), expected_on=date(2026, 5, 9), tracking=("T-1", "T-2"), package_count=2,
    gross_weight=Decimal("12.5"), weight_unit="KGM", notes=(Note("Ring twice"),),
    packages=(
        Package(id=UNIT, sscc=UNIT, kind="PX", marks=("TOP",), gross_weight=Decimal(8), weight_unit="KGM",
                contents=(Packed(position="1", quantity=Decimal(10), unit="H87"),)),
        Package(id="BOX-2", kind="CT"),
    ),
    lines=(
        DespatchLine(position="1", **PIECES, order_line=OrderRef(number="PO-7", line="1"), ids=TIES, name="Cable ties",
                     outstanding=Decimal(2), reason="Follows", batch="L9", best_before=date(2027, 1, 1),
                     serials=("S1", "S2"), country_of_origin="DE", notes=(Note("Blue"),)),
        DespatchLine(position="2", **PIECES, name="Drum", outstanding=Decimal(0), is_closed=True),
    ),
)  # fmt: skip
MADE = [("ubl-order-response", RESPONSE), ("ubl-despatch-advice", ADVICE)]


@pytest.mark.parametrize(("code", "made"), MADE)
def test_what_is_written_is_read(code, made):
    data = formats[code].dumps(made)
    assert formats[code].loads(data) == made
    assert formats[code].dumps(formats[code].loads(data)) == data


@pytest.mark.parametrize(("code", "made"), MADE)
def test_it_has_the_structure_of_the_standard(code, made):
    found = inspect_file([formats[code].dumps(made)])
    assert [(one.path, str(one.message)) for one in found.findings] == []
    assert any("structure" in rules.name for rules in found.rule_sets)


@pytest.mark.parametrize("answer", list(Answer))
def test_every_answer_has_its_code(answer):
    made = replace(RESPONSE, answer=answer)
    assert formats["ubl-order-response"].loads(formats["ubl-order-response"].dumps(made)).answer is answer


def test_an_unknown_answer_is_named_with_its_place():
    data = formats["ubl-order-response"].dumps(RESPONSE).replace(b">CA<", b">XX<")
    with pytest.raises(FormatError) as raised:
        formats["ubl-order-response"].loads(data)
    assert "XX" in str(raised.value.message)
    assert raised.value.line


@pytest.mark.parametrize(("word", "answer"), [("true", Answer.ACCEPTED), ("false", Answer.REJECTED)])
def test_a_plain_yes_or_no_is_read(word, answer):
    space = "urn:oasis:names:specification:ubl:schema:xsd:"
    data = f"""<OrderResponseSimple xmlns="{space}OrderResponseSimple-2"
        xmlns:cac="{space}CommonAggregateComponents-2" xmlns:cbc="{space}CommonBasicComponents-2">
        <cbc:ID>1</cbc:ID><cbc:IssueDate>2026-05-04</cbc:IssueDate><cbc:AcceptedIndicator>{word}</cbc:AcceptedIndicator>
        <cbc:RejectionNote>No stock</cbc:RejectionNote>
        <cac:OrderReference><cbc:ID>PO-7</cbc:ID></cac:OrderReference></OrderResponseSimple>"""
    found = formats["ubl-order-response"].loads(data.encode())
    assert (found.answer, found.order.number, found.notes) == (answer, "PO-7", (Note("No stock"),))


@pytest.mark.parametrize(("code", "made"), MADE)
def test_every_cut_and_every_lost_line_is_read_or_refused(code, made):
    lines = formats[code].dumps(made).split(b"\n")
    for index in range(len(lines)):
        for damaged in (b"\n".join(lines[:index]), b"\n".join(lines[:index] + lines[index + 1 :])):
            try:
                formats[code].loads(damaged)
            except FormatError as error:
                assert str(error)


@pytest.mark.shared
def test_official_examples_are_read(shared):
    names = sorted((shared / "samples/ubl-orders").glob("*/orderresponsesimple/*.xml"))
    answers = [formats["ubl-order-response"].loads(name.read_bytes()).answer for name in names]
    assert len(names) == 3
    assert {Answer.ACCEPTED, Answer.REJECTED} == set(answers)
