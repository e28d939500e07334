"""Making tenders: drafts by hand or as copies, their parts, papers and members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select

from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.core import storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.sourcing.domain.tender import Head, LineEntry, LotEntry, RequirementEntry, checked_flags
from app.sourcing.models.tenders import (
    TENDER_NUMBERS,
    Tender,
    TenderDocument,
    TenderLine,
    TenderLot,
    TenderMember,
    TenderRequirement,
    TenderTarget,
)
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.service import log
from app.sourcing.service.tender_parts import put_lines, put_lots, put_requirements
from app.sourcing.service.tender_state import advance_tender, locked_tender, owns

DUTIES = ("committee", "evaluator", "reviewer", "approver")
MOST_DOCUMENTS = 30


@command
def create_tender(actor: Actor, head: Head, *, client_ref: str) -> str:
    """A draft with one lot; the same `client_ref` gives the first one again. Returns its number."""
    actor.demand(Permission.RUN)
    if known := _known(actor, client_ref):
        return known
    tender = _new(actor, client_ref)
    set_head(tender, head)
    db.session.add(tender)
    db.session.flush()
    put_lots(tender, [LotEntry(head.title)])
    _log_creation(actor, tender)
    return tender.number


def _known(actor: Actor, client_ref: str) -> str | None:
    """The number of what the same form made before."""
    return db.session.scalar(
        select(Tender.number).where(Tender.company_id == actor.company_id, Tender.client_ref == client_ref)
    )


def _new(actor: Actor, client_ref: str) -> Tender:
    company = db.session.get(Company, actor.company_id)
    if company is None:
        raise NotFound
    return Tender(
        company_id=actor.company_id,
        number=f"T-{database_now():%Y}-{db.session.scalar(TENDER_NUMBERS):06d}",
        client_ref=client_ref,
        buyer_name=company.legal_name or company.name,
        state="draft",
        version=0,
        row_version=1,
        author_id=actor.user_id,
        contact_name=actor.name,
        contact_email=company.email,
    )


def _log_creation(actor: Actor, tender: Tender, changes: dict[str, Any] | None = None) -> None:
    log.append(
        actor, "tender", tender.id, tender.company_id, "create",
        role="buyer" if actor.user_id else "system", from_state=None, to_state="draft", changes=changes,
    )  # fmt: skip


def set_head(tender: Tender, head: Head) -> None:
    """Raises Invalid naming the field."""
    values = asdict(head)
    flags = checked_flags(head.procedure, values.pop("flags"))
    parent = values.pop("parent")
    if not head.title.strip():
        raise Invalid("title", N_("Give the tender a title."))
    if len(head.currency) != 3:
        raise Invalid("currency", N_("Choose a currency."))
    for amount in ("bid_bond", "deposit"):
        if values[amount] is not None and values[amount] <= 0:
            raise Invalid(amount, N_("An amount is above zero."))
    values["currencies"] = sorted({*head.currencies, head.currency})
    values["title"] = head.title.strip()[:200]
    if not (head.contact_name or head.contact_email):  # those of the author stay
        del values["contact_name"], values["contact_email"]
    for name, value in (values | flags).items():
        setattr(tender, name, value)
    tender.parent_id = _framework(tender, parent) if parent else None


def _framework(tender: Tender, number: str) -> int:
    found = db.session.execute(
        select(Tender.id, Tender.state).where(
            Tender.company_id == tender.company_id, Tender.number == number, Tender.procedure == "framework"
        )
    ).one_or_none()
    if found is None or found.state not in ("awarded", "contracted"):
        raise Invalid("parent", N_("There is no framework {number} with a contract.", number=number))
    parent_id: int = found.id
    return parent_id


@command
def edit_tender(actor: Actor, tender_id: int, head: Head, *, row_version: int) -> None:
    """Change the first page of a draft."""
    actor.demand(Permission.RUN)
    tender = _edited(actor, tender_id, row_version, ["head"])
    set_head(tender, head)


@command
def save_lots(actor: Actor, tender_id: int, entries: Sequence[LotEntry], *, row_version: int) -> None:
    actor.demand(Permission.RUN)
    put_lots(_edited(actor, tender_id, row_version, ["lots"]), entries)


@command
def save_lines(actor: Actor, tender_id: int, entries: Sequence[LineEntry], *, row_version: int) -> None:
    actor.demand(Permission.RUN)
    put_lines(actor, _edited(actor, tender_id, row_version, ["lines"]), entries)


@command
def save_requirements(actor: Actor, tender_id: int, entries: Sequence[RequirementEntry], *, row_version: int) -> None:
    actor.demand(Permission.RUN)
    put_requirements(_edited(actor, tender_id, row_version, ["requirements"]), entries)


def _edited(actor: Actor, tender_id: int, row_version: int | None, parts: list[str]) -> Tender:
    """A draft under its lock, with the edit written down; any edit takes a release away."""
    tender = advance_tender(actor, tender_id, "edit", role="buyer", changes={"parts": parts}, row_version=row_version)
    tender.approved_hash = ""
    return tender


@command
def add_document(
    actor: Actor, tender_id: int, data: bytes, *, name: str, media_type: str, title: str = "", is_public: bool = True
) -> int:
    """A paper of a draft; of a published tender papers come by amendment. Returns its id."""
    actor.demand(Permission.RUN)
    tender = _edited(actor, tender_id, None, ["documents"])
    return keep_document(actor, tender, data, name=name, media_type=media_type, title=title, is_public=is_public)


def keep_document(
    actor: Actor, tender: Tender, data: bytes, *, name: str, media_type: str, title: str, is_public: bool
) -> int:
    count = len(db.session.scalars(select(TenderDocument.id).where(TenderDocument.tender_id == tender.id)).all())
    if count >= MOST_DOCUMENTS:
        raise Invalid("file", N_("At most {count} files.", count=MOST_DOCUMENTS))
    file = storage.keep(actor, data, name=name, media_type=media_type, company_id=tender.company_id)
    document = TenderDocument(
        company_id=tender.company_id,
        tender_id=tender.id,
        file_id=file.id,
        title=(title.strip() or name)[:200],
        name=file.name,
        media_type=media_type,
        size=file.size,
        sha256=file.sha256,
        version=max(tender.version, 1),
        is_public=is_public,
    )
    db.session.add(document)
    db.session.flush()
    return document.id


@command
def remove_document(actor: Actor, tender_id: int, document_id: int) -> None:
    """Take a paper out of a draft."""
    actor.demand(Permission.RUN)
    _edited(actor, tender_id, None, ["documents"])
    db.session.execute(
        delete(TenderDocument).where(TenderDocument.tender_id == tender_id, TenderDocument.id == document_id)
    )


@command
def save_members(actor: Actor, tender_id: int, duties: Iterable[tuple[int, str]]) -> None:
    """Who has which duty, in place of those before; until bids are opened. `duties`: (person, duty)."""
    actor.demand(Permission.RUN)
    wanted = sorted(set(duties))
    tender = locked_tender(actor, tender_id)
    names = _colleagues(tender.company_id)
    if any(duty not in DUTIES for _person, duty in wanted):
        raise Invalid("duty", N_("There is no such duty."))
    if any(person not in names for person, _duty in wanted):
        raise Invalid("person", N_("Choose people of your company."))
    changes = {"members": [f"{names[person]}: {duty}" for person, duty in wanted]}
    advance_tender(actor, tender_id, "name_members", role="buyer", changes=changes)
    db.session.execute(delete(TenderMember).where(TenderMember.tender_id == tender.id))
    db.session.add_all(
        [
            TenderMember(
                tender_id=tender.id, company_id=tender.company_id, user_id=person, duty=duty, name=names[person]
            )
            for person, duty in wanted
        ]
    )
    db.session.flush()


def _colleagues(company_id: int) -> dict[int, str]:
    rows = db.session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == company_id, Membership.is_active, User.is_active)
    )
    return {row.id: row.name for row in rows}


@command
def copy_tender(actor: Actor, tender_id: int, *, client_ref: str) -> str:
    """A new draft with the same terms, lots, lines and requirements, without dates, papers and suppliers."""
    actor.demand(Permission.RUN)
    if known := _known(actor, client_ref):
        return known
    source = db.session.get(Tender, tender_id)
    if source is None or not owns(actor, source.company_id):
        raise NotFound
    tender = _new(actor, client_ref)
    left_out = {
        "id", "company_id", "number", "client_ref", "buyer_name", "state", "version", "row_version", "author_id",
        "created_at", "start_at", "question_end", "clarif_end", "deadline", "published_at", "closed_at", "opened_at",
        "suspended_at", "ended_at", "reason", "reason_code", "approved_hash", "copied_from_id", "contact_name",
        "contact_email",
    }  # fmt: skip
    _take_over(source, tender, left_out)
    tender.copied_from_id = source.id
    db.session.add(tender)
    db.session.flush()
    _copy_parts(source, tender)
    _log_creation(actor, tender, {"copied_from": source.number})
    return tender.number


def _copy_parts(source: Tender, tender: Tender) -> None:
    fresh = {"id", "tender_id", "state", "suspended_from", "auctioned_at", "standstill_end", "reason", "lot_id"}
    lots: dict[int | None, TenderLot] = {}
    for lot in db.session.scalars(select(TenderLot).where(TenderLot.tender_id == source.id)).all():
        lots[lot.id] = _copied(lot, tender, fresh)
        lots[lot.id].state = "draft"
    db.session.flush()
    hoped: list[tuple[TenderLine, Decimal]] = []
    lines = db.session.execute(
        select(TenderLine, TenderTarget.price)
        .outerjoin(TenderTarget, TenderTarget.line_id == TenderLine.id)
        .where(TenderLine.tender_id == source.id)
    ).all()
    for line, price in lines:
        made = _copied(line, tender, fresh)
        made.lot_id = lots[line.lot_id].id
        if price is not None:
            hoped.append((made, price))
    for requirement in db.session.scalars(
        select(TenderRequirement).where(TenderRequirement.tender_id == source.id)
    ).all():
        own = lots.get(requirement.lot_id)
        _copied(requirement, tender, fresh).lot_id = own.id if own else None
    db.session.flush()
    db.session.add_all(
        [TenderTarget(line_id=made.id, company_id=tender.company_id, price=price) for made, price in hoped]
    )
    db.session.flush()


def _copied(row: Any, tender: Tender, left_out: set[str]) -> Any:
    made = type(row)(tender_id=tender.id)
    _take_over(row, made, left_out)
    db.session.add(made)
    return made


def _take_over(source: Any, target: Any, left_out: set[str]) -> None:
    for column in source.__table__.columns:
        if column.name not in left_out:
            setattr(target, column.name, getattr(source, column.name))
