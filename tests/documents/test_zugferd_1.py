"""ZUGFeRD 1 is read like the invoice of today it would be."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.documents.arithmetic import check_arithmetic
from app.documents.conversion import convert
from app.documents.formats import FormatError, formats
from app.documents.model.line import Period
from app.documents.model.payment import CashDiscount
from app.documents.model.totals import VatCategory

SAMPLE = (Path(__file__).parents[1] / "samples" / "cii" / "zugferd-1-basic.xml").read_bytes()


def test_what_the_profile_basic_leaves_out_is_taken_from_its_sums():
    read = formats["cii-invoice"].loads(SAMPLE)
    (line,) = read.lines
    assert (read.number, read.issue_date, read.currency) == ("R-2014-7", date(2014, 3, 5), "EUR")
    assert (read.delivery.date, read.despatch_reference) == (date(2014, 3, 4), "L-3")
    assert (line.position, line.quantity, line.net) == ("2", Decimal(20), Decimal("100.00"))
    assert (line.unit_price, line.price_base_quantity) == (Decimal("100.00"), Decimal(20))
    assert (line.vat_category, line.vat_rate) == (VatCategory.STANDARD, Decimal("19.00"))
    assert line.period == Period(start=date(2014, 3, 3), end=date(2014, 3, 31))
    assert read.payment_terms.discounts == (CashDiscount(days=10, percent=Decimal("2.00")),)
    (freight,) = read.allowances_charges
    assert (freight.is_charge, freight.reason, freight.amount) == (True, "Fracht", Decimal("10.00"))
    assert (read.totals.payable, check_arithmetic(read)) == (Decimal("130.90"), [])


def test_it_is_converted_and_what_is_left_out_named():
    made = convert(SAMPLE, "ubl-invoice")
    assert made.source == "cii-invoice"
    assert formats["ubl-invoice"].loads(made.data).totals.payable == Decimal("130.90")
    lost = {(item.path.rpartition("/")[2], item.value) for item in made.lost}
    assert {("Name", "RECHNUNG"), ("Content", "Wir danken.")} <= lost


def test_a_period_that_is_none_is_left_out():
    read = formats["cii-invoice"].loads(SAMPLE.replace(b'format="616">201410', b'format="102">20139102'))
    assert read.lines[0].period is None


def test_every_lost_line_is_read_or_refused():
    lines = SAMPLE.split(b"\n")
    for index in range(len(lines)):
        with suppress(FormatError):
            formats["cii-invoice"].loads(b"\n".join(lines[:index] + lines[index + 1 :]))
