"""PDF, CII and UBL of an issued invoice: made from the frozen document, checked, filed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app.billing.domain.export import SUFFIX
from app.billing.events import InvoiceHeld, InvoiceRendered
from app.billing.models.invoices import Invoice, InvoiceFile
from app.billing.queries.layouts import Layout, effective_layout, paper_language
from app.billing.service.issue import rebuilt_document
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, NotFound, Unavailable
from app.core.jobs import enqueue
from app.core.locks import lock_rows
from app.core.outbox import publish
from app.core.texts import N_
from app.documents.model.invoice import BillingDocument
from app.documents.model.stored import from_json
from app.documents.rendering import RenderedInvoice, render_invoice
from app.documents.validation import Status

MEDIA_TYPES = {"pdf": "application/pdf", "ubl": "application/xml", "cii": "application/xml"}
MAX_ATTEMPTS = 5
_CLAIM_FOR = timedelta(minutes=2)
Translator = Callable[[str], Callable[[str], str]]


def render(actor: Actor, invoice_id: int, translator: Translator) -> str:
    """Make, check and file the forms of an invoice; returns its state. Harmless to repeat.

    The slow part runs in no transaction; before filing the row is locked and looked at again.
    Raises Unavailable when the rules could not be run: never filed unchecked. After several vain attempts, whatever
    the reason, the invoice is held.
    """
    number, locale, layout, frozen = _claim(actor, invoice_id)
    try:
        document: BillingDocument = from_json(frozen)
        language = paper_language(layout, locale, document.buyer.address.country if document.buyer.address else "")
        rendered = render_invoice(document, language=language, translate=translator(locale), brand=layout.brand)
    except Exception as error:
        _note_trouble(actor, invoice_id, [], f"{type(error).__name__}: {error}")
        raise
    statuses = {report.status for report in rendered.reports}
    if Status.INVALID not in statuses and Status.NOT_CHECKED in statuses:
        reasons = ", ".join(report.reason for report in rendered.reports if report.reason)
        _note_trouble(actor, invoice_id, _findings(rendered), reasons or "the rules could not be run")
        raise Unavailable(N_("The rules for {number} could not be run.", number=number), retry_after=60)
    return _file(actor, invoice_id, rendered)


@command
def _claim(actor: Actor, invoice_id: int) -> tuple[str, str, Layout, dict[str, Any]]:
    """Reserve the work for some minutes, so that a sweep does not start it a second time."""
    row = db.session.execute(
        update(Invoice)
        .where(Invoice.id == invoice_id, Invoice.state == "issued")
        .values(attempts=Invoice.attempts + 1, due_at=clock.now() + _CLAIM_FOR)
        .returning(Invoice.number, Invoice.locale, Invoice.entity_id, Invoice.document)
    ).one_or_none()
    if row is None:
        raise Conflict(N_("This invoice is rendered already."))
    return row.number, row.locale, effective_layout(actor, row.entity_id), row.document


def _findings(rendered: RenderedInvoice) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for report in rendered.reports:
        ran = ", ".join(str(rules) for rules in report.rule_sets)
        found.extend({"checked_by": ran, **asdict(finding)} for finding in report.findings)
    return found


@command
def _note_trouble(actor: Actor, invoice_id: int, findings: list[dict[str, Any]], reason: str) -> None:
    """After several vain attempts the invoice waits for a person instead of for ever."""
    for invoice in lock_rows(Invoice, [invoice_id]):
        if invoice.state == "issued":
            invoice.findings = findings
            invoice.last_error = reason[:2000]
            invoice.due_at = clock.now() + timedelta(minutes=invoice.attempts)
            if invoice.attempts >= MAX_ATTEMPTS:
                _hold(actor, invoice)


def _hold(actor: Actor, invoice: Invoice) -> None:
    invoice.state = "held"
    rules = [finding["rule"] for finding in invoice.findings]
    audit.record(actor, "invoice", invoice.id, "invoice_held", {"rules": rules}, company_id=invoice.company_id)
    publish(InvoiceHeld(invoice.id))


@command
def _file(actor: Actor, invoice_id: int, rendered: RenderedInvoice) -> str:
    invoices = lock_rows(Invoice, [invoice_id])
    if not invoices:
        raise NotFound
    invoice = invoices[0]
    if invoice.state != "issued":
        return invoice.state
    invoice.findings = _findings(rendered)
    invoice.rendered_at = clock.now()
    if any(report.status is Status.INVALID for report in rendered.reports):
        _hold(actor, invoice)
        return invoice.state
    for form, data in (("pdf", rendered.pdf), ("ubl", rendered.ubl), ("cii", rendered.cii)):
        file = storage.keep(
            actor,
            data,
            name=f"{invoice.number}{SUFFIX[form]}",
            media_type=MEDIA_TYPES[form],
            company_id=invoice.company_id,
        )
        db.session.execute(
            insert(InvoiceFile).values(
                company_id=invoice.company_id,
                invoice_id=invoice.id,
                form=form,
                file_id=file.id,
                sha256=file.sha256,
                size=file.size,
            )
        )
    invoice.state = "ready"
    invoice.last_error = ""
    checked_by = [str(rules) for report in rendered.reports for rules in report.rule_sets]
    audit.record(
        actor, "invoice", invoice.id, "invoice_rendered", {"checked_by": checked_by}, company_id=invoice.company_id
    )
    if invoice.kind != "proforma":  # it claims nothing: nobody books it
        publish(InvoiceRendered(invoice.id))
    return invoice.state


@command
def check_again(actor: Actor, number: str) -> None:
    """Make a held invoice anew from mended master data and send it through the rules once more; it keeps its number."""
    invoice = db.session.scalar(select(Invoice).where(Invoice.number == number))
    if invoice is None:
        raise NotFound
    invoice = lock_rows(Invoice, [invoice.id])[0]
    if invoice.state != "held":
        raise Conflict(N_("Invoice {number} is not held.", number=number))
    invoice.document = rebuilt_document(actor, invoice)
    invoice.state, invoice.attempts, invoice.due_at, invoice.last_error = "issued", 0, clock.now(), ""
    audit.record(actor, "invoice", invoice.id, "invoice_check_asked", company_id=invoice.company_id)
    enqueue("billing.render_invoice", invoice.id)


@command
def sweep(actor: Actor, limit: int = 200) -> int:
    """Ask again for invoices whose rendering is overdue; returns how many. Those that took their worker down with them
    several times are held.
    """
    overdue = (Invoice.state == "issued") & (Invoice.due_at <= clock.now() - timedelta(seconds=15))
    due = db.session.execute(
        select(Invoice.id, Invoice.attempts).where(overdue).order_by(Invoice.due_at).limit(limit)
    ).all()  # fmt: skip
    for invoice in lock_rows(Invoice, [row.id for row in due if row.attempts >= MAX_ATTEMPTS]):
        if invoice.state == "issued":
            invoice.last_error = invoice.last_error or "the worker ended while it made the documents"
            _hold(actor, invoice)
    again = [row.id for row in due if row.attempts < MAX_ATTEMPTS]
    if again:
        # Not due again before the jobs sent now had their chance.
        later = clock.now() + timedelta(minutes=1)
        db.session.execute(update(Invoice).where(Invoice.id.in_(again)).values(due_at=later))
    for invoice_id in again:
        enqueue("billing.render_invoice", invoice_id)
    return len(again)
