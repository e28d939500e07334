"""Invoices as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import selectinload

from app.accounts.models import Company
from app.billing.models import Invoice, InvoiceFile
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry, StoredFile
from app.core.tenancy import visible
from app.documents.model.invoice import BillingDocument
from app.documents.model.stored import from_json


@dataclass(frozen=True, slots=True)
class InvoiceFilters:
    """What the list is narrowed to; `text` looks into number, order, PO number and customer."""

    text: str = ""
    state: str = ""
    start: date | None = None
    end: date | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A line of the list; amounts in `currency`. `forms` are those filed."""

    id: int
    number: str
    customer_code: str
    customer_name: str
    order_number: str
    po_number: str
    issued_on: date
    due_on: date
    currency: str
    net: Decimal
    gross: Decimal
    state: str


@dataclass(frozen=True, slots=True)
class FiledForm:
    """One stored form with its hash; `size` in bytes."""

    form: str
    file_id: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Everything the page of one invoice shows."""

    id: int
    company_id: int
    number: str
    state: str
    customer_code: str
    order_number: str
    issued_at: datetime
    rendered_at: datetime | None
    due_on: date
    document: BillingDocument
    forms: tuple[FiledForm, ...]
    findings: Sequence[dict[str, Any]]
    last_error: str
    history: Sequence[AuditEntry]


_ROW = (
    Invoice.id, Invoice.number, Company.code, Invoice.customer_name, Invoice.order_number, Invoice.po_number,
    Invoice.issued_on, Invoice.due_on, Invoice.currency, Invoice.net_total, Invoice.gross_total, Invoice.state,
)  # fmt: skip


def _narrow(actor: Actor, statement: Select[Any], filters: InvoiceFilters) -> Select[Any]:
    statement = visible(actor, statement.join(Company, Company.id == Invoice.company_id), Invoice)
    if filters.text:
        like = f"%{filters.text.strip().replace('%', '').replace('_', '')}%"
        statement = statement.where(
            or_(
                Invoice.number.ilike(like),
                Invoice.order_number.ilike(like),
                Invoice.po_number.ilike(like),
                Invoice.customer_name.ilike(like),
                Company.code.ilike(like),
            )
        )
    if filters.state:
        statement = statement.where(Invoice.state == filters.state)
    if filters.start:
        statement = statement.where(Invoice.issued_on >= filters.start)
    if filters.end:
        statement = statement.where(Invoice.issued_on <= filters.end)
    if filters.customer_id is not None:
        statement = statement.where(Invoice.company_id == filters.customer_id)
    return statement


def invoices(
    actor: Actor,
    filters: InvoiceFilters,
    *,
    after: tuple[str, ...] | None = None,
    before: tuple[str, ...] | None = None,
    limit: int = 51,
) -> list[InvoiceRow]:
    """Newest first; keys are (issued_on, id). One statement."""
    statement = _narrow(actor, select(*_ROW), filters)
    key = tuple_(Invoice.issued_on, Invoice.id)
    if before:
        statement = statement.where(key > (date.fromisoformat(before[0]), int(before[1])))
        rows = db.session.execute(statement.order_by(Invoice.issued_on, Invoice.id).limit(limit)).all()[::-1]
    else:
        if after:
            statement = statement.where(key < (date.fromisoformat(after[0]), int(after[1])))
        rows = db.session.execute(
            statement.order_by(Invoice.issued_on.desc(), Invoice.id.desc()).limit(limit)
        ).all()  # fmt: skip
    return [InvoiceRow(*row) for row in rows]


def invoice_sums(actor: Actor, filters: InvoiceFilters) -> list[tuple[str, int, Decimal, Decimal]]:
    """Currency, number of documents, net and gross of all that the filters let through."""
    columns = (Invoice.currency, func.count(Invoice.id), func.sum(Invoice.net_total), func.sum(Invoice.gross_total))
    statement = _narrow(actor, select(*columns), filters).group_by(Invoice.currency).order_by(Invoice.currency)
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(statement)]


def held_count(actor: Actor) -> int:
    """How many invoices wait for the accountant."""
    statement = visible(actor, select(func.count(Invoice.id)).where(Invoice.state == "held"), Invoice)
    return db.session.scalar(statement) or 0


def invoice(actor: Actor, number: str) -> InvoicePage:
    """One invoice with its document, forms and history; NotFound for another company's."""
    row = db.session.execute(
        visible(
            actor,
            select(Invoice, Company.code)
            .join(Company, Company.id == Invoice.company_id)
            .where(Invoice.number == number)
            .options(selectinload(Invoice.files)),
            Invoice,
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    found, code = row
    return InvoicePage(
        id=found.id,
        company_id=found.company_id,
        number=found.number,
        state=found.state,
        customer_code=code,
        order_number=found.order_number,
        issued_at=found.issued_at,
        rendered_at=found.rendered_at,
        due_on=found.due_on,
        document=from_json(found.document),
        forms=_forms(found.files),
        findings=found.findings if actor.is_operator else (),
        last_error=found.last_error if actor.is_operator else "",
        history=audit.history(actor, "invoice", found.id),
    )


def _forms(files: Sequence[InvoiceFile]) -> tuple[FiledForm, ...]:
    order = {"pdf": 0, "ubl": 1, "cii": 2}
    return tuple(
        FiledForm(file.form, file.file_id, file.sha256, file.size)
        for file in sorted(files, key=lambda file: order[file.form])
    )


def invoice_file(actor: Actor, number: str, form: str) -> StoredFile:
    """The stored bytes of one form; NotFound while it is being made or held."""
    statement = (
        select(StoredFile)
        .join(InvoiceFile, InvoiceFile.file_id == StoredFile.id)
        .join(Invoice, Invoice.id == InvoiceFile.invoice_id)
        .where(Invoice.number == number, InvoiceFile.form == form)
    )
    file = db.session.scalar(visible(actor, statement, Invoice))
    if file is None:
        raise NotFound
    return file


def invoices_of_order(actor: Actor, order_number: str, company_id: int) -> list[InvoiceRow]:
    """What was invoiced of an order, for the panel on its page."""
    statement = _narrow(actor, select(*_ROW), InvoiceFilters(customer_id=company_id))
    rows = db.session.execute(statement.where(Invoice.order_number == order_number).order_by(Invoice.id))
    return [InvoiceRow(*row) for row in rows]
