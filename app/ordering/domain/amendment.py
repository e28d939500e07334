"""What a line of an amended order costs, and what it may still take: the choice of prices and the right to the stock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from app.core.texts import N_, Message
from app.pricing.domain.levels import LevelKind
from app.pricing.domain.price import PricedLine, net_of

ZERO = Decimal(0)
OF_ORDERED = frozenset({"discontinued", "stock"})  # problems that what was ordered already does not have


class PriceChoice(StrEnum):
    """Which prices the lines that were ordered keep. New lines always take today's."""

    ORDERED = "ordered"
    TODAY = "today"
    BEST = "best"


PRICE_CHOICES: Mapping[PriceChoice, Message] = {
    PriceChoice.ORDERED: N_("as ordered"),
    PriceChoice.TODAY: N_("of today"),
    PriceChoice.BEST: N_("the lower of the two"),
}


@dataclass(frozen=True, slots=True)
class Original:
    """A line as it was ordered. `price_from` is the break its price begins at, in the unit of the price."""

    line_id: int
    article_id: int
    quantity: Decimal
    unit: str
    base_quantity: Decimal
    unit_price: Decimal
    price_base_quantity: Decimal
    price_unit: str
    price_list: str
    price_from: Decimal
    is_agreed: bool
    is_drawn: bool
    price_source: str = ""

    def covers(self, base_quantity: Decimal) -> bool:
        """Whether so much was ordered already: then it needs no stock, nor to be sold still."""
        return base_quantity <= self.base_quantity


@dataclass(frozen=True, slots=True)
class Amending:
    """The order a cart amends; lines by article, unit and what their price was agreed in."""

    order_id: int
    number: str
    version: int
    choice: PriceChoice
    originals: Mapping[tuple[int, str, str], Original]


def chosen_price(
    choice: PriceChoice, today: PricedLine, original: Original | None, base_quantity: Decimal
) -> PricedLine:
    """The price of a line of an amended order.

    The price as ordered holds while the quantity reaches the break it was given for; where there is no price today,
    it holds unless today's was chosen.
    """
    if original is None or choice is PriceChoice.TODAY:
        return today
    if today.unit_price is not None and today.problem is not None:
        return today
    quantity = today.quantity if original.unit == original.price_unit else base_quantity
    if quantity < original.price_from:
        return today
    net = net_of(quantity, original.unit_price, original.price_base_quantity, today.currency)
    if choice is PriceChoice.BEST and today.net is not None and today.net <= net:
        return today
    return replace(
        today, unit_price=original.unit_price, base_quantity=original.price_base_quantity,
        price_unit=original.price_unit, priced_quantity=quantity, net=net, list_code=original.price_list,
        min_quantity=original.price_from, next_break=None, problem=None, adjustments=(),
        level=LevelKind.CONTRACT if original.is_agreed else "", is_drawn=original.is_drawn,
    )  # fmt: skip


def still_needed(original: Original | None, base_quantity: Decimal) -> Decimal:
    """What a line takes of the free stock: what it held when it was ordered it has a right to."""
    return base_quantity if original is None else max(base_quantity - original.base_quantity, ZERO)
