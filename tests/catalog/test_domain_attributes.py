"""Values of typed attributes: tables and properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.domain.attributes import (
    AttributeType,
    choices_of,
    definition_problem,
    number_of,
    parse_choices,
    plain_number,
    plain_value,
    shown_values,
    stored_choices,
    written_choices,
)
from app.core.errors import Invalid

NUMBER = AttributeType("length_mm", "Length", {"ru": "Длина"}, "number", "MMT")
FLAG = AttributeType("zinc", "Zinc plated", kind="flag")
COLOUR = AttributeType("colour", "Colour", kind="choice", choices={"black": {"ru": "чёрный"}, "white": {}})


@pytest.mark.parametrize(
    ("definition", "given", "kept"),
    [
        (NUMBER, " 20,50 ", "20.5"), (NUMBER, "-1.0", "-1"), (NUMBER, "1000", "1000"), (NUMBER, "", ""),
        (FLAG, "Ja", "yes"), (FLAG, "нет", "no"), (FLAG, "TRUE", "yes"), (FLAG, "0", "no"),
        (COLOUR, "BLACK", "black"), (COLOUR, "Чёрный", "black"), (COLOUR, "white", "white"),
        (AttributeType("note", "Note"), " a  b ", "a  b"),
    ],
)  # fmt: skip
def test_values_are_kept_in_plain_form(definition, given, kept):
    assert plain_value(definition, given) == kept


@pytest.mark.parametrize(
    ("definition", "given"),
    [(NUMBER, "long"), (NUMBER, "1 000"), (NUMBER, "1e5"), (NUMBER, "1.1234567"), (FLAG, "perhaps"), (COLOUR, "red")],
)
def test_values_that_an_attribute_does_not_take(definition, given):
    with pytest.raises(Invalid) as caught:
        plain_value(definition, given)
    assert definition.name in str(caught.value.message)


@given(st.decimals(-(10**11), 10**11, places=6))
def test_a_number_survives_being_kept(number):
    kept = plain_value(NUMBER, f"{number:f}")
    assert Decimal(kept) == number
    assert plain_value(NUMBER, kept) == kept == plain_number(number)


@given(st.text(max_size=30))
def test_what_is_kept_once_is_kept_again(text):
    for definition in (NUMBER, FLAG, COLOUR, AttributeType("note", "Note")):
        try:
            kept = plain_value(definition, text)
        except Invalid:
            continue
        assert plain_value(definition, kept) == kept


WORD = st.text("abcчё-é ", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.dictionaries(WORD, st.dictionaries(st.sampled_from(("en", "ru", "uk", "de")), WORD), max_size=5))
def test_choices_are_read_as_they_were_written_and_stored(choices):
    assert parse_choices(written_choices(choices)) == choices
    assert choices_of(stored_choices(choices)) == choices


@pytest.mark.parametrize("lines", ["; ru=чёрный", "black; schwarz", "black; xx=noir", "black\nblack", "x" * 201])
def test_choices_that_cannot_be_read(lines):
    with pytest.raises(Invalid):
        parse_choices(lines)


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        (AttributeType("", "A"), "code"), (AttributeType("a b" * 20, "A"), "code"), (AttributeType("a", " "), "name"),
        (AttributeType("a", "A", kind="mass"), "kind"), (AttributeType("a", "A", unit="metre"), "unit"),
        (AttributeType("a", "A", kind="choice"), "choices"), (AttributeType("brand", "Brand", kind="flag"), "kind"),
    ],
)  # fmt: skip
def test_definitions_that_cannot_be(definition, field):
    found = definition_problem(definition)
    assert found is not None
    assert found[0] == field


def test_values_are_shown_in_the_order_of_the_definitions_in_the_readers_language():
    said = {"odd": "x", "colour": "black", "zinc": "yes", "length_mm": "20.5", "empty": ""}
    shown = shown_values(said, [NUMBER, COLOUR, FLAG], "ru")
    assert [(one.label, one.value) for one in shown] == [
        ("Длина", "20.5"), ("Colour", "чёрный"), ("Zinc plated", "yes"), ("Odd", "x"),
    ]  # fmt: skip
    assert (shown[0].number, shown[0].unit, shown[2].is_yes) == (Decimal("20.5"), "MMT", True)
    assert number_of("x") is number_of("NaN") is number_of("1e99") is None
