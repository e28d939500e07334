"""An account between two parties over a period."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.party import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One document of the account: `debit` is owed to the seller, `credit` in the buyer's favour."""

    position: str
    document_type: str
    document_number: str
    date: dt.date | None
    due_on: dt.date | None = None
    debit: Decimal | None = None
    credit: Decimal | None = None
    balance: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    number: str
    issue_date: dt.date | None
    currency: str
    lines: tuple[StatementLine, ...]
    seller: Party | None = None
    buyer: Party | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    total_debit: Decimal | None = None
    total_credit: Decimal | None = None
    notes: tuple[Note, ...] = ()

    kind: ClassVar[str] = "statement"
