"""When and how a document is paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CashDiscount:
    """So many per cent off when paid within so many days of the issue date; of `base` when not of the whole."""

    days: int
    percent: Decimal
    base: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTerms:
    """Due date (BT-9), terms in words (BT-20) and discounts for early payment.

    EN 16931 has no field for discounts: they are written behind the words as `#SKONTO#TAGE=14#PROZENT=2.00#`,
    the form that XRechnung (BR-DE-18) prescribes and others can read past.
    """

    due_date: date | None = None
    text: str = ""
    discounts: tuple[CashDiscount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMeans:
    """A way to pay (BG-16 to BG-19).

    `code` is UNTDID 4461: 30 credit transfer, 58 SEPA credit transfer, 59 SEPA direct debit, 48 card.
    `account` is the IBAN or local account number (BT-84) of the payee; for direct debit `mandate` (BT-89),
    `creditor_id` (BT-90) and `debited_account` (BT-91). `reference` is what the payer shall quote (BT-83).
    `card` are the last digits of a card that was paid with (BT-87), `card_holder` its holder (BT-88).
    """

    code: str = "30"
    text: str = ""
    reference: str = ""
    account: str = ""
    account_name: str = ""
    bic: str = ""
    mandate: str = ""
    creditor_id: str = ""
    debited_account: str = ""
    card: str = ""
    card_holder: str = ""
