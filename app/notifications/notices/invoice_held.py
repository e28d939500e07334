"""Accounting hears of an invoice that broke a rule and was not sent."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.billing.events import InvoiceHeld
from app.billing.queries.mailing import invoice_to_tell
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices

_RULES_NAMED = 3


def tellings(actor: Actor, event: InvoiceHeld) -> Iterable[Telling]:
    invoice = invoice_to_tell(event.invoice_id)
    checked = invoice.rendered_at.isoformat() if invoice.rendered_at else ""
    for person in staff((Role.ACCOUNTANT,)) or staff((Role.OPERATOR_ADMIN,)):
        yield Telling(
            person.company_id,
            f"invoice_held:{invoice.id}:{person.user_id}:{checked}",  # each failed check is told
            {"invoice_id": invoice.id},
            user_id=person.user_id,
            way="page",
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    invoice = invoice_to_tell(parameters["invoice_id"])
    rules = ", ".join(invoice.rules[:_RULES_NAMED])
    summary = (
        N_("{customer}: it breaks {rules} and was not sent.", customer=invoice.customer_name, rules=rules)
        if rules
        else N_("{customer}: its documents could not be made or checked.", customer=invoice.customer_name)
    )
    return Letter(
        N_("Invoice {number} is held", number=invoice.number), summary=summary, link=f"/invoices/{invoice.number}"
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return invoice_to_tell(parameters["invoice_id"]).state == "held"


notices.add("invoice_held", Kind(letter, InvoiceHeld, tellings, still_wanted))
