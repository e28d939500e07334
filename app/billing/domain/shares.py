"""What of an order's allowances and charges goes with the part of it that is invoiced, or credited."""

from __future__ import annotations

from decimal import Decimal

from app.core.money import round_amount

_ZERO = Decimal(0)


def allowance_share(amount: Decimal, taken: Decimal, net: Decimal, whole: Decimal, currency: str) -> Decimal:
    """How much more of an allowance to give when `net` of `whole` is claimed by now; `taken` was given before.

    The shares follow the goods of its VAT category and rate, and add up to the amount when all is claimed.
    """
    if net >= whole:
        return amount - taken
    due = round_amount(amount * net / whole, currency)
    return max(min(due, amount) - taken, _ZERO)
