"""One priced line and why it costs what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Protocol

from app.core.money import UnitPrice, minor_units
from app.core.quantity import Factor
from app.core.texts import N_, Message
from app.core.units import unit_each, unit_name
from app.pricing.domain.chain import Break
from app.pricing.domain.levels import LevelKind, Tiers, find
from app.pricing.domain.step import Step
from app.pricing.domain.vat import Treatment

# What buyers read instead of list codes, which may name others.
_POLITE: Mapping[str, Message] = {
    LevelKind.CONTRACT: N_("Price of your contract"),
    LevelKind.ACCOUNT: N_("Your own price"),
    LevelKind.PARENT: N_("Price of your group of companies"),
    LevelKind.GROUP: N_("Price for customers like you"),
    LevelKind.SEGMENT: N_("Price for customers like you"),
    LevelKind.GENERAL: N_("List price"),
}


@dataclass(slots=True)
class PriceItem:
    """What to price: a quantity in the entered unit, of which one holds `factor` base units."""

    article_id: int
    quantity: Decimal
    unit: str
    base_unit: str
    factor: Factor
    vat_category: str = "S"
    vat_class: str = "standard"

    @property
    def base_quantity(self) -> Decimal:
        """The quantity in base units."""
        if self.factor.numerator == self.factor.denominator:
            return self.quantity
        return self.factor.to_base(self.quantity)


class Lister(Protocol):
    """Knows what everybody pays."""

    def list_price(self, line: PricedLine) -> Decimal | None: ...


@dataclass(slots=True)
class PricedLine:
    """A line with its price, treated as frozen (a plain class, because a cart has thousands of them).

    `unit_price` holds for `base_quantity` units of `price_unit` (price per 100: base_quantity 100), which is the
    entered unit or the article's base unit. `net` is BT-131, rounded to the currency's minor unit. Without a price
    both are None and `problem` says why. `priced_quantity` is the quantity in `price_unit`. `adjustments` are the
    steps from the list's price to this one; `is_drawn` says that the line takes from an agreed quantity. `source` names
    what the price was agreed in where no list gave it, `why` says so in words.
    """

    article_id: int
    quantity: Decimal
    unit: str
    unit_price: Decimal | None
    base_quantity: Decimal
    price_unit: str
    priced_quantity: Decimal
    net: Decimal | None
    vat_category: str
    vat_rate: Decimal | None
    currency: str
    list_code: str
    min_quantity: Decimal
    next_break: Break | None
    problem: Message | None
    level: str = ""
    adjustments: tuple[Step, ...] = ()
    is_drawn: bool = False
    book: Lister | None = field(default=None, compare=False, repr=False)
    source: str = ""
    why: Message | None = None

    @property
    def steps(self) -> tuple[Message, ...]:
        """Why this price, for staff: the list, what changed its price, the break, what more would cost."""
        if self.unit_price is None:
            return (self.problem,) if self.problem else ()
        if self.why is not None:
            return (self.why,)
        first = self.adjustments[0].before if self.adjustments else self.unit_price
        price = UnitPrice(first, "" if self.is_converted else self.currency)
        if self.base_quantity == 1:
            found = N_("Price list {list}: {price} per {unit}", list=self.list_code, price=price,
                       unit=unit_each(self.price_unit))  # fmt: skip
        else:
            found = N_("Price list {list}: {price} per {quantity} {unit}", list=self.list_code, price=price,
                       quantity=self.base_quantity, unit=unit_name(self.price_unit))  # fmt: skip
        return (found, *(step.message for step in self.adjustments), *self._breaks())

    @property
    def polite(self) -> tuple[Message, ...]:
        """Why this price, for the buyer: no list, no rule, nobody else is named."""
        if self.unit_price is None:
            return (self.problem,) if self.problem else ()
        if self.why is not None:
            return (self.why,)
        found = [_POLITE.get(self.level, _POLITE[LevelKind.GENERAL])]
        found.extend(step.message for step in self.adjustments if step.code != "formula")
        return (*found, *self._breaks())

    @property
    def is_converted(self) -> bool:
        return any(step.code == "conversion" for step in self.adjustments)

    @property
    def list_price(self) -> Decimal | None:
        """What everybody pays for as much, where that is more than this price."""
        if self.book is None or self.unit_price is None or self.source:
            return None
        found = self.book.list_price(self)
        return found if found is not None and found > self.unit_price else None

    def _breaks(self) -> list[Message]:
        unit, found = unit_name(self.price_unit), []
        if self.min_quantity > 1:
            found.append(N_("Price from {quantity} {unit} on", quantity=self.min_quantity, unit=unit))
        if self.next_break is not None:
            more = self.next_break.min_quantity - self.priced_quantity
            found.append(N_("{quantity} {unit} more and the price is {price}", quantity=more, unit=unit,
                            price=UnitPrice(self.next_break.price, self.currency)))  # fmt: skip
        return found


@cache
def _minor_step(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency))


def net_of(quantity: Decimal, price: Decimal, base_quantity: Decimal, currency: str) -> Decimal:
    """Line net, BT-131 of EN 16931, half up at the currency's minor unit."""
    exact = quantity * price
    if base_quantity != 1:
        exact /= base_quantity
    return exact.quantize(_minor_step(currency), rounding=ROUND_HALF_UP)


def price_line(item: PriceItem, tiers: Tiers, currency: str, treatment: Treatment) -> tuple[PricedLine, Break | None]:
    """Price one item from what counts for its article: entered unit first, then the base unit."""
    unit, quantity = item.unit, item.quantity
    found, following = find(tiers, unit, quantity)
    if found is None and unit != item.base_unit:
        unit, quantity = item.base_unit, item.base_quantity
        found, following = find(tiers, unit, quantity)
    if found is None:
        problem = N_("There is no price for this article in {currency}.", currency=currency)
        if following is not None:
            problem = N_("There is a price only from {quantity} {unit} on.", quantity=following.min_quantity,
                         unit=unit_name(unit))  # fmt: skip
        return PricedLine(item.article_id, item.quantity, item.unit, None, Decimal(1), unit, quantity, None,
                          treatment.category, treatment.rate, currency, "", Decimal(0), following, problem), None  # fmt: skip
    _unit, minimum, price, base, code, level = found
    return PricedLine(item.article_id, item.quantity, item.unit, price, base, unit, quantity,
                      net_of(quantity, price, base, currency), treatment.category, treatment.rate, currency, code,
                      minimum, following, treatment.problem, level), found  # fmt: skip
