"""Invoices as pages show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, or_, select, tuple_
from sqlalchemy.orm import selectinload

from app.accounts.models.companies import Company
from app.billing.models.invoices import Invoice, InvoiceFile
from app.billing.models.lines import InvoiceLine
from app.billing.queries.filters import InvoiceFilters, narrowed
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import AuditEntry, StoredFile
from app.core.tenancy import visible
from app.core.texts import N_
from app.documents.model.invoice import BillingDocument
from app.documents.model.stored import from_json
from app.ordering.models.orders import Order


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A line of the list; amounts in `currency`. Its files are there when `state` is ready."""

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
    kind: str = "invoice"


@dataclass(frozen=True, slots=True)
class HeldRow:
    """An invoice that is held; `rule` is empty where the rules could not be run."""

    number: str
    customer_name: str
    issued_on: date
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class FiledForm:
    """One stored form with its hash; `size` in bytes."""

    form: str
    file_id: int
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken rule; `term` is the field it is about, `count` how often it was found (once a line, mostly)."""

    rule: str
    term: str
    message: str
    checked_by: str
    count: int


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
    faults: tuple[Fault, ...]
    last_error: str
    history: Sequence[AuditEntry]
    kind: str = "invoice"
    reason: str = ""
    rate: tuple[Decimal, date, str] | None = None  # of `currency` in the tax currency, its day and source
    disposed_at: datetime | None = None


_ROW: tuple[Any, ...] = (
    Invoice.id, Invoice.number, Company.code, Invoice.customer_name, Invoice.order_number, Invoice.po_number,
    Invoice.issued_on, Invoice.due_on, Invoice.currency, Invoice.net_total, Invoice.gross_total, Invoice.state,
    Invoice.kind,
)  # fmt: skip


# What the list can be sorted by, and how a key that travelled in an address becomes a value again.
_SORTS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "date": (Invoice.issued_on, date.fromisoformat),
    "due": (Invoice.due_on, date.fromisoformat),
    "customer": (Invoice.customer_name, str),
    "total": (Invoice.gross_total, Decimal),
}
SORTS = tuple(_SORTS)


def sort_key(row: InvoiceRow, sort: str) -> tuple[object, int]:
    """The key of a row in a list sorted so."""
    values = {"date": row.issued_on, "due": row.due_on, "customer": row.customer_name, "total": row.gross}
    return values[sort], row.id


def invoices(
    actor: Actor,
    filters: InvoiceFilters,
    *,
    sort: str = "date",
    is_descending: bool = True,
    after: tuple[str, ...] | None = None,
    before: tuple[str, ...] | None = None,
    limit: int = 51,
) -> list[InvoiceRow]:
    """One page of the list by one of SORTS, newest first unless told; keys are `sort_key`. One statement."""
    column, read = _SORTS[sort]
    statement = narrowed(actor, select(*_ROW), filters)
    key, bound = tuple_(column, Invoice.id), before or after
    is_upwards = is_descending is bool(before)
    if bound is not None:
        try:
            value = (read(bound[0]), int(bound[1]))
        except (ValueError, ArithmeticError, IndexError):
            raise NotFound(N_("This address is damaged. Open the list again.")) from None
        statement = statement.where(key > value if is_upwards else key < value)
    order = (column, Invoice.id) if is_upwards else (column.desc(), Invoice.id.desc())
    rows = [InvoiceRow(*row) for row in db.session.execute(statement.order_by(*order).limit(limit))]
    return rows[::-1] if before else rows


def invoice_sums(actor: Actor, filters: InvoiceFilters) -> list[tuple[str, int, Decimal, Decimal]]:
    """Currency, number of documents, net and gross of all that the filters let through; credit notes count against."""
    sign = case((Invoice.kind == "credit_note", -1), (Invoice.kind == "proforma", 0), else_=1)
    columns = (
        Invoice.currency, func.count(Invoice.id), func.sum(Invoice.net_total * sign), func.sum(Invoice.gross_total * sign)
    )  # fmt: skip
    statement = narrowed(actor, select(*columns), filters).group_by(Invoice.currency).order_by(Invoice.currency)
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(statement)]


def held_count(actor: Actor) -> int:
    """How many invoices wait for the accountant."""
    statement = visible(actor, select(func.count(Invoice.id)).where(Invoice.state == "held"), Invoice)
    return db.session.scalar(statement) or 0


def held_invoices(actor: Actor, *, limit: int = 5) -> list[HeldRow]:
    """The invoices that wait longest for the accountant, each with the first rule it breaks."""
    statement = (
        select(Invoice.number, Invoice.customer_name, Invoice.issued_on, Invoice.findings)
        .where(Invoice.state == "held")
        .order_by(Invoice.id)
        .limit(limit)
    )
    return [
        HeldRow(row.number, row.customer_name, row.issued_on, *_first_rule(row.findings))
        for row in db.session.execute(visible(actor, statement, Invoice))
    ]


def _first_rule(findings: Sequence[dict[str, Any]]) -> tuple[str, str]:
    return (findings[0]["rule"], findings[0]["message"]) if findings else ("", "")


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
        faults=_faults(found.findings) if actor.is_operator else (),
        last_error=found.last_error if actor.is_operator else "",
        history=audit.history(actor, "invoice", found.id),
        kind=found.kind,
        reason=found.reason,
        rate=(found.exchange_rate, found.rate_on, found.rate_source)
        if found.exchange_rate is not None and found.rate_on is not None
        else None,
        disposed_at=found.disposed_at,
    )


def _faults(findings: Sequence[dict[str, Any]]) -> tuple[Fault, ...]:
    """What breaks the same rule in many lines is told once; what both forms break alike names both checks."""
    seen: dict[tuple[str, str, str], list[str]] = {}
    for finding in findings:
        fault = (finding["rule"], finding["business_term"] or finding["xpath"], finding["message"])
        seen.setdefault(fault, []).append(finding["checked_by"])
    return tuple(
        Fault(*fault, ", ".join(dict.fromkeys(checks)), max(checks.count(check) for check in set(checks)))
        for fault, checks in seen.items()
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
    """What was invoiced of an order, alone or with others, for the panel on its page."""
    statement = narrowed(actor, select(*_ROW), InvoiceFilters(customer_id=company_id))
    order = select(Order.id).where(Order.number == order_number, Order.company_id == company_id).scalar_subquery()
    together = select(InvoiceLine.invoice_id).where(InvoiceLine.order_id == order)
    mine = or_(Invoice.order_number == order_number, Invoice.id.in_(together))
    rows = db.session.execute(statement.where(mine).order_by(Invoice.id))
    return [InvoiceRow(*row) for row in rows]
