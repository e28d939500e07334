"""From the price lists of a chain to the one ladder of breaks an article has for an account.

The strategies and their vectors follow the reference: lowest price per slot, merge by priority per slot with
articles shut by lists that may not merge, or the first list that has the article, whole. A slot is a unit and a
quantity; whether a list has an article is asked without looking at units and currencies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Strategy(StrEnum):
    LOWEST = "lowest"
    MERGE = "merge"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Break:
    """From `min_quantity` of `unit` on, `price` for `base_quantity` of them; net, in the currency of its list."""

    min_quantity: Decimal
    price: Decimal
    base_quantity: Decimal
    unit: str
    list_code: str = ""


@dataclass(frozen=True, slots=True)
class ListPrices:
    """The valid entries one list of the chain has for one article."""

    code: str
    currency: str
    entries: tuple[Break, ...]
    may_merge: bool = True


@dataclass(frozen=True, slots=True)
class Ladder:
    """The breaks of one article for one account, by unit and quantity."""

    breaks: tuple[Break, ...] = ()

    def at(self, unit: str, quantity: Decimal) -> tuple[Break | None, Break | None]:
        """The break that holds for a quantity of a unit (greatest start not above it), and the one after it."""
        found = following = None
        for step in self.breaks:
            if step.unit != unit:
                continue
            if step.min_quantity > quantity:
                following = step
                break
            found = step
        return found, following


EMPTY = Ladder()


def combine(strategy: Strategy, lists: Sequence[ListPrices], currency: str) -> Ladder:
    """The ladder from the lists in order of priority; on equal prices the earlier list has the credit."""
    holding = [prices for prices in lists if prices.entries]
    if strategy is Strategy.FIRST:
        holding = holding[:1]
    elif strategy is Strategy.MERGE:
        holding = _allowed(holding)
    slots: dict[tuple[str, Decimal], Break] = {}
    for prices in holding:
        if prices.currency != currency:
            continue
        for entry in prices.entries:
            slot = (entry.unit, entry.min_quantity)
            held = slots.get(slot)
            if held is None or (strategy is Strategy.LOWEST and is_lower(entry, held)):
                slots[slot] = entry
    return Ladder(tuple(sorted(slots.values(), key=_by_slot)))


def is_lower(one: Break, other: Break) -> bool:
    """Whether one price is lower than another, each for its own base quantity."""
    return one.price * other.base_quantity < other.price * one.base_quantity


def _allowed(holding: Sequence[ListPrices]) -> list[ListPrices]:
    """Without lists behind one that shuts the article, and without shutting ones behind another that has it."""
    allowed: list[ListPrices] = []
    for prices in holding:
        if prices.may_merge:
            allowed.append(prices)
        elif not allowed:
            return [prices]
    return allowed


def _by_slot(step: Break) -> tuple[str, Decimal]:
    return step.unit, step.min_quantity


def costlier_breaks(breaks: Iterable[Break]) -> list[Break]:
    """Breaks that cost more for each than a smaller quantity does: as a rule a mistake in a list."""
    found: list[Break] = []
    lowest: dict[str, Break] = {}
    for step in sorted(breaks, key=_by_slot):
        held = lowest.get(step.unit)
        if held is not None and is_lower(held, step):
            found.append(step)
        else:
            lowest[step.unit] = step
    return found
