"""Who is first: a pure function of stored inputs, independent of their order.

(ranked value, time of the last change of the price), both ascending; points are ranked by their negative. An unchanged
price keeps its time, so the earlier of two equal bids wins. What is equal to the microsecond is ordered by a keyed hash
whose seed stands in the opening record: nobody could know it while bidding, everybody can check it afterwards.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Standing:
    """One bid as it is ranked. `value`: the lower the better; a disqualified bid has no rank."""

    bid_id: int
    value: Fraction | None
    changed_at: datetime
    is_in: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """`rank` is None for who is out or has no comparable value; `is_best`: equal to the best value, whoever came first."""

    bid_id: int
    rank: int | None
    value: Fraction | None
    is_best: bool = False


def lot_of(seed: bytes, bid_id: int) -> bytes:
    """The bid's place among equals."""
    return hmac.new(seed, str(bid_id).encode(), hashlib.sha256).digest()


def ranked(standings: Iterable[Standing], seed: bytes) -> list[Place]:
    """Places in order: ranked ones first, then the others by bid. Rank again after every disqualification."""
    everyone = list(standings)
    keyed = [
        (standing.value, standing.changed_at, lot_of(seed, standing.bid_id), standing.bid_id)
        for standing in everyone
        if standing.is_in and standing.value is not None
    ]
    keyed.sort()
    best = keyed[0][0] if keyed else None
    places = [
        Place(bid_id, rank, value, is_best=value == best) for rank, (value, _, _, bid_id) in enumerate(keyed, start=1)
    ]
    placed = {place.bid_id for place in places}
    rest = sorted((s for s in everyone if s.bid_id not in placed), key=lambda standing: standing.bid_id)
    return [*places, *(Place(standing.bid_id, None, standing.value) for standing in rest)]
