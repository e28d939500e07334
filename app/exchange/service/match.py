"""Three-way match: documents that come are taken in, results kept, people decide, tolerances are set."""

from __future__ import annotations

import logging
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, DomainError, Invalid, NotFound
from app.core.texts import N_
from app.documents.model.invoice import BillingDocument
from app.exchange.domain.arrivals import Subject
from app.exchange.domain.match import Match, State, Tolerances
from app.exchange.domain.match_documents import (
    Matched,
    as_json,
    charges_of,
    delivered_lines,
    invoiced_lines,
    orders_named,
)
from app.exchange.domain.match_facts import CALL_OFF, ORDER, MatchFacts
from app.exchange.models.match import InvoiceMatch, MatchDocument, MatchTolerance
from app.exchange.queries.match import company_by_code, computed, due, facts_of
from app.ordering.models.orders import Order
from app.sourcing.models.contracts import CallOff

log = logging.getLogger(__name__)
ACCEPTED, DISPUTED = "accepted", "disputed"


@command
def take_document(actor: Actor, message_id: int, company_id: int, document: Matched) -> Subject | None:
    """Keep what a message tells of an order (sent to a customer) or a call-off (from a supplier) and match it anew.

    `company_id` is whose message it is, customer or supplier. Returns what it was found to tell of; None when nothing
    of that company goes by one of the numbers in the document. Taking a message twice changes nothing.
    """
    numbers = orders_named(document)
    found: Subject | None = None
    for kind, subject_id, number, payer in _subjects(company_id, numbers):
        names = {number, *(_po_numbers(subject_id) if kind == ORDER else ())}
        is_claim = isinstance(document, BillingDocument)
        lines = invoiced_lines(document) if is_claim else delivered_lines(document, names)  # type: ignore[arg-type]
        db.session.execute(
            insert(MatchDocument)
            .values(
                company_id=payer, kind=kind, subject_id=subject_id, message_id=message_id, document=document.kind,
                number=document.number, issued_on=document.issue_date,
                currency=document.currency if isinstance(document, BillingDocument) else "", lines=as_json(lines),
                charges=charges_of(document) if isinstance(document, BillingDocument) else Decimal(0),
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
        refresh(actor, kind, number, payer)
        found = found or Subject(kind, subject_id)
    return found


def _subjects(company_id: int, numbers: tuple[str, ...]) -> list[tuple[str, int, str, int]]:
    orders = select(Order.id, Order.number, Order.company_id).where(
        Order.company_id == company_id, Order.number.in_(numbers) | Order.po_number.in_(numbers)
    )
    call_offs = select(CallOff.id, CallOff.number, CallOff.company_id).where(
        CallOff.supplier_id == company_id, CallOff.number.in_(numbers)
    )
    found = [(ORDER, *row) for row in db.session.execute(orders.order_by(Order.id))]
    return [*found, *((CALL_OFF, *row) for row in db.session.execute(call_offs.order_by(CallOff.id)))]


def _po_numbers(order_id: int) -> tuple[str, ...]:
    return tuple(db.session.scalars(select(Order.po_number).where(Order.id == order_id, Order.po_number != "")))


@command
def refresh(actor: Actor, kind: str, number: str, company_id: int | None = None) -> Match:
    """Match anew and keep the result. A decision stays; it is marked as older when the figures moved."""
    facts = facts_of(actor, kind, number, company_id)
    result = computed(facts)
    values = _values(facts, result)
    statement = insert(InvoiceMatch).values(values)
    changed = {name: statement.excluded[name] for name in values if name not in ("company_id", "kind", "subject_id")}
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["company_id", "kind", "subject_id"], set_=changed | {"matched_at": func.now()}
        )
    )
    return result


def match_due(actor: Actor) -> int:
    """Match what is due, each in a transaction of its own; returns how many there were."""
    found = due()
    db.session.rollback()
    for kind, number, company_id in found:
        try:
            refresh(actor, kind, number, company_id)
        except DomainError:
            log.warning("%s %s of company %s could not be matched", kind, number, company_id)
    return len(found)


def _values(facts: MatchFacts, result: Match) -> dict[str, Any]:
    return {
        "company_id": facts.company_id, "kind": facts.kind, "subject_id": facts.subject_id, "number": facts.number,
        "other_id": facts.other_id, "other_name": facts.other_name, "ordered_on": facts.ordered_on,
        "state": result.state.value, "currency": result.currency, "difference": result.difference,
        "line_count": len(result.lines), "fault_count": result.faults, "invoices": list(result.invoices),
        "fingerprint": result.fingerprint,
    }  # fmt: skip


@command
def decide(actor: Actor, kind: str, number: str, *, decision: str, reason: str, fingerprint: str) -> None:
    """Accept or dispute what differs, for a reason. Conflict when the figures are not those the person saw."""
    if decision not in (ACCEPTED, DISPUTED):
        raise Invalid("decision", N_("Choose whether to accept or to dispute it."))
    if not reason.strip():
        raise Invalid("reason", N_("Say why in a few words."))
    result = refresh(actor, kind, number, actor.company_id)
    if result.state is not State.DIFFERS:
        raise Conflict(N_("Nothing differs any more, so there is nothing to decide."))
    if result.fingerprint != fingerprint:
        raise Conflict(N_("The figures have changed meanwhile. Look at them again."))
    facts = facts_of(actor, kind, number, actor.company_id)
    row = db.session.execute(
        update(InvoiceMatch)
        .where(
            InvoiceMatch.company_id == actor.company_id,
            InvoiceMatch.kind == kind,
            InvoiceMatch.subject_id == facts.subject_id,
        )
        .values(
            decision=decision, decided_on=result.fingerprint, reason=reason.strip(), user_id=actor.user_id,
            user_name=actor.name, decided_at=clock.now(),
        )
        .returning(InvoiceMatch.id)
    ).one()  # fmt: skip
    audit.record(
        actor, "invoice_match", row.id, decision,
        {"number": number, "difference": result.difference, "reason": reason.strip()},
    )  # fmt: skip


@command
def save_tolerance(actor: Actor, code: str, limits: Tolerances) -> None:
    """The limits of the own company in general (`code` empty) or for a seller."""
    other_id = _seller(actor, code)
    values = {"company_id": actor.company_id, "other_id": other_id, **asdict(limits)}
    statement = insert(MatchTolerance).values(values)
    row_id = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=["company_id", "other_id"], set_={name: statement.excluded[name] for name in asdict(limits)}
        ).returning(MatchTolerance.id)
    )
    audit.record(actor, "match_tolerance", int(row_id or 0), "save", {"seller": code, **asdict(limits)})


def _seller(actor: Actor, code: str) -> int | None:
    if not code:
        return None
    try:
        return company_by_code(actor, code)
    except NotFound:
        raise Invalid("code", N_("There is no account {code}.", code=code)) from None


@command
def remove_tolerance(actor: Actor, tolerance_id: int) -> None:
    removed = db.session.scalar(
        delete(MatchTolerance)
        .where(MatchTolerance.id == tolerance_id, MatchTolerance.company_id == actor.company_id)
        .returning(MatchTolerance.id)
    )
    if removed is None:
        raise NotFound
    audit.record(actor, "match_tolerance", tolerance_id, "remove")
