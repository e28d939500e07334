"""OCDS files as drafts of tenders."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import NotFound
from app.core.texts import Message
from app.documents.ocds.reading import procurement, releases
from app.sourcing.domain.ocds_draft import DraftParts, draft_parts
from app.sourcing.models.tenders import Tender
from app.sourcing.queries.clock import database_now
from app.sourcing.service.tenders import create_tender, save_lines, save_lots, save_requirements


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one process of a file: the draft's number, or None where it holds no tender."""

    ocid: str
    number: str | None
    notes: tuple[Message, ...] = ()


@command
def import_ocds(actor: Actor, data: bytes) -> list[Imported]:
    """A draft for each process of the file that has a tender; a process that was taken over before keeps its draft.

    Raises FormatError with line and path; then nothing is stored.
    """
    company = db.session.get(Company, actor.company_id)
    if company is None:
        raise NotFound
    made = []
    for release in releases(data):
        found = procurement(release)
        parts = draft_parts(found, currency=company.currency, now=database_now())
        number = _store(actor, found.ocid, parts) if parts else None
        made.append(Imported(found.ocid, number, parts.notes if parts else ()))
    return made


def _store(actor: Actor, ocid: str, parts: DraftParts) -> str:
    ref = f"ocds:{ocid}"[:80]
    known = db.session.scalar(
        select(Tender.number).where(Tender.company_id == actor.company_id, Tender.client_ref == ref)
    )
    if known is not None:
        return known
    number = create_tender(actor, parts.head, client_ref=ref)
    tender = db.session.scalars(select(Tender).where(Tender.number == number)).one()
    save_lots(actor, tender.id, parts.lots, row_version=tender.row_version)
    save_lines(actor, tender.id, parts.lines, row_version=tender.row_version)
    save_requirements(actor, tender.id, parts.requirements, row_version=tender.row_version)
    return number
