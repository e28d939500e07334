"""The account gets its invoice or credit note: a mail to where it wants them, a notice to those who keep its books."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import people_of
from app.billing.events import InvoiceRendered
from app.billing.queries.mailing import invoice_to_tell
from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices

_READERS = (Role.BOOKKEEPER, Role.COMPANY_ADMIN)
_TITLES = {
    "invoice": N_("Invoice"),
    "credit_note": N_("Credit note"),
    "prepayment": N_("Prepayment invoice"),
    "proforma": N_("Proforma invoice"),
    "corrective": N_("Corrective invoice"),
}


def tellings(actor: Actor, event: InvoiceRendered) -> Iterable[Telling]:
    invoice = invoice_to_tell(event.invoice_id)
    parameters = {"invoice_id": invoice.id}
    key = f"invoice_ready:{invoice.id}"
    if invoice.email:
        yield Telling(invoice.company_id, key, parameters, address=invoice.email, locale=invoice.locale)
    for person in people_of(invoice.company_id, _READERS):
        yield Telling(invoice.company_id, f"{key}:{person.user_id}", parameters, user_id=person.user_id, way="page")


def letter(actor: Actor, parameters: Parameters) -> Letter:
    invoice = invoice_to_tell(parameters["invoice_id"])
    total, payable = Money(invoice.gross, invoice.currency), Money(invoice.payable, invoice.currency)
    title = N_("{document} {number}", document=_TITLES[invoice.kind], number=invoice.number)
    is_credit = invoice.kind == "credit_note"
    return Letter(
        title,
        {"invoice": invoice, "title": title, "total": total, "payable": payable, "is_credit": is_credit},
        summary=N_("{total} in your favour.", total=total)
        if is_credit
        else N_("{total}, due {day}.", total=payable, day=invoice.due_on),
        link=f"/invoices/{invoice.number}",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return invoice_to_tell(parameters["invoice_id"]).state == "ready"


notices.add("invoice_ready", Kind(letter, InvoiceRendered, tellings, still_wanted))
