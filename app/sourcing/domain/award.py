"""What makes a proposed award sound: who may win, how much of each line, at which price."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from app.core.errors import Invalid
from app.core.money import round_amount
from app.core.texts import N_
from app.sourcing.domain.allocation import OfferTerms, allocation_problem, left_of, price_for

_SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Offered:
    """One offer of a bid for a line of the lot; `required` is what the line asks for."""

    id: int
    bid_id: int
    line_id: int
    position: int
    required: Decimal
    unit: str
    base_quantity: Decimal
    currency: str
    terms: OfferTerms


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one offer."""

    offer_id: int
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Priced:
    """A part at the price that holds for its quantity, and its amount."""

    offer: Offered
    quantity: Decimal
    unit_price: Decimal
    net: Decimal


def price_parts(
    parts: Sequence[Part], offers: Mapping[int, Offered], factors: Mapping[int, Fraction] | None = None
) -> list[Priced]:
    """Each part at its price; `factors` of bids whose price an auction changed. Raises Invalid naming the line."""
    priced = []
    for part in parts:
        offer = offers.get(part.offer_id)
        if offer is None:
            raise Invalid("quantity", N_("This offer does not stand."))
        problem = allocation_problem(offer.terms, part.quantity, offer.unit)
        if problem is not None:
            raise Invalid("quantity", N_("Line {position}: {problem}", position=offer.position, problem=problem))
        price = scaled(price_for(offer.terms, part.quantity), (factors or {}).get(offer.bid_id))
        net = round_amount(part.quantity * price / offer.base_quantity, offer.currency)
        priced.append(Priced(offer, part.quantity, price, net))
    return priced


def scaled(price: Decimal, factor: Fraction | None) -> Decimal:
    """A unit price after an auction that changed the whole bid by this factor."""
    if factor is None or factor == 1:
        return price
    exact = Fraction(price) * factor
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(_SIX, rounding=ROUND_HALF_UP)


def check_quantities(priced: Sequence[Priced], held: Mapping[int, Decimal]) -> None:
    """Nobody gets more than a line asks for; `held` is what other awards of the lot have. Raises Invalid."""
    by_line: dict[int, list[Priced]] = {}
    for part in priced:
        by_line.setdefault(part.offer.line_id, []).append(part)
    for line_id, parts in by_line.items():
        free = parts[0].offer.required - held.get(line_id, Decimal(0))
        if left_of(free, [part.quantity for part in parts]) < 0:
            raise Invalid("quantity", N_("Line {position}: {free} are left to award.",
                                         position=parts[0].offer.position, free=free.normalize() + 0))  # fmt: skip


def check_mode(priced: Sequence[Priced], mode: str, *, multi_sourcing: bool, others: Collection[int] = ()) -> None:
    """Whether so many winners are foreseen; `others` are bids that hold awards of the tender's other lots.

    Raises Invalid. Several winners of one line need a tender with several sources; several of a lot one awarded by line.
    """
    bids = {part.offer.bid_id for part in priced}
    if mode == "tender" and bids | set(others) != bids and not multi_sourcing:
        raise Invalid("quantity", N_("This tender goes to one bidder as a whole."))
    if multi_sourcing:
        return
    if mode != "line" and len(bids) > 1:
        raise Invalid("quantity", N_("This lot goes to one bidder as a whole."))
    lines = [part.offer.line_id for part in priced]
    if len(lines) != len(set(lines)):
        raise Invalid("quantity", N_("Each line goes to one bidder."))


def follows_ranking(
    winners: Collection[int], order: Sequence[int], line_ranks: Sequence[tuple[int, Mapping[int, int]]] | None = None
) -> bool:
    """Whether the winners are the first of the ranking; or, by line, each the first of its line.

    `line_ranks` are pairs of the bid that gets a line and the ranks of the bids on it.
    """
    if set(winners) == set(order[: len(set(winners))]):
        return True
    return bool(line_ranks) and all(ranks.get(bid) == 1 for bid, ranks in line_ranks or ())
