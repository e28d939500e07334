"""A discount matrix: percent off by article, discount group, brand or category, by group of accounts and quantity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, NamedTuple

from app.core.money import round_to
from app.core.texts import N_
from app.pricing.domain.rules import RULES, RuleLine, RulePrice
from app.pricing.domain.step import Step

REACH = ("general", "segment", "group", "parent", "account")
"""Levels in the order in which a matrix may reach up; contract prices are never discounted."""
_HUNDRED = Decimal(100)


class Discount(NamedTuple):
    """Percent off from so many base units or boxes on; `is_own` where it is for the account's group alone."""

    min_quantity: Decimal
    percent: Decimal
    by_box: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Discounts:
    """Rules by what they name, such as ("brand", "Wago") or ("all", "").

    The most specific name that has rules counts alone: article, discount group, brand, nearest category, all; there the
    account's own group before everybody. Of its rules that the quantity reaches the highest percentage holds, so that
    more units are never dearer. A rule of 0 percent takes an article out.
    """

    name: str
    rules: Mapping[tuple[str, str], Sequence[Discount]]
    reach: str = "general"
    monotone: ClassVar[bool] = True

    def apply(self, line: RuleLine, price: RulePrice) -> Step | None:
        reached = [one.percent for start, one in self._meant(line) if start <= line.quantity]
        percent = max(reached, default=Decimal(0))
        if not percent:
            return None
        after = round_to(price.amount * (_HUNDRED - percent) / _HUNDRED, price.digits)
        message = N_("Discount of {percent} %", percent=percent.normalize() + 0)
        return Step("discount", price.amount, min(after, price.amount), message, self.name)

    def starts(self, line: RuleLine) -> Iterable[Decimal]:
        return (start for start, _one in self._meant(line))

    def _meant(self, line: RuleLine) -> list[tuple[Decimal, Discount]]:
        """The rules that count for the article, each with its start in base units."""
        if line.level not in REACH or REACH.index(line.level) > REACH.index(self.reach):
            return []
        facts = line.facts
        names = [
            ("article", str(line.article_id)), ("discount_group", facts.discount_group), ("brand", facts.brand),
            *(("category", str(category)) for category in facts.categories), ("all", ""),
        ]  # fmt: skip
        found: Sequence[Discount] = next((self.rules[name] for name in names if name in self.rules), ())
        own = [one for one in found if one.is_own]
        box = facts.box if any(one.by_box for one in found) else None
        return [
            (one.min_quantity * box if one.by_box and box else one.min_quantity, one)
            for one in own or found
            if box or not one.by_box
        ]


RULES.add("discounts", Discounts)
