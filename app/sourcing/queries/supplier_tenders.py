"""Tenders as suppliers read them: those they may see, one with its papers and questions, their part in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.core.tenancy import system_scope
from app.sourcing.domain.bid_content import Asked
from app.sourcing.models.openings import TenderKey
from app.sourcing.models.tender_people import TenderInterest, TenderParticipant
from app.sourcing.models.tenders import Tender, TenderDocument, TenderVersion
from app.sourcing.queries.bids import asked, tender_for_supplier
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.tenders import Question, documents_of, questions_of, versions_of

GROUPS = {
    "open": "t.state IN ('published', 'bidding')",
    "running": "t.state NOT IN ('published', 'bidding', 'completed', 'cancelled', 'unsuccessful')",
    "ended": "t.state IN ('completed', 'cancelled', 'unsuccessful')",
}
_LIST = """
SELECT t.id, t.number, t.title, t.buyer_name, t.state, t.deadline, t.visibility, p.state AS part, i.answer
FROM tenders t
LEFT JOIN tender_participants p ON p.tender_id = t.id AND p.supplier_id = :company
LEFT JOIN tender_interests i ON i.tender_id = t.id AND i.supplier_id = :company
WHERE t.id IN (SELECT tenders_of_supplier()) AND {group} AND {place}
ORDER BY t.id {order} LIMIT :limit"""


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A line of the supplier's list. `part`: invited, applied, admitted, refused or None."""

    id: int
    number: str
    title: str
    buyer_name: str
    state: str
    deadline: datetime | None
    visibility: str
    part: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class SupplierTender:
    """Everything the supplier's page shows. `now` is the database's time."""

    tender: Tender
    asked: Asked
    documents: Sequence[TenderDocument]
    questions: Sequence[Question]
    versions: Sequence[TenderVersion]
    fingerprints: Sequence[tuple[int, str]]
    quorum: int
    part: str | None
    part_reason: str
    answer: str
    now: datetime

    @property
    def is_open(self) -> bool:
        deadline = self.tender.deadline
        return self.tender.state == "bidding" and deadline is not None and self.now < deadline

    @property
    def may_bid(self) -> bool:
        return self.is_open and self.part in ("invited", "admitted")

    @property
    def may_ask(self) -> bool:
        end = self.tender.question_end or self.tender.deadline
        return self.is_open and end is not None and self.now <= end

    @property
    def may_apply(self) -> bool:
        deadline = self.tender.deadline
        is_early = self.tender.state in ("published", "bidding") and deadline is not None and self.now < deadline
        return is_early and self.part is None


def supplier_tenders(
    actor: Actor, group: str, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> list[SupplierRow]:
    """The tenders a supplier may see, the latest first; keys are (id,). One statement."""
    place = "t.id > :key" if before else "t.id < :key" if after else "true"
    statement = _LIST.format(group=GROUPS.get(group, "true"), place=place, order="ASC" if before else "DESC")
    key = int((before or after or ("0",))[0])
    values = {"company": actor.company_id, "limit": limit} | ({"key": key} if before or after else {})
    rows = [SupplierRow(*row) for row in db.session.execute(text(statement), values)]
    return rows[::-1] if before else rows


def supplier_tender(actor: Actor, number: str) -> SupplierTender:
    """One tender for a supplier that may see it; NotFound otherwise."""
    tender = tender_for_supplier(actor, number)
    part = db.session.execute(
        select(TenderParticipant.state, TenderParticipant.reason).where(
            TenderParticipant.tender_id == tender.id, TenderParticipant.supplier_id == actor.company_id
        )
    ).one_or_none()
    answer = db.session.scalar(
        select(TenderInterest.answer).where(
            TenderInterest.tender_id == tender.id, TenderInterest.supplier_id == actor.company_id
        )
    )
    keys = db.session.execute(
        select(TenderKey.envelope, TenderKey.fingerprint, TenderKey.quorum)
        .where(TenderKey.tender_id == tender.id)
        .order_by(TenderKey.envelope)
    ).all()
    return SupplierTender(
        tender=tender,
        asked=asked(tender),
        documents=documents_of(tender.id),
        questions=questions_of(tender.id),
        versions=versions_of(tender.id),
        fingerprints=[(row.envelope, row.fingerprint) for row in keys],
        quorum=max((row.quorum for row in keys), default=0),
        part=part.state if part else None,
        part_reason=part.reason if part else "",
        answer=answer or "",
        now=database_now(),
    )


def paper_for_supplier(actor: Actor, number: str, document_id: int) -> StoredFile:
    """A public paper of a tender the supplier may see; the stored file belongs to the asking company."""
    tender = tender_for_supplier(actor, number)
    file_id = db.session.scalar(
        select(TenderDocument.file_id).where(
            TenderDocument.tender_id == tender.id, TenderDocument.id == document_id, TenderDocument.is_public
        )
    )
    if file_id is None:
        raise NotFound
    with system_scope("tender: a public paper of the asking company"):
        return storage.find(Actor.system(), file_id)
