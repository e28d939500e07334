"""The account of a customer over a period, from the ledger of receivables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.accounts.queries.companies import own_or_asked
from app.billing.domain.account_statement import AccountStatement, Movement, check_period, statement
from app.core.actor import Actor
from app.core.db import db
from app.core.money import round_amount

_OPENING = text("""
SELECT coalesce(sum(amount), 0) FROM open_items
WHERE company_id = :company AND currency = :currency AND issued_on < :start""")
_MOVEMENTS = text("""
SELECT issued_on, kind, number, text, due_on, amount, open_amount FROM open_items
WHERE company_id = :company AND currency = :currency AND issued_on BETWEEN :start AND :end ORDER BY issued_on, id""")
_CURRENCIES = text("""
SELECT DISTINCT currency FROM open_items WHERE company_id = :company
UNION SELECT currency FROM companies WHERE id = :company ORDER BY 1""")


def statement_of(
    actor: Actor, currency: str, start: date, end: date, company_id: int | None = None
) -> AccountStatement:
    """One currency of one account (a tenant: its own) from `start` to `end`, both included. Two statements.

    Raises Invalid for a period that cannot be.
    """
    check_period(start, end)
    values = {"company": own_or_asked(actor, company_id), "currency": currency, "start": start, "end": end}
    opening: Decimal = db.session.execute(_OPENING, values).scalar_one()
    rows = db.session.execute(_MOVEMENTS, values)
    movements = [
        Movement(
            row.issued_on, row.kind, row.number, row.text, row.due_on, round_amount(row.amount, currency),
            round_amount(row.open_amount, currency),
        )
        for row in rows
    ]  # fmt: skip
    return statement(currency, start, end, round_amount(opening, currency), movements)


def currencies_of(actor: Actor, company_id: int | None = None) -> list[str]:
    """The currencies an account has items in, and its own."""
    return list(db.session.scalars(_CURRENCIES, {"company": own_or_asked(actor, company_id)}))
