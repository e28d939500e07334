"""Sealing: any changed byte breaks exactly that part; fewer than k shares never open; receipts prove themselves."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app.sourcing.cli.receipts import verify
from app.sourcing.domain import receipts, sealing, shares
from app.sourcing.domain.sealing import Binding, SealBrokenError, Sealed

MASTER = bytes(range(32))
BOUND = Binding(tender=7, lot=3, owner="ab" * 32, bid="K7Q2", version=1, envelope=1)
PRIVATE, PUBLIC = sealing.new_key_pair()
OWN = sealing.derived(MASTER, "own")
CONTENT = {"lines": [{"line": 1, "price": "12.345678"}], "supplier": 9}


def sealed(content=CONTENT, bound=BOUND) -> Sealed:
    return sealing.seal(content, bound, tender_key=PUBLIC, own_key=OWN)


def test_tender_and_supplier_read_the_same():
    part = sealed()
    assert sealing.open_part(part, BOUND, PRIVATE) == CONTENT
    assert sealing.read_own(part, BOUND, OWN) == CONTENT


@given(st.text(max_size=9000))
def test_length_tells_only_the_step(note):
    body = sealed({"note": note}).body
    assert (len(body) - sealing.NONCE - 16) % sealing.STEP == 0
    assert sealing.unpad(sealing.pad(note.encode())) == note.encode()


@given(st.data())
def test_every_flipped_byte_breaks_that_part_and_no_other(data):
    part, other = sealed(), sealed({"supplier": 10})
    name = data.draw(st.sampled_from(["body", "wrapped"]))
    stored = bytearray(getattr(part, name))
    place = data.draw(st.integers(0, len(stored) - 1))
    stored[place] ^= data.draw(st.integers(1, 255))
    broken = Sealed(**{"body": part.body, "wrapped": part.wrapped, "own": part.own, name: bytes(stored)})
    with pytest.raises(SealBrokenError):
        sealing.open_part(broken, BOUND, PRIVATE)
    assert sealing.open_part(other, BOUND, PRIVATE) == {"supplier": 10}


@given(st.sampled_from(["tender", "lot", "version", "envelope"]), st.integers(1, 1000))
def test_a_part_cannot_be_moved(name, distance):
    values = {field: getattr(BOUND, field) for field in BOUND.__slots__}
    moved = Binding(**{**values, name: values[name] + distance})
    with pytest.raises(SealBrokenError):
        sealing.open_part(sealed(), moved, PRIVATE)
    with pytest.raises(SealBrokenError):
        sealing.read_own(sealed(), moved, OWN)


def test_truncated_parts_are_broken_not_a_crash():
    part = sealed()
    for body, wrapped in (
        (b"", part.wrapped),
        (part.body[:20], part.wrapped),
        (part.body, b""),
        (part.body, bytes(32)),
    ):
        with pytest.raises(SealBrokenError):
            sealing.open_part(Sealed(body, wrapped, part.own), BOUND, PRIVATE)


def test_the_tag_of_an_owner_needs_the_master_key():
    tag = sealing.owner_tag(MASTER, 7, 9)
    assert tag == sealing.owner_tag(MASTER, 7, 9)
    assert len({tag, sealing.owner_tag(MASTER, 7, 10), sealing.owner_tag(MASTER, 8, 9)}) == 3
    assert tag != sealing.owner_tag(bytes(32), 7, 9)


@given(st.binary(min_size=1, max_size=40), st.data())
def test_any_k_shares_open(secret, data):
    total = data.draw(st.integers(1, 9))
    needed = data.draw(st.integers(1, total))
    parts = shares.split(secret, needed=needed, total=total)
    chosen = data.draw(st.permutations(parts))
    assert shares.combine(chosen[: data.draw(st.integers(needed, total))]) == secret


@given(st.integers(2, 7), st.data())
def test_fewer_than_k_never_open(needed, data):
    total = data.draw(st.integers(needed, 9))
    private, public = sealing.new_key_pair()
    parts = data.draw(st.permutations(shares.split(private, needed=needed, total=total)))
    few = parts[: data.draw(st.integers(1, needed - 1))]
    assert sealing.public_of(shares.combine([*few, few[0]])) != public  # the same member counts once


def test_shares_of_the_field_of_aes():
    """The product 57 x 83 = c1 stands in FIPS 197, 4.2."""
    assert shares._times(0x57, 0x83) == 0xC1
    assert shares._divided(0xC1, 0x83) == 0x57
    with pytest.raises(ValueError, match="3 of 2"):
        shares.split(b"x", needed=3, total=2)


def test_receipts_prove_themselves():
    key = receipts.signing_key(MASTER)
    whole = receipts.signed({"tender": "T-1", "sha256": "ab", "at": "2026-03-20T11:59:59.999999Z"}, key)
    data = json.dumps(whole).encode()
    assert receipts.problem_of(data, expected_key=receipts.public_key(key)) == ""
    assert receipts.problem_of(data.replace(b"59.9", b"58.9")) == "changed"
    assert receipts.problem_of(b"{}") == receipts.problem_of(b"[1]") == receipts.problem_of(b"\xff") == "unreadable"
    assert receipts.problem_of(data, expected_key=bytes(32)) == "foreign"


def test_the_command_tells_genuine_receipts_from_others(tmp_path):
    key = receipts.signing_key(MASTER)
    whole = receipts.signed({"tender": "T-1", "bid": "B-1", "version": 1}, key)
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(whole, indent=1))
    assert (done := CliRunner().invoke(verify, [str(file), "--key", whole["public_key"]])).exit_code == 0
    assert "genuine" in done.output
    file.write_text(json.dumps(whole).replace("B-1", "B-2"))
    assert (done := CliRunner().invoke(verify, [str(file), "--json"])).exit_code == 1
    assert json.loads(done.output)["problem"] == "changed"
