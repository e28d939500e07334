"""How invoice numbers look, and when an invoice is due."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

INVOICE_SERIES = "invoice"


class Kind(StrEnum):
    """What a document of billing is; the value is `invoices.kind`."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PREPAYMENT = "prepayment"
    PROFORMA = "proforma"
    CORRECTIVE = "corrective"


# UNTDID 1001 (BT-3)
TYPE_CODES = {
    Kind.INVOICE: "380", Kind.CREDIT_NOTE: "381", Kind.CORRECTIVE: "384", Kind.PREPAYMENT: "386", Kind.PROFORMA: "325",
}  # fmt: skip
_LETTERS = {
    Kind.INVOICE: "INV", Kind.CREDIT_NOTE: "CN", Kind.CORRECTIVE: "COR", Kind.PREPAYMENT: "PRE", Kind.PROFORMA: "PF",
}  # fmt: skip


def series(kind: Kind, entity_id: int | None = None) -> str:
    """The name of the gapless series: every kind and every legal entity counts for itself."""
    return str(kind) if entity_id is None else f"{kind}:{entity_id}"


def document_number(kind: Kind, year: int, counted: int, prefix: str = "") -> str:
    """INV-2026-000042, of a legal entity AT-INV-2026-000042: unique by itself (BT-1), sorts as text within a year."""
    head = f"{prefix}-" if prefix else ""
    return f"{head}{_LETTERS[kind]}-{year}-{counted:06d}"


def invoice_number(year: int, counted: int) -> str:
    """The number of an invoice of the operator itself."""
    return document_number(Kind.INVOICE, year, counted)


def due_date(issued_on: date, payment_days: int) -> date:
    """The day payment is due (BT-9): calendar days after the day of issue."""
    return issued_on + timedelta(days=payment_days)
