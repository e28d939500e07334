"""Two books compared over a period: the reconciliation act (акт сверки, акт звірки, Saldenabstimmung)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.party import Party


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationEntry:
    """One posting in the seller's books: `debit` is owed to the seller, `credit` in the buyer's favour."""

    date: dt.date
    text: str
    number: str = ""
    debit: Decimal | None = None
    credit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The account in the seller's books from `start` to `end`, both days included, in one `currency`.

    `opening` and `closing` are balances, above zero owed to the seller; closing = opening + total_debit - total_credit.
    `contract` is the agreement the act is about, when it is about one. The buyer's half stays empty for him to fill.
    """

    number: str
    issue_date: dt.date
    currency: str
    seller: Party
    buyer: Party
    start: dt.date
    end: dt.date
    opening: Decimal
    closing: Decimal
    total_debit: Decimal
    total_credit: Decimal
    entries: tuple[ReconciliationEntry, ...]
    contract: str = ""
    signatory: str = ""
    buyer_signatory: str = ""
    notes: tuple[Note, ...] = ()

    kind: ClassVar[str] = "reconciliation"
