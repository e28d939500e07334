"""Every transaction set Kontor reads: its content, its way back, its acknowledgement, and what damage does to it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.acknowledgement import Verdict
from app.documents.model.catalogue import ItemAction
from app.documents.model.invoice import CreditNote
from app.documents.model.order_change import ChangeKind
from app.documents.model.order_response import Answer, LineAnswer
from app.documents.model.reference import ItemIds
from app.documents.x12.acknowledgement import (
    acknowledge,
    acknowledge_interchange,
    read_acknowledgement,
    write_997,
    write_999,
)
from app.documents.x12.catalogue import write_catalogue
from app.documents.x12.despatch_out import write_despatch_advice
from app.documents.x12.documents import READERS
from app.documents.x12.envelope import X12File
from app.documents.x12.invoice_out import write_invoice
from app.documents.x12.order import write_order
from app.documents.x12.order_change import write_order_change
from app.documents.x12.order_response import write_order_response
from app.documents.x12.quotation import write_quotation, write_request
from app.documents.x12.receipt import write_receipt
from app.documents.x12.stock import write_sales, write_stock
from app.documents.x12.structure import check_structure, is_known
from app.documents.x12.writer import Envelope, write_interchange

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "x12"
ALL = sorted(path.name for path in SAMPLES.glob("*.edi"))
WRITERS = {
    "850": write_order, "855": write_order_response, "865": write_order_response, "860": write_order_change,
    "856": write_despatch_advice, "810": write_invoice, "832": write_catalogue, "840": write_request,
    "843": write_quotation, "846": write_stock, "852": write_sales, "861": write_receipt,
}  # fmt: skip
ENVELOPE = Envelope(control=1, prepared=datetime(2025, 4, 1, 9, 30), sender="A", recipient="B")


def sets(data: bytes):
    file = X12File.of([data])
    return file, list(file.sets())


def documents(name: str):
    file, found = sets((SAMPLES / name).read_bytes())
    assert file.faults == []
    return [READERS[one.type](one).document for one in found]


@pytest.mark.parametrize("name", ALL)
def test_samples_are_whole_and_come_back_equal(name):
    file, found = sets((SAMPLES / name).read_bytes())
    assert file.faults == []
    for one in found:
        assert [fault for fault in check_structure(one) if fault.severity == "fatal"] == []
        reading = READERS[one.type](one)
        assert [fault for fault in reading.faults if fault.severity == "fatal"] == []
        again, (other,) = sets(write_interchange([WRITERS[one.type](reading.document)], ENVELOPE))
        assert again.faults == []
        assert check_structure(other) == []
        assert READERS[one.type](other).document == reading.document


def test_the_tree_of_856():
    (advice,) = documents("856-tree.edi")
    assert (advice.number, advice.despatched_on, advice.expected_on) == ("D-17", date(2025, 3, 10), date(2025, 3, 12))
    assert (advice.package_count, advice.gross_weight, advice.tracking) == (2, Decimal("310.5"), ("1Z999",))
    assert [(one.id, one.parent, one.sscc[-2:]) for one in advice.packages] == [
        ("1", "", "18"), ("2", "1", "25"), ("3", "1", "32"),
    ]  # fmt: skip
    assert [[(item.position, item.quantity) for item in one.contents] for one in advice.packages] == [
        [], [("1", Decimal(60))], [("1", Decimal(60))],
    ]  # fmt: skip
    first, second = advice.lines
    assert (first.quantity, first.ordered, first.batch, first.best_before) == (
        Decimal(120), Decimal(120), "L77", date(2027, 1, 1),
    )  # fmt: skip
    assert (second.quantity, second.serials, second.order_line.number) == (Decimal(5), ("S-1",), "PO-118")


def test_levels_without_a_parent_hang_on_the_nearest_above():
    (advice,) = documents("856-no-parents.edi")
    assert [(one.id, one.parent) for one in advice.packages] == [("1", ""), ("2", "1"), ("3", "1")]
    assert {line.order_line.number for line in advice.lines} == {"PO-118"}


def test_answers_and_changes():
    response, change, answer = documents("855-865-860.edi")
    assert (response.number, response.order.number, response.answer) == ("SO-9", "PO-118", Answer.CHANGED)
    assert [(line.answer, line.quantity, line.backordered) for line in response.lines] == [
        (LineAnswer.ACCEPTED, Decimal(120), None), (LineAnswer.BACKORDERED, Decimal(4), Decimal(6)),
        (LineAnswer.SUBSTITUTED, Decimal(1), None), (LineAnswer.REJECTED, None, None),
    ]  # fmt: skip
    assert response.lines[2].substitute == ItemIds(sku="NEW")
    assert response.lines[3].reason == "No longer made"
    assert (change.what, change.sequence, change.issue_date) == (ChangeKind.CHANGE, "2", date(2025, 3, 3))
    assert [line.action for line in change.content.lines] == ["3", "1", "2"]
    assert (answer.is_to_change, answer.answer, answer.number) == (True, Answer.ACCEPTED, "C-1")


def test_832_says_what_is_sold_and_for_how_much():
    (catalogue,) = documents("832.edi")
    hammer, saw = catalogue.items
    assert (catalogue.number, catalogue.version, catalogue.name, catalogue.end) == (
        "CAT-7",
        "3",
        "Tools 2025",
        date(2025, 12, 31),
    )
    assert (hammer.order_unit, hammer.contents, hammer.content_unit, hammer.minimum) == (
        "CA",
        Decimal(12),
        "EA",
        Decimal(2),
    )
    assert (hammer.weight_kg, hammer.lead_time_days, hammer.start) == (Decimal("0.75"), 5, date(2025, 6, 1))
    assert [(price.amount, price.from_quantity, price.kind) for price in hammer.prices] == [
        (Decimal("95.5"), 1, ""), (Decimal(90), 10, ""), (Decimal(1200), 1, "LPR"),
    ]  # fmt: skip
    assert (hammer.prices[1].currency, hammer.prices[1].end, hammer.prices[2].base_quantity) == (
        "CAD",
        date(2025, 8, 31),
        100,
    )
    assert (saw.action, saw.ids.sku) == (ItemAction.DELETE, "SAW-2")


def test_846_and_852_place_every_quantity():
    (stock,) = documents("846.edi")
    assert [(line.position, line.status, line.quantity, line.unit, line.place) for line in stock.lines] == [
        ("1", "17", 120, "EA", "MAIN"), ("1", "63", 40, "EA", "MAIN"), ("2", "33", 0, "EA", ""),
    ]  # fmt: skip
    assert (stock.lines[0].counted_at, stock.lines[1].available_on) == (datetime(2025, 3, 31, 23), date(2025, 4, 15))
    (sales,) = documents("852.edi")
    assert (sales.number, sales.issue_date, sales.start) == ("SALES-1", date(2025, 4, 8), date(2025, 4, 1))
    assert [(line.status, line.quantity, line.place) for line in sales.lines] == [
        ("", 12, "S-1"),
        ("", 3, "S-2"),
        ("QA", 7, ""),
    ]


def test_840_asks_843_answers_861_receives():
    (request,), (quotation,), (receipt,) = documents("840.edi"), documents("843.edi"), documents("861.edi")
    assert (request.answer_by, request.lines[0].target_price, request.ship_to.name) == (
        date(2025, 4, 10),
        Decimal("7.1"),
        "Barn 4",
    )
    assert request.notes[0].text == "Please quote for the whole year."
    assert (quotation.request_number, quotation.valid_until, quotation.totals.total) == (
        "RFQ-5",
        date(2025, 4, 30),
        3595,
    )
    (offered,) = quotation.lines
    assert (offered.request_line, offered.lead_time_days, offered.net) == ("1", 7, 3600)
    assert [price.amount for price in offered.prices] == [Decimal("7.2"), Decimal("6.9")]
    first, second = receipt.lines
    assert (first.despatched, first.received, first.short, first.damaged, first.refused) == (120, 118, 2, 1, 1)
    assert (first.order_line.number, first.order_line.line, first.despatch_line) == ("PO-118", "1", "1")
    assert (receipt.despatch_number, receipt.received_on, second.received) == ("D-17", date(2025, 4, 19), 5)


def test_810_computes_what_it_leaves_out():
    (invoice,) = documents("810-4010.edi")
    assert [line.net for line in invoice.lines] == [Decimal(1110), Decimal("4.51")]
    assert invoice.lines[1].unit == "KGM"
    totals = invoice.totals
    assert (totals.line_net, totals.charges, totals.net, totals.tax, totals.gross) == (
        Decimal("1114.51"), Decimal("3.10"), Decimal("1117.61"), Decimal(92), Decimal("1207.12"),
    )  # fmt: skip
    assert (invoice.order_reference, invoice.despatch_reference) == ("PO-118", "D-17")
    (found,) = inspect_file([(SAMPLES / "810-4010.edi").read_bytes()]).documents
    assert (found.lines, found.totals["total"], found.currency) == (2, "1207.12", "USD")
    assert [item.path for item in found.unused] == ["BIG/3.1", "REF/1.1", "REF/2.1"]


def test_credit_memo():
    data = (SAMPLES / "810-4010.edi").read_bytes().replace(b"***DI*", b"***CR*")
    assert isinstance(formats["x12-810"].loads(data), CreditNote)


def test_997_names_the_place_of_a_fault():
    data = (SAMPLES / "850-4010.edi").read_bytes().replace(b"*1000.5*EA", b"*10.00.5*EA")
    file, (one,) = sets(data)
    (answer,) = acknowledge(file, [(one, READERS["850"](one).faults)])
    assert (answer.verdict, answer.accepted) == (Verdict.REJECTED, 0)
    body = write_997(answer)
    at = next(n for n, segment in enumerate(one.segments, 1) if "10.00.5" in segment.parts)
    assert [segment for segment in body.segments if segment[0] in ("AK2", "AK3", "AK4", "AK5", "AK9")] == [
        ("AK2", "850", one.reference), ("AK3", "PO1", str(at), "", "8"), ("AK4", "2", "", "6", "10.00.5"),
        ("AK5", "R", "5"), ("AK9", "R", "1", "1", "0"),
    ]  # fmt: skip
    for write in (write_997, write_999):
        _, (back,) = sets(write_interchange([write(answer)], ENVELOPE))
        assert check_structure(back) == []
        found = read_acknowledgement(back).document
        assert [message.faults[0].value for message in found.messages] == ["10.00.5"]
        assert found.verdict is Verdict.REJECTED


@pytest.mark.parametrize(
    ("old", "new", "code"), [(b"SE*24", b"SE*25", "4"), (b"*0001~\nGE", b"*0002~\nGE", "3")]
)  # fmt: skip
def test_997_names_what_is_wrong_with_the_frame(old, new, code):
    file, found = sets((SAMPLES / "810-4010.edi").read_bytes().replace(old, new, 1))
    (answer,) = acknowledge(file, [(one, ()) for one in found])
    assert write_997(answer).segments[2] == ("AK5", "R", code)


def test_a_good_group_is_accepted_and_answers_are_not_answered():
    file, found = sets((SAMPLES / "855-865-860.edi").read_bytes())
    answers = acknowledge(file, [(one, ()) for one in found])
    assert [(one.document_type, one.verdict) for one in answers] == [
        ("PR", Verdict.ACCEPTED), ("PC", Verdict.ACCEPTED), ("CA", Verdict.ACCEPTED),
    ]  # fmt: skip
    data = formats["x12-997"].dumps(answers[0])
    file, found = sets(data)
    assert acknowledge(file, [(one, ()) for one in found]) == []


def test_ta1_there_and_back():
    data = (SAMPLES / "810-4010.edi").read_bytes().replace(b"IEA*1*000000012", b"IEA*1*000000013")
    file, _ = sets(data)
    answer = acknowledge_interchange(file)
    found = formats["x12-ta1"].loads(formats["x12-ta1"].dumps(answer))
    assert (found.control_number, found.verdict, found.faults[0].code) == ("000000012", Verdict.REJECTED, "001")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"TDS*120712~\n", b"", "MISSING"), (b"CTT*2~\n", b"CTT*2~\nIT1*3*1*EA*1~\n", "SEQUENCE"),
        (b"CUR*SE*USD", b"XYZ*SE*USD", "UNKNOWN"), (b"CUR*SE*USD", b"CUR*SE", "ELEMENT"),
        (b"CUR*SE*USD", b"BIG*20250401*R-56", "OVER"), (b"CUR*SE*USD", b"SLN*1**I", "UNEXPECTED"),
    ],
)  # fmt: skip
def test_structure(old, new, rule):
    _, (one,) = sets((SAMPLES / "810-4010.edi").read_bytes().replace(old, new))
    faults = check_structure(one)
    assert rule in {fault.rule for fault in faults}
    assert all(fault.line and fault.column for fault in faults)


def look_at(data: bytes) -> None:
    try:
        file, found = sets(data)
    except FormatError as error:
        assert str(error)
        return
    for one in found:
        if is_known(one.type):
            check_structure(one)
        if one.type in READERS:
            faults = READERS[one.type](one).faults
            for answer in acknowledge(file, [(one, faults)]):
                write_997(answer)


@pytest.mark.parametrize("name", ["856-tree.edi", "810-4010.edi", "855-865-860.edi"])
def test_truncated_at_every_byte(name):
    data = (SAMPLES / name).read_bytes()
    for end in range(len(data)):
        look_at(data[:end])


@pytest.mark.parametrize("name", ALL)
@given(draw=st.data())
@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_damage_never_raises_anything_else(name, draw):
    damaged = bytearray((SAMPLES / name).read_bytes())
    for _ in range(draw.draw(st.integers(1, 6))):
        at = draw.draw(st.integers(106, len(damaged) - 1))
        damaged[at : at + draw.draw(st.integers(0, 6))] = draw.draw(
            st.binary(max_size=3) | st.sampled_from([b">", b"*", b"~", b"999", b"-1", b"~\nHL*2*2*P~", b"1" * 19])
        )
    look_at(bytes(damaged))
