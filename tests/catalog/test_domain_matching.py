"""How sure it is that a supplier's article is one of ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.domain.matching import LEAST, SURE, Candidate, Offered, best, judge

BOLT = Candidate(
    1, "FA-1", ("Hex bolt M8x40 galvanised", "Болт М8х40"), "Anvilor", "100.319.2",
    frozenset({"4006381333931"}), frozenset({"H87", "XBX"}),
)  # fmt: skip
LONGER = Candidate(2, "FA-2", ("Hex bolt M8x50 galvanised",), "Anvilor", "100.320.2", frozenset(), frozenset({"H87"}))


@pytest.mark.parametrize(
    ("offered", "least", "most"),
    [
        (Offered("X", gtin="4006381333931"), 96, 96),
        (Offered("X", gtin="04006381333931", mpn="1003192", brand="ANVILOR"), 98, 98),
        (Offered("X", mpn="100-319/2", brand="anvilor"), 93, 93),
        (Offered("X", mpn="100.319.2"), 75, 75),
        (Offered("X", mpn="100.319.2", brand="Boltex"), 45, 45),
        (Offered("fa 1"), 88, 88),
        (Offered("X", name="Hex bolt M8x40 galvanised"), 80, 80),
        (Offered("X", name="Hex bolt M8x50 galvanised"), 30, 45),  # another length
        (Offered("X", name="Bolt"), 0, 0),
        (Offered("X"), 0, 0),
        (
            Offered("X", gtin="4006381333931", name="Hex bolt M8x50 galvanised"),
            85,
            92,
        ),  # the bar code is right, the name not
        (Offered("X", gtin="4006381333931", unit="XPX"), 91, 91),
        (Offered("X", mpn="12"), 0, 0),  # too short to say anything
    ],
)
def test_confidence(offered, least, most):
    assert least <= judge(offered, BOLT).confidence <= most


def test_every_judgement_says_why():
    judged = judge(Offered("X", name="Hex bolt M8x50", mpn="100.319.2", brand="Boltex", unit="XPX"), BOLT)
    assert [str(reason) for reason in judged.reasons] == [
        "Words of the names that agree: 62 %",
        "Same maker's number 100.319.2",
        "Sizes or numbers in the names differ",
        "We do not sell it in the unit XPX",
    ]


def test_the_surest_comes_first_and_weak_ones_do_not_come():
    found = best(Offered("X", name="hex bolt m8x50 galvanised", brand="Anvilor"), [BOLT, LONGER])
    assert found[0].article_id == 2
    assert all(one.confidence >= LEAST for one in found)
    assert best(Offered("X", name="Paint"), [BOLT, LONGER]) == []


def test_words_alone_are_never_sure():
    assert judge(Offered("X", name=LONGER.names[0], brand="Anvilor"), LONGER).confidence < SURE


TEXTS = st.text(alphabet="abM8 x40-./é", max_size=20)


@given(
    st.builds(
        Offered, TEXTS, TEXTS, TEXTS, TEXTS, st.sampled_from(["", "4006381333931"]), st.sampled_from(["", "H87", "XPX"])
    )
)
def test_confidence_is_a_percentage_and_zero_only_without_reasons(offered):
    judged = judge(offered, BOLT)
    assert 0 <= judged.confidence <= 99
    assert bool(judged.reasons) == (judged.confidence > 0)
