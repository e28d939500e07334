"""From which value of goods an order is taken, and what a small one costs. Goods count net, before discounts.

What is charged beside the goods never counts towards a threshold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.core.money import Money, round_amount
from app.core.texts import N_, Message

_HUNDRED = Decimal(100)


class ThresholdKind(StrEnum):
    HARD_MIN = "hard_min"
    HARD_MAX = "hard_max"
    SOFT_MIN = "soft_min"


class ThresholdEffect(StrEnum):
    """What a soft minimum does while it is not met."""

    MESSAGE = "message"
    AMOUNT = "amount"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One rule. `name` is what the surcharge is called on documents."""

    code: str
    name: str
    kind: ThresholdKind
    amount: Decimal
    effect: ThresholdEffect = ThresholdEffect.MESSAGE
    fee: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fee:
    """A surcharge that an order takes because it is small."""

    code: str
    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Judged:
    """What thresholds say to an order: why it is not taken, what it costs more, what the buyer should know."""

    refusals: tuple[Message, ...] = ()
    fees: tuple[Fee, ...] = ()
    hints: tuple[Message, ...] = ()


NOTHING = Judged()


def judge(net: Decimal, currency: str, thresholds: Iterable[Threshold]) -> Judged:
    """Hold goods worth `net` against all thresholds of their currency: everybody's and the account's both apply."""
    rules = list(thresholds)
    if not rules:
        return NOTHING
    refusals = _refusals(net, currency, rules)
    fees: list[Fee] = []
    hints: list[Message] = []
    for one in rules:
        if one.kind is not ThresholdKind.SOFT_MIN or net >= one.amount:
            continue
        fee = _fee(one, net, currency)
        missing, least = Money(one.amount - net, currency), Money(one.amount, currency)
        if fee:
            fees.append(Fee(one.code, one.name, fee))
            hints.append(N_("{missing} more and {name} of {fee} falls away.", missing=missing, name=one.name,
                            fee=Money(fee, currency)))  # fmt: skip
        else:
            hints.append(N_("{missing} are missing to {least}: {name}", missing=missing, least=least, name=one.name))
    return Judged(tuple(refusals), tuple(fees), tuple(hints))


def _refusals(net: Decimal, currency: str, rules: Iterable[Threshold]) -> list[Message]:
    """Of several minimums the highest is told, of several maximums the lowest."""
    least = max((one.amount for one in rules if one.kind is ThresholdKind.HARD_MIN), default=None)
    most = min((one.amount for one in rules if one.kind is ThresholdKind.HARD_MAX), default=None)
    found = []
    if least is not None and net < least:
        found.append(N_("Orders start at {least} net before discounts. {missing} are missing.",
                        least=Money(least, currency), missing=Money(least - net, currency)))  # fmt: skip
    if most is not None and net > most:
        found.append(N_("Orders end at {most} net before discounts. This one is {excess} above it.",
                        most=Money(most, currency), excess=Money(net - most, currency)))  # fmt: skip
    return found


def _fee(one: Threshold, net: Decimal, currency: str) -> Decimal:
    if one.effect is ThresholdEffect.AMOUNT:
        return round_amount(one.fee, currency)
    if one.effect is ThresholdEffect.PERCENT:
        return round_amount(net * one.fee / _HUNDRED, currency)
    return Decimal(0)
