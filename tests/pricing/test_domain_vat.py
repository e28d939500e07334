"""Which category and rate a sale has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.pricing.domain.vat import Parties, reason, treat

RATES = {"standard": Decimal(19), "reduced": Decimal(7), "zero": Decimal(0)}


@pytest.mark.parametrize(
    ("seller", "customer", "vat_id", "category", "vat_class", "result"),
    [
        ("DE", "DE", "DE136695976", "S", "standard", ("S", 19)),
        ("DE", "DE", "", "S", "reduced", ("S", 7)),
        ("DE", "DE", "", "S", "zero", ("Z", 0)),
        ("DE", "DE", "", "E", "exempt", ("E", 0)),
        ("DE", "DE", "", "O", "standard", ("O", None)),
        ("DE", "FR", "FR40303265045", "S", "standard", ("K", 0)),
        ("DE", "FR", "", "S", "standard", ("S", 19)),  # no number: the seller's own tax
        ("DE", "FR", "DE136695976", "S", "standard", ("S", 19)),  # buys under a number of the seller's country
        ("DE", "GR", "EL094259216", "S", "standard", ("K", 0)),
        ("DE", "FR", "FR40303265045", "E", "exempt", ("E", 0)),
        ("DE", "CH", "CHE123456788", "S", "reduced", ("G", 0)),
        ("DE", "US", "", "S", "standard", ("G", 0)),
        ("GB", "DE", "DE136695976", "S", "standard", ("Z", 0)),
        ("GB", "GB", "", "S", "standard", ("S", 19)),
        ("DE", "GB", "GB980780684", "S", "standard", ("G", 0)),
    ],
)
def test_treatment(seller, customer, vat_id, category, vat_class, result):
    treatment = treat(Parties(seller, customer, vat_id), category, vat_class, RATES)
    assert (treatment.category, treatment.rate) == result
    assert treatment.problem is None


def test_a_class_without_a_rate_is_a_problem_and_not_zero_percent():
    treatment = treat(Parties("DE", "DE"), "S", "luxury", RATES)
    assert treatment.rate is None
    assert str(treatment.problem) == "There is no VAT rate of the class luxury in DE."


def test_whatever_is_free_of_tax_has_a_reason():
    for category in ("E", "K", "G", "AE", "O"):
        assert reason(category)[1] is not None
    assert reason("S") == ("", None)
    assert reason("Z") == ("", None)


def test_customer_without_a_country_gets_no_guess():
    treatment = treat(Parties("DE", "", ""), "S", "standard", RATES)
    assert treatment.rate is None
    assert treatment.problem is not None
