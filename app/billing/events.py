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


@dataclass(frozen=True, slots=True)
class InvoiceDisputed:
    """A customer contests a line of an invoice: nobody reminds him of that amount."""

    dispute_id: int


@dataclass(frozen=True, slots=True)
class DisputeEnded:
    """A contested line was accepted or refused by the accountant, or is contested no longer."""

    dispute_id: int
