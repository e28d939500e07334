"""What delivery costs: by zone, weight and value. Amounts are net; goods count before discounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.core.money import Money, round_amount
from app.core.texts import N_, Message

ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_NAMED = 5  # articles without weight that are named


class CostRule(StrEnum):
    FLAT = "flat"
    WEIGHT = "weight"
    VALUE = "value"
    PERCENT = "percent"


class WithoutWeight(StrEnum):
    """What a rule by weight says to articles whose weight is not known: not deliverable so, or the highest step."""

    REFUSE = "refuse"
    HIGHEST = "highest"


@dataclass(frozen=True, slots=True)
class Load:
    """What one delivery brings: net value of its goods, known weight, and the SKUs whose weight is not known."""

    net: Decimal
    weight_kg: Decimal = ZERO
    unweighed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """What a zone costs. Empty `countries` are all; `postcodes` are beginnings; steps grow and start at zero."""

    currency: str
    rule: CostRule
    amount: Decimal = ZERO
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    free_from: Decimal | None = None
    countries: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    without_weight: WithoutWeight = WithoutWeight.REFUSE

    def covers(self, country: str, postcode: str) -> bool:
        if self.countries and country not in self.countries:
            return False
        plain = postcode.replace(" ", "").upper()
        return not self.postcodes or any(plain.startswith(start) for start in self.postcodes)

    def is_free(self, order_net: Decimal) -> bool:
        return self.free_from is not None and order_net >= self.free_from

    def cost(self, load: Load, order_net: Decimal) -> Decimal | Message:
        """The cost of a load within an order of so much goods, or why it cannot be told."""
        if self.is_free(order_net):
            return ZERO
        if self.rule is CostRule.FLAT:
            return round_amount(self.amount, self.currency)
        if self.rule is CostRule.PERCENT:
            return round_amount(load.net * self.amount / _HUNDRED, self.currency)
        if self.rule is CostRule.VALUE:
            return round_amount(_step(self.steps, load.net), self.currency)
        if not load.unweighed:
            return round_amount(_step(self.steps, load.weight_kg), self.currency)
        if self.without_weight is WithoutWeight.HIGHEST:
            return round_amount(self.steps[-1][1] if self.steps else ZERO, self.currency)
        return N_("Its cost goes by weight, and the weight of {articles} is not known. Choose another way of delivery.",
                  articles=_names(load.unweighed))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a way of delivery costs for an order: each delivery's cost, or why it cannot be had."""

    costs: tuple[Decimal, ...] = ()
    problem: Message | None = None
    more_to_free: Decimal | None = None  # so much more goods and it is free; None: it is, or never will be

    @property
    def total(self) -> Decimal:
        return sum(self.costs, ZERO)


def rate_for(rates: Sequence[Rate], currency: str, country: str, postcode: str) -> Rate | None:
    """The first rate of a place; None: not delivered there."""
    return next((one for one in rates if one.currency == currency and one.covers(country, postcode)), None)


def quote(
    rates: Sequence[Rate],
    places: Sequence[tuple[str, str]],
    loads: Sequence[Load],
    currency: str,
    *,
    is_per_delivery: bool,
) -> Quoted:
    """What a method costs for deliveries to places (country, postcode).

    Once per order means: all goods at the rate of the dearest place, on the first delivery.
    """
    order_net = sum((load.net for load in loads), ZERO)
    found = [rate_for(rates, currency, *place) for place in places]
    missing = next((place for place, rate in zip(places, found, strict=True) if rate is None), None)
    if missing is not None:
        place = " ".join(part for part in (missing[1], missing[0]) if part)
        return Quoted(problem=N_("It does not go to {place}. Choose another way of delivery.", place=place))
    known = [rate for rate in found if rate is not None]
    more = _more_to_free(known, order_net)
    if is_per_delivery:
        answers = [rate.cost(load, order_net) for rate, load in zip(known, loads, strict=True)]
    else:
        whole = together(loads)
        answers = [rate.cost(whole, order_net) for rate in known]
    refused = next((one for one in answers if isinstance(one, Message)), None)
    if refused is not None:
        return Quoted(problem=refused, more_to_free=more)
    costs = [one for one in answers if isinstance(one, Decimal)]
    if not is_per_delivery:
        costs = [max(costs), *(ZERO for _ in costs[1:])]
    return Quoted(tuple(costs), more_to_free=more)


def together(loads: Sequence[Load]) -> Load:
    """All goods of an order as one load."""
    missing = tuple(dict.fromkeys(sku for load in loads for sku in load.unweighed))
    net = sum((load.net for load in loads), ZERO)
    return Load(net, sum((load.weight_kg for load in loads), ZERO), missing)


def free_hint(more: Decimal | None, currency: str) -> Message | None:
    if more is None:
        return None
    return N_("{missing} more and delivery is free.", missing=Money(more, currency))


def _more_to_free(rates: Sequence[Rate], order_net: Decimal) -> Decimal | None:
    """What is missing until every delivery is free."""
    limits = [rate.free_from for rate in rates]
    if not limits or any(limit is None for limit in limits):
        return None
    most = max(limit for limit in limits if limit is not None)
    return most - order_net if order_net < most else None


def _step(steps: Sequence[tuple[Decimal, Decimal]], value: Decimal) -> Decimal:
    """The cost of the highest step that the value reaches."""
    reached = [cost for start, cost in steps if start <= value]
    return reached[-1] if reached else ZERO


def _names(skus: Sequence[str]) -> str:
    shown = ", ".join(skus[:_NAMED])
    return f"{shown}, …" if len(skus) > _NAMED else shown
