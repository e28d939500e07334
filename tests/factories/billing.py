"""Invoices: real ones from placed orders, and bare rows where a list needs many. Call inside `world()` or `ctx`."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from app.accounts.models.companies import Company
from app.billing.models.invoices import Invoice
from app.billing.service.issue import issue_invoice
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from tests.factories.ordering import article, order, shop

_numbers = count(1)


def bare_invoice(company: Company, gross: Any = "119.00", **facts: Any) -> Invoice:
    """A row of the list without order, document and files; due 30 days after its issue."""
    place = next(_numbers)
    issued_on = facts.pop("issued_on", date(2026, 3, 10))
    total = Decimal(str(gross))
    values: dict[str, Any] = {
        "company_id": company.id, "number": f"INV-BARE-{place:06d}", "order_id": 9_000_000 + place,
        "order_number": f"SO-BARE-{place:06d}", "po_number": f"PO-{place}", "customer_name": company.name,
        "issued_on": issued_on, "due_on": issued_on + timedelta(days=30), "currency": "EUR",
        "net_total": total, "vat_total": Decimal(0), "gross_total": total, "locale": "en", "document": {},
        "state": "ready",
    }  # fmt: skip
    with system_scope("factory"), transaction() as session:
        row = Invoice(**(values | facts))
        session.add(row)
        session.flush()
        session.refresh(row)
    db.session.expunge(row)
    return row


def invoiced(actor: Actor, lines: int = 1, **details: Any) -> tuple[str, str]:
    """An order of so many lines by the buyer and its invoice, the files not made yet; (order number, invoice number)."""
    shop()
    articles = [article(f"T-{next(_numbers)}", "10.00") for _ in range(lines)]
    placed = order(actor, [(one, 2) for one in articles], **details)
    with acting_as(Actor.system()):
        invoice_id = issue_invoice(Actor.system(), placed.id)
        return placed.number, db.session.get_one(Invoice, invoice_id).number
