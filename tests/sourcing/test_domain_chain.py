"""Chains of hashes: written-down vectors, and any change breaks them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sourcing.domain.chain import START, Link, canonical, first_break, link

FIRST = {
    "actor": "u1",
    "at": datetime(2026, 3, 1, 9, tzinfo=UTC),
    "event": "publish",
    "from": "draft",
    "object": "T-1",
    "to": "published",
}
SECOND = {
    "to": "closed",
    "object": "T-1",
    "from": "bidding",
    "event": "close",
    "at": datetime(2026, 3, 20, 12, tzinfo=UTC),
    "actor": "timer",
}


def test_vectors():
    one = link(START, canonical(FIRST))
    assert one.hex() == "31d15f3c1f679f16589200b7e3c3bd7e7aa4ba73a742161d4d0e239b08cd1f66"
    two = link(one, canonical(SECOND))
    assert two.hex() == "e97a888d6ddeeb8fe299e82635be3903fe9ea609495621ce36adecb8864c0c82"


def test_canonical():
    assert canonical({"b": Decimal("1.50"), "a": "ü"}) == '{"a":"ü","b":"1.50"}'.encode()
    assert canonical({"a": [None, True, {"z": 1, "b": 2}]}) == b'{"a":[null,true,{"b":2,"z":1}]}'
    with pytest.raises(TypeError):
        canonical({"a": 1.5})
    with pytest.raises(TypeError):
        canonical({"a": datetime(2026, 1, 1)})


def chain(contents: list[bytes]) -> list[Link]:
    links, previous = [], START
    for number, content in enumerate(contents, 1):
        links.append(Link(number, content, previous, link(previous, content)))
        previous = links[-1].hash
    return links


CONTENTS = st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=8)


@given(CONTENTS, st.data())
def test_any_change_breaks(contents, data):
    links = chain(contents)
    head = links[-1].hash
    assert first_break(links, length=len(links), head=head) is None
    place = data.draw(st.integers(0, len(links) - 1))
    changed = [*links]
    changed[place] = replace(links[place], content=links[place].content + b"x")
    assert first_break(changed, length=len(links), head=head) is not None
    removed = links[:place] + links[place + 1 :]
    assert first_break(removed, length=len(links), head=head) is not None
    # a forger who writes the later hashes anew is caught by the head
    rewritten = chain([each.content for each in changed])
    assert first_break(rewritten, length=len(links), head=head) is not None
    assert first_break([*links, links[-1]], length=len(links), head=head) is not None
