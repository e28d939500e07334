"""Sums that agree are silent, every other is named with what it should be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.arithmetic import check_arithmetic
from app.documents.model.line import AllowanceCharge
from app.documents.model.totals import VatCategory
from tests.factories.documents import credit_note, document, line, with_line


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@pytest.mark.parametrize("count", [1, 7, 300])
def test_own_documents_agree(currency, count):
    assert check_arithmetic(document(count=count, currency=currency)) == []
    assert check_arithmetic(credit_note(count=count, currency=currency)) == []


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), min_size=1, max_size=8))
def test_any_prices_and_quantities_agree(pairs):
    lines = tuple(
        line(i, unit_price=Decimal(price).scaleb(-4), quantity=Decimal(quantity).scaleb(-2))
        for i, (price, quantity) in enumerate(pairs, 1)
    )
    assert check_arithmetic(document(lines=lines)) == []


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("line_net", "BR-CO-10"),
        ("allowances", "BR-CO-11"),
        ("charges", "BR-CO-12"),
        ("net", "BR-CO-13"),
        ("tax", "BR-CO-14"),
        ("gross", "BR-CO-15"),
        ("payable", "BR-CO-16"),
    ],
)
def test_every_wrong_sum_is_named(field, rule):
    right = document()
    wrong = replace(right, totals=replace(right.totals, **{field: Decimal("999.99")}))
    found = {item.rule: item for item in check_arithmetic(wrong)}
    assert found[rule].given == Decimal("999.99")
    assert found[rule].expected == (getattr(right.totals, field) or 0)


def test_wrong_tax_and_base_of_a_rate_are_named():
    right = document()
    vat = (replace(right.vat[0], tax=right.vat[0].tax + 1, base=right.vat[0].base - 1), *right.vat[1:])
    found = {item.rule: item.at for item in check_arithmetic(replace(right, vat=vat))}
    assert found["BR-CO-17"] == "S 20"
    assert found["BR-S-08"] == "S 20"


def test_line_is_checked_with_its_base_quantity_and_allowances():
    right = document(count=1)
    item = AllowanceCharge(amount=Decimal("1.00"), reason="Damaged")
    wrong = with_line(right, 0, allowances_charges=(item,))
    (found,) = [item for item in check_arithmetic(wrong) if item.rule == "PEPPOL-EN16931-R120"]
    assert (found.given, found.expected, found.at) == (right.lines[0].net, right.lines[0].net - 1, "1")
    per_hundred = line(1, unit_price=Decimal("54.00"), price_base_quantity=Decimal(100), net=Decimal("4.32"))
    assert check_arithmetic(document(lines=(per_hundred,))) == []


def test_document_allowances_and_charges_count():
    right = document(category=VatCategory.ZERO)
    items = (
        AllowanceCharge(amount=Decimal("3.00"), reason="Bonus", vat_category=VatCategory.ZERO, vat_rate=Decimal(0)),
        AllowanceCharge(
            amount=Decimal("5.00"), is_charge=True, reason="Freight", vat_category=VatCategory.ZERO, vat_rate=Decimal(0)
        ),
    )
    totals = right.totals
    changed = replace(
        right,
        allowances_charges=items,
        vat=(replace(right.vat[0], base=totals.net + 2),),
        totals=replace(
            totals,
            allowances=Decimal("3.00"), charges=Decimal("5.00"), net=totals.net + 2, gross=totals.net + 2,
            prepaid=Decimal("1.00"), rounding=Decimal("0.01"), payable=totals.net + Decimal("1.01"),
        ),
    )  # fmt: skip
    assert check_arithmetic(changed) == []
