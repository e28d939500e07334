"""What a list of invoices is narrowed to; the list, its sums, its register and the archive share it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, func, or_

from app.accounts.models.companies import Company
from app.billing.models.invoices import Invoice
from app.core.actor import Actor
from app.core.tenancy import visible

S = TypeVar("S", bound="Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class InvoiceFilters:
    """Empty fields do not narrow. `text` looks into number, order, PO number and customer, or is the account number;
    days are included.
    """

    text: str = ""
    state: str = ""
    start: date | None = None
    end: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    customer_id: int | None = None


def narrowed(actor: Actor, statement: S, filters: InvoiceFilters) -> S:
    """The statement about invoices with their companies, held to what the actor may see and the filters let through."""
    statement = visible(actor, statement.join(Company, Company.id == Invoice.company_id), Invoice)
    if filters.text:
        text = filters.text.lower()
        statement = statement.where(
            or_(Invoice.search_text.contains(text, autoescape=True), func.lower(Company.code) == text)
        )
    if filters.state:
        statement = statement.where(Invoice.state == filters.state)
    for column, start, end in (
        (Invoice.issued_on, filters.start, filters.end),
        (Invoice.due_on, filters.due_from, filters.due_to),
    ):
        if start is not None:
            statement = statement.where(column >= start)
        if end is not None:
            statement = statement.where(column <= end)
    if filters.customer_id is not None:
        statement = statement.where(Invoice.company_id == filters.customer_id)
    return statement
