"""From the price lists of a chain to the one ladder of breaks an article has for an account.

The strategies: lowest price per slot, merge by priority per slot with articles shut by lists that may not merge, or
the first list that has the article, whole. A slot is a unit and a quantity; whether a list has an article is asked
without looking at units and currencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from app.pricing.domain.rework import Rework
from app.pricing.domain.step import Step


class Strategy(StrEnum):
    LOWEST = "lowest"
    MERGE = "merge"
    FIRST = "first"


class Break(NamedTuple):
    """From `min_quantity` of `unit` on, `price` for `base_quantity` of them; net, in the currency of its list.

    `level` is the one that brought the list in.
    """

    unit: str
    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal = Decimal(1)
    list_code: str = ""
    level: str = ""


Slot: TypeAlias = tuple[int, str, Decimal]
"""Article, unit and quantity."""

Ladder: TypeAlias = tuple[Break, ...]
"""The breaks of one article for one account, in order of unit and quantity."""


@dataclass(frozen=True, slots=True)
class ListPrices:
    """The valid entries one list of the chain has for the articles asked for, by article id.

    `remaining` is what is left of agreed quantities, `digits` how finely the list's computed prices are rounded.
    `source` has the prices before `rework` changed them (another currency, the rounding of a formula).
    """

    code: str
    currency: str
    entries: Mapping[int, Sequence[Break]]
    may_merge: bool = True
    remaining: Mapping[Slot, Decimal] = field(default_factory=dict)
    digits: int = 4
    rework: Rework | None = None
    source: Mapping[Slot, Decimal] = field(default_factory=dict)

    def steps(self, article_id: int, step: Break) -> tuple[Step, ...]:
        """How the price of a slot came to be, where the list computes it."""
        if self.rework is None:
            return ()
        return self.rework.steps(self.source[article_id, *step[:2]])


def holding_lists(
    article_id: int, strategy: Strategy, lists: Sequence[ListPrices], currency: str
) -> list[Sequence[Break]]:
    """What the lists that count have for an article, in order of priority; each as its list has it, in any order."""
    holding = [prices for prices in lists if article_id in prices.entries]
    if len(holding) > 1:
        holding = allowed(holding, strategy)
    return [prices.entries[article_id] for prices in holding if prices.currency == currency]


def ladder_of(article_id: int, strategy: Strategy, lists: Sequence[ListPrices], currency: str) -> Ladder:
    """The whole ladder from the lists in order of priority; on equal prices the earlier list has the credit."""
    slots: dict[tuple[str, Decimal], Break] = {}
    for entries in holding_lists(article_id, strategy, lists, currency):
        for step in entries:
            held = slots.get(step[:2])
            if held is None or (strategy is Strategy.LOWEST and is_lower(step, held)):
                slots[step[:2]] = step
    return tuple(sorted(slots.values()))


def pick(
    held: Sequence[Sequence[Break]], strategy: Strategy, unit: str, quantity: Decimal
) -> tuple[Break | None, Break | None]:
    """The break that holds for a quantity of a unit (greatest start not above it), and the one after it.

    The same as looking both up in the ladder, without building it.
    """
    is_lowest = strategy is Strategy.LOWEST
    found = following = None
    start = end = quantity
    for entries in held:
        for step in entries:
            own, minimum = step[:2]
            if own != unit:
                continue
            if minimum <= quantity:
                if found is None or minimum > start or (is_lowest and minimum == start and is_lower(step, found)):
                    found, start = step, minimum
            elif following is None or minimum < end or (is_lowest and minimum == end and is_lower(step, following)):
                following, end = step, minimum
    return found, following


def is_lower(one: Break, other: Break) -> bool:
    """Whether one price is lower than another, each for its own base quantity."""
    return one.price * other.base_quantity < other.price * one.base_quantity


def costlier_breaks(breaks: Iterable[Break]) -> list[Break]:
    """Breaks that cost more for each than a smaller quantity does: as a rule a mistake in a list."""
    found: list[Break] = []
    lowest: dict[str, Break] = {}
    for step in sorted(breaks):
        held = lowest.setdefault(step.unit, step)
        if is_lower(held, step):
            found.append(step)
        else:
            lowest[step.unit] = step
    return found


def allowed(holding: list[ListPrices], strategy: Strategy) -> list[ListPrices]:
    """Which of the lists that hold an article count: the first alone; or where lists merge, none behind one that shuts
    the article, and no shutting one behind another.
    """
    if strategy is Strategy.LOWEST:
        return holding
    if strategy is Strategy.FIRST:
        return holding[:1]
    found: list[ListPrices] = []
    for prices in holding:
        if prices.may_merge:
            found.append(prices)
        elif not found:
            return [prices]
    return found
