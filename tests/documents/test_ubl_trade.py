"""UBL orders, requests and quotations: what is written is read again, and stands in the order of the schema."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.inspection.file import inspect_file
from app.documents.model.invoice import Note
from app.documents.model.order import DeliveryDates, Order, OrderLine, OrderTotals, Reference
from app.documents.model.party import Address, Party
from app.documents.model.quotation import Quotation, QuotationLine, RequestForQuotation, RequestLine
from app.documents.model.reference import ItemIds, ScalePrice
from tests.documents.strategies import (
    allowances,
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

SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BUYER = Party(name="Brandt", address=Address(country="DE", city="Kiel"), gln="4012345000009")
SELLER = Party(name="Nordkontor", address=Address(country="DE"))
SITE = Party(name="Yard 4", address=Address(country="DE", street="Kai 1"), gln="4012345000009")
TIES = ItemIds(sku="TIE", buyer_sku="B-1", gtin="4006381333931", manufacturer_sku="M-9")
WORDS = texts.filter(lambda text: not text.startswith("#"))

notes = st.lists(st.builds(Note, WORDS, st.sampled_from(["", "AAI"])), max_size=2).map(tuple)
no_dates = st.just(DeliveryDates())
wishes = no_dates | st.builds(DeliveryDates, requested=days) | st.tuples(days, days).filter(lambda d: d[0] < d[1]).map(
    lambda d: DeliveryDates(earliest=d[0], latest=d[1])
)  # fmt: skip
ids = st.builds(
    ItemIds, sku=maybe, buyer_sku=maybe, gtin=st.sampled_from(["", "4006381333931"]), manufacturer_sku=maybe
)
sites = st.none() | st.builds(Party, name=texts, address=st.none() | st.just(Address(country="DE", city="Kiel")),
                              gln=st.sampled_from(["", "4012345000009"]))  # fmt: skip
references = st.lists(st.builds(Reference, st.sampled_from(["PR", "ON", "ZZZ", "CT"]), texts, date=st.none()), max_size=2).map(
    lambda found: tuple(sorted(found, key=lambda one: ["PR", "ON", "ZZZ", "CT"].index(one.kind)))
)  # fmt: skip
priced = st.fixed_dictionaries(
    {"unit_price": prices, "price_base_quantity": st.none() | st.just(Decimal(100))}
) | st.just({})
order_lines = st.builds(
    lambda price, **rest: OrderLine(**rest, **price),
    price=priced, position=codes, quantity=quantities, unit=codes, sku=maybe, buyer_sku=maybe,
    gtin=st.sampled_from(["", "4006381333931"]), manufacturer_sku=maybe, name=texts, description=maybe,
    list_price=st.none() | prices, net=st.none() | amounts, vat_rate=st.none() | rates,
    vat_category=st.sampled_from(["", "S"]), delivery=wishes, ship_to=sites, notes=notes,
    allowances_charges=st.lists(allowances, max_size=1).map(tuple),
)  # fmt: skip
orders = st.builds(
    Order, number=texts, issue_date=maybe_days, lines=st.lists(order_lines, min_size=1, max_size=3).map(tuple),
    currency=st.just("EUR"), type_code=st.sampled_from(["", "220"]), buyer=st.none() | parties, seller=st.none() | parties,
    ship_to=sites, invoicee=st.none() | parties, delivery=wishes, payment_terms=maybe, delivery_terms=maybe, notes=notes,
    references=references,
    totals=st.builds(OrderTotals, lines=st.none() | st.integers(0, 99), tax=st.none() | amounts)
    | st.builds(OrderTotals, lines=st.none() | st.integers(0, 99), net=st.none() | amounts, tax=st.none() | amounts,
                total=amounts),
)  # fmt: skip
request_lines = st.builds(
    RequestLine, position=codes, quantity=quantities, unit=codes, ids=ids, name=texts, description=maybe,
    target_price=st.none() | prices, delivery=wishes, notes=notes,
)  # fmt: skip
requests = st.builds(
    RequestForQuotation, number=texts, issue_date=maybe_days,
    lines=st.lists(request_lines, min_size=1, max_size=3).map(tuple), answer_by=maybe_days, currency=st.just("EUR"),
    buyer=st.none() | parties, seller=st.none() | parties, ship_to=sites, delivery=wishes, delivery_terms=maybe, notes=notes,
)  # fmt: skip


@given(original=orders)
@SLOW
def test_an_order_is_read_as_it_was_written(original):
    data = formats["ubl-order"].dumps(original)
    assert formats["ubl-order"].loads(data) == original
    assert formats["ubl-order"].dumps(original) == data


@given(original=requests)
@SLOW
def test_a_request_is_read_as_it_was_written(original):
    assert formats["ubl-request"].loads(formats["ubl-request"].dumps(original)) == original


def quotation() -> Quotation:
    """Two lines: one with three prices, one offered with something instead."""
    first = QuotationLine(
        position="1", quantity=Decimal(500), unit="H87", request_line="10", ids=TIES, name="Cable ties",
        prices=(ScalePrice(amount=Decimal("1.204"), from_quantity=Decimal(100), base_quantity=Decimal(100)),
                ScalePrice(amount=Decimal("1.1"), from_quantity=Decimal(500), base_quantity=Decimal(100)),
                ScalePrice(amount=Decimal("0.98"), from_quantity=Decimal(2000))),
        net=Decimal("6.02"), vat_rate=Decimal(19), vat_category="S", lead_time_days=5,
    )  # fmt: skip
    second = QuotationLine(
        position="2", quantity=Decimal(3), unit="H87", request_line="20", name="Drum", net=Decimal(30),
        prices=(ScalePrice(amount=Decimal(10)),), delivery=DeliveryDates(requested=date(2026, 5, 4)),
    )  # fmt: skip
    other = replace(
        second, position="3", name="Steel drum", is_alternative=True, prices=(ScalePrice(amount=Decimal(9)),)
    )
    return Quotation(
        number="Q-1", issue_date=date(2026, 4, 1), lines=(first, second, other), request_number="RFQ-1",
        valid_from=date(2026, 4, 1), valid_until=date(2026, 4, 30), currency="EUR", buyer=BUYER, seller=SELLER,
        ship_to=SITE, payment_terms="30 days", delivery_terms="DAP Kiel", notes=(Note("Thank you", "AAI"),),
        references=(Reference("ZZZ", "X-1"), Reference("CT", "C-1")),
        totals=OrderTotals(lines=3, net=Decimal("36.02"), tax=Decimal("6.84"), total=Decimal("42.86")),
    )  # fmt: skip


def test_a_quotation_keeps_its_quantities_and_what_is_offered_instead():
    data = formats["ubl-quotation"].dumps(quotation())
    assert formats["ubl-quotation"].loads(data) == quotation()
    assert data.count(b"<cac:AlternativeLineItem>") == 2
    assert data.count(b"<cac:SellerProposedSubstituteLineItem>") == 1


def order() -> Order:
    line = OrderLine(
        position="1", quantity=Decimal(12), unit="H87", sku="TIE", name="Cable ties", unit_price=Decimal("1.204"),
        price_base_quantity=Decimal(100), price_unit="XBX", net=Decimal("0.14"), vat_rate=Decimal(19), vat_category="S",
        delivery=DeliveryDates(earliest=date(2026, 5, 4), latest=date(2026, 5, 8)), ship_to=SITE, notes=(Note("Blue"),),
    )  # fmt: skip
    return Order(
        number="PO-1", issue_date=date(2026, 4, 1), lines=(line,), currency="EUR", type_code="220", buyer=BUYER,
        seller=SELLER, ship_to=SITE, invoicee=BUYER, delivery=DeliveryDates(requested=date(2026, 5, 5)),
        payment_terms="30 days", delivery_terms="DAP", references=(Reference("PR", "Q-1"), Reference("CT", "C-1")),
        totals=OrderTotals(lines=1, net=Decimal("0.14"), tax=Decimal("0.03"), total=Decimal("0.17")),
    )  # fmt: skip


def request() -> RequestForQuotation:
    line = RequestLine(position="10", quantity=Decimal(500), unit="H87", ids=TIES, name="Cable ties",
                       target_price=Decimal("1.1"), delivery=DeliveryDates(latest=date(2026, 5, 8)))  # fmt: skip
    return RequestForQuotation(
        number="RFQ-1", issue_date=date(2026, 3, 30), lines=(line,), answer_by=date(2026, 4, 10), currency="EUR",
        buyer=BUYER, seller=SELLER, ship_to=SITE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "made"), [("ubl-order", order()), ("ubl-quotation", quotation()), ("ubl-request", request())]
)
def test_what_is_written_has_the_structure_of_the_standard(code, made):
    found = inspect_file([formats[code].dumps(made)])
    assert [(one.path, str(one.message)) for one in found.findings] == []
    assert any("structure" in rules.name for rules in found.rule_sets)


def test_a_price_unit_of_its_own_is_kept():
    again = formats["ubl-order"].loads(formats["ubl-order"].dumps(order()))
    assert again == order()


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("ubl-order", "edifact-orders"),
        ("ubl-order", "x12-850"),
        ("ubl-quotation", "edifact-quotes"),
        ("ubl-request", "edifact-reqote"),
    ],
)
def test_numbers_cross_into_other_formats(code, target):
    made = {"ubl-order": order, "ubl-quotation": quotation, "ubl-request": request}[code]()
    data = formats[code].dumps(made)
    written = convert(data, target).data
    back = convert(written, code).data
    first, again = formats[code].loads(data), formats[code].loads(back)
    assert again.number == first.number
    assert [line.quantity for line in again.lines][:1] == [line.quantity for line in first.lines][:1]


@pytest.mark.parametrize("code", ["ubl-order", "ubl-quotation", "ubl-request"])
def test_every_cut_and_every_lost_line_is_read_or_refused(code):
    made = {"ubl-order": order(), "ubl-quotation": quotation(), "ubl-request": request()}[code]
    lines = formats[code].dumps(made).split(b"\n")
    for index in range(len(lines)):
        for damaged in (b"\n".join(lines[:index]), b"\n".join(lines[:index] + lines[index + 1 :])):
            try:
                formats[code].loads(damaged)
            except FormatError as error:
                assert str(error)
