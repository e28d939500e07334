"""Prices that were agreed for a cart: no list, rule, promotion or coupon touches them, and they hold for a range."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.ordering.domain.cart import LineProblem
from app.pricing.domain.price import PricedLine, net_of

_EXACT = Decimal("0.000001")
SOURCE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class AgreedLine:
    """One line to order: so much of an article, at a price for `base_quantity` of `unit`, net.

    The buyer may still choose a quantity from `min_quantity` to `max_quantity` (None: without end). `source` names what
    the price comes from and is kept with the order line: "quote:RFQ-2026-000012:v2:3".
    """

    article_id: int
    quantity: Decimal
    unit: str
    unit_price: Decimal
    source: str
    min_quantity: Decimal
    max_quantity: Decimal | None = None
    base_quantity: Decimal = Decimal(1)
    note: str = ""


@dataclass(frozen=True, slots=True)
class AgreedPrice:
    """What a line of a cart costs, and from which to which quantity."""

    slot: int
    article_id: int
    unit: str
    min_quantity: Decimal
    max_quantity: Decimal | None
    unit_price: Decimal
    base_quantity: Decimal
    source: str

    def covers(self, quantity: Decimal) -> bool:
        return self.min_quantity <= quantity and (self.max_quantity is None or quantity <= self.max_quantity)


def agreed_words(source: str) -> Message:
    """Why a price is what it is, from what the order line keeps of it."""
    kind, _, rest = source.partition(":")
    number, *parts = rest.split(":")
    if kind == "quote" and parts:
        return N_("Agreed in quote {number}, version {version}", number=number, version=parts[0].removeprefix("v"))
    if kind in ("return", "claim"):
        return N_("Replacement for {number}", number=number)
    return N_("Agreed in {number}", number=number or source)


def agreed_price(today: PricedLine, agreed: AgreedPrice, currency: str) -> PricedLine:
    """A line at its agreed price; of today's pricing only the VAT holds, also where there is no price today."""
    problem = today.problem
    if today.unit_price is None:
        unknown = today.vat_rate is None and today.vat_category != "O"
        problem = N_("The VAT of this article cannot be told. Please ask us.") if unknown else None
    return replace(
        today, unit_price=agreed.unit_price, base_quantity=agreed.base_quantity, price_unit=agreed.unit,
        priced_quantity=today.quantity,
        net=net_of(today.quantity, agreed.unit_price, agreed.base_quantity, currency), currency=currency,
        list_code="", min_quantity=Decimal(0), next_break=None, problem=problem, level="", adjustments=(),
        is_drawn=False, source=agreed.source, why=agreed_words(agreed.source),
    )  # fmt: skip


def range_problem(agreed: AgreedPrice, quantity: Decimal) -> LineProblem | None:
    """A quantity the price was not agreed for, with the nearest one that it was."""
    if agreed.covers(quantity):
        return None
    unit, least = unit_name(agreed.unit), agreed.min_quantity.normalize() + 0
    most = None if agreed.max_quantity is None else agreed.max_quantity.normalize() + 0
    if most is None:
        text = N_("The price was agreed for {least} {unit} or more.", least=least, unit=unit)
    elif least == most:
        text = N_("The price was agreed for {least} {unit}.", least=least, unit=unit)
    else:
        text = N_("The price was agreed for {least} to {most} {unit}.", least=least, most=most, unit=unit)
    return LineProblem("range", text, (least if quantity < least or most is None else most,))


def agreed_problem(agreed: AgreedPrice, quantity: Decimal, unit: str) -> LineProblem | None:
    """Whether a line may be changed to this quantity and unit."""
    if unit != agreed.unit:
        return LineProblem("unit", N_("The price was agreed per {unit}.", unit=unit_name(agreed.unit)))
    return range_problem(agreed, quantity)


def demand_exact(lines: list[AgreedLine]) -> None:
    """Refuse lines that could not be kept to the last digit, or whose quantity is not what was agreed."""
    seen: set[str] = set()
    for line in lines:
        numbers = (
            line.quantity,
            line.unit_price,
            line.base_quantity,
            line.min_quantity,
            line.max_quantity or Decimal(0),
        )
        if any(number != number.quantize(_EXACT) for number in numbers):
            raise Invalid("lines", N_("At most six digits after the decimal sign."))
        if line.unit_price < 0 or line.base_quantity <= 0 or line.quantity <= 0:
            raise Invalid("lines", N_("The quantity must be more than zero."))
        if not line.source or len(line.source) > SOURCE_LENGTH or line.source in seen:
            raise ValueError("each line needs a source of its own")
        seen.add(line.source)
        price = AgreedPrice(
            0, line.article_id, line.unit, line.min_quantity, line.max_quantity, line.unit_price, line.base_quantity,
            line.source,
        )  # fmt: skip
        problem = range_problem(price, line.quantity)
        if problem is not None:
            raise Invalid("lines", problem.message)
