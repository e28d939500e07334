"""A bank statement whatever its format, and what can be wrong with one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.core.errors import Invalid
from app.core.money import minor_units
from app.core.texts import N_, Message

MAX_BYTES = 20_000_000
MAX_MOVEMENTS = 20_000
_LARGEST = Decimal(10) ** 11
_CURRENCY = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,6})?")
_EMPTY_REFERENCES = frozenset({"NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NONE", "UNKNOWN", "0"})


class StatementError(Invalid):
    """A file that is not read. `line` is 1-based, 0 when the fault has no place; `name` is the field."""

    def __init__(self, message: Message, *, line: int = 0, name: str = "") -> None:
        self.line = line
        self.name = name
        super().__init__("file", message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement on our account: `amount` above zero came in, below zero went out.

    `payer_*` is the other side, also of what went out. `line` is where the file says so (1-based; of XML its line).
    `is_return`: the bank takes an earlier movement back. `creditor_reference` is a checked ISO 11649 or empty.
    """

    booked_on: date
    amount: Decimal
    currency: str
    value_on: date | None = None
    payer_name: str = ""
    payer_account: str = ""
    payer_tax_number: str = ""
    text: str = ""
    creditor_reference: str = ""
    end_to_end: str = ""
    mandate: str = ""
    bank_reference: str = ""
    code: str = ""
    is_return: bool = False
    return_reason: str = ""
    line: int = 0


@dataclass(slots=True, kw_only=True)
class Statement:
    """One statement of one account; `problems` do not stop the reading, but somebody should know."""

    account: str
    currency: str
    number: str = ""
    opening: Decimal | None = None
    closing: Decimal | None = None
    from_on: date | None = None
    to_on: date | None = None
    movements: list[Movement] = field(default_factory=list)
    problems: list[Message] = field(default_factory=list)

    def check_sums(self) -> None:
        """Say so when the balances do not differ by what moved, or a movement is in another currency."""
        if any(move.currency != self.currency for move in self.movements):
            self.problems.append(
                N_("Movements are in another currency than the account {account}.", account=self.account)
            )
            return
        if self.opening is None or self.closing is None:
            return
        moved = sum((move.amount for move in self.movements), Decimal(0))
        if self.opening + moved != self.closing:
            self.problems.append(
                N_(
                    "The movements add up to {moved}, the balances differ by {differ}: the statement is not complete.",
                    moved=moved,
                    differ=self.closing - self.opening,
                )
            )


def plain(text: str, most: int) -> str:
    """One line without control characters, cut to so many characters."""
    kept = "".join(" " if unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp") else one for one in text)
    return " ".join(kept.split())[:most]


def reference(text: str, most: int = 60) -> str:
    """A reference; what banks write for "none" is empty."""
    kept = plain(text, most)
    return "" if kept.upper().replace(" ", "") in _EMPTY_REFERENCES else kept


def account_of(text: str) -> str:
    """An IBAN or account number without blanks, in capitals."""
    return re.sub(r"[^0-9A-Z]", "", text.upper())[:64]


def currency_of(text: str, *, line: int, name: str) -> str:
    """Three letters (ISO 4217), else StatementError."""
    kept = text.strip().upper()
    if not _CURRENCY.fullmatch(kept):
        raise StatementError(
            N_("Line {line}, {name}: {given} is no currency.", line=line, name=name, given=plain(text, 20) or "?"),
            line=line, name=name,
        )  # fmt: skip
    return kept


def amount_of(text: str, currency: str, *, line: int, name: str) -> Decimal:
    """An amount without sign, with a point, in minor units of the currency, else StatementError."""
    kept = text.strip()
    if _AMOUNT.fullmatch(kept):
        value = Decimal(kept)
        if value < _LARGEST and value == round(value, minor_units(currency)):
            return value
    raise StatementError(
        N_("Line {line}, {name}: {given} is no amount in {currency}.", line=line, name=name, given=plain(text, 30) or "?",
           currency=currency),
        line=line, name=name,
    )  # fmt: skip


def bad_day(text: str, *, line: int, name: str) -> StatementError:
    """What to raise for a text that is no day."""
    return StatementError(
        N_("Line {line}, {name}: {given} is no date.", line=line, name=name, given=plain(text, 30) or "?"),
        line=line, name=name,
    )  # fmt: skip


def missing(name: str, *, line: int) -> StatementError:
    """What to raise for a field that must be there."""
    return StatementError(N_("Line {line}: {name} is missing.", line=line, name=name), line=line, name=name)


def demand_few(statements: list[Statement]) -> None:
    """Refuse a file with too many movements."""
    if sum(len(one.movements) for one in statements) > MAX_MOVEMENTS:
        raise StatementError(N_("A file may have {most} movements at most.", most=MAX_MOVEMENTS))
