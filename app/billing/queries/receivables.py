"""What accounts owe, as of any day: by age for all accounts, item by item for one. Gross, each currency by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import text

from app.accounts.queries.companies import own_or_asked
from app.billing.domain.ageing import BOUNDS, Ageing
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_

# What is open of each item on :day. What happened to it since is taken back: settlements of later days, and those that
# were reversed later.
OPEN = """
WITH moved AS (
    SELECT item_id, sum(amount) AS amount FROM (
        SELECT unnest(ARRAY[s.debit_id, s.credit_id]) AS item_id,
            CASE WHEN s.settled_on <= :day THEN -s.amount WHEN s.reversed_on IS NULL THEN s.amount ELSE 0 END AS amount
        FROM settlements s
        WHERE (s.settled_on > :day OR s.reversed_on > :day) AND (CAST(:company AS bigint) IS NULL OR s.company_id = :company)
    ) x GROUP BY item_id
), held AS (
    SELECT i.*, i.open_amount + sign(i.amount) * coalesce(m.amount, 0) AS left_open
    FROM open_items i LEFT JOIN moved m ON m.item_id = i.id
    WHERE i.issued_on <= :day AND (i.open_amount <> 0 OR m.amount <> 0)
      AND (CAST(:company AS bigint) IS NULL OR i.company_id = :company)
)"""
_CLASSES = ",\n".join(
    f"coalesce(sum(h.left_open) FILTER (WHERE h.left_open > 0 AND :day - h.due_on {test}), 0) AS c{place}"
    for place, test in enumerate((
        f"<= {BOUNDS[0]}",
        *(f"BETWEEN {low + 1} AND {high}" for low, high in pairwise(BOUNDS)),
        f"> {BOUNDS[-1]}",
    ))
)  # fmt: skip
_SUMS = f"{_CLASSES}, coalesce(sum(h.left_open) FILTER (WHERE h.left_open < 0), 0) AS credits"
_ACCOUNTS = f"""{OPEN}, sums AS (
    SELECT h.company_id, h.currency, {_SUMS} FROM held h WHERE h.left_open <> 0 GROUP BY h.company_id, h.currency
), listed AS (
    SELECT c.id, c.code, c.name, s.*, s.c1 + s.c2 + s.c3 + s.c4 AS overdue
    FROM sums s JOIN companies c ON c.id = s.company_id
    WHERE (:search = '' OR strpos(lower(c.name), :search) > 0 OR starts_with(lower(c.code), :search))
      AND (:currency = '' OR s.currency = :currency)
)"""  # noqa: S608 -- constants
_LIST = f"""{_ACCOUNTS}
SELECT l.id, l.code, l.name, l.currency, l.c0, l.c1, l.c2, l.c3, l.c4, l.credits, t.stopped_until, t.insured_limit,
    t.insured_currency, t.insured_until
FROM listed l LEFT JOIN dunning_terms t ON t.company_id = l.id"""  # noqa: S608 -- constants
_FORWARDS = text(f"""{_LIST}
WHERE CAST(:overdue AS numeric) IS NULL OR (l.overdue, l.id, l.currency) < (:overdue, :id, :after_currency)
ORDER BY l.overdue DESC, l.id DESC, l.currency DESC LIMIT :limit""")
_BACKWARDS = text(f"""{_LIST}
WHERE (l.overdue, l.id, l.currency) > (CAST(:overdue AS numeric), :id, :after_currency)
ORDER BY l.overdue, l.id, l.currency LIMIT :limit""")
_TOTALS = text(f"""{_ACCOUNTS}
SELECT currency, sum(c0), sum(c1), sum(c2), sum(c3), sum(c4), sum(credits), count(*)
FROM listed GROUP BY currency ORDER BY currency""")  # noqa: S608 -- constants
_OF_ACCOUNT = text(f"""{OPEN}
SELECT h.currency, {_SUMS}
FROM held h WHERE h.left_open <> 0 GROUP BY h.currency ORDER BY h.currency""")  # noqa: S608 -- constants
_ITEMS = f"""{OPEN}
SELECT h.id, h.kind, h.number, h.text, n.number, h.issued_on, h.due_on, h.currency, h.amount, h.left_open,
    least(h.dispute_amount, abs(h.left_open)), h.stopped_until, coalesce(r.level, 0), r.issued_on, coalesce(r.number, ''),
    (SELECT max(p.promised_on) FROM payment_promises p WHERE p.company_id = h.company_id AND p.state = 'open'
        AND p.currency = h.currency AND (p.item_id IS NULL OR p.item_id = h.id) AND h.left_open > 0)
