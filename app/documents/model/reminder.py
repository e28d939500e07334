"""A letter that asks for what is overdue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.party import Party
from app.documents.model.payment import PaymentMeans


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderLine:
    """One overdue item: `amount` as invoiced, with VAT; `open_amount` what is left of it, fees and interest apart."""

    number: str
    date: dt.date | None
    due_on: dt.date | None
    amount: Decimal
    open_amount: Decimal
    days_overdue: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """Amounts are of one `currency`. `level` 1 is the friendly one; `last_level` is the level behind which the claim is
    handed over. `payable` is the sum of the open amounts, `fee` and `interest`. `pay_by` is the last day of the grace
    given. `interest_text` says rate, base and days in the reader's words. `text` replaces the house's own words.
    """

    number: str
    issue_date: dt.date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[ReminderLine, ...]
    level: int
    payable: Decimal
    last_level: int = 3
    fee: Decimal = Decimal(0)
    interest: Decimal = Decimal(0)
    interest_text: str = ""
    pay_by: dt.date | None = None
    text: str = ""
    payment_means: tuple[PaymentMeans, ...] = ()
    notes: tuple[Note, ...] = ()

    kind: ClassVar[str] = "reminder"
