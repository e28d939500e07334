"""Contested lines of invoices: states, reasons and how much money a contested part is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from app.core.errors import Invalid
from app.core.money import round_amount
from app.core.texts import N_, Message
from app.fulfilment.domain.case_table import CaseTable, step

DISPUTE = CaseTable(
    "dispute",
    {
        "open": N_("Contested"),
        "accepted": N_("Accepted"),
        "refused": N_("Refused"),
        "withdrawn": N_("Withdrawn"),
    },
    frozenset({"accepted", "refused", "withdrawn"}),
    (
        step("open", "", "open", "customer"),
        step("withdraw", "open", "withdrawn", "customer"),
        step("accept", "open", "accepted", "accounting"),
        step("refuse", "open", "refused", "accounting"),
    ),
)

CONTESTABLE = ("invoice", "prepayment", "corrective")  # kinds of documents

DISPUTE_TONES: Mapping[str, str] = {"open": "seal", "accepted": "good", "refused": "bad", "withdrawn": "plain"}

DISPUTE_REASONS: Mapping[str, Message] = {
    "price": N_("Price is not as agreed"),
    "quantity": N_("Quantity is not as delivered"),
    "quality": N_("Goods are not in order"),
    "not_ordered": N_("Not ordered"),
    "vat": N_("VAT is wrong"),
    "other": N_("Another reason"),
}


def gross_of_part(quantity: Decimal, whole: Decimal, net: Decimal, vat_rate: Decimal | None, currency: str) -> Decimal:
    """The gross amount of a part of an invoice line: of its net (BT-131) and its VAT rate, half up to the minor unit."""
    if not 0 < quantity <= whole:
        raise Invalid("quantity", N_("Enter a quantity from above zero to {most}.", most=whole.normalize() + 0))
    gross = net * quantity / whole * (1 + (vat_rate or Decimal(0)) / 100)
    return round_amount(gross, currency)
