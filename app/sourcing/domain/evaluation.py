"""One lot evaluated: from the inputs that are stored to places, points and warnings, by calculation alone.

`Inputs` is all that counts. It is stored with each ranking together with its hash, so that anybody can calculate the
same places again years later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from app.sourcing.domain.abnormal import low_prices
from app.sourcing.domain.features import Correction, corrected, greatest
from app.sourcing.domain.ranking import Standing, ranked
from app.sourcing.domain.scoring import Marks, price_points, quality_points, stored

_FULL_MARK = Fraction(100)


class Ranking(StrEnum):
    """By what bids are ranked; a tender's column."""

    PRICE = "price"
    POINTS = "points"
    FEATURES = "features"  # price / coefficient, plus costs where some are asked for
    COST = "cost"  # price plus costs over the life of the thing


class Flag(StrEnum):
    """What stands beside a place."""

    BEST = "best"
    ABNORMAL = "abnormal"
    INCOMPLETE = "incomplete"
    OVER_CEILING = "over_ceiling"
    UNSCORED = "unscored"
    DISQUALIFIED = "disqualified"  # or not qualified yet, where that is asked for


@dataclass(frozen=True, slots=True)
class BidInput:
    """What counts of one bid. Prices in the tender's currency, landed; None without an offer for every line.

    `chosen`: what its features are worth; `costs`: over the life of the thing; `marks`: of all evaluators, 0 to 100, by
    criterion.
    """

    bid_id: int
    price: Fraction | None
    initial: Fraction | None
    changed_at: datetime
    is_in: bool = True
    chosen: tuple[Decimal, ...] = ()
    costs: tuple[Fraction, ...] = ()
    marks: Mapping[int, tuple[Decimal, ...]] | None = None
    goods: Fraction | None = None  # without other costs: what the ceiling of a lot is for


