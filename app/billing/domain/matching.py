"""Who paid what: proposals for a movement on a bank account, with confidence in per cent and the reasons.

A person reads the reasons, so every number of the table below has one. What is sure enough (`SURE`) is booked at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.billing.domain.references import candidates
from app.billing.domain.settling import Discount, best_discount

SURE = 95
_MOST_PARTS = 200


class Reason(StrEnum):
    DIRECT_DEBIT = "direct_debit"  # the reference of our own direct debit
    CREDITOR_REFERENCE = "creditor_reference"
    NUMBER = "number"  # a document number in the text
    PAYER_ACCOUNT = "payer_account"  # learned
    TAX_NUMBER = "tax_number"
    PAYER_NAME = "payer_name"
    AMOUNT = "amount"  # exactly what is open
    DISCOUNT = "discount"  # what is open less the discount for early payment
    ALL_OPEN = "all_open"  # the sum of everything that is open
    OLDEST = "oldest"  # the oldest claims, as far as the money goes
    PART = "part"
    OVER = "over"
    OTHER_PAYER = "other_payer"  # the account is known as somebody else's
    RETURNED = "returned"  # a payment booked before comes back
    REFUND = "refund"  # a refund that was asked for
    BY_HAND = "by_hand"  # the account paid this amount, and a person recorded it before the bank told of it
    BY_HAND_OTHER = "by_hand_other"  # the same reference was recorded by hand with another amount


# How a payer was found -> how sure that makes him.
PAYERS = {Reason.PAYER_ACCOUNT: 3, Reason.TAX_NUMBER: 2, Reason.PAYER_NAME: 1}
# What fits when documents are quoted: (nothing known of the payer, the payer is known as theirs).
_QUOTED = {
    Reason.AMOUNT: (96, 100), Reason.DISCOUNT: (92, 96), Reason.PART: (80, 85), Reason.OVER: (75, 80),
}  # fmt: skip
# What fits when only the payer is known, by how surely.
_UNQUOTED = {
    Reason.AMOUNT: {3: 90, 2: 85, 1: 80},
    Reason.DISCOUNT: {3: 85, 2: 80, 1: 70},
    Reason.ALL_OPEN: {3: 90, 2: 85, 1: 75},
    Reason.OLDEST: {3: 50, 2: 45, 1: 35},
    Reason.OVER: {3: 60, 2: 50, 1: 40},
}
_AMOUNT_ALONE = 40


@dataclass(frozen=True, slots=True)
class Claim:
    """Something open that the account owes, gross; `key` is its number squeezed."""

    item_id: int
    company_id: int
    key: str
    currency: str
    amount: Decimal
    open: Decimal
    due_on: date
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class Paid:
    """What is known of money that came in: `debit_item` and `debit_company` when the reference is of our direct debit."""

    amount: Decimal
    currency: str
    booked_on: date
    text: str = ""
    creditor_reference: str = ""
    debit_item: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """So much of the money for a claim, and so much discount on top that settles it."""

    item_id: int
    amount: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Book the money for this account, these claims first; what is left stays in its favour."""

    company_id: int
    confidence: int
    reasons: tuple[Reason, ...]
    parts: tuple[Part, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """As kept on the bank's line."""
        return {
            "company_id": self.company_id, "confidence": self.confidence, "reasons": [str(one) for one in self.reasons],
            "parts": [
                {"item_id": part.item_id, "amount": str(part.amount), "discount": str(part.discount)}
                for part in self.parts
            ],
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Proposal:
        """What `as_json` gave."""
        return cls(
            value["company_id"], value["confidence"], tuple(Reason(one) for one in value["reasons"]),
            tuple(Part(one["item_id"], Decimal(one["amount"]), Decimal(one["discount"])) for one in value["parts"]),
        )  # fmt: skip


def quoted_keys(text: str, creditor_reference: str) -> list[str]:
    """Squeezed numbers that a text may quote, for looking claims up."""
    found = candidates(text)
    return [*found, creditor_reference[4:]] if creditor_reference else found


def name_key(name: str) -> str:
    """A payer's name as it is learned and compared: letters and digits of any script, without case."""
    return re.sub(r"[\W_]+", "", name.casefold())[:150]


def proposals(paid: Paid, claims: Collection[Claim], payers: Mapping[int, Reason], *, most: int = 3) -> list[Proposal]:
    """The best proposals for money that came in, surest first.

    `claims`: what is open of every account that may be meant; `payers`: accounts the payer may be, and how we know.
    """
    usable = [claim for claim in claims if claim.currency == paid.currency and claim.open > 0]
    found = _by_debit(paid, usable) or _by_quotes(paid, usable, payers)
    if not found:
        for company_id in payers:
            found.extend(_by_payer(paid, [one for one in usable if one.company_id == company_id], company_id, payers))
    if not found:
        found = _by_amount(paid, usable)
    best: dict[int, Proposal] = {}
    for one in sorted(found, key=lambda one: (-one.confidence, one.company_id)):
        best.setdefault(one.company_id, one)
    return list(best.values())[:most]


def _by_debit(paid: Paid, claims: Sequence[Claim]) -> list[Proposal]:
    claim = next((one for one in claims if one.item_id == paid.debit_item), None)
    if claim is None:
        return []
    fits = claim.open == paid.amount
    part = Part(claim.item_id, min(claim.open, paid.amount))
    reasons = (Reason.DIRECT_DEBIT, Reason.AMOUNT if fits else Reason.PART if paid.amount < claim.open else Reason.OVER)
    return [Proposal(claim.company_id, 100 if fits else 90, reasons, (part,))]


def _by_quotes(paid: Paid, claims: Sequence[Claim], payers: Mapping[int, Reason]) -> list[Proposal]:
    by_reference = paid.creditor_reference[4:]
    words = set(candidates(paid.text))
    quoted: dict[int, list[Claim]] = {}
    for claim in claims:
        # A creditor reference has room for 21 characters: the end of a longer number.
        if claim.key in words or (by_reference and by_reference == claim.key[-21:]):
            quoted.setdefault(claim.company_id, []).append(claim)
    found = []
    for company_id, meant in quoted.items():
        fit, parts = _fit(paid, meant)
        confidence = _QUOTED[fit][company_id in payers]
        why = Reason.CREDITOR_REFERENCE if by_reference else Reason.NUMBER
        reasons = (why, fit, *(() if company_id not in payers else (payers[company_id],)))
        others = {PAYERS[reason] for key, reason in payers.items() if key != company_id}
        if len(quoted) > 1 or (company_id not in payers and max(others, default=0) >= 2):
            confidence, reasons = min(confidence, 70), (*reasons, Reason.OTHER_PAYER)
        found.append(Proposal(company_id, confidence, reasons, parts))
    return found


def _fit(paid: Paid, meant: Sequence[Claim]) -> tuple[Reason, tuple[Part, ...]]:
    """How the money fits the claims that are meant, oldest first."""
    due = sorted(meant, key=lambda one: (one.due_on, one.item_id))
    whole = sum((one.open for one in due), Decimal(0))
    if paid.amount == whole:
        return Reason.AMOUNT, tuple(Part(one.item_id, one.open) for one in due)
    offers = {one.item_id: _discount(one, paid) for one in due}
    if paid.amount == whole - sum(offers.values()) and any(offers.values()):
        parts = tuple(Part(one.item_id, one.open - offers[one.item_id], offers[one.item_id]) for one in due)
        return Reason.DISCOUNT, parts
    return Reason.OVER if paid.amount > whole else Reason.PART, _oldest(paid.amount, due)


def _discount(claim: Claim, paid: Paid) -> Decimal:
    """Discounts are for who pays the whole claim at once."""
    if claim.open != claim.amount:
        return Decimal(0)
    return best_discount(claim.discounts, claim.amount, claim.currency, paid.booked_on)


def _oldest(amount: Decimal, due: Sequence[Claim]) -> tuple[Part, ...]:
    parts, left = [], amount
    for claim in due[:_MOST_PARTS]:
        if left <= 0:
            break
        parts.append(Part(claim.item_id, min(left, claim.open)))
        left -= claim.open
    return tuple(parts)


def _by_payer(
    paid: Paid, claims: Sequence[Claim], company_id: int, payers: Mapping[int, Reason]
) -> list[Proposal]:  # fmt: skip
    why = payers[company_id]
    level = PAYERS[why]
    due = sorted(claims, key=lambda one: (one.due_on, one.item_id))
    exact = [one for one in due if one.open == paid.amount]
    if len(exact) == 1:
        part = Part(exact[0].item_id, paid.amount)
        return [Proposal(company_id, _UNQUOTED[Reason.AMOUNT][level], (why, Reason.AMOUNT), (part,))]
    early = [(one, taken) for one in due if (taken := _discount(one, paid)) and one.open - taken == paid.amount]
    if not exact and len(early) == 1:
        part = Part(early[0][0].item_id, paid.amount, early[0][1])
        return [Proposal(company_id, _UNQUOTED[Reason.DISCOUNT][level], (why, Reason.DISCOUNT), (part,))]
    whole = sum((one.open for one in due), Decimal(0))
    fit = Reason.ALL_OPEN if whole == paid.amount else Reason.OVER if paid.amount > whole else Reason.OLDEST
    return [Proposal(company_id, _UNQUOTED[fit][level], (why, fit), _oldest(paid.amount, due))]


def _by_amount(paid: Paid, claims: Sequence[Claim]) -> list[Proposal]:
    exact = [one for one in claims if one.open == paid.amount]
    if len(exact) != 1:
        return []
    part = Part(exact[0].item_id, paid.amount)
    return [Proposal(exact[0].company_id, _AMOUNT_ALONE, (Reason.AMOUNT,), (part,))]