FROM held h LEFT JOIN invoices n ON n.id = h.invoice_id
LEFT JOIN LATERAL (
    SELECT ri.level, q.issued_on, q.number FROM reminder_items ri JOIN reminders q ON q.id = ri.reminder_id
    WHERE ri.item_id = h.id AND ri.is_issued AND q.issued_on <= :day ORDER BY ri.level DESC LIMIT 1
) r ON true
WHERE h.left_open <> 0 AND (:currency = '' OR h.currency = :currency)"""  # noqa: S608 -- constants
_ITEMS_ON = text(f"""{_ITEMS}
AND (CAST(:due_on AS date) IS NULL OR (h.due_on, h.id) > (CAST(:due_on AS date), :id)) ORDER BY h.due_on, h.id LIMIT :limit""")
_ITEMS_BACK = text(f"""{_ITEMS}
AND (h.due_on, h.id) < (CAST(:due_on AS date), :id) ORDER BY h.due_on DESC, h.id DESC LIMIT :limit""")

_ITEM = text(f"{_ITEMS} AND h.id = :item")
FAR = date(9999, 1, 1)  # behind all that has happened


@dataclass(frozen=True, slots=True)
class AccountAge:
    """What one account owes in one currency by age, and what the operator has agreed about it."""

    company_id: int
    code: str
    name: str
    currency: str
    ageing: Ageing
    stopped_until: date | None
    insured_limit: Decimal | None
    insured_currency: str | None
    insured_until: date | None

    def uninsured(self, day: date) -> Decimal | None:
        """How much of the balance no credit insurance covers; None where the account is not insured in this currency."""
        if self.insured_limit is None or self.insured_currency != self.currency:
            return None
        is_over = self.insured_until is not None and day > self.insured_until
        return max(self.ageing.balance - (Decimal(0) if is_over else self.insured_limit), Decimal(0))


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An open item on a day. `open` above zero is owed. `level`: of the last reminder, 0 when there was none."""

    id: int
    kind: str
    number: str
    text: str
    invoice_number: str | None
    issued_on: date
    due_on: date
    currency: str
    amount: Decimal
    open: Decimal
    disputed: Decimal
    stopped_until: date | None
    level: int
    reminded_on: date | None
    reminder_number: str
    promised_on: date | None


def _ageing(values: Sequence[Any]) -> Ageing:
    return Ageing(tuple(values[:-1]), values[-1])


def ageing(
    actor: Actor,
    day: date,
    *,
    search: str = "",
    currency: str = "",
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[AccountAge]:
    """Accounts with anything open on a day, the most overdue first; keys are `key_of`. Operator only. One statement."""
    values: dict[str, Any] = {"limit": limit, "overdue": None, "id": None, "after_currency": None}
    bound = before or after
    if bound is not None:
        try:
            values |= {"overdue": Decimal(bound[0]), "id": int(bound[1]), "after_currency": bound[2]}
        except (ArithmeticError, ValueError, IndexError):
            raise NotFound(N_("This address is damaged. Open the list again.")) from None
    rows = db.session.execute(_BACKWARDS if before else _FORWARDS, values | _narrowed(actor, day, search, currency))
    found = [_account(row) for row in rows]
    return found[::-1] if before else found


def _account(row: Sequence[Any]) -> AccountAge:
    values: list[Any] = [*row[:4], _ageing(row[4:10]), *row[10:]]
    return AccountAge(*values)


def key_of(row: AccountAge) -> tuple[object, ...]:
    """The sort key of a row of `ageing`."""
    return (row.ageing.overdue, row.company_id, row.currency)


def ageing_totals(actor: Actor, day: date, *, search: str = "", currency: str = "") -> list[tuple[str, Ageing, int]]:
    """Currency, sums by age and number of accounts of all that `ageing` lists. One statement."""
    rows = db.session.execute(_TOTALS, _narrowed(actor, day, search, currency))
    return [(row[0], _ageing(row[1:7]), row[7]) for row in rows]


def _narrowed(actor: Actor, day: date, search: str, currency: str) -> dict[str, Any]:
    if not actor.is_operator:
        raise NotFound
    return {"day": day, "company": None, "search": search.strip().lower(), "currency": currency}


def account_ageing(actor: Actor, day: date, company_id: int | None = None) -> dict[str, Ageing]:
    """What one account (a tenant: its own) owes on a day, by currency. One statement."""
    company = own_or_asked(actor, company_id)
    return {row[0]: _ageing(row[1:]) for row in db.session.execute(_OF_ACCOUNT, {"day": day, "company": company})}


def open_items(
    actor: Actor,
    day: date,
    company_id: int | None = None,
    *,
    currency: str = "",
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[ItemLine]:
    """What is open of one account on a day, the longest due first; keys are (due_on, id). One statement."""
    values: dict[str, Any] = {
        "day": day, "company": own_or_asked(actor, company_id), "currency": currency, "limit": limit,
        "due_on": None, "id": None,
    }  # fmt: skip
    bound = before or after
    if bound is not None:
        try:
            values |= {"due_on": date.fromisoformat(bound[0]), "id": int(bound[1])}
        except (ValueError, IndexError):
            raise NotFound(N_("This address is damaged. Open the list again.")) from None
    rows = [ItemLine(*row) for row in db.session.execute(_ITEMS_BACK if before else _ITEMS_ON, values)]
    return rows[::-1] if before else rows


def open_item(actor: Actor, company_id: int, item_id: int) -> ItemLine:
    """One open claim of an account; NotFound when it is settled or another account's."""
    values = {"day": FAR, "company": own_or_asked(actor, company_id), "item": item_id, "currency": ""}
    row = db.session.execute(_ITEM, values).one_or_none()
    if row is None or row[9] <= 0:
        raise NotFound(N_("This item is not open."))
    return ItemLine(*row)
