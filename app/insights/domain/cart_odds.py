"""How likely a cart left behind is ordered, and what working on such carts is worth. Exact numbers, no floats.

Likelihood: the share of earlier carts that came back, smoothed twice. A reason with few cases is drawn towards all
carts, an account with few towards its reason: `smoothed(n, k, towards) = (k + weight x towards) / (n + weight)`.

Effect: the share recovered among the carts that were worked on less the share among those held out, with the interval of
Newcombe (Wilson's intervals of both shares) at 95 percent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
REASON_WEIGHT = 10
ACCOUNT_WEIGHT = 4
_START = Decimal(3) / 10  # before anything is known
_Z = Decimal("1.959964")


@dataclass(frozen=True, slots=True)
class Past:
    """Earlier carts whose two weeks are over: how many, and how many of them were recovered."""

    count: int = 0
    recovered: int = 0


def smoothed(past: Past, towards: Decimal, weight: int) -> Decimal:
    """A share between 0 and 1."""
    return (past.recovered + weight * towards) / (past.count + weight)


def likelihood(of_all: Past, of_reason: Past, of_account: Past) -> int:
    """Percent, 1 to 99: nobody is ever certain."""
    base = smoothed(of_all, _START, REASON_WEIGHT)
    by_reason = smoothed(of_reason, base, REASON_WEIGHT)
    chance = smoothed(of_account, by_reason, ACCOUNT_WEIGHT)
    return min(max(int((chance * HUNDRED).quantize(ONE, ROUND_HALF_UP)), 1), 99)


def is_held_out(company_id: int, cart_id: int, percent: int) -> bool:
    """Whether nobody works on this cart: the same answer for the same cart, `percent` of an account's carts."""
    digest = hashlib.sha256(f"{company_id}:{cart_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < percent


@dataclass(frozen=True, slots=True)
class Arm:
    """Carts of one kind: how many, how many recovered; net value left and recovered."""

    count: int = 0
    recovered: int = 0
    value: Decimal = ZERO
    recovered_value: Decimal = ZERO

    @property
    def rate(self) -> Decimal | None:
        """Percent recovered."""
        return HUNDRED * self.recovered / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Effect:
    """Percentage points that working on carts adds, and the interval in which that lies; `gained` net value."""

    difference: Decimal
    low: Decimal
    high: Decimal
    gained: Decimal

    @property
    def is_sure(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def effect(worked: Arm, held: Arm) -> Effect | None:
    """None until both sides have carts."""
    if not worked.count or not held.count:
        return None
    p, q = Decimal(worked.recovered) / worked.count, Decimal(held.recovered) / held.count
    low_p, high_p = _wilson(worked)
    low_q, high_q = _wilson(held)
    low = p - q - ((p - low_p) ** 2 + (high_q - q) ** 2).sqrt()
    high = p - q + ((high_p - p) ** 2 + (q - low_q) ** 2).sqrt()
    expected = worked.value * held.recovered_value / held.value if held.value else ZERO
    gained = (worked.recovered_value - expected).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Effect((p - q) * HUNDRED, low * HUNDRED, high * HUNDRED, gained)


def _wilson(arm: Arm) -> tuple[Decimal, Decimal]:
    n, p = Decimal(arm.count), Decimal(arm.recovered) / arm.count
    z2 = _Z * _Z
    middle = p + z2 / (2 * n)
    spread = _Z * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
    below = 1 + z2 / n
    return max((middle - spread) / below, ZERO), min((middle + spread) / below, ONE)
