"""Which articles can stand for one another: the successor, versions of one family, and articles of the same kind.

Of the same kind are articles of one category that share properties and words of their names. Two that are mostly
bought in one basket go together and cannot stand for each other; two that the same companies buy, but not at once,
can. Articles in which these companies differ count more.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_WORD = re.compile(r"[^\W\d_]{3,}")
_TOO_COMMON = 200  # articles of a category with a word: it says nothing
_TRIED = 40
_TOGETHER = 0.25  # of their orders in one basket: no substitutes
_LEAST_ALIKE = 0.34


@dataclass(frozen=True, slots=True)
class Kin:
    """What is known of an article to compare it."""

    id: int
    category_id: int | None
    family_id: int | None
    successor_id: int | None
    words: frozenset[str]


class Substitute(NamedTuple):
    """`source`: successor, variant or alike; `accounts` bought both."""

    other: int
    score: float
    source: str
    accounts: int


def words_of(name: str, brand: str, facets: Iterable[int]) -> frozenset[str]:
    """What articles are compared by: words of the name without the brand, and values of their properties."""
    made_by = set(_WORD.findall(brand.lower()))
    return frozenset(
        {word for word in _WORD.findall(name.lower()) if word not in made_by} | {f"={one}" for one in facets}
    )


def substitutes(
    kin: Collection[Kin],
    buyers: Mapping[int, Collection[int]],
    together: Mapping[tuple[int, int], int],
    times: Mapping[int, int],
    most: int = 6,
) -> dict[int, list[Substitute]]:
    """The best of each article. `buyers`: accounts of an article; `together`: common baskets of two (lower id first),
    `times`: baskets of one.
    """
    rare = _by_word(kin)
    families: defaultdict[int, list[int]] = defaultdict(list)
    by_id = {one.id: one for one in kin}
    for one in kin:
        if one.family_id is not None:
            families[one.family_id].append(one.id)
    found = {}
    for one in kin:
        best: dict[int, Substitute] = {}
        if one.successor_id in by_id:
            best[one.successor_id] = Substitute(one.successor_id, 3.0, "successor", 0)
        for other in families.get(one.family_id or 0, ()):
            if other != one.id and other not in best:
                best[other] = Substitute(other, 2.0 + _alike(one, by_id[other]), "variant", 0)
        for other in _near(one, rare):
            if other not in best:
                judged = _judged(one, by_id[other], buyers, together, times)
                if judged is not None:
                    best[other] = judged
        if best:
            found[one.id] = heapq.nsmallest(most, best.values(), key=lambda sub: (-sub.score, sub.other))
    return found


def _by_word(kin: Iterable[Kin]) -> dict[tuple[int, str], list[int]]:
    holding: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for one in kin:
        if one.category_id is not None:
            for word in one.words:
                holding[one.category_id, word].append(one.id)
    return {key: ids for key, ids in holding.items() if 1 < len(ids) <= _TOO_COMMON}


def _near(one: Kin, rare: Mapping[tuple[int, str], list[int]]) -> list[int]:
    """The articles of the category that share most, a few of them."""
    if one.category_id is None:
        return []
    shared: Counter[int] = Counter()
    for word in one.words:
        shared.update(rare.get((one.category_id, word), ()))
    del shared[one.id]
    return heapq.nsmallest(_TRIED, shared, key=lambda other: (-shared[other], other))


def _alike(one: Kin, other: Kin) -> float:
    both = len(one.words & other.words)
    return both / (len(one.words | other.words) or 1)


def _judged(
    one: Kin,
    other: Kin,
    buyers: Mapping[int, Collection[int]],
    together: Mapping[tuple[int, int], int],
    times: Mapping[int, int],
) -> Substitute | None:
    alike = _alike(one, other)
    if alike < _LEAST_ALIKE:
        return None
    fewer = min(times.get(one.id, 0), times.get(other.id, 0))
    common = together.get((min(one.id, other.id), max(one.id, other.id)), 0)
    if fewer and common > _TOGETHER * fewer:
        return None
    mine, theirs = buyers.get(one.id, ()), buyers.get(other.id, ())
    accounts = len(set(mine) & set(theirs)) if mine and theirs else 0
    return Substitute(other.id, alike + 0.2 * math.log1p(accounts), "alike", accounts)
