"""Who takes part: invitations, applications and their admission, and what suppliers let the asking side know."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.contact import email_address
from app.accounts.domain.roles import CompanyKind, Role
from app.accounts.models.companies import Company
from app.accounts.service.companies import Facts, create_account
from app.accounts.service.invitations import invite
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.events import ApplicationDecided, SupplierApplied, SupplierInvited
from app.sourcing.models.tender_people import TenderInterest, TenderParticipant
from app.sourcing.models.tenders import Tender
from app.sourcing.policy import Permission
from app.sourcing.queries.suppliers import standing_of
from app.sourcing.service.tender_state import advance_tender, hold_tender, locked_tender, supplier_event

_FIND = text("SELECT id, name, email FROM find_supplier(:mark)")
_ASKABLE = text("SELECT askable_suppliers(:wanted)")
ANSWERS = {"intends": "intend", "declined": "decline"}


class Found(NamedTuple):
    """A supplier found by its number, VAT id or e-mail."""

    id: int
    name: str
    email: str


def find_suppliers(mark: str) -> list[Found]:
    """By number, VAT id or the e-mail of the company or one of its people; several where an address is shared."""
    return [Found(*row) for row in db.session.execute(_FIND, {"mark": mark.strip()[:254]})]


@command
def invite_supplier(actor: Actor, tender_id: int, supplier_id: int) -> int:
    """Ask a supplier: told at publication, at once when that has been. Asking again changes nothing. Returns the row."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id)
    known = db.session.scalar(
        select(TenderParticipant).where(
            TenderParticipant.tender_id == tender_id, TenderParticipant.supplier_id == supplier_id
        )
    )
    if known is not None:
        return known.id
    if supplier_id not in set(db.session.scalars(_ASKABLE, {"wanted": [supplier_id]})):
        raise Invalid("supplier", N_("This supplier cannot be asked now."))
    if (standing := standing_of(actor, supplier_id)).is_blocked:
        raise Invalid("supplier", N_("This supplier is blocked for your company: {reason}", reason=standing.reason))
    name, email = _named(supplier_id)
    event = "edit" if tender.state == "draft" else "invite"
    advance_tender(actor, tender_id, event, role="buyer", changes={"invited": name})
    participant = TenderParticipant(
        company_id=tender.company_id,
        tender_id=tender_id,
        supplier_id=supplier_id,
        supplier_name=name,
        email=email,
        state="invited",
    )
    db.session.add(participant)
    db.session.flush()
    if tender.published_at is not None:
        publish(SupplierInvited(participant.id))
    return participant.id


def _named(supplier_id: int) -> tuple[str, str]:
    row = db.session.execute(text("SELECT name, email FROM supplier_named(:id)"), {"id": supplier_id}).one_or_none()
    if row is None:
        raise NotFound
    return row.name, row.email


def invite_by_mail(actor: Actor, tender_id: int, email: str, *, name: str, country: str) -> int:
    """Ask a firm that has no account yet: it gets one, and its person a link that works once. The operator's right."""
    actor.demand(Permission.RUN)
    if not actor.is_operator:
        raise Forbidden(
            N_("Only the operator can add a supplier. Publish the tender for registered suppliers instead.")
        )
    known = find_suppliers(email_address(email))
    if known:
        return invite_supplier(actor, tender_id, known[0].id)
    return _invite_new(actor, tender_id, email_address(email), name.strip(), country)


@command
def _invite_new(actor: Actor, tender_id: int, email: str, name: str, country: str) -> int:
    if not name:
        raise Invalid("name", N_("Give the name of the firm."))
    currency = db.session.scalar(select(Company.currency).where(Company.id == actor.company_id)) or "EUR"
    code = f"S-{hashlib.sha256(email.encode()).hexdigest()[:8]}".upper()
    facts = Facts(code=code, name=name, legal_name=name, country=country)
    supplier_id = create_account(actor, facts, kind=CompanyKind.SUPPLIER, currency=currency, email=email)
    invite(actor, email, Role.SUPPLIER, company_id=supplier_id)
    return invite_supplier(actor, tender_id, supplier_id)


