"""What lies where, and from which pile is taken."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app.inventory.domain.piles import Batch, Pile, draw, piles_of, without

TODAY, SOON, LATE = date(2026, 6, 1), date(2026, 6, 2), date(2026, 9, 1)


def found(piles):
    return [(pile.batch, pile.bin_id, int(pile.quantity)) for pile in piles]


def test_piles_say_where_everything_lies():
    batches = [Batch("L", LATE, Decimal(4)), Batch("S", SOON, Decimal(2))]
    in_bins = [Pile(Decimal(3), 7, "B-2", sort_key=2, batch="L"), Pile(Decimal(1), 5, "B-1", sort_key=1)]
    piles = piles_of(Decimal(10), batches, in_bins)
    assert found(piles) == [("S", None, 2), ("L", 7, 3), ("L", None, 1), ("", 5, 1), ("", None, 3)]
    assert piles[1].expires_on == LATE


def test_taking_keeps_its_order():
    piles = [
        Pile(Decimal(2), 1, batch="OLD", expires_on=date(2026, 5, 31)),
        Pile(Decimal(2), 2, batch="NEW", expires_on=TODAY),
        Pile(Decimal(5), 3),
    ]
    cases = [
        (4, {}, [("NEW", 2, 2), ("", 3, 2)]),  # expired goods stay; on its last day a batch may go
        (9, {}, [("NEW", 2, 2), ("", 3, 5)]),  # less than wanted
        (1, {"batch": "OLD"}, []),
        (1, {"batch": "OLD", "today": None}, [("OLD", 1, 1)]),
        (3, {"bin_id": 3}, [("", 3, 3)]),
        (0, {}, []),
    ]
    for wanted, terms, expected in cases:
        assert found(draw(piles, Decimal(wanted), **({"today": TODAY} | terms))) == expected
    assert found(without(piles, {("NEW", 2): Decimal(2), ("", 3): Decimal(1)})) == [("OLD", 1, 2), ("", 3, 4)]


amounts = st.integers(0, 9).map(Decimal)


@settings(max_examples=50, deadline=None)
@given(on_hand=amounts, held=st.lists(amounts, max_size=3), binned=st.lists(amounts, max_size=3), wanted=amounts)
def test_nothing_appears_or_gets_lost(on_hand, held, binned, wanted):
    """Where bins and batches fit on the shelf, piles add up to it, and what is taken is what was wanted or all there is."""
    batches = [Batch(f"B{place}", None, quantity) for place, quantity in enumerate(held)]
    in_bins = [Pile(quantity, place, str(place)) for place, quantity in enumerate(binned)]
    piles = piles_of(on_hand, batches, in_bins)
    if sum(held) + sum(binned) <= on_hand:
        assert sum(pile.quantity for pile in piles) == on_hand
    assert all(pile.quantity > 0 for pile in piles)
    there = sum(pile.quantity for pile in piles)
    assert sum(pile.quantity for pile in draw(piles, wanted, today=TODAY)) == min(wanted, there)
