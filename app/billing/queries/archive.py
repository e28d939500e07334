"""The invoices of a period in batches, for an archive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, or_, select

from app.accounts.models.companies import Company
from app.billing.domain.export import ExportFilters
from app.billing.domain.register import ArchivedInvoice, ArchivedReminder, RegisteredInvoice
from app.billing.models.dunning import Reminder
from app.billing.models.invoices import Invoice, InvoiceFile
from app.billing.queries.filters import InvoiceFilters, narrowed
from app.core.actor import Actor
from app.core.db import db
from app.core.models import StoredFile
from app.core.tenancy import visible

_REGISTER: tuple[Any, ...] = (
    Invoice.number, Invoice.kind, Invoice.issued_on, Invoice.due_on, Company.code, Invoice.customer_name,
    Invoice.order_number, Invoice.po_number, Invoice.currency, Invoice.net_total, Invoice.vat_total,
    Invoice.gross_total, Invoice.state,
)  # fmt: skip


def _chosen(filters: ExportFilters) -> InvoiceFilters:
    return InvoiceFilters(filters.text, start=filters.start, end=filters.end, customer_id=filters.customer_id)


def count_for_archive(actor: Actor, filters: ExportFilters) -> int:
    """How many documents the period holds for the actor; letters only where PDFs are asked for."""
    found = db.session.scalar(narrowed(actor, select(func.count(Invoice.id)), _chosen(filters))) or 0
    if "pdf" in filters.forms:
        found += db.session.scalar(_letters(actor, select(func.count(Reminder.id)), filters)) or 0
    return found


def _letters(actor: Actor, statement: Any, filters: ExportFilters) -> Any:
    """The statement about issued reminders, held to what the actor may see and the filters let through."""
    statement = visible(actor, statement.join(Company, Company.id == Reminder.company_id), Reminder).where(
        Reminder.state == "issued", Reminder.issued_on.between(filters.start, filters.end)
    )
    if filters.customer_id is not None:
        statement = statement.where(Reminder.company_id == filters.customer_id)
    if filters.text:
        words = filters.text.lower()
        told = func.lower(Reminder.number + " " + Company.name)
        statement = statement.where(or_(told.contains(words, autoescape=True), func.lower(Company.code) == words))
    return statement


def letters_for_archive(actor: Actor, filters: ExportFilters, *, size: int) -> Iterator[list[ArchivedReminder]]:
    """The reminders of the period by id, in batches: one statement each; none where no PDFs are asked for."""
    last = 0
    while "pdf" in filters.forms:
        asked = select(
            Reminder.id, Reminder.number, Reminder.issued_on, Reminder.pay_by, Company.code, Company.name,
            Reminder.currency, StoredFile.sha256,
        ).outerjoin(StoredFile, StoredFile.id == Reminder.file_id)  # fmt: skip
        rows = db.session.execute(
            _letters(actor, asked, filters).where(Reminder.id > last).order_by(Reminder.id).limit(size)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        yield [_letter([*row[1:7], {"pdf": row[7]} if row[7] else {}]) for row in rows]


def _letter(values: list[Any]) -> ArchivedReminder:
    return ArchivedReminder(*values)


def invoices_for_archive(actor: Actor, filters: ExportFilters, *, size: int) -> Iterator[list[ArchivedInvoice]]:
    """The invoices by number, in batches: two statements each, memory stays flat.

    Keyset by id: an invoice issued meanwhile is either wholly in or not at all.
    """
    last = 0
    while True:
        rows = db.session.execute(
            narrowed(actor, select(Invoice.id, *_REGISTER), _chosen(filters))
            .where(Invoice.id > last)
            .order_by(Invoice.id)
            .limit(size)
        ).all()
        if not rows:
            return
        last = rows[-1][0]
        files: dict[int, dict[str, str]] = {}
        for file in db.session.execute(
            select(InvoiceFile.invoice_id, InvoiceFile.form, InvoiceFile.sha256)
            .where(InvoiceFile.invoice_id.in_([row[0] for row in rows]))
            .order_by(InvoiceFile.form)
        ):
            files.setdefault(file.invoice_id, {})[file.form] = file.sha256
        yield [_archived([*row[1:], files.get(row[0], {})]) for row in rows]


def _archived(values: list[Any]) -> ArchivedInvoice:
    return ArchivedInvoice(*values)


def register(actor: Actor, filters: InvoiceFilters) -> Iterator[RegisteredInvoice]:
    """All invoices the filters let through, oldest first, without their files; read as they are taken."""
    statement = narrowed(actor, select(*_REGISTER), filters).order_by(Invoice.issued_on, Invoice.id)
    for row in db.session.execute(statement.execution_options(yield_per=500)):
        yield RegisteredInvoice(*row)
