"""What messages about an invoice need. In the caller's scope, the operator's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.billing.models.invoices import Invoice
from app.core.db import db
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class InvoiceToTell:
    """`email` is where the account wants its invoices; `rules` are those a held invoice breaks, each once.

    `gross` of a credit note is in the customer's favour; `payable` (BT-115) is less what was prepaid.
    """

    id: int
    company_id: int
    number: str
    kind: str
    state: str
    order_number: str
    po_number: str
    customer_name: str
    issued_on: date
    due_on: date
    gross: Decimal
    payable: Decimal
    currency: str
    rendered_at: datetime | None
    email: str
    locale: str
    rules: tuple[str, ...]


_COLUMNS: tuple[Any, ...] = (
    Invoice.id, Invoice.company_id, Invoice.number, Invoice.kind, Invoice.state, Invoice.order_number,
    Invoice.po_number, Invoice.customer_name, Invoice.issued_on, Invoice.due_on, Invoice.gross_total,
    Invoice.gross_total - Invoice.prepaid_total, Invoice.currency, Invoice.rendered_at,
    Company.invoice_email, Company.email, Company.locale, Invoice.findings,
)  # fmt: skip


def invoice_to_tell(invoice_id: int) -> InvoiceToTell:
    row = db.session.execute(
        select(*_COLUMNS).join(Company, Company.id == Invoice.company_id).where(Invoice.id == invoice_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    *facts, invoice_email, email, locale, findings = row
    rules = tuple(dict.fromkeys(finding["rule"] for finding in findings))
    values: list[Any] = [*facts, invoice_email or email, locale, rules]
    return InvoiceToTell(*values)
