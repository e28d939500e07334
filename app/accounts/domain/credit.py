"""Credit of an account: kinds of movement, what is free, and what to say when an order does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.core.money import Money
from app.core.texts import N_, Message


class CreditKind(StrEnum):
    ALLOCATED = "allocated"  # the first limit
    UPDATED = "updated"  # another limit
    PURCHASED = "purchased"  # an order on account
    REIMBURSED = "reimbursed"  # a payment
    REFUNDED = "refunded"  # given back for goods returned
    REVERTED = "reverted"  # an order, or a part of it, cancelled
    UNPAID = "unpaid"  # a payment taken back


KIND_NAMES: dict[CreditKind, Message] = {
    CreditKind.ALLOCATED: N_("Limit allocated"),
    CreditKind.UPDATED: N_("Limit changed"),
    CreditKind.PURCHASED: N_("Purchased"),
    CreditKind.REIMBURSED: N_("Payment"),
    CreditKind.REFUNDED: N_("Refunded"),
    CreditKind.REVERTED: N_("Order reverted"),
    CreditKind.UNPAID: N_("Payment taken back"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stands, gross, in the currency of its credit. No limit: `limit` and `available` are None."""

    limit: Decimal | None
    outstanding: Decimal
    available: Decimal | None
    currency: str
    may_exceed: bool
    is_on_hold: bool
    hold_reason: str

    @property
    def used(self) -> Decimal:
        """What the account owes, at least zero."""
        return max(-self.outstanding, Decimal(0))

    def refusal(self, amount: Decimal) -> Message | None:
        """What to tell a buyer whose order of this amount would exceed the limit; None when it fits."""
        if self.limit is None or self.available is None or self.may_exceed or amount <= self.available:
            return None
        return N_(
            "This order of {amount} is more than the credit that is free: {available} of a limit of {limit}; "
            "{over} too much. Take lines out, choose another way of payment, or ask for a higher limit.",
            amount=Money(amount, self.currency),
            available=Money(max(self.available, Decimal(0)), self.currency),
            limit=Money(self.limit, self.currency),
            over=Money(amount - max(self.available, Decimal(0)), self.currency),
        )


def available(limit: Decimal | None, outstanding: Decimal) -> Decimal | None:
    """Limit plus what is outstanding (below zero when owed); None without a limit."""
    return None if limit is None else limit + outstanding


def rate_of(charged: Decimal, amount: Decimal) -> Decimal:
    """Units of the ledger's currency for one of the order's, unrounded (28 digits): both amounts are kept, too."""
    return charged / amount


def share(charged: Decimal, amount: Decimal, part: Decimal) -> Decimal:
    """What of a charge a part of the amount was; the whole part gives the whole charge, to the digit."""
    return charged if part == amount else charged * part / amount
