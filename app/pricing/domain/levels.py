"""From the chains of several levels to what holds for one article: contract, account, parent, group, segment, general.

What a level has for a slot meets what all levels below it make of the slot: `merge` fills empty slots, `lowest` takes
the lower price, `shut` asks no further for articles the level has, `stop` asks no further at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from app.pricing.domain.chain import (
    Break,
    Ladder,
    ListPrices,
    Strategy,
    allowed,
    is_lower,
    pick,
)


class LevelKind(StrEnum):
    CONTRACT = "contract"
    ACCOUNT = "account"
    PARENT = "parent"
    GROUP = "group"
    SEGMENT = "segment"
    GENERAL = "general"


RANKS: Mapping[int, LevelKind] = dict(enumerate(LevelKind, start=1))


class Combine(StrEnum):
    MERGE = "merge"
    SHUT = "shut"
    LOWEST = "lowest"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Level:
    """A chain as one level brings it in. `subject` is the code of the parent, group or segment, for staff."""

    kind: str
    strategy: Strategy
    lists: tuple[ListPrices, ...]
    combine: Combine = Combine.MERGE
    chain: str = ""
    subject: str = ""

    def has(self, article_id: int) -> bool:
        """Asked without looking at units and currencies."""
        return any(article_id in prices.entries for prices in self.lists)


class Tier(NamedTuple):
    """What one level or several alike hold for an article, list by list; `is_lowest` is how it meets the tiers below."""

    held: list[Sequence[Break]]
    strategy: Strategy
    is_lowest: bool


Tiers: TypeAlias = tuple[Tier, ...]
Usable: TypeAlias = Callable[[Break], bool]


def asked(levels: Sequence[Level], has: Callable[[Level], bool]) -> list[Level]:
    """The levels that are asked, down to the one that lets no other in."""
    found = []
    for level in levels:
        found.append(level)
        if level.combine is Combine.STOP or (level.combine is Combine.SHUT and has(level)):
            break
    return found


def tiers_of(article_id: int, levels: Sequence[Level], currency: str, usable: Usable | None = None) -> Tiers:
    """What counts for an article, most specific first; `usable` leaves breaks out, such as a contract's that is drawn."""
    held: list[tuple[list[Sequence[Break]], Level]] = []
    for level in levels:
        holding = [prices for prices in level.lists if article_id in prices.entries]
        if usable is not None:
            holding = [prices for prices in holding if any(map(usable, prices.entries[article_id]))]
        if holding:
            counting = allowed(holding, level.strategy) if len(holding) > 1 else holding
            rows = [prices.entries[article_id] for prices in counting if prices.currency == currency]
            if usable is not None:
                rows = [[step for step in row if usable(step)] for row in rows]
            if rows:
                held.append((rows, level))
            if level.combine is Combine.SHUT:
                break
        if level.combine is Combine.STOP:
            break
    if len(held) == 1:
        rows, level = held[0]
        return (Tier(rows, level.strategy, False),)
    return _joined(held)


def _joined(held: list[tuple[list[Sequence[Break]], Level]]) -> Tiers:
    """Levels that are looked through the same way become one tier, from below: most accounts have a single one."""
    tiers: list[Tier] = []
    for rows, level in reversed(held):
        is_lowest = level.combine is Combine.LOWEST
        if len(tiers) == 1 and (alike := _alike(rows, level, tiers[0])):
            tiers[0] = Tier([*rows, *tiers[0].held], alike, False)
        else:
            tiers.insert(0, Tier(rows, level.strategy, is_lowest and bool(tiers)))
    return tuple(tiers)


def _alike(rows: list[Sequence[Break]], level: Level, below: Tier) -> Strategy | None:
    """The strategy by which a level and the only tier below it can be looked through in one go; None: there is none."""
    wanted = Strategy.LOWEST if level.combine is Combine.LOWEST else Strategy.MERGE
    for held, strategy in ((rows, level.strategy), (below.held, below.strategy)):
        if len(held) > 1 and (strategy is Strategy.LOWEST) != (wanted is Strategy.LOWEST):
            return None
    return wanted


def find(tiers: Tiers, unit: str, quantity: Decimal) -> tuple[Break | None, Break | None]:
    """The break that holds for a quantity of a unit, and the one after it."""
    if len(tiers) == 1:
        return pick(tiers[0].held, tiers[0].strategy, unit, quantity)
    found = following = None
    for tier in reversed(tiers):
        own, own_next = pick(tier.held, tier.strategy, unit, quantity)
        found = _met(own, found, tier.is_lowest, is_later_better=True)
        following = _met(own_next, following, tier.is_lowest, is_later_better=False)
    return found, following


def _met(own: Break | None, below: Break | None, is_lowest: bool, *, is_later_better: bool) -> Break | None:
    """Of two breaks the one that starts nearer to the quantity; of one slot the level's own, or the lower."""
    if own is None or below is None:
        return below if own is None else own
    if own.min_quantity != below.min_quantity:
        return own if (own.min_quantity > below.min_quantity) == is_later_better else below
    return below if is_lowest and is_lower(below, own) else own


def ladder_from(tiers: Tiers) -> Ladder:
    """All breaks by unit and quantity; on equal prices the more specific level and the earlier list have the credit."""
    slots: dict[tuple[str, Decimal], Break] = {}
    for tier in reversed(tiers):
        own: dict[tuple[str, Decimal], Break] = {}
        for entries in tier.held:
            for step in entries:
                held = own.get(step[:2])
                if held is None or (tier.strategy is Strategy.LOWEST and is_lower(step, held)):
                    own[step[:2]] = step
        for slot, step in own.items():
            below = slots.get(slot)
            if below is None or not (tier.is_lowest and is_lower(below, step)):
                slots[slot] = step
    return tuple(sorted(slots.values(), key=lambda step: step[:2]))
