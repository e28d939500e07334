"""Who takes payments online. A provider gives an address to pay at, and is asked how a payment stands.

What a webhook says is never believed: it only makes us ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be paid: `amount` in minor units of `currency`, where the person comes back, what the provider calls."""

    payment_id: int
    amount: Decimal
    currency: str
    text: str
    return_address: str
    hook_address: str


@dataclass(frozen=True, slots=True)
class Begun:
    """The provider's reference, and the address to pay at."""

    reference: str
    address: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payment stands: open, paid, failed, cancelled, expired; and what was paid."""

    state: str
    amount: Decimal
    currency: str


class Provider(Protocol):
    """One way to take payments online."""

    code: str

    def begin(self, asked: Asked) -> Begun: ...

    def standing(self, reference: str) -> Standing: ...
