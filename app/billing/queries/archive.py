"""The invoices of a period in batches, for an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from app.accounts.models import Company
from app.billing.domain.export import ExportFilters
from app.billing.models import Invoice, InvoiceFile
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import visible


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One stored form of an invoice."""

    form: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ArchivedInvoice:
    """A line of the register; amounts in `currency`."""

    number: str
    kind: str
    issued_on: date
    due_on: date
    customer_code: str
    customer_name: str
    order_number: str
    po_number: str
    currency: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    state: str
    files: tuple[ArchivedFile, ...]


def _narrow(actor: Actor, statement: Select[Any], filters: ExportFilters) -> Select[Any]:
    statement = statement.where(Invoice.issued_on.between(filters.start, filters.end))
    if filters.customer_id is not None:
        statement = statement.where(Invoice.company_id == filters.customer_id)
    return visible(actor, statement, Invoice)


def count_for_archive(actor: Actor, filters: ExportFilters) -> int:
    """How many invoices the period holds for the actor."""
    return db.session.scalar(_narrow(actor, select(func.count(Invoice.id)), filters)) or 0


def invoices_for_archive(actor: Actor, filters: ExportFilters, *, size: int) -> Iterator[list[ArchivedInvoice]]:
    """The invoices by number, in batches: two statements each, memory stays flat.

    Keyset by id: an invoice issued meanwhile is either wholly in or not at all.
    """
    last = 0
    while True:
        rows = db.session.execute(
            _narrow(actor, select(Invoice.id, Company.code, Invoice), filters)
            .join(Company, Company.id == Invoice.company_id)
            .where(Invoice.id > last)
            .order_by(Invoice.id)
            .limit(size)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        files: dict[int, list[ArchivedFile]] = {}
        for file in db.session.execute(
            select(InvoiceFile.invoice_id, InvoiceFile.form, InvoiceFile.sha256)
            .where(InvoiceFile.invoice_id.in_([row[0] for row in rows]))
            .order_by(InvoiceFile.form)
        ):
            files.setdefault(file.invoice_id, []).append(ArchivedFile(file.form, file.sha256))
        yield [
            ArchivedInvoice(
                invoice.number, invoice.kind, invoice.issued_on, invoice.due_on, code, invoice.customer_name,
                invoice.order_number, invoice.po_number, invoice.currency, invoice.net_total, invoice.vat_total,
                invoice.gross_total, invoice.state, tuple(files.get(invoice_id, ())),
            )
            for invoice_id, code, invoice in rows
        ]  # fmt: skip