@command
def take_out(actor: Actor, tender_id: int, participant_id: int) -> None:
    """Take an invitation back before publication; later a supplier that was asked stays asked."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id)
    row = _participant(tender, participant_id)
    advance_tender(actor, tender_id, "edit", role="buyer", changes={"taken_out": row.supplier_name})
    db.session.delete(row)
    db.session.flush()


def _participant(tender: Tender, participant_id: int) -> TenderParticipant:
    row = db.session.get(TenderParticipant, participant_id)
    if row is None or row.tender_id != tender.id:
        raise NotFound
    return row


@command
def decide_application(
    actor: Actor, tender_id: int, participant_id: int, *, is_admitted: bool, reason: str = ""
) -> None:
    """Admit a supplier that applied, or turn it away with a reason; a refusal can be reversed until the deadline."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id)
    row = _participant(tender, participant_id)
    if row.state not in ("applied", "refused"):
        raise Conflict(N_("This supplier takes part already."))
    if not is_admitted and not reason.strip():
        raise Invalid("reason", N_("Say why: the applicant reads it."))
    advance_tender(
        actor, tender_id, "admit" if is_admitted else "turn_away", role="buyer", reason=reason.strip(),
        changes={"supplier": row.supplier_name}, supplier_id=row.supplier_id,
    )  # fmt: skip
    row.state, row.reason = ("admitted" if is_admitted else "refused"), reason.strip()
    row.decided_at = clock.now()
    publish(ApplicationDecided(row.id))


@command
def apply(actor: Actor, tender_id: int, *, note: str = "") -> int:
    """A supplier asks to take part in a tender that is open to all registered ones. Returns its row."""
    actor.demand(Permission.BID)
    held = hold_tender(tender_id)
    known = db.session.scalar(
        select(TenderParticipant.id).where(
            TenderParticipant.tender_id == tender_id, TenderParticipant.supplier_id == actor.company_id
        )
    )
    if known is not None:
        return known
    if held.deadline is not None and held.at >= held.deadline:
        raise Conflict(N_("The deadline has passed."))
    supplier_event(actor, tender_id, "apply", supplier_id=actor.company_id)
    name, email = _own_name(actor)
    row = TenderParticipant(
        company_id=held.company_id,
        tender_id=tender_id,
        supplier_id=actor.company_id,
        supplier_name=name,
        email=email,
        state="applied",
        note=note.strip(),
    )
    db.session.add(row)
    db.session.flush()
    publish(SupplierApplied(row.id))
    return row.id


def _own_name(actor: Actor) -> tuple[str, str]:
    row = db.session.execute(select(Company.name, Company.email).where(Company.id == actor.company_id)).one()
    return row.name, row.email


@command
def mark_seen(actor: Actor, tender_id: int) -> None:
    """The first look of a supplier; later ones change nothing."""
    held = hold_tender(tender_id)
    made = db.session.execute(
        insert(TenderInterest)
        .values(tender_id=tender_id, supplier_id=actor.company_id, company_id=held.company_id)
        .on_conflict_do_nothing()
    )
    if made.rowcount and held.state in ("published", "bidding"):  # type: ignore[attr-defined]
        supplier_event(actor, tender_id, "see", supplier_id=actor.company_id)


@command
def answer_invitation(actor: Actor, tender_id: int, answer: str, *, reason: str = "") -> None:
    """`answer`: intends or declined. It binds nobody: who declined may still bid."""
    actor.demand(Permission.BID)
    if answer not in ANSWERS:
        raise Invalid("answer", N_("Choose an answer."))
    mark_seen(actor, tender_id)
    supplier_event(actor, tender_id, ANSWERS[answer], reason=reason.strip()[:500], supplier_id=actor.company_id)
    db.session.execute(
        update(TenderInterest)
        .where(TenderInterest.tender_id == tender_id, TenderInterest.supplier_id == actor.company_id)
        .values(answer=answer, answered_at=clock.now(), reason=reason.strip()[:500])
    )
