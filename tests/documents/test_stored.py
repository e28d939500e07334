"""A frozen document survives the JSON column."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from app.documents.model.invoice import CreditNote, Invoice
from app.documents.model.stored import from_json, to_json
from tests.documents.strategies import documents
from tests.factories.documents import credit_note, document


@given(original=documents(language=True))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_document_comes_back_equal(original):
    stored = json.loads(json.dumps(to_json(original)))
    assert from_json(stored) == original
    assert type(from_json(stored)) is type(original)


def test_decimals_are_text_with_the_digits_they_had():
    stored = to_json(document())
    assert stored["lines"][0]["unit_price"] == "0.54"
    assert stored["totals"]["payable"] == str(document().totals.payable)
    assert from_json(stored).lines[0].quantity.as_tuple() == Decimal(8).as_tuple()


def test_kind_tells_invoice_from_credit_note():
    assert to_json(document())["kind"] == "invoice"
    assert isinstance(from_json(to_json(document())), Invoice)
    assert isinstance(from_json(to_json(credit_note())), CreditNote)


@pytest.mark.parametrize("change", [{"kind": "quote"}, {"kind": None}, {"colour": "red"}])
def test_unknown_kind_or_field_is_an_error(change):
    with pytest.raises(ValueError, match=r"kind|colour"):
        from_json({**to_json(document()), **change})


def test_unknown_field_deep_inside_is_an_error():
    stored = to_json(document())
    stored["lines"][1]["colour"] = "red"
    with pytest.raises(ValueError, match="Line has no colour"):
        from_json(stored)
