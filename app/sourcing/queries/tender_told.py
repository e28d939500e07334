"""What notices about tenders say, and to whom they go; asked in operator scope. Who has bid is no part of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import PersonToTell, people_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.models.tender_people import TenderInterest, TenderParticipant, TenderQuestion
from app.sourcing.models.tenders import Tender, TenderMember, TenderVersion
from app.sourcing.policy import GRANTS, Permission

_BIDDERS = (Role.SUPPLIER,)


@dataclass(frozen=True, slots=True)
class TenderToTell:
    id: int
    number: str
    title: str
    company_id: int
    buyer: str
    state: str
    version: int
    deadline: datetime | None
    author_id: int | None
    reason: str
    row_version: int

    @property
    def buyers_page(self) -> str:
        return f"/tenders/{self.number}"

    @property
    def suppliers_page(self) -> str:
        return f"/supplier/tenders/{self.number}"


def tender_to_tell(actor: Actor, tender_id: int) -> TenderToTell:
    row = db.session.execute(
        select(
            Tender.id, Tender.number, Tender.title, Tender.company_id, Tender.buyer_name, Tender.state, Tender.version,
            Tender.deadline, Tender.author_id, Tender.reason, Tender.row_version,
        ).where(Tender.id == tender_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return TenderToTell(*row)


def reason_of_version(tender_id: int, version: int) -> str:
    return (
        db.session.scalar(
            select(TenderVersion.reason).where(TenderVersion.tender_id == tender_id, TenderVersion.version == version)
        )
        or ""
    )


@dataclass(frozen=True, slots=True)
class ParticipantToTell:
    id: int
    tender_id: int
    supplier_id: int
    name: str
    state: str
    reason: str


def participant_to_tell(participant_id: int) -> ParticipantToTell:
    row = db.session.execute(
        select(
            TenderParticipant.id, TenderParticipant.tender_id, TenderParticipant.supplier_id,
            TenderParticipant.supplier_name, TenderParticipant.state, TenderParticipant.reason,
        ).where(TenderParticipant.id == participant_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return ParticipantToTell(*row)


@dataclass(frozen=True, slots=True)
class QuestionToTell:
    tender_id: int
    text: str
    answer: str
    answered_at: datetime | None


def question_to_tell(question_id: int) -> QuestionToTell:
    row = db.session.execute(
        select(TenderQuestion.tender_id, TenderQuestion.text, TenderQuestion.answer, TenderQuestion.answered_at).where(
            TenderQuestion.id == question_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return QuestionToTell(*row)


def waiting_questions(tender_id: int) -> tuple[int, int]:
    """How many questions are open, and the id of the latest of all."""
    row = db.session.execute(
        select(
            func.count().filter(TenderQuestion.state == "open"), func.coalesce(func.max(TenderQuestion.id), 0)
        ).where(TenderQuestion.tender_id == tender_id)
    ).one()
    return row[0], row[1]


def bidders_to_tell(tender_id: int) -> Iterable[tuple[int, PersonToTell]]:
    """Company and person of all who take part and did not decline, whether they have bid or not."""
    declined = select(TenderInterest.supplier_id).where(
        TenderInterest.tender_id == tender_id, TenderInterest.answer == "declined"
    )
    suppliers = db.session.scalars(
        select(TenderParticipant.supplier_id).where(
            TenderParticipant.tender_id == tender_id,
            TenderParticipant.state.in_(("invited", "admitted", "applied")),
            TenderParticipant.supplier_id.not_in(declined),
        )
    ).all()
    for supplier_id in suppliers:
        for person in people_of(supplier_id, _BIDDERS):
            yield supplier_id, person


def people_of_supplier(supplier_id: int) -> list[PersonToTell]:
    return people_of(supplier_id, _BIDDERS)


def runners_to_tell(told: TenderToTell) -> list[PersonToTell]:
    """The author; without one, everybody of the asking company who may run tenders."""
    people = people_of(told.company_id, tuple(GRANTS[Permission.RUN]))
    mine = [one for one in people if one.user_id == told.author_id]
    return mine or people


def openers_to_tell(told: TenderToTell) -> list[PersonToTell]:
    """The members of the committee that opens, and who runs the tender."""
    named = set(
        db.session.scalars(
            select(TenderMember.user_id).where(TenderMember.tender_id == told.id, TenderMember.duty == "committee")
        )
    )
    runners = runners_to_tell(told)
    known = {one.user_id for one in runners}
    everybody = people_of(told.company_id, tuple(GRANTS[Permission.EVALUATE])) if named else []
    return [*runners, *(one for one in everybody if one.user_id in named - known)]


def approvers_to_tell(told: TenderToTell) -> list[PersonToTell]:
    """Who is named to release, otherwise everybody who may; never the author."""
    named = set(
        db.session.scalars(
            select(TenderMember.user_id).where(TenderMember.tender_id == told.id, TenderMember.duty == "approver")
        )
    )
    people = [
        one for one in people_of(told.company_id, tuple(GRANTS[Permission.APPROVE])) if one.user_id != told.author_id
    ]
    return [one for one in people if one.user_id in named] or people
