"""Tenders as the asking side reads them: the list, one with its parts, its questions without names, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select

from app.accounts.models.people import Membership, User
from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.sourcing.domain.tender import participant_word
from app.sourcing.models.chain import SourcingEvent
from app.sourcing.models.tender_people import TenderInterest, TenderParticipant, TenderQuestion
from app.sourcing.models.tenders import (
    Tender,
    TenderDocument,
    TenderLine,
    TenderLot,
    TenderMember,
    TenderRequirement,
    TenderTarget,
    TenderVersion,
)

_HISTORY = 300


@dataclass(frozen=True, slots=True)
class TenderRow:
    """A line of the list."""

    id: int
    number: str
    title: str
    procedure: str
    state: str
    deadline: datetime | None
    published_at: datetime | None
    lots: int
    lines: int
    suppliers: int
    open_questions: int


@dataclass(frozen=True, slots=True)
class TenderFilters:
    """`group`: draft, open, decide, done, or empty for all."""

    text: str = ""
    group: str = ""


GROUPS: dict[str, tuple[str, ...]] = {
    "draft": ("draft", "approval"),
    "open": ("published", "bidding", "suspended"),
    "decide": ("closed", "opening", "prequalification", "evaluation", "auction", "award_proposed", "standstill"),
    "done": ("awarded", "contracted", "completed", "cancelled", "unsuccessful"),
}


def _count(model: Any, *conditions: Any) -> Any:
    return select(func.count()).where(model.tender_id == Tender.id, *conditions).scalar_subquery()


def tenders_page(
    actor: Actor, filters: TenderFilters, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> list[TenderRow]:
    """The tenders of the actor's company, the latest first; keys are (id,). One statement."""
    statement = select(
        Tender.id, Tender.number, Tender.title, Tender.procedure, Tender.state, Tender.deadline, Tender.published_at,
        _count(TenderLot), _count(TenderLine), _count(TenderParticipant),
        _count(TenderQuestion, TenderQuestion.state == "open"),
    ).where(Tender.company_id == actor.company_id)  # fmt: skip
    if filters.text:
        statement = statement.where(
            or_(
                Tender.number.icontains(filters.text, autoescape=True),
                Tender.title.icontains(filters.text, autoescape=True),
            )
        )
    if filters.group in GROUPS:
        statement = statement.where(Tender.state.in_(GROUPS[filters.group]))
    if before:
        rows = db.session.execute(statement.where(Tender.id > int(before[0])).order_by(Tender.id).limit(limit)).all()
        return [TenderRow(*row) for row in reversed(rows)]
    if after:
        statement = statement.where(Tender.id < int(after[0]))
    return [TenderRow(*row) for row in db.session.execute(statement.order_by(Tender.id.desc()).limit(limit))]


