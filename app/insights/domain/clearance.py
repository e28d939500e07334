"""Who may take stock that does not move, and at which price.

An account that bought the article before is the likeliest, then one that buys in its category. One that buys much at
lower prices (from a break or with a promotion) is likelier, and is offered more off. The price never goes below the
floor that pricing keeps, nor below cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.core.texts import N_, Message

MOST = 25
STEP = Decimal(5)  # percents are offered in steps of five
_LEAST_LIKELY = 100
_SLOW_SHARE = Decimal("0.6")
_HUNDRED = Decimal(100)
_FINE = Decimal("0.000001")
_YEAR = 365


@dataclass(frozen=True, slots=True)
class Buyer:
    """What an account bought: the article so many times, last so many days ago; so many articles of its category in a
    year; of all its lines so many at a lower price.
    """

    company_id: int
    times: int
    days_ago: int | None
    of_category: int
    lines: int
    cheaper: int
    usual: Decimal | None = None

    @property
    def sensitivity(self) -> Decimal:
        """Share of lines bought at a lower price, from 0 to 1."""
        return Decimal(self.cheaper) / self.lines if self.lines else Decimal(0)


@dataclass(frozen=True, slots=True)
class Likely:
    """`likely` of a thousand; `why` is "bought" or "category", with its number."""

    buyer: Buyer
    likely: int
    why: str
    count: int


def likely(buyer: Buyer) -> Likely:
    """How likely an account takes the stock."""
    score = int(200 * buyer.sensitivity)
    if buyer.times:
        fresh = max(0, _YEAR * 2 - (buyer.days_ago or 0)) * 200 // (_YEAR * 2)
        score += 350 + 50 * min(buyer.times, 5) + fresh
        return Likely(buyer, min(score, 1000), "bought", buyer.times)
    score += 40 * min(buyer.of_category, 8) if buyer.of_category else 0
    return Likely(buyer, min(score, 1000), "category", buyer.of_category)


def ranked(buyers: Iterable[Buyer], most: int = MOST) -> list[Likely]:
    """The likeliest; who never bought anything near is left out."""
    found = [likely(one) for one in buyers if one.times or one.of_category]
    found = [one for one in found if one.likely >= _LEAST_LIKELY]
    return sorted(found, key=lambda one: (-one.likely, one.buyer.company_id))[:most]


def percent_off(
    standing: str, sensitivity: Decimal, deepest: int, price: Decimal, least: Decimal | None
) -> Decimal | None:
    """The discount in steps of five percent, as deep as the standing and the account ask for and `least` allows; None:
    there is no room. `price` is what the account pays now, `least` the floor, both net for one base unit.
    """
    wanted = Decimal(deepest) * (1 if standing == "dead" else _SLOW_SHARE) * (Decimal(6) + 4 * sensitivity) / 10
    if least is not None:
        wanted = min(wanted, (price - least) / price * _HUNDRED) if price > 0 else Decimal(0)
    steps = wanted // STEP
    return steps * STEP if steps >= 1 else None


def reduced(price: Decimal, percent: Decimal) -> Decimal:
    """The price after the discount, net for one base unit."""
    return (price * (_HUNDRED - percent) / _HUNDRED).quantize(_FINE)


def why_text(why: str, count: int) -> Message:
    """Why an account may take it, in words."""
    if why == "bought":
        return N_("Bought it {n} times", n=count)
    return N_("Bought {n} articles of its category in a year", n=count)
