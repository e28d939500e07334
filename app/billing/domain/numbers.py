"""How invoice numbers look, and when an invoice is due."""

from __future__ import annotations

from datetime import date, timedelta

INVOICE_SERIES = "invoice"


def invoice_number(year: int, counted: int) -> str:
    """INV-2026-000042: unique by itself (BT-1), sorts as text within a year up to a million."""
    return f"INV-{year}-{counted:06d}"


def due_date(issued_on: date, payment_days: int) -> date:
    """The day payment is due (BT-9): calendar days after the day of issue."""
    return issued_on + timedelta(days=payment_days)
