"""A request for approval: its states, what happens to it, and how what was asked differs from what would be ordered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app.core.texts import N_, Message
from app.ordering.domain.approval import Step


class RequestState(StrEnum):
    """Only a waiting request changes; every other state is an end."""

    WAITING = "waiting"
    ORDERED = "ordered"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"  # approved, but something had moved: the buyer looks again
    EXPIRED = "expired"


STATE_NAMES: dict[RequestState, Message] = {
    RequestState.WAITING: N_("Waits for approval"),
    RequestState.ORDERED: N_("Approved and ordered"),
    RequestState.REJECTED: N_("Rejected"),
    RequestState.WITHDRAWN: N_("Withdrawn"),
    RequestState.RETURNED: N_("Back to the buyer"),
    RequestState.EXPIRED: N_("Expired"),
}


@dataclass(frozen=True, slots=True)
class HeldPrice:
    """What was asked for: `price` for `base` units, net."""

    price: Decimal
    base: Decimal

    def is_below(self, price: Decimal, base: Decimal) -> bool:
        """Whether the price of now is higher."""
        return price * self.base > self.price * base


NOTHING_HELD: Mapping[int, HeldPrice] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that costs more, or gives less, than when it was asked for."""

    kind: str  # price, promotion, total, line, step
    name: str
    then: str = ""
    now: str = ""

    @property
    def before(self) -> Decimal | None:
        return Decimal(self.then) if self.then else None

    @property
    def after(self) -> Decimal | None:
        return Decimal(self.now) if self.now and self.kind != "step" else None

    def as_json(self) -> list[str]:
        return [self.kind, self.name, self.then, self.now]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an approved order went back: in one sentence, with the differences and what is wrong with lines."""

    message: Message
    differences: tuple[Difference, ...] = ()
    problems: tuple[tuple[str, Message], ...] = ()  # (sku or field, what is wrong)

    def as_json(self) -> dict[str, Any]:
        return {
            "message": self.message.as_json(),
            "differences": [one.as_json() for one in self.differences],
            "problems": [[name, message.as_json()] for name, message in self.problems],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Trouble:
        return cls(
            Message.from_json(data["message"]),
            tuple(Difference(*one) for one in data["differences"]),
            tuple((name, Message.from_json(message)) for name, message in data["problems"]),
        )


def keys_of(steps: Iterable[Step]) -> dict[str, int]:
    """How many must say yes, by rule and place: what was asked for is compared with what is needed at the end."""
    found: dict[str, int] = {}
    for step in steps:
        if not step.is_automatic:
            key = f"{step.kind}:{step.rule_id or ''}:{step.order}"
            found[key] = found.get(key, 0) + step.need
    return found


def more_needed(asked: Mapping[str, int], steps: Sequence[Step]) -> list[Step]:
    """Steps that were not asked for, or not of so many people."""
    now = keys_of(steps)
    missing = {key for key, need in now.items() if need > asked.get(key, 0)}
    return [s for s in steps if not s.is_automatic and f"{s.kind}:{s.rule_id or ''}:{s.order}" in missing]


def lost_promotions(then: Iterable[Sequence[str]], now: Iterable[Sequence[str]]) -> list[Difference]:
    """Promotions that take off less than when the order was asked for; rows are (code, name, amount)."""
    present = {code: Decimal(amount) for code, _, amount in now}
    return [
        Difference("promotion", name, amount, str(present.get(code, Decimal(0))))
        for code, name, amount in then
        if present.get(code, Decimal(0)) < Decimal(amount)
    ]
