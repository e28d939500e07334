"""A small simulated week: every kind of reason is found, nobody is written to who must not be."""

from __future__ import annotations

import pytest

from app.trial.cart_week import WeekReport, run_week


def test_a_small_week_finds_every_reason_and_writes_to_nobody_in_vain(ctx):
    report = run_week(accounts=20, seed=1, say=lambda _text: None)
    found = report.as_json()
    assert report.is_ok, found
    assert (report.planted, report.found, report.false_reasons) == (report.planted, report.planted, 0), found
    assert report.contacted > 5, found


@pytest.mark.parametrize(
    ("facts", "is_ok"),
    [
        ({}, True), ({"found": 9}, True), ({"found": 8}, False), ({"false_reasons": 1}, False), ({"named": 20, "false_reasons": 1}, True),
        ({"contacted_twice": 1}, False), ({"contacted_after_order": 1}, False), ({"contacted_against_wish": 1}, False),
        ({"noticed_late": 1}, False), ({"listed_wrongly": 1}, False), ({"planted": 0, "found": 0}, False),
    ],
)  # fmt: skip
def test_when_a_week_went_well(facts, is_ok):
    assert WeekReport(**({"accounts": 12, "planted": 10, "found": 10, "named": 10} | facts)).is_ok is is_ok
