"""Every registered format: what it writes it reads, without I/O, and bad input is an error with a place."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from app.documents.formats import FormatError, formats
from tests.documents.strategies import documents
from tests.factories.documents import credit_note, document

CODES = list(formats)
BILLING = ["cii-invoice", "ubl-invoice"]


def test_formats_are_found():
    assert set(BILLING) <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_format_describes_itself(code):
    form = formats[code]
    assert form.code == code
    assert "/" in form.media_type
    assert form.documents


@pytest.mark.parametrize("code", BILLING)
@given(original=documents())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read(code, original):
    data = formats[code].dumps(original)
    assert formats[code].loads(data) == original
    assert formats[code].dumps(original) == data


@given(original=documents())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_formats_carry_the_same_document(original):
    first, second = (formats[code].loads(formats[code].dumps(original)) for code in BILLING)
    assert first == second


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("data", "line"),
    [(b"", 0), (b"\x00\x01\x02", 1), (b"%PDF-1.7", 1), (b"<a>\n<b>\n</a>", 3), (b"<html><body/></html>", 1)],
    ids=["empty", "binary", "pdf", "broken", "other"],
)
def test_bad_input_is_a_format_error(code, data, line):
    with pytest.raises(FormatError) as caught:
        formats[code].loads(data)
    assert caught.value.line in (line, 1)


@pytest.mark.parametrize("code", BILLING)
@pytest.mark.parametrize("make", [document, credit_note], ids=["invoice", "credit note"])
def test_every_cut_and_every_lost_line_is_read_or_refused(code, make):
    """No input, however damaged, raises anything else than FormatError."""
    data = formats[code].dumps(make(count=1))
    lines = data.split(b"\n")
    for index in range(len(lines)):
        for damaged in (b"\n".join(lines[:index]), b"\n".join(lines[:index] + lines[index + 1 :])):
            try:
                formats[code].loads(damaged)
            except FormatError as error:
                assert str(error)


@pytest.mark.parametrize("code", BILLING)
def test_wrong_value_is_named_with_line_and_path(code):
    data = formats[code].dumps(document(count=2)).decode()
    tag = {"cii-invoice": "ram:BilledQuantity", "ubl-invoice": "cbc:InvoicedQuantity"}[code]
    lines = data.split("\n")
    at = [number for number, text in enumerate(lines) if tag in text][1]
    lines[at] = lines[at].replace(">15<", ">1e3<")
    assert "1e3" in lines[at]
    with pytest.raises(FormatError) as caught:
        formats[code].loads("\n".join(lines).encode())
    assert caught.value.line == at + 1
    assert caught.value.path.endswith(tag)
    assert "[2]" in caught.value.path
    assert "1e3" in str(caught.value)
