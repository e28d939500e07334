"""A customer contests a line of an invoice: accounting hears of it."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.billing.domain.dispute import DISPUTE_REASONS
from app.billing.events import InvoiceDisputed
from app.billing.queries.disputes import dispute
from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: InvoiceDisputed) -> Iterable[Telling]:
    for person in staff((Role.ACCOUNTANT,)) or staff((Role.OPERATOR_ADMIN,)):
        yield Telling(
            person.company_id, f"invoice_disputed:{event.dispute_id}:{person.user_id}",
            {"dispute_id": event.dispute_id}, user_id=person.user_id, way="page",
        )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = dispute(actor, parameters["dispute_id"])
    return Letter(
        N_("{customer} contests line {line} of invoice {number}", customer=found.company_name, line=found.position,
           number=found.invoice_number),
        summary=N_("“{reason}”", reason=found.note) if found.note else DISPUTE_REASONS[found.reason],
        link=f"/disputes/{found.id}",
    )  # fmt: skip


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return dispute(actor, parameters["dispute_id"]).state == "open"


notices.add("invoice_disputed", Kind(letter, InvoiceDisputed, tellings, still_wanted))
