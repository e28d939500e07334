"""How an account may have its orders delivered and pay for them, as the operator has set it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from app.inventory.domain.calendar import add_working_days
from app.ordering.domain.delivery_cost import Rate
from app.ordering.domain.thresholds import Threshold


class DeliveryKind(StrEnum):
    DELIVERY = "delivery"
    PICK_UP = "pick_up"
    DIRECT = "direct"


class PaymentKind(StrEnum):
    ON_ACCOUNT = "on_account"
    PREPAYMENT = "prepayment"
    CASH = "cash"
    DIRECT_DEBIT = "direct_debit"


class PoRepeats(StrEnum):
    """What holds for an order number of the account's own that it has used before."""

    FREE = "free"
    WARN = "warn"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class DeliveryMethod:
    """A way goods reach the buyer. `is_per_delivery`: each delivery of an order costs, else the order once."""

    id: int
    code: str
    name: str
    kind: DeliveryKind = DeliveryKind.DELIVERY
    is_per_delivery: bool = True
    lead_days: int = 0
    cut_off: time | None = None
    warehouse: str = ""
    rates: tuple[Rate, ...] = ()

    def arrives_on(self, leaves_on: date, *, is_late: bool = False) -> date:
        """The day goods that can leave on a day are there, in working days."""
        return add_working_days(leaves_on, self.lead_days + (1 if is_late else 0))

    def is_late(self, now: time) -> bool:
        """Whether today's goods leave tomorrow only."""
        return self.cut_off is not None and now >= self.cut_off


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A way to pay. `change` is a surcharge or, below zero, a discount on the goods: percent or an amount."""

    id: int
    code: str
    name: str
    kind: PaymentKind = PaymentKind.ON_ACCOUNT
    net_days: int | None = None
    change: Decimal = Decimal(0)
    is_percent: bool = False
    currency: str = ""

    @property
    def is_on_account(self) -> bool:
        return self.kind is PaymentKind.ON_ACCOUNT


# Where the operator has set up no way to pay, all orders are on account.
ON_ACCOUNT = PaymentMethod(0, "", "")


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """All that holds for the orders of one account. Empty tuples: the operator has set up nothing of that kind."""

    delivery: tuple[DeliveryMethod, ...] = ()
    payment: tuple[PaymentMethod, ...] = (ON_ACCOUNT,)
    thresholds: tuple[Threshold, ...] = ()
    needs_po: bool = False
    needs_cost_centre: bool = False
    po_repeats: PoRepeats = PoRepeats.WARN
    default_delivery: str = ""
    default_payment: str = ""

    def delivery_method(self, code: str) -> DeliveryMethod | None:
        """The method of a code; of an empty code the account's default or the first; None: not allowed, or none is set up."""
        wanted = code or self.default_delivery
        found = next((one for one in self.delivery if one.code == wanted), None)
        if found is None and not code and self.delivery:
            return self.delivery[0]
        return found

    def payments(self, *, on_hold: bool) -> tuple[PaymentMethod, ...]:
        """What may be chosen; an account on credit hold pays in other ways than on account."""
        return tuple(one for one in self.payment if not (on_hold and one.is_on_account))

    def payment_method(self, code: str, *, on_hold: bool = False) -> PaymentMethod | None:
        """The same for payment."""
        offered = self.payments(on_hold=on_hold)
        wanted = code or self.default_payment
        found = next((one for one in offered if one.code == wanted), None)
        if found is None and not code and offered:
            return offered[0]
        return found
