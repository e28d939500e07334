"""What happened in billing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    """A number was given and the document frozen."""

    invoice_id: int


@dataclass(frozen=True, slots=True)
class InvoiceRendered:
    """PDF, CII and UBL are checked and filed."""

    invoice_id: int


@dataclass(frozen=True, slots=True)
class InvoiceHeld:
    """A rule failed: the accountant must look."""

    invoice_id: int


@dataclass(frozen=True, slots=True)
class ReminderIssued:
    """A reminder got its number, its fee and interest are posted."""

    reminder_id: int
