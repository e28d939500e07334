"""Subscriptions to documents, and what a copy of one needs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.billing.models.invoices import InvoiceFile
from app.billing.models.subscriptions import DocumentSubscription
from app.core.actor import Actor
from app.core.db import db
from app.core.models import StoredFile


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address, the kinds and forms it wants, and the language of its account."""

    id: int
    company_id: int
    email: str
    kinds: tuple[str, ...]
    forms: tuple[str, ...]
    user_name: str
    locale: str


_ALL = select(
    DocumentSubscription.id, DocumentSubscription.company_id, DocumentSubscription.email, DocumentSubscription.kinds,
    DocumentSubscription.forms, DocumentSubscription.user_name, Company.locale,
).join(Company, Company.id == DocumentSubscription.company_id)  # fmt: skip


def subscribers(actor: Actor, company_id: int | None = None) -> list[Subscriber]:
    """Those of one account, by default the actor's own."""
    wanted = company_id if actor.is_operator and company_id is not None else actor.company_id
    statement = _ALL.where(DocumentSubscription.company_id == wanted).order_by(DocumentSubscription.email)
    return [
        Subscriber(row.id, row.company_id, row.email, tuple(row.kinds), tuple(row.forms), row.user_name, row.locale)
        for row in db.session.execute(statement)
    ]


def files_of(invoice_id: int) -> dict[str, StoredFile]:
    """The stored files of a document by form; in the caller's scope, the operator's."""
    rows = db.session.execute(
        select(InvoiceFile.form, StoredFile)
        .join(StoredFile, StoredFile.id == InvoiceFile.file_id)
        .where(InvoiceFile.invoice_id == invoice_id)
    )
    return {row[0]: row[1] for row in rows}
