"""Tokenizers and envelopes of EDIFACT and X12: places, oddities of real files, damage of every kind."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.edifact.envelope import EdifactFile
from app.documents.edifact.tokens import EdifactTokens
from app.documents.formats import FormatError
from app.documents.inspection.file import inspect_file
from app.documents.segments import ELEMENT, MAX_SEGMENT, Severity
from app.documents.x12.envelope import X12File
from app.documents.x12.tokens import X12Tokens
from tests.support.effort import calls

ORDERS = b"""UNA:+.? '
UNB+UNOC:3+4012345000009:14+4054321000008:14+250301:0930+77'
UNH+1+ORDERS:D:96A:UN:EAN008'
BGM+220+PO-1+9'
DTM+137:20250301:102'
LIN+1++4012345678901:EN'
IMD+F++:::Bolt ?+ nut?: 3?'4'
QTY+21:8:PCE'
UNS+S'
UNT+8+1'
UNZ+1+77'
"""
ISA = b"ISA*00*          *00*          *01*123456789      *ZZ*RECEIVER       *250301*0930*U*00401*000000077*0*P*>~"
PO = (
    ISA + b"\nGS*PO*123456789*RECEIVER*20250301*0930*7*X*004010~\nST*850*0001~\nBEG*00*SA*PO-1**20250301~\n"
    b"PO1*1*8*EA*9.25**UP*012345678905~\nCTT*1~\nSE*5*0001~\nGE*1*7~\nIEA*1*000000077~\n"
)
BOTH = [(EdifactTokens, ORDERS), (X12Tokens, PO)]


def read(data: bytes):
    """All faults of a file, whichever it is."""
    file = X12File.of([data]) if data.lstrip(b"\xef\xbb\xbf\r\n ").startswith(b"ISA") else EdifactFile.of([data])
    for _ in file.messages() if isinstance(file, EdifactFile) else file.sets():
        pass
    return file


def values(tokens) -> list[list[list[str]]]:
    return [[segment.components(at) for at in range(len(segment.parts))] for segment in tokens]


def test_released_characters_are_text_and_places_are_those_of_the_file():
    imd = next(segment for segment in EdifactTokens([ORDERS]) if segment.tag == "IMD")
    assert imd.value(3, 4) == "Bolt + nut: 3'4"
    assert (imd.line, imd.column) == (7, 1)
    assert imd.place(3, 4) == (7, ORDERS.split(b"\n")[6].index(b"Bolt") + 1)
    po1 = next(segment for segment in X12Tokens([PO]) if segment.tag == "PO1")
    assert po1.place(7) == (5, 21)


@pytest.mark.parametrize(("kind", "data"), BOTH)
@given(size=st.integers(1, 200))
@settings(max_examples=30, deadline=None)
def test_cutting_into_blocks_changes_nothing(kind, data, size):
    whole = list(kind([data]))
    parts = list(kind([data[at : at + size] for at in range(0, len(data), size)]))
    assert values(whole) == values(parts)
    assert [(s.line, s.column) for s in whole] == [(s.line, s.column) for s in parts]


@pytest.mark.parametrize("width", [1, 7, 80])
@pytest.mark.parametrize(("kind", "data"), BOTH)
def test_line_breaks_anywhere_are_dropped(kind, data, width):
    bare = data.replace(b"\n", b"")
    start = 9 if kind is EdifactTokens else 106  # one character a line leaves UNA and ISA whole
    blocked = bare[:start] + b"\r\n".join(bare[at : at + width] for at in range(start, len(bare), width))
    assert values(kind([blocked])) == values(kind([bare]))


@pytest.mark.parametrize(("kind", "data"), BOTH)
def test_bom_and_blank_lines_before_the_file_and_between_segments(kind, data):
    padded = b"\xef\xbb\xbf" + data.replace(b"'\n", b"'\r\n  \r\n").replace(b"~\n", b"~\r\n\r\n  ") + b"\x1a"
    assert values(kind([padded])) == values(kind([data]))


def test_several_interchanges_each_with_its_own_characters():
    other = ORDERS.replace(b"UNA:+.? '\n", b"").replace(b"'", b"\x00").replace(b"?\x00", b"'").replace(b"\x00", b"~")
    other = b"UNA=*,\\ ~\n" + other.replace(b":", b"=").replace(b"+", b"*").replace(b"?*", b"+").replace(b"?=", b":")
    file = EdifactFile.of([ORDERS + other + ORDERS.partition(b"\n")[2]])
    messages = list(file.messages())
    assert [message.segments[4].value(3, 4) for message in messages] == ["Bolt + nut: 3'4"] * 3
    assert file.tokens.advices == [":+.? '", "=*,\\ ~"]
    assert len(file.interchanges) == 3
    assert file.faults == []


@pytest.mark.parametrize(
    ("declared", "codec", "text"),
    [
        ("UNOC", "latin-1", "Müller"), ("UNOD", "iso8859-2", "Łódź"), ("UNOE", "iso8859-5", "Болт"), ("UNOF", "iso8859-7", "Αθήνα"),
        ("UNOL", "iso8859-15", "5 €"), ("UNOW", "utf-8", "Болт ½ №"), ("UNOA", "utf-8", "Müller"), ("UNOA", "cp1252", "„Müller“"),
        ("UNOC", "cp1252", "Müller – 5 €"), ("UNOX", "iso2022_jp_2", "日本"), ("UNOY", "utf-16", "Болт"), ("UNOY", "utf-16-be", "日本"),
    ],
)  # fmt: skip
def test_character_sets(declared, codec, text):
    data = ORDERS.decode().replace("UNOC", declared).replace("Bolt", text).encode(codec)
    imd = next(segment for segment in EdifactTokens([data]) if segment.tag == "IMD")
    assert imd.value(3, 4) == f"{text} + nut: 3'4"


def test_characters_of_another_set_than_declared_are_told():
    file = read(ORDERS.replace(b"UNOC", b"UNOA").replace(b"Bolt", "Müller".encode()))
    assert [(fault.rule, fault.severity) for fault in file.faults] == [("CHARSET", Severity.INFO)]


def test_isa_may_be_broken_at_80_columns():
    bare = PO.replace(b"\n", b"")
    blocked = b"\n".join(bare[at : at + 80] for at in range(0, len(bare), 80))
    assert values(X12Tokens([blocked])) == values(X12Tokens([bare]))


@pytest.mark.parametrize("terminator", ["\n", "\r\n", "\x85", "…", "¦", "}", "^", "|", "!", '"'])
def test_x12_terminators(terminator):
    data = PO.decode().replace("~\n", terminator).encode()
    file = X12File.of([data])
    (one,) = file.sets()
    assert [segment.tag for segment in one.segments] == ["ST", "BEG", "PO1", "CTT"]
    assert file.faults == []


def test_isa_of_wrong_width_is_read_and_told():
    file = read(PO.replace(b"RECEIVER       ", b"RECEIVER      "))
    assert file.count == 1
    assert [fault.rule for fault in file.faults] == ["ISA"]


def test_isa_counts_characters_not_bytes():
    file = read(PO.replace(b"RECEIVER       ", "RÉCEIVER       ".encode()))
    assert file.faults == []
    assert file.interchanges[0].recipient == "ZZ:RÉCEIVER"


def test_binary_segments_may_hold_everything():
    raw = b"~ISA*\nSE*9*9~"
    data = PO.replace(b"CTT*1~", b"BIN*%d*%s~\nCTT*1~" % (len(raw), raw)).replace(b"SE*5", b"SE*6")
    for size in (7, len(data)):
        file = X12File.of([data[at : at + size] for at in range(0, len(data), size)])
        (one,) = file.sets()
        assert one.segments[3].value(2).encode() == raw
        assert file.faults == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        (b"UNT+8+1", b"UNT+9+1", "UNT01", 10), (b"UNT+8+1", b"UNT+8+2", "UNT02", 10), (b"UNZ+1", b"UNZ+2", "UNZ01", 11),
        (b"UNZ+1+77", b"UNZ+1+78", "UNZ02", 11), (b"UNZ+1+77'", b"", "UNZ", 10), (b"UNT+8+1'\n", b"", "UNT", 10),
        (b"UNH+1+ORDERS:D:96A:UN:EAN008'\n", b"", "UNH", 3), (b"QTY+", b"QTY?+", "TAG", 8), (b"UNT+8+1", b"UNT+1e0+1", "UNT01", 10),
        (b"SE*5", b"SE*6", "SE01", 7), (b"SE*5*0001", b"SE*5*0002", "SE02", 7), (b"GE*1", b"GE*2", "GE01", 8), (b"GE*1*7", b"GE*1*8", "GE02", 8),
        (b"IEA*1*000000077", b"IEA*1*78", "IEA02", 9), (b"IEA*1", b"IEA*2", "IEA01", 9), (b"GE*1*7~\n", b"", "GE", 8),
    ],
)  # fmt: skip
def test_faults_of_envelopes_have_a_place(old, new, rule, line):
    data = next(data for _, data in BOTH if old in data).replace(old, new)
    found = next(fault for fault in read(data).faults if fault.rule == rule)
    assert found.severity is Severity.FATAL
    assert found.line == line


def test_control_numbers_are_compared_as_numbers():
    assert read(PO.replace(b"IEA*1*000000077", b"IEA*1*77")).faults == []


@pytest.mark.parametrize("data", [ORDERS, PO], ids=["EDIFACT", "X12"])
def test_cut_at_every_byte_is_told_with_a_place(data):
    whole = len(data.rstrip()) - 1  # only the terminator of the last segment may be missing
    for end in range(whole):
        try:
            faults = read(data[:end]).faults
        except FormatError as error:
            assert error.line > 0
            assert error.column > 0
        else:
            assert any(fault.severity is Severity.FATAL and fault.line and fault.column for fault in faults), end


@pytest.mark.parametrize("data", [ORDERS, PO], ids=["EDIFACT", "X12"])
@given(draw=st.data())
@settings(max_examples=300, deadline=None)
def test_damage_of_any_kind_never_raises_anything_else(data, draw):
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 5))):
        at = draw.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + draw.draw(st.integers(0, 3))] = draw.draw(
            st.binary(max_size=3)
            | st.sampled_from([b"UNA", b"UNB", b"ISA*", b"?", b"'", b"~", b"*", b"BIN*9*", b"\r\n", b"\xff"])
        )
    try:
        read(bytes(damaged))
    except FormatError as error:
        assert str(error)


@pytest.mark.parametrize(("kind", "data"), BOTH)
def test_one_endless_segment_ends_early(kind, data):
    taken = 0

    def endless():
        nonlocal taken
        yield data[:-20]
        while True:
            taken += 1
            yield b"A" * 65_536

    with pytest.raises(FormatError, match="more than") as caught:
        list(kind(endless()))
    assert taken * 65_536 < 2 * MAX_SEGMENT
    assert caught.value.line > 1


@pytest.mark.parametrize(
    "text",
    [b"UNA:+.? '" * 40_000, b"'UNB=" * 40_000, b"?'" * 200_000, b"'" * 400_000, b"a\n?\n'" * 50_000],
    ids=lambda text: text[:6],
)
def test_hostile_repetition_costs_no_more_than_its_length(text):
    started = time.process_time()
    try:
        read(ORDERS[:-20] + text)
    except FormatError as error:
        assert error.line
    assert time.process_time() - started < 60  # of the processor, not of the clock; the square would take hours


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"), (b"  \r\n", "empty"), (b"STX=ANA:1+500'", "TRADACOMS"), (b"%PDF-1.7", "does not begin"),
        (b"UNA:+.?", "fewer than 9"), (b"UNA::.? '", "cannot separate"), (b"UNB=UNOA", "UNA"), (b"ISA*00*", "16 elements"),
    ],
)  # fmt: skip
def test_what_is_no_edi_is_refused(data, words):
    with pytest.raises(FormatError, match=words):
        read(data)


@given(
    values=st.lists(st.lists(st.text("ab ?'+:\n", max_size=5), min_size=1, max_size=4), min_size=1, max_size=6),
    line=st.integers(1, 3),
)
def test_places_of_all_values_are_those_of_each(values, line):
    """What names thousands of leftovers in one walk says the same as what names one."""
    text = "FTX+" + "+".join(":".join(one) for one in values) + "'"
    data = b"UNB+UNOC:3+A+B'" + b"\n" * line + text.encode()
    try:
        segments = [segment for segment in EdifactTokens([data]) if segment.tag == "FTX"]
    except FormatError:
        return
    for segment in segments:
        assert [(at, *segment.place(*divmod(at, ELEMENT))) for at, _, _ in segment.places()] == list(segment.places())


@pytest.mark.parametrize("mark", ["+a", ":a"])
def test_a_segment_of_leftovers_costs_no_more_than_its_length(mark):
    def effort(count: int) -> int:
        text = "UNB+UNOC:3+A+B'UNH+1+ORDERS:D:96A:UN'BGM+220+1+9'FTX+AAI+++" + mark * count + "'UNT+4+1'UNZ+1+1'"
        return calls(lambda: inspect_file([text.encode()]))

    assert effort(4000) < 4.5 * effort(1000)
