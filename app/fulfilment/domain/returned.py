"""Goods that come back: states of a return, why, what can come back, and what an inspection may find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.fulfilment.domain.case_table import CaseTable, step

ZERO = Decimal(0)
HUNDRED = Decimal(100)
_EXACT = Decimal("0.000001")

RETURN = CaseTable(
    "return",
    {
        "requested": N_("Asked for"),
        "authorised": N_("Waiting for the goods"),
        "refused": N_("Refused"),
        "withdrawn": N_("Withdrawn"),
        "lapsed": N_("Goods never came"),
        "received": N_("To be inspected"),
        "inspected": N_("To be decided"),
        "accepted": N_("Accepted"),
        "rejected": N_("Not accepted"),
    },
    frozenset({"refused", "withdrawn", "lapsed", "accepted", "rejected"}),
    (
        step("ask", "", "requested", "customer sales"),
        step("authorise", "requested", "authorised", "sales"),
        step("refuse", "requested", "refused", "sales"),
        step("withdraw", "requested authorised", "withdrawn", "customer"),
        step("lapse", "authorised", "lapsed", "sales"),
        step("receive", "authorised", "received", "warehouse"),
        step("inspect", "received", "inspected", "warehouse"),
        step("settle", "inspected", "accepted", "sales"),
        step("settle", "inspected", "rejected", "sales"),
    ),
)

RETURN_TONES: Mapping[str, str] = {
    "requested": "seal", "authorised": "info", "refused": "bad", "withdrawn": "plain", "lapsed": "plain",
    "received": "seal", "inspected": "seal", "accepted": "good", "rejected": "bad",
}  # fmt: skip

REASONS: Mapping[str, Message] = {
    "damaged": N_("Arrived damaged"),
    "defective": N_("Does not work"),
    "wrong": N_("Wrong article"),
    "too_many": N_("Too many delivered"),
    "expired": N_("Expired or about to expire"),
    "not_needed": N_("No longer needed"),
    "other": N_("Another reason"),
}
OUTCOMES: Mapping[str, Message] = {
    "credit": N_("Credit note"),
    "replacement": N_("Replacement at no charge"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a customer wants to send back of one shipment line, in the line's unit."""

    shipment_line_id: int
    quantity: Decimal
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What the warehouse did with the goods of one return line, in the line's unit; `back` goes to the customer again."""

    stock: Decimal = ZERO
    quarantine: Decimal = ZERO
    scrap: Decimal = ZERO
    back: Decimal = ZERO
    bin_code: str = ""
    serials: tuple[str, ...] = ()
    note: str = ""

    @property
    def kept(self) -> Decimal:
        """What stays with the wholesaler."""
        return self.stock + self.quarantine + self.scrap

    @property
    def total(self) -> Decimal:
        return self.kept + self.back


@dataclass(frozen=True, slots=True)
class AcceptedLine:
    """What is to be made good of one order line, in its unit: `percent` (0 to 100) of the price, or goods again."""

    order_id: int
    order_line_id: int
    quantity: Decimal
    percent: Decimal
    outcome: str  # "credit" or "replacement"
    reason: str  # a code of REASONS, or of a claim's reasons


def open_quantity(state: str, asked: Decimal, received: Decimal | None, kept: Decimal | None) -> Decimal:
    """How much a return line takes of what its shipment line can still give back."""
    if state in ("refused", "withdrawn", "lapsed"):
        return ZERO
    if kept is not None:
        return kept
    return asked if received is None else received


def demand_asked(position: int, quantity: Decimal, reason: str, left: Decimal) -> None:
    """Refuse a line that asks for nothing, for more than is left to come back, or without a known reason."""
    if quantity <= 0:
        raise Invalid("lines", N_("Row {row}: {problem}", row=position, problem=N_("Enter a quantity above zero.")))
    if quantity != quantity.quantize(_EXACT):
        raise Invalid("lines", N_("At most six digits after the decimal sign."))
    if quantity > left:
        raise Invalid(
            "lines", N_("Row {row}: at most {most} can still come back.", row=position, most=left.normalize() + 0)
        )
    if reason not in REASONS:
        raise Invalid("lines", N_("Row {row}: {problem}", row=position, problem=N_("Choose a reason.")))


def demand_received(position: int, received: Decimal, asked: Decimal) -> None:
    """What arrives is between nothing and what was authorised; more needs a return of its own."""
    if not ZERO <= received <= asked or received != received.quantize(_EXACT):
        most = asked.normalize() + 0
        raise Invalid("lines", N_("Row {row}: enter what arrived, at most {most}.", row=position, most=most))


def demand_found(position: int, found: Found, received: Decimal) -> None:
    """Every piece that arrived goes somewhere, once."""
    parts = (found.stock, found.quarantine, found.scrap, found.back)
    if any(part < 0 or part != part.quantize(_EXACT) for part in parts) or found.total != received:
        raise Invalid(
            "lines",
            N_("Row {row}: {n} arrived, {m} are told. Say where each of them goes.", row=position,
               n=received.normalize() + 0, m=found.total.normalize() + 0),
        )  # fmt: skip
    if found.bin_code and not found.stock:
        raise Invalid("lines", N_("Row {row}: only what goes back to stock has a bin.", row=position))


def demand_percent(position: int, percent: Decimal) -> None:
    if not ZERO <= percent <= HUNDRED or percent != percent.quantize(Decimal("0.01")):
        raise Invalid("lines", N_("Row {row}: enter a share from 0 to 100.", row=position))
