"""What is taken back of a line of an invoice, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import Conflict, Invalid
from app.core.money import round_amount, round_to
from app.core.texts import N_
from app.documents.model.line import AllowanceCharge

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_DISCOUNT = "95"  # UNTDID 5189


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A line of an issued document: quantity in the unit of the order line, `priced` the same in the unit of the price."""

    position: int
    quantity: Decimal
    credited: Decimal
    net: Decimal
    credited_net: Decimal
    priced: Decimal
    price: Decimal
    base: Decimal

    @property
    def left(self) -> Decimal:
        """What can still be credited; of a line below zero, as of packaging that came back, a quantity below zero."""
        return self.quantity - self.credited if self.quantity > 0 else self.quantity + self.credited


@dataclass(frozen=True, slots=True)
class Credited:
    """A line of the credit note: `priced` x price, less allowances, is `net` (BT-131)."""

    quantity: Decimal
    priced: Decimal
    net: Decimal
    allowances: tuple[AllowanceCharge, ...]


def credited(line: Invoiced, quantity: Decimal, percent: Decimal, currency: str) -> Credited:
    """So much of a line at so many per cent of its price; raises Conflict beyond what is left of it.

    What would go beyond the net that is left, by an earlier credit or by cents of rounding, is an allowance of the line:
    the credit notes of a line never come to more than the line.
    """
    if not _ZERO < percent <= _HUNDRED:
        raise Invalid("percent", N_("Give a percentage between 0 and 100."))
    if not quantity or abs(quantity) > abs(line.left) or (quantity > 0) is not (line.quantity > 0):
        raise Conflict(N_("Line {position}: only {left} can be credited.", position=line.position, left=line.left))
    priced = line.priced if quantity == line.quantity else round_to(line.priced * quantity / line.quantity, 6)
    full = round_amount(priced * line.price / line.base, currency)
    is_last = quantity == line.left and percent == _HUNDRED
    rest = line.net - line.credited_net
    wanted = rest if is_last else round_amount(full * percent / _HUNDRED, currency)
    net = round_amount(min(wanted, rest) if line.net >= 0 else max(wanted, rest), currency)
    if net == full:
        return Credited(quantity, priced, net, ())
    if net > full:
        rounding = AllowanceCharge(amount=net - full, is_charge=True, reason="Rounding")
        return Credited(quantity, priced, net, (rounding,))
    off = full - net
    is_share = percent < _HUNDRED and off == round_amount(full * (_HUNDRED - percent) / _HUNDRED, currency)
    return Credited(
        quantity, priced, net,
        (
            AllowanceCharge(
                amount=off, reason="Part of the price" if is_share else "Credited before, or rounding",
                reason_code=_DISCOUNT, percent=_HUNDRED - percent if is_share else None, base=full if is_share else None,
            ),
        ),
    )  # fmt: skip
