"""Hazard and origin data: what is read and what is refused."""

from __future__ import annotations

import pytest

from app.catalog.domain.hazard import GHS, Hazard, hazard_problem, origin_problem, pictograms, read_hazard


def test_what_people_write():
    found = read_hazard(
        un_number="UN 1263", hazard_class="3", packing_group="ii", ghs="ghs07, GHS02;GHS02", signal_word="Danger"
    )
    assert found == Hazard("1263", "3", "II", ("GHS02", "GHS07"), "danger")
    assert hazard_problem(found) is None
    assert Hazard.from_json(found.as_json()) == found
    assert [code for code, _name in pictograms(found.ghs)] == ["GHS02", "GHS07"]


def test_nothing_is_nothing():
    assert not Hazard()
    assert Hazard().as_json() == {}
    assert hazard_problem(Hazard()) is None
    assert len(GHS) == 9


@pytest.mark.parametrize(
    ("hazard", "field"),
    [
        (Hazard("12"), "un_number"),
        (Hazard("12A4", "3"), "un_number"),
        (Hazard("1263"), "hazard_class"),
        (Hazard("1263", "10"), "hazard_class"),
        (Hazard("1263", "4"), "hazard_class"),
        (Hazard("1263", "3", "IV"), "packing_group"),
        (Hazard(hazard_class="3", packing_group="II"), "packing_group"),
        (Hazard(ghs=("GHS10",)), "ghs"),
        (Hazard(signal_word="attention"), "signal_word"),
    ],
)
def test_what_does_not_fit(hazard, field):
    found = hazard_problem(hazard)
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize("hazard_class", ["1", "1.4S", "2.1", "3", "4.2", "5.1", "6.1", "7", "8", "9"])
def test_classes(hazard_class):
    assert hazard_problem(Hazard("1263", hazard_class)) is None


@pytest.mark.parametrize(
    ("country", "code", "field"),
    [("DE", "73181500", None), ("", "", None), ("XX", "", "origin_country"), ("de", "", "origin_country"),
     ("DE", "12345", "customs_code"), ("DE", "7318 15", "customs_code"), ("DE", "1234567890123", "customs_code")],
)  # fmt: skip
def test_origin(country, code, field):
    found = origin_problem(country, code)
    assert (found[0] if found else None) == field
