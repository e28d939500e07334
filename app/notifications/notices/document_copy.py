"""Who subscribed to documents gets each new one with its files."""

from __future__ import annotations

from collections.abc import Iterable

from app.billing.events import InvoiceRendered
from app.billing.queries.mailing import invoice_to_tell
from app.billing.queries.subscriptions import Subscriber, files_of, subscribers
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.texts import N_
from app.notifications.notices import Attachment, Kind, Letter, Parameters, Telling, notices

_TITLES = {
    "invoice": N_("Invoice"),
    "credit_note": N_("Credit note"),
    "prepayment": N_("Prepayment invoice"),
    "corrective": N_("Corrective invoice"),
}


def tellings(actor: Actor, event: InvoiceRendered) -> Iterable[Telling]:
    invoice = invoice_to_tell(event.invoice_id)
    for one in subscribers(actor, invoice.company_id):
        if invoice.kind in one.kinds:
            parameters = {"invoice_id": invoice.id, "subscription_id": one.id}
            key = f"document_copy:{invoice.id}:{one.id}"
            yield Telling(invoice.company_id, key, parameters, address=one.email, locale=one.locale)


def letter(actor: Actor, parameters: Parameters) -> Letter:
    invoice, one = invoice_to_tell(parameters["invoice_id"]), _subscriber(actor, parameters)
    files = files_of(invoice.id)
    title = N_("{document} {number}", document=_TITLES[invoice.kind], number=invoice.number)
    return Letter(
        title,
        {"title": title, "customer": invoice.customer_name},
        link=f"/invoices/{invoice.number}",
        attachments=tuple(
            Attachment(files[form].name, files[form].media_type, files[form].sha256)
            for form in one.forms
            if form in files
        ),
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    _subscriber(actor, parameters)
    return invoice_to_tell(parameters["invoice_id"]).state == "ready"


def _subscriber(actor: Actor, parameters: Parameters) -> Subscriber:
    """NotFound when the address is subscribed no more."""
    company_id = invoice_to_tell(parameters["invoice_id"]).company_id
    for one in subscribers(actor, company_id):
        if one.id == parameters["subscription_id"]:
            return one
    raise NotFound


notices.add("document_copy", Kind(letter, InvoiceRendered, tellings, still_wanted))
