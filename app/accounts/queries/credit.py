"""Where accounts stand with their credit: one account, its ledger, and the accountant's list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from app.accounts.domain.credit import CreditKind, Standing, available
from app.accounts.queries.companies import own_or_asked
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound

_STANDING = text("""
SELECT a.credit_limit, coalesce(a.outstanding, 0), coalesce(a.currency, c.currency), coalesce(a.may_exceed, false),
    c.is_on_credit_hold, c.hold_reason, CASE WHEN a.is_insured_only THEN
        CASE WHEN a.insured_until < CAST(:day AS date) THEN 0 ELSE coalesce(a.insured_limit, 0) END END AS insured
FROM companies c LEFT JOIN credit_accounts a ON a.company_id = c.id WHERE c.id = :company""")
_TERMS = text("""
SELECT a.hold_after_days, a.spared_until, a.asked_limit, a.asked_note, a.asked_by, a.asked_at
FROM credit_accounts a WHERE a.company_id = :company""")
_LEDGER = text("""
SELECT id, kind, at, amount, currency, outstanding, credit_limit, order_id, reference, comment, foreign_amount,
    foreign_currency, rate, user_name
FROM credit_entries
WHERE company_id = :company
  AND (CAST(:after AS bigint) IS NULL OR id < :after) AND (CAST(:before AS bigint) IS NULL OR id > :before)
ORDER BY CASE WHEN CAST(:before AS bigint) IS NULL THEN -id ELSE id END LIMIT :limit""")


@dataclass(frozen=True, slots=True)
class CreditTerms:
    """The rule of the automatic hold, and what the account asks for."""

    hold_after_days: int | None = None
    spared_until: date | None = None
    asked_limit: Decimal | None = None
    asked_note: str = ""
    asked_by: str = ""
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry of the ledger, gross; `amount` is the effect on `outstanding`, both below zero when owed."""

    id: int
    kind: CreditKind
    at: datetime
    amount: Decimal
    currency: str
    outstanding: Decimal
    limit: Decimal | None
    order_id: int | None
    reference: str
    comment: str
    foreign_amount: Decimal | None
    foreign_currency: str | None
    rate: Decimal | None
    who: str

    @property
    def available(self) -> Decimal | None:
        return available(self.limit, self.outstanding)


def standing(actor: Actor, company_id: int | None = None) -> Standing:
    """Where an account stands; one statement. Where insurance binds, the insured amount is its limit."""
    values = {"company": own_or_asked(actor, company_id), "day": clock.today()}
    row = db.session.execute(_STANDING, values).one_or_none()
    if row is None:
        raise NotFound
    limit, outstanding, currency, may_exceed, is_on_hold, hold_reason, insured = row
    if insured is not None and (limit is None or may_exceed or insured < limit):
        limit, may_exceed = insured, False
    return Standing(limit, outstanding, available(limit, outstanding), currency, may_exceed, is_on_hold, hold_reason)


def credit_terms(actor: Actor, company_id: int | None = None) -> CreditTerms:
    """The rule of the automatic hold and the wish for another limit; one statement."""
    row = db.session.execute(_TERMS, {"company": own_or_asked(actor, company_id)}).one_or_none()
    return CreditTerms(*row) if row else CreditTerms()


def ledger(
    actor: Actor,
    company_id: int | None = None,
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 51,
) -> list[LedgerLine]:
    """The ledger, the latest entry first; `after` an id goes on to older ones. One statement."""
    values = {"company": own_or_asked(actor, company_id), "after": after, "before": before, "limit": limit}
    rows = [LedgerLine(row[0], CreditKind(row[1]), *row[2:]) for row in db.session.execute(_LEDGER, values)]
    return rows if before is None else rows[::-1]


@dataclass(frozen=True, slots=True)
class CreditLine:
    """An account in the accountant's list; `use` is the share of the limit in percent, None without one."""

    company_id: int
    code: str
    name: str
    currency: str
    limit: Decimal | None
    outstanding: Decimal
    use: Decimal | None
    is_on_hold: bool
    hold_reason: str
    asked_limit: Decimal | None

    @property
    def available(self) -> Decimal | None:
        return available(self.limit, self.outstanding)


