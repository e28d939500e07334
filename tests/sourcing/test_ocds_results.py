"""What came of a tender, as OCDS tells it: opening, decision, contract; who won nothing has no name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from app.documents.ocds import numbers
from app.documents.ocds.checks import findings
from tests.documents.test_ocds import schema
from tests.factories import awards as judging
from tests.factories import tenders
from tests.sourcing.test_ocds import exported, plain

pytestmark = pytest.mark.usefixtures("ctx")


def awarded_and_signed():
    """Three bidders; the first has won and signed."""
    made, _number = judging.contracted("2.50", "2.80", "3.10")
    tenders.shift(made, deadline=timedelta(seconds=1))  # the factory has set it back to close the tender
    return exported(made)


def test_it_is_told_step_by_step():
    found = awarded_and_signed()
    assert [one["tag"] for one in found] == [["tender"], ["tenderUpdate"], ["award"], ["awardUpdate"], ["contract"]]
    first, opening, award, concluded, contract = found
    assert "bids" not in first
    assert [one["name"] for one in opening["parties"]][1:] == ["Bidder 1", "Bidder 2", "Bidder 3"]
    assert [one["value"]["amount"] for one in opening["bids"]["details"]] == [250, 280, 310]
    assert "awards" not in opening
    (won,) = award["awards"]
    assert (won["status"], won["value"]) == ("pending", {"amount": 250, "currency": "EUR"})
    assert [one["name"].startswith("Bidder") for one in award["parties"]] == [False, False, True, True]
    assert concluded["awards"][0]["status"] == "active"
    (signed,) = contract["contracts"]
    assert (signed["status"], signed["awardID"]) == ("active", won["id"])
    assert contract["tender"]["status"] == "complete"
    assert [findings(plain(one)) for one in found] == [[]] * len(found)


@pytest.mark.shared
def test_all_of_it_is_valid_by_the_official_schema(shared):
    validator = schema(shared)
    for one in awarded_and_signed():
        found = [(list(error.path), error.message) for error in validator.iter_errors(json.loads(numbers.write(one)))]
        assert found == []