def own_tender(actor: Actor, number: str) -> Tender:
    """The tender of the actor's company; NotFound for another's, also for the operator."""
    found = db.session.scalars(
        select(Tender).where(Tender.number == number, Tender.company_id == actor.company_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def lots_of(tender_id: int) -> list[TenderLot]:
    return list(
        db.session.scalars(select(TenderLot).where(TenderLot.tender_id == tender_id).order_by(TenderLot.number))
    )


class LineShown(NamedTuple):
    """A line with what the asking side hopes to pay."""

    line: TenderLine
    target: Decimal | None


def lines_of(tender_id: int) -> list[LineShown]:
    rows = db.session.execute(
        select(TenderLine, TenderTarget.price)
        .outerjoin(TenderTarget, TenderTarget.line_id == TenderLine.id)
        .where(TenderLine.tender_id == tender_id)
        .order_by(TenderLine.position)
    )
    return [LineShown(row[0], row[1]) for row in rows]


def requirements_of(tender_id: int) -> list[TenderRequirement]:
    return list(
        db.session.scalars(
            select(TenderRequirement)
            .where(TenderRequirement.tender_id == tender_id)
            .order_by(TenderRequirement.position, TenderRequirement.id)
        )
    )


@dataclass(frozen=True, slots=True)
class Participant:
    """A supplier as the asking side knows it before the opening; `word` never says whether it has bid."""

    id: int
    supplier_id: int
    name: str
    email: str
    state: str
    word: str
    note: str
    reason: str
    seen_at: datetime | None


def participants_of(tender_id: int) -> list[Participant]:
    rows = db.session.execute(
        select(TenderParticipant, TenderInterest.answer, TenderInterest.seen_at, TenderInterest.reason)
        .outerjoin(
            TenderInterest,
            (TenderInterest.tender_id == TenderParticipant.tender_id)
            & (TenderInterest.supplier_id == TenderParticipant.supplier_id),
        )
        .where(TenderParticipant.tender_id == tender_id)
        .order_by(TenderParticipant.supplier_name, TenderParticipant.id)
    )
    return [
        Participant(
            row.id, row.supplier_id, row.supplier_name, row.email, row.state,
            participant_word(row.state, answer or "", has_seen=seen_at is not None), row.note,
            row.reason or declined or "", seen_at,
        )
        for row, answer, seen_at, declined in rows
    ]  # fmt: skip


class Question(NamedTuple):
    """A question and what it is about; who asked is known to nobody but the asker."""

    id: int
    text: str
    state: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None
    lot: int | None
    line: str


def questions_of(tender_id: int) -> list[Question]:
    """Open ones first, then the latest. For a supplier the database leaves out the open ones of others."""
    rows = db.session.execute(
        select(TenderQuestion, TenderLot.number, TenderLine.text)
        .outerjoin(TenderLot, TenderLot.id == TenderQuestion.lot_id)
        .outerjoin(TenderLine, TenderLine.id == TenderQuestion.line_id)
        .where(TenderQuestion.tender_id == tender_id)
        .order_by((TenderQuestion.state != "open"), TenderQuestion.id.desc())
    )
    return [
        Question(row.id, row.text, row.state, row.answer, row.asked_at, row.answered_at, lot, line or "")
        for row, lot, line in rows
    ]


def documents_of(tender_id: int) -> list[TenderDocument]:
    return list(
        db.session.scalars(
            select(TenderDocument).where(TenderDocument.tender_id == tender_id).order_by(TenderDocument.id)
        )
    )


def document_file(actor: Actor, tender_id: int, document_id: int) -> tuple[TenderDocument, StoredFile]:
    """A paper and its stored file, for the asking side."""
    document = db.session.scalars(
        select(TenderDocument).where(TenderDocument.tender_id == tender_id, TenderDocument.id == document_id)
    ).one_or_none()
    if document is None:
        raise NotFound
    return document, storage.find(actor, document.file_id)


def members_of(tender_id: int) -> list[TenderMember]:
    return list(
        db.session.scalars(
            select(TenderMember)
            .where(TenderMember.tender_id == tender_id)
            .order_by(TenderMember.name, TenderMember.user_id, TenderMember.duty)
        )
    )


class Colleague(NamedTuple):
    """A person of the asking company."""

    id: int
    name: str


def colleagues(actor: Actor) -> list[Colleague]:
    rows = db.session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == actor.company_id, Membership.is_active, User.is_active)
        .order_by(User.name, User.id)
    )
    return [Colleague(row.id, row.name) for row in rows]


def versions_of(tender_id: int) -> list[TenderVersion]:
    """What was published, the latest first."""
    return list(
        db.session.scalars(
            select(TenderVersion).where(TenderVersion.tender_id == tender_id).order_by(TenderVersion.version.desc())
        )
    )


def history_of(tender_id: int) -> list[SourcingEvent]:
    """The latest entries of the tender's own chain; sealed entries of bids are no part of it."""
    return list(
        db.session.scalars(
            select(SourcingEvent)
            .where(
                SourcingEvent.object_type == "tender",
                SourcingEvent.object_id == tender_id,
                SourcingEvent.owner_tag == "",
            )
            .order_by(SourcingEvent.sequence.desc())
            .limit(_HISTORY)
        )
    )


def known_suppliers(actor: Actor) -> list[Colleague]:
    """Suppliers that took part in an earlier tender of the company: (id, name)."""
    rows = db.session.execute(
        select(TenderParticipant.supplier_id, func.max(TenderParticipant.supplier_name))
        .where(TenderParticipant.company_id == actor.company_id)
        .group_by(TenderParticipant.supplier_id)
        .order_by(func.max(TenderParticipant.supplier_name))
    )
    return [Colleague(row[0], row[1]) for row in rows]
