"""Complaints about goods: states of a claim, what it may be about, and how it is made good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.fulfilment.domain.case_table import CaseTable, step

CLAIM = CaseTable(
    "claim",
    {
        "opened": N_("New"),
        "asked": N_("Your answer needed"),
        "granted": N_("Granted"),
        "partly_granted": N_("Granted in part"),
        "refused": N_("Refused"),
        "withdrawn": N_("Withdrawn"),
    },
    frozenset({"granted", "partly_granted", "refused", "withdrawn"}),
    (
        step("open", "", "opened", "customer sales"),
        step("ask", "opened", "asked", "sales"),
        step("answer", "asked", "opened", "customer"),
        step("withdraw", "opened asked", "withdrawn", "customer"),
        step("grant", "opened asked", "granted", "sales"),
        step("grant", "opened asked", "partly_granted", "sales"),
        step("refuse", "opened asked", "refused", "sales"),
    ),
)

CLAIM_TONES: Mapping[str, str] = {
    "opened": "seal", "asked": "warn", "granted": "good", "partly_granted": "good", "refused": "bad",
    "withdrawn": "plain",
}  # fmt: skip

CLAIM_REASONS: Mapping[str, Message] = {
    "missing": N_("Missing in the delivery"),
    "damaged": N_("Arrived damaged"),
    "defective": N_("Does not work"),
    "wrong": N_("Wrong article"),
    "late": N_("Delivered late"),
    "other": N_("Another reason"),
}
REMEDIES: Mapping[str, Message] = {
    "credit": N_("Credit note, the goods stay"),
    "replacement": N_("Replacement at no charge"),
    "return": N_("Send the goods back first"),
}
_EXACT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Complained:
    """What is wrong with one order line, in its unit."""

    order_line_id: int
    quantity: Decimal
    reason: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """How much of one claim line is made good, and for a credit note which share of the price."""

    quantity: Decimal
    percent: Decimal = Decimal(100)


def demand_complained(position: int, quantity: Decimal, reason: str, most: Decimal) -> None:
    """Refuse a line about nothing, about more than was ordered and shipped, or without a known reason."""
    if not 0 < quantity <= most or quantity != quantity.quantize(_EXACT):
        raise Invalid("lines", N_("Row {row}: enter a quantity from above zero to {most}.", row=position,
                                  most=most.normalize() + 0))  # fmt: skip
    if reason not in CLAIM_REASONS:
        raise Invalid("lines", N_("Row {row}: {problem}", row=position, problem=N_("Choose a reason.")))


def verdict(lines: Mapping[int, tuple[Decimal, Granted]]) -> str:
    """Whether all that was claimed is granted, or a part; Invalid when it is nothing. (claimed, granted) by line."""
    for position, (claimed, given) in enumerate(lines.values(), 1):
        if not 0 <= given.quantity <= claimed or given.quantity != given.quantity.quantize(_EXACT):
            raise Invalid("lines", N_("Row {row}: at most {most} was claimed.", row=position,
                                      most=claimed.normalize() + 0))  # fmt: skip
        if not 0 <= given.percent <= 100:
            raise Invalid("lines", N_("Row {row}: enter a share from 0 to 100.", row=position))
    if not any(given.quantity and given.percent for _claimed, given in lines.values()):
        raise Invalid("lines", N_("Grant at least one line, or refuse the claim."))
    whole = all(given.quantity == claimed and given.percent == 100 for claimed, given in lines.values())
    return "granted" if whole else "partly_granted"