FILTERS = ("", "tight", "held", "asked")
# Of a limit of zero anything owed is all of it, and more.
_USE = """CASE WHEN a.credit_limit > 0 THEN round(-a.outstanding * 100 / a.credit_limit, 2)
    WHEN a.credit_limit = 0 AND a.outstanding < 0 THEN 1000000 WHEN a.credit_limit = 0 THEN 0 END"""
_LIST = f"""
SELECT * FROM (
    SELECT c.id, c.code, c.name, coalesce(a.currency, c.currency) AS currency, a.credit_limit,
        coalesce(a.outstanding, 0) AS outstanding, {_USE} AS used, c.is_on_credit_hold, c.hold_reason, a.asked_limit
    FROM companies c LEFT JOIN credit_accounts a ON a.company_id = c.id
    WHERE c.kind = 'customer' AND c.state = 'approved'
) x
WHERE (:filter = '' OR (:filter = 'tight' AND used >= 80) OR (:filter = 'held' AND is_on_credit_hold)
       OR (:filter = 'asked' AND asked_limit IS NOT NULL))
  AND (:search = '' OR strpos(lower(name), :search) > 0 OR starts_with(lower(code), :search))"""  # noqa: S608 -- constants
_FORWARDS = text(f"""{_LIST} AND (CAST(:use AS numeric) IS NULL OR (coalesce(used, -1), -id) < (:use, -CAST(:id AS bigint)))
ORDER BY coalesce(used, -1) DESC, id LIMIT :limit""")
_BACKWARDS = text(f"""{_LIST} AND (coalesce(used, -1), -id) > (:use, -CAST(:id AS bigint))
ORDER BY coalesce(used, -1), id DESC LIMIT :limit""")
_COUNTS = text(f"""
SELECT count(*), count(*) FILTER (WHERE used >= 80), count(*) FILTER (WHERE is_on_credit_hold),
    count(*) FILTER (WHERE asked_limit IS NOT NULL)
FROM ({_LIST}) y""")  # noqa: S608 -- constants


def credit_accounts(
    actor: Actor,
    *,
    search: str = "",
    state: str = "",
    after: Sequence[str] | None = None,
    before: Sequence[str] | None = None,
    limit: int = 51,
) -> list[CreditLine]:
    """Accounts by the use of their limit, the fullest first. Keys are (use, id); `state` one of FILTERS. One statement."""
    _demand_operator(actor)
    key = before or after or (None, None)
    values = {
        "search": search.strip().lower(), "filter": state if state in FILTERS else "", "limit": limit,
        "use": None if key[0] is None else Decimal(key[0]), "id": None if key[1] is None else int(key[1]),
    }  # fmt: skip
    rows = [CreditLine(*row) for row in db.session.execute(_BACKWARDS if before else _FORWARDS, values)]
    return rows[::-1] if before else rows


def key_of(line: CreditLine) -> tuple[object, ...]:
    """The sort key of a line of `credit_accounts`."""
    return (-1 if line.use is None else line.use, line.company_id)


def credit_counts(actor: Actor) -> Mapping[str, int]:
    """How many accounts each filter shows; one statement."""
    _demand_operator(actor)
    return dict(zip(FILTERS, db.session.execute(_COUNTS, {"search": "", "filter": ""}).one(), strict=True))


_DISAGREE = text("""
SELECT a.company_id, a.outstanding, coalesce(sum(e.amount), 0)
FROM credit_accounts a LEFT JOIN credit_entries e ON e.credit_account_id = a.id
GROUP BY a.id HAVING a.outstanding <> coalesce(sum(e.amount), 0) ORDER BY a.company_id""")


def disagreeing(actor: Actor) -> Mapping[int, tuple[Decimal, Decimal]]:
    """Accounts whose kept column is not the sum of the ledger: (kept, sum) by company. Empty when all is well."""
    _demand_operator(actor)
    return {row[0]: (row[1], row[2]) for row in db.session.execute(_DISAGREE)}


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
