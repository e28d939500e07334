"""Element strings, SSCC and the bars that carry them. Numbers are those of the GS1 General Specifications where given."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents import gs1
from app.documents.paper import barcode
from app.documents.paper.barcode import symbols

GS = gs1.SEPARATOR


def test_check_digits() -> None:
    for whole in ("629104150021" + "3", "10614141543219"[:13] + "9", "37610425002123456"[:17] + "9", "4006381333931",
                  "96385074"):  # fmt: skip
        assert gs1.check_digit(whole[:-1]) == whole[-1], whole
        assert gs1.has_check_digit(whole)
        assert not gs1.has_check_digit(whole[:-1] + str((int(whole[-1]) + 1) % 10))
    assert not gs1.has_check_digit("٤٠٠")  # digits of other scripts are none


def test_sscc() -> None:
    assert gs1.make_sscc("0614141", 123456789, 1) == "106141411234567897"  # the example of the specifications
    assert gs1.make_sscc("4012345", 0) == "040123450000000003"[:17] + gs1.check_digit("04012345000000000")
    # used up: begins anew
    assert gs1.make_sscc("4012345", 10**9 + 7) == gs1.make_sscc("4012345", 7)
    for prefix, serial, extension in (("12", 1, 0), ("4012345x", 1, 0), ("4012345", -1, 0), ("4012345", 1, 10)):
        with pytest.raises(ValueError, match="no SSCC"):
            gs1.make_sscc(prefix, serial, extension)


@settings(max_examples=40)
@given(st.integers(4, 12), st.integers(0, 10**14), st.integers(0, 9), st.integers(0, 17))
def test_every_sscc_is_right_and_no_other_digit_is(length: int, serial: int, extension: int, place: int) -> None:
    code = gs1.make_sscc("401234567890"[:length], serial, extension)
    assert gs1.is_sscc(code)
    other = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]
    assert not gs1.is_sscc(other)


READINGS = [
    ("]C100106141411234567897", {"00": "106141411234567897"}),
    ("00106141411234567897", {"00": "106141411234567897"}),
    ("]C10109501101530003171" + "40704" + "10AB-123", {"01": "09501101530003", "17": "140704", "10": "AB-123"}),
    (f"]d2010950110153000310AB-123{GS}17140704", {"01": "09501101530003", "17": "140704", "10": "AB-123"}),
    (f"{GS}010950110153000321S1{GS}3012", {"01": "09501101530003", "21": "S1", "30": "12"}),
    ("(02)09501101530003(37)24(10)L 1".replace("L 1", "L1"), {"02": "09501101530003", "37": "24", "10": "L1"}),
    ("(3103)001750", {"3103": "001750"}),
]


def test_element_strings_are_read() -> None:
    for code, expected in READINGS:
        assert gs1.looks_like_elements(code) or code.startswith("(3"), code
        assert dict(gs1.parse(code).values) == expected, code
    found = gs1.parse("]C101095011015300031714070030" + "5")
    assert (found.gtin, found.expires_on, found.count) == ("09501101530003", date(2014, 7, 31), 5)


def test_wrong_element_strings_are_refused() -> None:
    for code in (
        "", "]C1", "]C199", "]C101", "]C10109501101530004", "]C1001061414112345678", "(01)", "(01", "(0109501101530003",
        "]C117141301", "]C117140231", f"]C110A{GS}10B", "]C110" + "A" * 21, "]C110ä", "]C130" + "x", "(99)1",
    ):  # fmt: skip
        with pytest.raises(gs1.BadCode):
            gs1.parse(code)


def test_plain_codes_are_not_taken_for_element_strings() -> None:
    for code in ("4006381333931", "A-12-3", "SCR-4X40", "0106381", "96385074", "00123", "Z-01"):
        assert not gs1.looks_like_elements(code), code


def test_centuries() -> None:
    for text, day in (("760101", date(2076, 1, 1)), ("770101", date(1977, 1, 1)), ("000200", date(2000, 2, 29))):
        assert gs1.read_date(text) == day
    assert gs1.read_date("270131", century_of=1980) == date(2027, 1, 31)


_TEXT = st.text("ABCXYZabc0123456789-/.", min_size=1, max_size=20)


@settings(max_examples=50)
@given(st.permutations(["10", "21", "240", "01", "17", "30"]), _TEXT, _TEXT, st.integers(1, 6))
def test_what_is_written_is_read(order: list[str], batch: str, serial: str, many: int) -> None:
    values = {"10": batch, "21": serial, "240": "X1", "01": "09501101530003", "17": "140704", "30": "12"}
    pairs = [(ai, values[ai]) for ai in order][:many]
    assert dict(gs1.parse("]C1" + gs1.element_string(pairs)).values) == dict(pairs)
    assert dict(gs1.parse(gs1.readable(pairs)).values) == dict(pairs)


def _decoded(values: list[int]) -> str:
    """The text of symbol values, by the tables of ISO/IEC 15417 told in another way than the encoder does."""
    assert values[-1] == 106
    body, check = values[:-2], values[-2]
    assert (body[0] + sum(place * value for place, value in enumerate(body) if place)) % 103 == check
    code_set, text = {104: "B", 105: "C"}[body[0]], []
    for value in body[1:]:
        if value == 102:
            text.append(GS)
        elif code_set == "C" and value < 100:
            text.append(f"{value:02d}")
        elif code_set == "C":
            assert value == 100
            code_set = "B"
        elif value == 99:
            code_set = "C"
        else:
            assert value < 95
            text.append(chr(value + 32))
    return "".join(text)


def test_bars() -> None:
    # Start C, FNC1, pairs; the check symbol worked out by hand: 105 + 102 + 2*0 + 3*10 + 4*61 + ... modulo 103
    values = symbols("00106141411234567897", is_gs1=True)
    assert values[:12] == [105, 102, 0, 10, 61, 41, 41, 12, 34, 56, 78, 97]
    assert symbols("PJJ123C", is_gs1=False)[-2] == 55  # start B: one more than the known example in set A
    assert len(set(barcode._WIDTHS)) == 107
    for place, widths in enumerate(barcode._WIDTHS):
        assert sum(map(int, widths)) == (13 if place == 106 else 11)
        if place < 106:
            assert sum(map(int, widths[::2])) % 2 == 0  # dark modules are even in number
    with pytest.raises(ValueError, match="no bars"):
        symbols("ä", is_gs1=False)
    drawn = barcode.gs1_128("00106141411234567897")
    assert 'viewBox="0 0 176 60"' in drawn  # 14 symbols of 11 modules, the stop of 13, quiet zones of 10


@settings(max_examples=50)
@given(st.text("AB ~x0123456789" + GS, min_size=1, max_size=30), st.booleans())
def test_bars_say_what_was_given(text: str, is_gs1: bool) -> None:
    assert _decoded(symbols(text, is_gs1=is_gs1)) == (GS if is_gs1 else "") + text
