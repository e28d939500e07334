"""One priced line and why it costs what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from app.core.money import minor_units
from app.core.quantity import Factor
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.pricing.domain.chain import Break, Strategy, pick
from app.pricing.domain.vat import Treatment

NO_PRICE = "no_price"
UNKNOWN_RATE = "unknown_rate"


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


@dataclass(slots=True)
class PricedLine:
    """A line with its price, treated as frozen (a plain class, because a cart has thousands of them).

    `unit_price` holds for `base_quantity` units of `price_unit` (price per 100: base_quantity 100), which is the
    entered unit or the article's base unit. `net` is BT-131, rounded to the currency's minor unit. Without a price
    both are None and `problem` says why. `priced_quantity` is the quantity in `price_unit`.
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

    @property
    def steps(self) -> tuple[Message, ...]:
        """Why this price: the list, the break, what more would cost; made only when asked for."""
        if self.unit_price is None:
            return (self.problem,) if self.problem else ()
        unit = unit_name(self.price_unit)
        if self.base_quantity == 1:
            found = N_("Price list {list}: {price} {currency} per {unit}", list=self.list_code, price=self.unit_price,
                       currency=self.currency, unit=unit)  # fmt: skip
        else:
            found = N_("Price list {list}: {price} {currency} per {quantity} {unit}", list=self.list_code,
                       price=self.unit_price, currency=self.currency, quantity=self.base_quantity, unit=unit)  # fmt: skip
        steps = [found]
        if self.min_quantity > 1:
            steps.append(N_("Price from {quantity} {unit} on", quantity=self.min_quantity, unit=unit))
        if self.next_break is not None:
            more = self.next_break.min_quantity - self.priced_quantity
            steps.append(N_("{quantity} {unit} more and the price is {price} {currency}", quantity=more, unit=unit,
                            price=self.next_break.price, currency=self.currency))  # fmt: skip
        return tuple(steps)


@cache
def _minor_step(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency))


def net_of(quantity: Decimal, price: Decimal, base_quantity: Decimal, currency: str) -> Decimal:
    """Line net, BT-131 of EN 16931, half up at the currency's minor unit."""
    exact = quantity * price
    if base_quantity != 1:
        exact /= base_quantity
    return exact.quantize(_minor_step(currency), rounding=ROUND_HALF_UP)


def price_line(
    item: PriceItem, held: Sequence[Sequence[Break]], strategy: Strategy, currency: str, treatment: Treatment
) -> PricedLine:
    """Price one item from what the lists have for its article: entered unit first, then the base unit."""
    unit, quantity = item.unit, item.quantity
    found, following = pick(held, strategy, unit, quantity)
    if found is None and unit != item.base_unit:
        unit, quantity = item.base_unit, item.base_quantity
        found, following = pick(held, strategy, unit, quantity)
    if found is None:
        problem = N_("There is no price for this article in {currency}.", currency=currency)
        if following is not None:
            problem = N_("There is a price only from {quantity} {unit} on.", quantity=following.min_quantity,
                         unit=unit_name(unit))  # fmt: skip
        return PricedLine(item.article_id, item.quantity, item.unit, None, Decimal(1), unit, quantity, None,
                          treatment.category, treatment.rate, currency, "", Decimal(0), following, problem)  # fmt: skip
    net = net_of(quantity, found.price, found.base_quantity, currency)
    return PricedLine(item.article_id, item.quantity, item.unit, found.price, found.base_quantity, unit, quantity, net,
                      treatment.category, treatment.rate, currency, found.list_code, found.min_quantity, following,
                      treatment.problem)  # fmt: skip
