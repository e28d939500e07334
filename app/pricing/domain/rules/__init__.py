"""Price rules, one file each: what changes the price of a line after a list has named it.

    RULES.add("discounts", Discounts)

A rule is a frozen dataclass of its parameters. `apply(line, price)` returns the step it makes, or None where it says
nothing; `starts(line)` names the quantities (base units) at which it may begin to say something else. `tests/plugins`
holds every rule to: never negative, the same answer each time, a step that explains itself, and where it is `monotone`
more units never dearer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, NamedTuple, Protocol

from app.core.quantity import Factor
from app.core.registry import Registry
from app.pricing.domain.step import Step


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What rules look at. `categories` are those that rules name, the article's own first, then the ones above it."""

    categories: tuple[int, ...] = ()
    brand: str = ""
    discount_group: str = ""
    packs: Mapping[str, Factor] = field(default_factory=dict)

    @property
    def box(self) -> Decimal | None:
        """Base units in the smallest box or carton."""
        sizes = [factor.to_base(Decimal(1)) for unit, factor in self.packs.items() if unit in ("XBX", "XCT")]
        return min(sizes, default=None)


class RuleLine(NamedTuple):
    """A line as rules see it; the quantity in base units, the level its price came from."""

    article_id: int
    quantity: Decimal
    level: str
    facts: ArticleFacts


class RulePrice(NamedTuple):
    """The price so far, for `base_quantity` units; what a rule makes of it is rounded to `digits`."""

    amount: Decimal
    base_quantity: Decimal
    currency: str
    digits: int = 4


class Rule(Protocol):
    monotone: ClassVar[bool]

    def apply(self, line: RuleLine, price: RulePrice) -> Step | None: ...

    def starts(self, line: RuleLine) -> Iterable[Decimal]: ...


RULES: Registry[type[Rule]] = Registry(__name__)
