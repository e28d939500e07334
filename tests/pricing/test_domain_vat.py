"""Which category and rate a sale has."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.pricing.domain.vat import Parties, PlaceRule, parties_of, reason, treat

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
    treatment = treat(Parties(seller, customer, vat_id, is_checked=True), category, vat_class, RATES)
    assert (treatment.category, treatment.rate) == result
    assert treatment.problem is None


@pytest.mark.parametrize(
    ("customer", "vat_id", "is_checked", "exempt", "rule", "category", "result"),
    [
        ("FR", "FR40303265045", False, False, None, "S", ("S", 19)),  # nobody has checked the number
        ("FR", "FR40303265045", True, False, None, "S", ("K", 0)),
        ("FR", "FR40303265045", True, True, None, "S", ("K", 0)),  # the supply is free by itself
        ("FR", "FR40303265045", False, True, None, "S", ("E", 0)),
        ("DE", "", False, True, None, "S", ("E", 0)),
        ("DE", "", False, True, None, "Z", ("E", 0)),
        ("CH", "", False, True, None, "S", ("G", 0)),
        ("DE", "", False, True, None, "O", ("O", None)),
        ("DE", "DE136695976", True, False, "AE", "S", ("AE", 0)),  # scrap metal at home
        ("DE", "DE136695976", False, False, "AE", "S", ("S", 19)),
        ("DE", "DE136695976", False, False, None, "AE", ("S", 19)),
        ("DE", "DE136695976", True, False, None, "AE", ("AE", 0)),
        ("DE", "", False, False, "Z", "S", ("Z", 0)),  # solar panels
        ("DE", "", False, False, "E", "S", ("E", 0)),
        ("DE", "", False, False, "S", "Z", ("S", 19)),  # back to the rate
        ("DE", "", False, False, "O", "S", ("O", None)),
    ],
)
def test_certificates_rules_of_the_place_and_checked_numbers(
    customer, vat_id, is_checked, exempt, rule, category, result
):
    parties = Parties(
        "DE", customer, vat_id, is_checked, ("VATEX-EU-132", None) if exempt else None,
        {} if rule is None else {"standard": PlaceRule(rule)},
    )  # fmt: skip
    treatment = treat(parties, category, "standard", RATES)
    assert (treatment.category, treatment.rate) == result


def test_documents_give_the_reasons_of_the_account_and_the_place():
    facts = {"checked": None, "exempt": ["NATO forces, certificate 7", "VATEX-EU-151"],
             "rules": {"scrap": ["AE", "", "VATEX-EU-AE"], "books": ["S", "", ""]}}  # fmt: skip
    parties = parties_of("DE", "DE", "", facts)
    assert {category: (code, text and str(text)) for category, (code, text) in parties.reasons.items()} == {
        "E": ("VATEX-EU-151", "NATO forces, certificate 7"), "AE": ("VATEX-EU-AE", None),
    }  # fmt: skip
    assert not parties.is_checked


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
