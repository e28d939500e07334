"""What people say in requests, offers, counter-offers and acceptances, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from app.core.errors import Invalid
from app.core.texts import N_

MOST_LINES = 2000
MOST_OFFERS = 10
_ZERO = Decimal(0)
_MOST = Decimal(10) ** 12
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class LineAsk:
    """An article, or words where there is none; `target_price` is for one unit."""

    article_id: int | None
    text: str
    quantity: Decimal
    unit: str
    target_price: Decimal | None = None
    need_by: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What a buyer asks for. `source` tells where the lines come from: "cart 12"."""

    lines: tuple[LineAsk, ...]
    title: str = ""
    note: str = ""
    need_by: date | None = None
    ship_to_id: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class OfferEntry:
    """One offer for a line, the first of a line being the main one. See `quote_amounts` for the kinds of discount.

    Without article and text it is for what was asked; with a text alone for something that has no number yet.
    """

    line_id: int
    quantity: Decimal
    unit: str
    min_quantity: Decimal
    max_quantity: Decimal | None = None
    discount_kind: str = ""
    discount_value: Decimal = _ZERO
    is_locked: bool = False
    article_id: int | None = None
    text: str = ""
    lead_days: int | None = None
    note: str = ""
    is_no_offer: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """The whole version that sales prepares; a header discount goes to the lines that are not locked."""

    entries: tuple[OfferEntry, ...]
    discount_kind: str = ""
    discount_value: Decimal = _ZERO
    valid_until: datetime | None = None
    terms: str = ""
    intro: str = ""


@dataclass(frozen=True, slots=True)
class CounterLine:
    """What the buyer proposes for a line; `price` is for one unit."""

    line_id: int
    price: Decimal | None = None
    quantity: Decimal | None = None
    text: str = ""

    @property
    def is_empty(self) -> bool:
        return self.price is None and self.quantity is None and not self.text


def _is_amount(value: Decimal, *, least: Decimal = _ZERO) -> bool:
    """Finite, not below `least`, and storable without loss."""
    if not value.is_finite() or not least <= value < _MOST:
        return False
    return -int(value.normalize().as_tuple().exponent) <= _DIGITS


def _check_quantity(value: Decimal, position: int) -> None:
    if not _is_amount(value) or value <= 0:
        raise Invalid("lines", N_("Line {line}: enter a quantity above 0.", line=position))


def check_lines(lines: Iterable[LineAsk]) -> None:
    """Raise Invalid("lines") naming the line that cannot be asked for."""
    count = 0
    for count, line in enumerate(lines, 1):
        _check_quantity(line.quantity, count)
        if line.article_id is None and not line.text.strip():
            raise Invalid("lines", N_("Line {line}: name an article or say what you need.", line=count))
        if line.target_price is not None and not _is_amount(line.target_price):
            raise Invalid("lines", N_("Line {line}: enter a price of 0 or more.", line=count))
        if not line.unit.strip() or len(line.unit) > 3:
            raise Invalid("lines", N_("Line {line}: choose a unit.", line=count))
    if count > MOST_LINES:
        raise Invalid("lines", N_("At most {most} lines.", most=MOST_LINES))


def check_offer(offer: Offer, positions: Mapping[int, int]) -> None:
    """Raise Invalid for figures that make no sense; `positions` of the lines that exist, by id."""
    held: dict[int, int] = {}
    for entry in offer.entries:
        position = positions.get(entry.line_id)
        if position is None:
            raise Invalid("lines", N_("A line of this offer does not exist any more. Look at it again."))
        held[position] = held.get(position, 0) + 1
        _check_quantity(entry.quantity, position)
        _check_quantity(entry.min_quantity, position)
        if entry.max_quantity is not None and entry.max_quantity < entry.min_quantity:
            raise Invalid("lines", N_("Line {line}: the largest quantity is below the smallest.", line=position))
        is_above = entry.max_quantity is not None and entry.quantity > entry.max_quantity
        if entry.quantity < entry.min_quantity or is_above:
            raise Invalid("lines", N_("Line {line}: the quantity lies outside its own range.", line=position))
        if entry.lead_days is not None and not 0 <= entry.lead_days <= 3650:
            raise Invalid("lines", N_("Line {line}: check the delivery time.", line=position))
        _check_discount(entry.discount_kind, entry.discount_value, ("", "percent", "amount", "price"), position)
    if any(count > MOST_OFFERS for count in held.values()):
        raise Invalid("lines", N_("At most {most} offers for one line.", most=MOST_OFFERS))
    _check_discount(offer.discount_kind, offer.discount_value, ("", "percent", "amount"), 0)


def _check_discount(kind: str, value: Decimal, kinds: tuple[str, ...], position: int) -> None:
    if kind not in kinds or not _is_amount(value) or (kind == "percent" and value > 100):
        if position:
            raise Invalid("lines", N_("Line {line}: check the discount or price.", line=position))
        raise Invalid("discount_value", N_("Check the discount."))


def check_counter(lines: Iterable[CounterLine], positions: Mapping[int, int]) -> None:
    """Raise Invalid("lines") for a proposal that cannot be meant."""
    for line in lines:
        position = positions.get(line.line_id)
        if position is None:
            raise Invalid("lines", N_("A line of this offer does not exist any more. Look at it again."))
        if line.price is not None and not _is_amount(line.price):
            raise Invalid("lines", N_("Line {line}: enter a price of 0 or more.", line=position))
        if line.quantity is not None:
            _check_quantity(line.quantity, position)
