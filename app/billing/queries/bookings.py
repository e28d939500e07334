"""The journal of a period, from the ledger of open items and the frozen documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.accounts.models.companies import Company
from app.billing.domain.account_statement import check_period
from app.billing.domain.bookings import USUAL_ACCOUNTS, Booked, BookingAccount, Chart, Entry, Part, entries, spread
from app.billing.models.bookings import BookingAccountRow, BookingDebtor, BookingSettings
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden
from app.core.money import round_amount
from app.core.texts import N_

_STEP = 500
_WHERE = """o.issued_on BETWEEN :start AND :end
  AND (CAST(:company AS bigint) IS NULL OR o.company_id = :company) AND (:currency = '' OR o.currency = :currency)"""
_ITEMS = text(f"""
SELECT o.id, o.company_id, o.kind, o.issued_on, o.due_on, o.number, o.amount, o.currency, o.text, c.code, c.name,
    i.id AS invoice_id, i.kind AS document, i.document->'vat' AS vat, i.prepaid_total, i.corrects_id,
    CASE WHEN i.tax_currency = o.currency THEN NULL ELSE i.exchange_rate END AS rate, k.kind AS corrected
FROM open_items o JOIN companies c ON c.id = o.company_id
LEFT JOIN invoices i ON i.id = o.invoice_id LEFT JOIN invoices k ON k.id = i.corrects_id
WHERE {_WHERE} AND (o.issued_on, o.id) > (:day, :id) ORDER BY o.issued_on, o.id LIMIT :limit""")  # noqa: S608 -- constants
_SUMS = text(f"""
SELECT o.kind, o.currency, count(*) AS entries, sum(o.amount) AS amount FROM open_items o WHERE {_WHERE}
GROUP BY o.kind, o.currency ORDER BY o.currency, o.kind""")  # noqa: S608 -- constants
_USES = text("""
SELECT u.invoice_id, u.amount, p.document->'vat' AS vat FROM prepayment_uses u JOIN invoices p ON p.id = u.prepayment_id
WHERE u.invoice_id = ANY(CAST(:invoices AS bigint[])) ORDER BY u.id""")


@dataclass(frozen=True, slots=True)
class KindSum:
    """Open items of a kind in one currency: how many, and what they add to the receivables."""

    kind: str
    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Books:
    """What the tax consultant gave, beside the chart."""

    consultant: int = 1001
    client: int = 1
    first_month: int = 1
    account_length: int = 4
    debtors: int = 10000


def books(actor: Actor) -> Books:
    _demand_operator(actor)
    row = db.session.get(BookingSettings, 1)
    if row is None:
        return Books()
    return Books(row.consultant, row.client, row.first_month, row.account_length, row.debtors)


def chart(actor: Actor) -> Chart:
    """The accounts as they are set now; the usual ones until then."""
    rows = db.session.scalars(select(BookingAccountRow).order_by(BookingAccountRow.kind, BookingAccountRow.vat_case))
    accounts = {(row.kind, row.vat_case): BookingAccount(row.account, row.vat_key) for row in rows}
    return Chart(accounts or USUAL_ACCOUNTS, books(actor).debtors, {row.company_id: row.number for row in _debtors()})


def own_debtors(actor: Actor) -> dict[str, str]:
    """The accounts of customers that had one before, by their code."""
    _demand_operator(actor)
    return {row.code: row.number for row in _debtors()}


def _debtors() -> Sequence[Any]:
    return db.session.execute(
        select(BookingDebtor.company_id, BookingDebtor.number, Company.code)
        .join(Company, Company.id == BookingDebtor.company_id)
        .order_by(Company.code)
    ).all()


def journal(
    actor: Actor, start: date, end: date, *, company_id: int | None = None, currency: str = "", limit: int = 0
) -> Iterator[Entry]:
    """The entries from `start` to `end`, both included, by day; of the first `limit` items only, 0: of all.

    Two statements for each batch. Raises Invalid for a period that cannot be.
    """
    check_period(start, end)
    accounts = chart(actor)
    values: dict[str, Any] = {"start": start, "end": end, "company": company_id, "currency": currency, "day": start}
    values |= {"id": 0, "limit": limit or _STEP}
    while True:
        rows = db.session.execute(_ITEMS, values).all()
        uses = _deductions({row.corrects_id or row.invoice_id for row in rows if row.prepaid_total})
        yield from entries([_booked(row, uses) for row in rows], accounts)
        if limit or len(rows) < _STEP:
            return
        values |= {"day": rows[-1].issued_on, "id": rows[-1].id}


def sums(actor: Actor, start: date, end: date, *, company_id: int | None = None, currency: str = "") -> list[KindSum]:
    """By currency and kind."""
    _demand_operator(actor)
    values = {"start": start, "end": end, "company": company_id, "currency": currency}
    return [
        KindSum(row.kind, row.currency, row.entries, round_amount(row.amount, row.currency))
        for row in db.session.execute(_SUMS, values)
    ]


def _deductions(invoice_ids: set[int]) -> dict[int, list[tuple[Decimal, Any]]]:
    """What each of these invoices deducted of prepayments, with the VAT of those."""
    found: dict[int, list[tuple[Decimal, Any]]] = {}
    if invoice_ids:
        for row in db.session.execute(_USES, {"invoices": sorted(invoice_ids)}):
            found.setdefault(row.invoice_id, []).append((row.amount, row.vat))
    return found


def _booked(row: Any, uses: Mapping[int, list[tuple[Decimal, Any]]]) -> Booked:
    currency = row.currency
    deducted: list[Part] = []
    if row.prepaid_total:
        noted = uses.get(row.corrects_id or row.invoice_id) or [(row.prepaid_total, None)]
        for amount, vat in noted:
            deducted.extend(spread(round_amount(amount, currency), _parts(vat, currency), currency))
    is_prepayment = "prepayment" in (row.document, row.corrected)
    revenue_kind = "opening" if row.invoice_id is None else "prepayment" if is_prepayment else "revenue"
    return Booked(
        row.kind, row.issued_on, row.due_on, row.number, row.company_id, row.code, row.name, currency,
        round_amount(row.amount, currency), row.text, revenue_kind,
        _parts(row.vat, currency), tuple(deducted), row.rate,
    )  # fmt: skip


def _parts(vat: Any, currency: str) -> tuple[Part, ...]:
    """The VAT breakdown of a frozen document (BG-23)."""
    return tuple(
        Part(
            _case(one["category"], one.get("rate")),
            round_amount(Decimal(one["base"]) + Decimal(one["tax"]), currency),
            round_amount(Decimal(one["tax"]), currency),
        )
        for one in vat or ()
    )


def _case(category: str, rate: str | None) -> str:
    return f"{category}{Decimal(rate).normalize():f}" if category == "S" and rate is not None else category


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