@dataclass(frozen=True, slots=True)
class Inputs:
    """`features`: the values each feature offers; `weights`: percent by criterion; `ceiling`: highest price of the lot."""

    ranking: Ranking
    price_weight: Decimal
    seed: str
    bids: tuple[BidInput, ...]
    features: tuple[tuple[Decimal, ...], ...] = ()
    weights: Mapping[int, Decimal] | None = None
    ceiling: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The place of one bid. `ranked`: what was compared, the lower the better, or the points."""

    bid_id: int
    rank: int | None
    price: Fraction | None
    ranked: Fraction | None
    price_points: Fraction | None
    quality_points: Fraction | None
    correction: Correction
    flags: frozenset[Flag]


def evaluate(inputs: Inputs) -> tuple[Result, ...]:
    """Places in order, ranked ones first. A pure function that does not depend on the order of the bids."""
    corrections = {bid.bid_id: _correction(inputs, bid) for bid in inputs.bids}
    prices = {bid.bid_id: bid.price for bid in inputs.bids if bid.is_in and bid.price is not None}
    quality = {bid.bid_id: quality_points(_marks(inputs, bid)) for bid in inputs.bids}
    by_price: dict[int, Fraction] = {}
    if inputs.ranking is Ranking.POINTS:
        by_price = price_points(prices, inputs.price_weight)
        values = {bid: -(points + quality[bid]) for bid, points in by_price.items()}
    else:
        values = {bid: corrections[bid].ranked(price) for bid, price in prices.items()}
    low = low_prices(prices, {bid.bid_id: bid.initial for bid in inputs.bids if bid.initial is not None})
    bids = {bid.bid_id: bid for bid in inputs.bids}
    places = ranked(
        (Standing(bid.bid_id, values.get(bid.bid_id), bid.changed_at, bid.is_in) for bid in inputs.bids),
        inputs.seed.encode(),
    )
    is_by_points = inputs.ranking is Ranking.POINTS
    return tuple(
        Result(
            bid_id=place.bid_id,
            rank=place.rank,
            price=bids[place.bid_id].price,
            ranked=None if place.value is None else -place.value if is_by_points else place.value,
            price_points=by_price.get(place.bid_id),
            quality_points=quality[place.bid_id] if is_by_points else None,
            correction=corrections[place.bid_id],
            flags=_flags(
                inputs,
                bids[place.bid_id],
                is_best=place.is_best,
                is_low=place.bid_id in low and low[place.bid_id].is_flagged,
            ),
        )
        for place in places
    )


def _correction(inputs: Inputs, bid: BidInput) -> Correction:
    if inputs.ranking not in {Ranking.FEATURES, Ranking.COST}:
        return Correction()
    is_by_features = inputs.ranking is Ranking.FEATURES and inputs.features
    return corrected(
        bid.chosen if is_by_features else (), greatest(inputs.features) if is_by_features else 0, bid.costs
    )


def _marks(inputs: Inputs, bid: BidInput) -> list[Marks]:
    given = bid.marks or {}
    return [
        Marks(Fraction(weight), _FULL_MARK, tuple(Fraction(mark) for mark in given.get(criterion, ())))
        for criterion, weight in (inputs.weights or {}).items()
    ]


def _flags(inputs: Inputs, bid: BidInput, *, is_best: bool, is_low: bool) -> frozenset[Flag]:
    criteria = inputs.weights or {}
    goods = bid.price if bid.goods is None else bid.goods
    found = {
        Flag.BEST: is_best,
        Flag.ABNORMAL: is_low,
        Flag.INCOMPLETE: bid.price is None,
        Flag.OVER_CEILING: inputs.ceiling is not None and goods is not None and goods > inputs.ceiling,
        Flag.UNSCORED: inputs.ranking is Ranking.POINTS and any(not (bid.marks or {}).get(one) for one in criteria),
        Flag.DISQUALIFIED: not bid.is_in,
    }
    return frozenset(flag for flag, holds in found.items() if holds)


def as_json(inputs: Inputs) -> dict[str, Any]:
    """The inputs as they are stored: exact numbers as text, bids and criteria in the order of their ids."""
    return {
        "ranking": str(inputs.ranking),
        "price_weight": str(inputs.price_weight),
        "seed": inputs.seed,
        "ceiling": None if inputs.ceiling is None else str(inputs.ceiling),
        "features": [[str(value) for value in values] for values in inputs.features],
        "weights": {str(one): str(weight) for one, weight in sorted((inputs.weights or {}).items())},
        "bids": [_bid_json(bid) for bid in sorted(inputs.bids, key=lambda bid: bid.bid_id)],
    }


def _bid_json(bid: BidInput) -> dict[str, Any]:
    return {
        "bid": bid.bid_id,
        "price": None if bid.price is None else str(bid.price),
        "initial": None if bid.initial is None else str(bid.initial),
        "goods": None if bid.goods is None else str(bid.goods),
        "changed_at": bid.changed_at.isoformat(),
        "is_in": bid.is_in,
        "chosen": [str(value) for value in bid.chosen],
        "costs": [str(cost) for cost in bid.costs],
        "marks": {str(one): sorted(map(str, marks)) for one, marks in sorted((bid.marks or {}).items())},
    }


def from_json(content: Mapping[str, Any]) -> Inputs:
    """The inputs of a stored ranking."""
    return Inputs(
        ranking=Ranking(content["ranking"]),
        price_weight=Decimal(content["price_weight"]),
        seed=content["seed"],
        ceiling=None if content["ceiling"] is None else Decimal(content["ceiling"]),
        features=tuple(tuple(Decimal(value) for value in values) for values in content["features"]),
        weights={int(one): Decimal(weight) for one, weight in content["weights"].items()},
        bids=tuple(
            BidInput(
                bid_id=bid["bid"],
                price=None if bid["price"] is None else Fraction(bid["price"]),
                initial=None if bid["initial"] is None else Fraction(bid["initial"]),
                goods=None if bid["goods"] is None else Fraction(bid["goods"]),
                changed_at=datetime.fromisoformat(bid["changed_at"]),
                is_in=bid["is_in"],
                chosen=tuple(Decimal(value) for value in bid["chosen"]),
                costs=tuple(Fraction(cost) for cost in bid["costs"]),
                marks={int(one): tuple(Decimal(mark) for mark in marks) for one, marks in bid["marks"].items()},
            )
            for bid in content["bids"]
        ),
    )


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of stored inputs in canonical form: UTF-8, sorted keys, no blanks."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def places_json(results: tuple[Result, ...]) -> list[dict[str, Any]]:
    """The places as they are stored and printed: four digits, half to even."""
    return [
        {
            "bid": result.bid_id,
            "rank": result.rank,
            "price": None if result.price is None else str(stored(result.price)),
            "ranked": None if result.ranked is None else str(stored(result.ranked)),
            "flags": sorted(result.flags),
        }
        for result in results
    ]
