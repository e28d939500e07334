"""cXML: what is written is read again, in the DTD's order; what has no place is named; broken files get a place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.cxml.envelope import Credential, Envelope, addressed, read_envelope
from app.documents.cxml.punch_out import (
    Operation,
    SetupItem,
    SetupRequest,
    read_response,
    read_setup,
    write_response,
    write_setup,
)
from app.documents.cxml.structure import structure_faults
from app.documents.cxml.tree import read_source
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.basket import Basket, BasketLine
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge, Attribute, Classification
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, Reference
from app.documents.model.order_change import ChangeKind, OrderChange
from app.documents.model.order_response import Answer, LineAnswer, OrderResponse, OrderResponseLine
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.receipt_advice import ReceiptAdvice, ReceiptLine
from app.documents.model.reference import ItemIds, OrderRef
from app.documents.model.stock_report import StockLine, StockReport
from tests.factories.documents import credit_note, document

DAY = date(2026, 11, 22)
BUYER = Party(
    name="Baumarkt Süd GmbH", address=Address(country="DE", street="Hafenstr. 1", city="Ulm", postal_code="89073"),
    vat_id="DE123456789", gln="4012345000009", identifiers=(Identifier("4711", ""), Identifier("123456789", "0060")),
    contact=Contact(name="Ada König", phone="+49 731 12345", email="ada@example.org"),
)  # fmt: skip
SELLER = Party(
    name="Großhandel & Söhne", address=Address(country="DE", street="Ring 2", city="Berlin"), gln="4098765000000"
)
REF = OrderRef(number="PO-77", date=DAY, payload="1.2.3@buyer")


def order(**changes):
    values = {
        "number": "PO-77", "issue_date": DAY, "currency": "EUR", "buyer": BUYER, "seller": SELLER, "ship_to": BUYER,
        "delivery": DeliveryDates(requested=date(2026, 12, 1)), "notes": (Note("Bitte <schnell> & gut"), Note("Tor 3", "delivery")),
        "references": (Reference("CT", "C-1"), Reference("RQ", "R-9"), Reference("costCentre", "77")),
        "totals": OrderTotals(net=Decimal("121.30"), tax=Decimal("23.05"), total=Decimal("144.35")),
        "allowances_charges": (
            AllowanceCharge(amount=Decimal("4.90"), is_charge=True, reason="Fracht", reason_code="FC"),
            AllowanceCharge(amount=Decimal("1.50"), reason="Bonus", reason_code="95"),
        ),
        "payment_terms": "30 Tage netto", "delivery_terms": "frei Haus",
        "lines": (
            OrderLine(
                position="10", quantity=Decimal(12), unit="C62", sku="A-1", buyer_sku="B-1", gtin="4012345678901",
                auxiliary_id="cart/1:10", name="Schraube", description="M4 x 20", unit_price=Decimal("10.11"),
                net=Decimal("121.32"), vat_rate=Decimal(19), vat_category="S", price_base_quantity=Decimal("1.5"),
                delivery=DeliveryDates(requested=date(2026, 12, 2)), notes=(Note("verzinkt"),),
                classifications=(Classification("31161504", "TSP"),),
            ),
            OrderLine(position="20", quantity=Decimal("0.5"), unit="KGM", sku="A-2", name="Nägel", unit_price=Decimal(4)),
        ),
    }  # fmt: skip
    return Order(**{**values, **changes})


def response():
    return OrderResponse(
        number="AB-5", issue_date=DAY, order=REF, answer=Answer.CHANGED, currency="EUR", buyer=BUYER, seller=SELLER,
        notes=(Note("Danke"),), totals=OrderTotals(net=Decimal("100.00"), tax=Decimal("19.00")),
        lines=(
            OrderResponseLine(
                position="10", order_line=OrderRef(number="", line="10"), answer=LineAnswer.ACCEPTED, ids=ItemIds(sku="A-1"),
                quantity=Decimal(12), unit="C62", ordered=Decimal(12), unit_price=Decimal("10.11"),
                promised=DeliveryDates(requested=DAY),
            ),
            OrderResponseLine(
                position="20", order_line=OrderRef(number="", line="20"), answer=LineAnswer.CHANGED, ids=ItemIds(sku="A-2"),
                name="Nägel", quantity=Decimal(3), unit="KGM", ordered=Decimal(5), backordered=Decimal(2),
                unit_price=Decimal(4), net=Decimal("12.00"), vat_rate=Decimal(19), vat_category="S", reason="knapp",
            ),
            OrderResponseLine(
                position="30", order_line=OrderRef(number="", line="30"), answer=LineAnswer.SUBSTITUTED, ids=ItemIds(sku="A-3"),
                substitute=ItemIds(sku="A-4", gtin="4012345678901"), substitute_name="Ersatz", quantity=Decimal(1), unit="C62",
                ordered=Decimal(1), unit_price=Decimal(7),
            ),
            OrderResponseLine(
                position="40", order_line=OrderRef(number="", line="40"), answer=LineAnswer.REJECTED, ids=ItemIds(sku="A-5"),
                quantity=Decimal(0), unit="C62", ordered=Decimal(9), notes=(Note("ausgelaufen"),),
            ),
        ),
    )  # fmt: skip


def advice():
    return DespatchAdvice(
        number="LS-1", issue_date=DAY, orders=(REF,), buyer=BUYER, seller=SELLER, ship_to=BUYER, despatched_on=DAY,
        expected_on=date(2026, 11, 24), tracking=("1Z999", "1Z998"), carrier=Party(name="Post", address=None),
        gross_weight=Decimal("12.5"), weight_unit="KGM", notes=(Note("zerbrechlich"),),
        lines=(
            DespatchLine(
                position="1", quantity=Decimal(10), unit="C62", order_line=OrderRef(number="PO-77", line="10"),
                ids=ItemIds(sku="A-1", gtin="4012345678901"), name="Schraube", ordered=Decimal(12), outstanding=Decimal(2),
                batch="L-7", best_before=date(2027, 1, 31),
            ),
            DespatchLine(
                position="2", quantity=Decimal("1.25"), unit="KGM", order_line=OrderRef(number="PO-77", line="20"),
                ids=ItemIds(sku="A-2"), is_closed=True,
            ),
        ),
        packages=(
            Package(id="340123450000000017", sscc="340123450000000017", kind="PX"),
            Package(
                id="P2", parent="340123450000000017", sscc="340123450000000024", kind="CT", gross_weight=Decimal(5),
                weight_unit="KGM", contents=(Packed(position="1", quantity=Decimal(10), unit="C62"),),
            ),
            Package(id="P3", parent="340123450000000017", kind="CT", contents=(Packed(position="2", quantity=Decimal("1.25"), unit="KGM"),)),
        ),
    )  # fmt: skip


def receipt():
    return ReceiptAdvice(
        number="WE-3", issue_date=DAY, despatch_number="LS-1", orders=(REF,),
        buyer=Party(name="4012345000009", address=None, endpoint=Identifier("4012345000009", "GLN")),
        seller=Party(name="4098765000000", address=None, endpoint=Identifier("4098765000000", "GLN")),
        lines=(
            ReceiptLine(
                position="1", order_line=OrderRef(number="PO-77", line="10"), despatch_line="1", ids=ItemIds(sku="A-1"), unit="C62",
                received=Decimal(10), accepted=Decimal(8), damaged=Decimal(2), refused=Decimal(0), reason="nass",
            ),
            ReceiptLine(
                position="2", order_line=OrderRef(number="PO-77", line="20"), ids=ItemIds(sku="A-2"), unit="KGM", refused=Decimal(1),
            ),
        ),
    )  # fmt: skip


def basket():
    return Basket(
        cookie="c-1", currency="EUR", total=Decimal("25.30"), shipping=Decimal("5.00"), allowed="edit",
        buyer=Party(name="b", address=None, endpoint=Identifier("b", "NetworkId")),
        seller=Party(name="s", address=None, endpoint=Identifier("s", "0060")),
        lines=(
            BasketLine(
                position="1", quantity=Decimal(3), unit="C62", ids=ItemIds(sku="A-1", gtin="4012345678901", manufacturer_sku="M1"),
                auxiliary_id="k1", name="Schraube", description="lang", unit_price=Decimal("10.12"), currency="EUR",
                price_base_quantity=Decimal(10), vat_rate=Decimal(19), lead_time_days=3, manufacturer="Wera",
                material_group="007", contract="46", contract_line="10", custom=(Attribute("Plant", "1000"),),
                classifications=(Classification("31161504", "TSP"),),
            ),
        ),
    )  # fmt: skip


def stock():
    return StockReport(
        number="ST-1", issue_date=DAY,
        lines=(
            StockLine(position="1", ids=ItemIds(sku="A-1", gtin="4012345678901", manufacturer_sku="M1"), quantity=Decimal(200),
                      unit="C62", name="Schraube", place="0003", status="145"),
            StockLine(position="2", ids=ItemIds(sku="A-2"), quantity=Decimal("0.5"), status="71"),
        ),
    )  # fmt: skip


DOCUMENTS = {
    "order": ("cxml-order", order()),
    "change": ("cxml-order", OrderChange(order=REF, what=ChangeKind.REPLACEMENT, content=order(), sequence="2")),
    "response": ("cxml-confirmation", response()),
    "advice": ("cxml-ship-notice", advice()),
    "receipt": ("cxml-receipt", receipt()),
    "basket": ("cxml-punchout-order", basket()),
    "stock": ("cxml-stock-report", stock()),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_written_is_read_again(name):
    code, original = DOCUMENTS[name]
    data = formats[code].dumps(original)
    reading = formats[code].loads(data)
    assert reading.faults == ()
    assert [item.path for item in reading.leftovers] == []
    assert formats[code].dumps(original) == data
    again = formats[code].loads(formats[code].dumps(reading.document)).document
    assert again == reading.document
    assert structure_faults(read_source(data).root.element) == []
    document, read = (one.content if isinstance(one, OrderChange) else one for one in (original, reading.document))
    assert [line for line in read.lines] == [line for line in document.lines]
    for field in ("number", "issue_date", "currency", "totals", "notes", "references", "ship_to", "packages", "orders", "cookie",
                  "allowances_charges", "answer", "tracking", "delivery", "payment_terms", "delivery_terms", "total"):  # fmt: skip
        if hasattr(document, field):
            assert getattr(read, field) == getattr(document, field), field


def test_cancellation_deletes():
    change = OrderChange(order=REF, what=ChangeKind.CANCELLATION, content=order())
    read = formats["cxml-order"].loads(formats["cxml-order"].dumps(change)).document
    assert (read.what, read.order) == (ChangeKind.CANCELLATION, REF)
    assert {line.action for line in read.content.lines} == {"2"}
    with pytest.raises(FormatError):
        formats["cxml-order"].dumps(OrderChange(order=REF, what=ChangeKind.CANCELLATION, content=order(lines=())))


@pytest.mark.parametrize("make", [document, credit_note])
def test_invoices_keep_numbers(make):
    original = make(count=3)
    data = formats["cxml-invoice"].dumps(original)
    reading = formats["cxml-invoice"].loads(data)
    read = reading.document
    assert reading.faults == ()
    assert reading.leftovers == ()
    assert type(read) is type(original)
    assert read.totals == original.totals
    assert [(one.category, one.rate, one.base, one.tax) for one in read.vat] == [
        (one.category, one.rate, one.base, one.tax) for one in original.vat
    ]
    for one, other in zip(read.lines, original.lines, strict=True):
        for field in (
            "position",
            "name",
            "quantity",
            "unit",
            "unit_price",
            "price_base_quantity",
            "net",
            "vat_category",
            "vat_rate",
            "sku",
        ):
            assert getattr(one, field) == getattr(other, field), field
    assert read.order_reference == original.order_reference
    assert formats["cxml-invoice"].loads(formats["cxml-invoice"].dumps(read)).document == read


def test_price_for_another_unit_becomes_one_for_the_ordered():
    data = formats["cxml-order"].dumps(order()).replace(
        b'<PriceBasisQuantity quantity="1.5" conversionFactor="1">\n            <UnitOfMeasure>C62<',
        b'<PriceBasisQuantity quantity="2" conversionFactor="0.5">\n            <UnitOfMeasure>BX<',
    )  # fmt: skip
    line = formats["cxml-order"].loads(data).document.lines[0]
    assert (line.price_base_quantity, line.price_unit) == (Decimal(4), "")


def test_extrinsics_and_secrets():
    """What is not understood is named, with its line; a secret never is."""
    envelope = Envelope(
        senders=(Credential("DUNS", "1"),), recipients=(Credential("NetworkID", "AN2"),), secret="geheim", payload_id="9.9@x",
        timestamp="2026-11-22T10:00:00+01:00", is_test=True,
    )  # fmt: skip
    data = addressed(formats["cxml-order"].dumps(order()), envelope)
    data = data.replace(b"</OrderRequestHeader>", b'<Extrinsic name="Approver">Eva</Extrinsic></OrderRequestHeader>')
    reading = formats["cxml-order"].loads(data)
    assert [(item.path.rpartition("/")[2], item.value) for item in reading.leftovers] == [
        ("@name", "Approver"),
        ("Extrinsic[4]", "Eva"),
    ]
    assert all(item.line > 1 for item in reading.leftovers)
    assert "geheim" not in str(reading)
    assert b"geheim" in data
    report = inspect_file([data]).as_json()
    assert "geheim" not in str(report)
    assert report["documents"][0]["reference"] == "9.9@x"
    read = read_envelope(read_source(data))
    assert (read.senders, read.recipients, read.is_test, read.payload) == (
        envelope.senders,
        envelope.recipients,
        True,
        "OrderRequest",
    )
    assert read.proves("geheim")
    assert not read.proves("")
    assert not read.proves("anders")
    assert "geheim" not in repr(read)
    assert reading.document.buyer.endpoint == Identifier("1", "0060")


def test_setup_request_and_its_answer():
    request = SetupRequest(
        operation=Operation.EDIT, cookie="c", return_url="https://buyer.example/hook?a=1&b=2",
        envelope=Envelope(senders=(Credential("DUNS", "1"),), recipients=(Credential("DUNS", "2"),), secret="s", payload_id="1@b",
                          timestamp="2026-11-22T10:00:00+01:00"),
        extras=(("UserEmail", "ada@example.org"), ("CostCenter", "77")), contact=BUYER, ship_to=BUYER, selected=ItemIds(sku="A-1"),
        items=(SetupItem(quantity=Decimal(2), ids=ItemIds(sku="A-1"), auxiliary_id="k1"),),
    )  # fmt: skip
    data = write_setup(request)
    read = read_setup(data)
    assert structure_faults(read_source(data).root.element) == []
    assert (read.operation, read.cookie, read.return_url, read.items, read.selected) == (
        Operation.EDIT, "c", "https://buyer.example/hook?a=1&b=2", request.items, ItemIds(sku="A-1"),
    )  # fmt: skip
    assert read.said("useremail") == "ada@example.org"
    assert read.contact.contact.email == "ada@example.org"
    answer = write_response(
        200, "", payload_id="2@s", timestamp="2026-11-22T10:00:01+01:00", start_url="https://shop.example/x?t=1&u=2"
    )
    assert read_response(answer).start_url == "https://shop.example/x?t=1&u=2"
    refused = read_response(write_response(401, "no", payload_id="3@s", timestamp="t"))
    assert (refused.code, refused.text, refused.detail, refused.is_fine) == ("401", "Unauthorized", "no", False)


@pytest.mark.parametrize(
    ("old", "new", "rule", "path"),
    [
        (b"<UnitOfMeasure>KGM</UnitOfMeasure>", b"", "MISSING", "ItemDetail"),
        (b'quantity="0.5"', b'amount="0.5"', "MISSING", "ItemOut[2]"),
        (
            b"<BillTo>",
            b"<Tax><Money currency='EUR'>1</Money><Description xml:lang='en'/></Tax><BillTo>",
            "ORDER",
            "BillTo",
        ),
        (b"</ItemID>", b"<BuyerPartID>1</BuyerPartID><BuyerPartID>1</BuyerPartID></ItemID>", "REPEATED", "BuyerPartID"),
        (b"<Header>", b"<Header><Foo/>", "UNKNOWN", "Foo"),
    ],
)
def test_structure_names_the_place(old, new, rule, path):
    data = formats["cxml-order"].dumps(order())
    assert old in data
    faults = structure_faults(read_source(data.replace(old, new)).root.element)
    assert faults
    assert rule in {fault.rule for fault in faults}
    assert any(path in fault.path and fault.line > 1 for fault in faults)


def test_values_that_are_none_are_faults_with_a_place():
    data = (
        formats["cxml-order"]
        .dumps(order())
        .replace(b">10.11<", b">ten<")
        .replace(b'orderDate="2026', b'orderDate="x026')
    )
    faults = formats["cxml-order"].loads(data).faults
    assert {fault.rule for fault in faults} == {"NUMBER", "DATE"}
    assert all(fault.line > 1 and fault.path.startswith("/cXML/") for fault in faults)
    assert inspect_file([data]).as_json()["verdict"] == "invalid"


def test_invoice_that_is_taken_back_is_refused():
    data = formats["cxml-invoice"].dumps(document(count=1)).replace(b'operation="new"', b'operation="delete"')
    with pytest.raises(FormatError) as caught:
        formats["cxml-invoice"].loads(data)
    assert caught.value.line > 1


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_is_an_error_with_a_place_or_read(name, data):
    code, original = DOCUMENTS[name]
    lines = formats[code].dumps(original).split(b"\n")
    cut = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(st.integers(0, len(lines) - 1))
    damaged = lines[:cut] + lines[cut + 1 :] if data.draw(st.booleans()) else [*lines[:cut], lines[other], *lines[cut:]]
    text = b"\n".join(damaged)
    at = data.draw(st.integers(0, len(text)))
    for one in (text, text[:at], text[:at] + data.draw(st.binary(max_size=3)) + text[at:]):
        try:
            formats[code].loads(one)
        except FormatError as error:
            assert str(error)
        inspect_file([one])
