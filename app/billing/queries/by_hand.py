"""Payments that a person recorded before the bank told of them, and how an item in an account's favour is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.billing.domain.matching import SURE, Proposal, Reason, quoted_keys
from app.billing.domain.references import squeezed
from app.billing.models.open_items import OpenItem, Settlement
from app.billing.models.statements import BankLine
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound

HAND = "hand:"  # how the sources of payments recorded by hand begin
SHORTEST = 4  # letters and digits of a reference that can be found again
_DAYS = 10  # a payment of that amount so near is perhaps the same
_RECORDED = text("""
SELECT i.id, i.company_id, i.match_key, -i.amount AS amount, i.currency, i.issued_on FROM open_items i
WHERE i.kind = 'payment' AND i.source LIKE 'hand:%'
  AND (-i.amount = ANY(CAST(:amounts AS numeric[])) OR i.match_key = ANY(CAST(:keys AS text[])))
  AND NOT EXISTS (SELECT 1 FROM bank_lines l WHERE l.item_id = i.id)
ORDER BY i.id LIMIT 20000""")


@dataclass(frozen=True, slots=True)
class Used:
    """So much of an item went to a claim."""

    settlement_id: int
    number: str
    amount: Decimal
    settled_on: date


@dataclass(frozen=True, slots=True)
class CreditPage:
    """An item in an account's favour: `amount` and `left` (not used yet) above zero."""

    id: int
    kind: str
    number: str
    text: str
    issued_on: date
    currency: str
    amount: Decimal
    left: Decimal
    is_by_hand: bool
    used: tuple[Used, ...]


def credit_item(actor: Actor, company_id: int, item_id: int) -> CreditPage:
    """A payment, credit note or other item in an account's favour, with what it settles. Operator only."""
    if not actor.is_operator:
        raise NotFound
    item = db.session.scalar(
        select(OpenItem)
        .where(OpenItem.id == item_id, OpenItem.company_id == company_id, OpenItem.amount < 0)
        .execution_options(populate_existing=True)
    )
    if item is None:
        raise NotFound
    rows = db.session.execute(
        select(Settlement.id, OpenItem.number, Settlement.amount, Settlement.settled_on)
        .join(OpenItem, OpenItem.id == Settlement.debit_id)
        .where(Settlement.credit_id == item.id, Settlement.reversed_at.is_(None))
        .order_by(Settlement.id)
    )
    return CreditPage(
        item.id, item.kind, item.number, item.text, item.issued_on, item.currency, -item.amount, -item.open_amount,
        item.source.startswith(HAND), tuple(Used(*row) for row in rows),
    )  # fmt: skip


def with_recorded(
    actor: Actor, lines: Sequence[BankLine], found: Mapping[int, Sequence[Proposal]]
) -> dict[int, list[dict[str, Any]]]:
    """The proposals for lines as JSON; money that a person recorded before comes first and is not booked again.

    Same reference and amount: surely the same. Only one of the two: a person decides, nothing of that account is sure.
    One statement.
    """
    if not actor.is_operator:
        raise NotFound
    came = [line for line in lines if line.amount > 0]
    keys = {line.id: _keys(line) for line in came}
    rows = db.session.execute(_RECORDED, {
        "amounts": sorted({line.amount for line in came}), "keys": sorted(set().union(*keys.values())),
    }).all() if came else []  # fmt: skip
    result = {}
    for line in came:
        offers = list(found.get(line.id, ()))
        known = [row for row in rows if row.currency == line.currency]
        quoted = [row for row in known if row.match_key in keys[line.id]]
        same = [row for row in quoted if row.amount == line.amount]
        near = [row for row in known if row.amount == line.amount and _is_near(row, line)]
        meant = [row for row in near if row.company_id in {one.company_id for one in offers}]
        if same:
            result[line.id] = [_offer(same[0], 98, Reason.BY_HAND, Reason.NUMBER, Reason.AMOUNT)]
        elif quoted:
            result[line.id] = _conflict(quoted[0].company_id, offers)
        elif meant or (near and not offers):
            row = (meant or near)[0]
            first = _offer(row, 70 if meant else 60, Reason.BY_HAND, Reason.AMOUNT)
            rest = _doubted(offers, row.company_id)
            sure = [one for one in rest if one.confidence >= SURE]  # another account is named: that is who paid
            others = [one.as_json() for one in rest if one not in sure]
            result[line.id] = [*(one.as_json() for one in sure), first, *others]
        else:
            result[line.id] = [one.as_json() for one in offers]
    return result


def _keys(line: BankLine) -> set[str]:
    """What of a line may be the reference that a person wrote down."""
    own = {squeezed(line.end_to_end), squeezed(line.bank_reference), squeezed(line.creditor_reference)}
    return {key for key in (*own, *quoted_keys(line.text, "")) if len(key) >= SHORTEST}


def _is_near(row: Any, line: BankLine) -> bool:
    return bool(abs((row.issued_on - line.booked_on).days) <= _DAYS)


def _offer(row: Any, confidence: int, *reasons: Reason) -> dict[str, Any]:
    return {"company_id": row.company_id, "confidence": confidence, "reasons": [str(one) for one in reasons],
            "parts": [], "recorded_id": row.id}  # fmt: skip


def _doubted(offers: Sequence[Proposal], company_id: int) -> list[Proposal]:
    return [replace(one, confidence=min(one.confidence, 70)) if one.company_id == company_id else one for one in offers]


def _conflict(company_id: int, offers: Sequence[Proposal]) -> list[dict[str, Any]]:
    doubted = [
        replace(one, confidence=min(one.confidence, 60), reasons=(Reason.BY_HAND_OTHER, *one.reasons))
        for one in offers
        if one.company_id == company_id
    ]
    return [one.as_json() for one in doubted or [Proposal(company_id, 40, (Reason.BY_HAND_OTHER,))]]
