"""From the price lists of a chain to the one ladder of breaks an article has for an account.

The strategies: lowest price per slot, merge by priority per slot with articles shut by lists that may not merge, or
the first list that has the article, whole. A slot is a unit and a quantity; whether a list has an article is asked
without looking at units and currencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias


class Strategy(StrEnum):
    LOWEST = "lowest"
    MERGE = "merge"
    FIRST = "first"


class Break(NamedTuple):
    """From `min_quantity` of `unit` on, `price` for `base_quantity` of them; net, in the currency of its list."""

    unit: str
    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal = Decimal(1)
    list_code: str = ""


Ladder: TypeAlias = tuple[Break, ...]
"""The breaks of one article for one account, in order of unit and quantity."""


@dataclass(frozen=True, slots=True)
class ListPrices:
    """The valid entries one list of the chain has for the articles asked for, by article id."""

    code: str
    currency: str
    entries: Mapping[int, Sequence[Break]]
    may_merge: bool = True


def ladder_of(article_id: int, strategy: Strategy, lists: Sequence[ListPrices], currency: str) -> Ladder:
    """The ladder from the lists in order of priority; on equal prices the earlier list has the credit."""
    holding = [prices for prices in lists if article_id in prices.entries]
    if len(holding) > 1:
        holding = allowed(holding, strategy)
    ladders = [prices.entries[article_id] for prices in holding if prices.currency == currency]
    if len(ladders) == 1:
        return tuple(sorted(ladders[0]))
    if strategy is Strategy.LOWEST:
        return _lowest(ladders)
    return tuple(sorted({step[:2]: step for ladder in reversed(ladders) for step in ladder}.values()))


def _lowest(ladders: Iterable[Sequence[Break]]) -> Ladder:
    slots: dict[tuple[str, Decimal], Break] = {}
    for ladder in ladders:
        for step in ladder:
            slot = step[:2]
            held = slots.get(slot)
            if held is None or is_lower(step, held):
                slots[slot] = step
    return tuple(sorted(slots.values()))


def step_at(ladder: Ladder, unit: str, quantity: Decimal) -> tuple[Break | None, Break | None]:
    """The break that holds for a quantity of a unit (greatest start not above it), and the one after it."""
    found = None
    for step in ladder:
        if step.unit != unit:
            continue
        if step.min_quantity > quantity:
            return found, step
        found = step
    return found, None


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
