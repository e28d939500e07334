"""What notices about awards, contracts and call-offs say, and to whom they go; asked in operator scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from app.accounts.queries.mailing import PersonToTell, people_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import Money
from app.sourcing.models.awards import Award, AwardLetter, AwardRefusal, Objection
from app.sourcing.models.contracts import CallOff, ContractSignature, SupplyContract
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.policy import GRANTS, Permission
from app.sourcing.queries.call_offs import call_off, number_of


def buyers_to_tell(company_id: int, permission: Permission = Permission.RUN) -> list[PersonToTell]:
    """The people of the asking company who may do this."""
    return people_of(company_id, tuple(GRANTS[permission]))


def suppliers_to_tell(supplier_id: int) -> list[PersonToTell]:
    return people_of(supplier_id, tuple(GRANTS[Permission.BID]))


@dataclass(frozen=True, slots=True)
class LotToTell:
    company_id: int
    number: str
    title: str
    lot: int
    state: str
    proposers: tuple[int | None, ...]

    @property
    def page(self) -> str:
        return f"/tenders/{self.number}/award"


def lot_to_tell(actor: Actor, lot_id: int) -> LotToTell:
    row = db.session.execute(
        select(Tender.company_id, Tender.number, Tender.title, TenderLot.number, TenderLot.state)
        .join(TenderLot, TenderLot.tender_id == Tender.id)
        .where(TenderLot.id == lot_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    proposers = db.session.scalars(
        select(Award.proposed_by_id).where(Award.lot_id == lot_id, Award.state == "pending")
    ).all()
    return LotToTell(row[0], row[1], row[2], row[3], row[4], tuple(proposers))


@dataclass(frozen=True, slots=True)
class LetterToTell:
    id: int
    company_id: int
    supplier_id: int
    outcome: str
    number: str
    title: str
    lot: int


def letters_to_tell(actor: Actor, lot_id: int) -> list[LetterToTell]:
    """The letters that were written last for a lot: those of one moment."""
    newest = select(AwardLetter.written_at).where(AwardLetter.lot_id == lot_id).order_by(AwardLetter.id.desc()).limit(1)
    rows = db.session.scalars(
        select(AwardLetter)
        .where(AwardLetter.lot_id == lot_id, AwardLetter.written_at == newest.scalar_subquery())
        .order_by(AwardLetter.id)
    )
    return [_letter(row) for row in rows]


def letter_to_tell(actor: Actor, letter_id: int) -> LetterToTell:
    row = db.session.get(AwardLetter, letter_id)
    if row is None:
        raise NotFound
    return _letter(row)


def _letter(row: AwardLetter) -> LetterToTell:
    content = row.content
    return LetterToTell(
        row.id, row.company_id, row.supplier_id, row.outcome, content["tender"], content["title"], content["lot"]
    )


@dataclass(frozen=True, slots=True)
class SaidToTell:
    """What a supplier said about an award, and what it was about; `answer` and `state` of an objection."""

    company_id: int
    supplier_id: int
    supplier: str
    number: str
    lot: int
    text: str
    answer: str = ""
    state: str = ""

    @property
    def page(self) -> str:
        return f"/tenders/{self.number}/award"


def refusal_to_tell(actor: Actor, award_id: int) -> SaidToTell:
    row = db.session.execute(
        select(Award.company_id, Award.supplier_id, Award.supplier_name, Tender.number, TenderLot.number,
               AwardRefusal.reason)
        .join(AwardRefusal, AwardRefusal.award_id == Award.id)
        .join(Tender, Tender.id == Award.tender_id)
        .join(TenderLot, TenderLot.id == Award.lot_id)
        .where(Award.id == award_id)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return SaidToTell(*row)


def objection_to_tell(actor: Actor, objection_id: int) -> SaidToTell:
    row = db.session.execute(
        select(Objection.company_id, Objection.supplier_id, AwardLetter.content["supplier"].astext, Tender.number,
               TenderLot.number, Objection.text, Objection.answer, Objection.state)
        .join(Tender, Tender.id == Objection.tender_id)
        .join(TenderLot, TenderLot.id == Objection.lot_id)
        .join(
            AwardLetter,
            (AwardLetter.lot_id == Objection.lot_id) & (AwardLetter.supplier_id == Objection.supplier_id),
        )
        .where(Objection.id == objection_id)
        .order_by(AwardLetter.id.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise NotFound
    return SaidToTell(*row)


@dataclass(frozen=True, slots=True)
class ContractToTell:
    """`answer`, `reason`: what the supplier said last."""

    id: int
    company_id: int
    supplier_id: int
    number: str
    buyer: str
    supplier: str
    state: str
    valid_to: date
    answer: str
    reason: str

    @property
    def page(self) -> str:
        return f"/contracts/{self.number}"


def contract_to_tell(actor: Actor, contract_id: int) -> ContractToTell:
    row = db.session.execute(
        select(SupplyContract, ContractSignature)
        .outerjoin(
            ContractSignature,
            (ContractSignature.contract_id == SupplyContract.id) & (ContractSignature.side == "supplier"),
        )
        .where(SupplyContract.id == contract_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    held, said = row[0], row[1]
    return ContractToTell(
        held.id, held.company_id, held.supplier_id, held.number, held.buyer_name, held.supplier_name, held.state,
        held.valid_to, said.answer if said else "", said.reason if said else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallOffToTell:
    id: int
    company_id: int
    supplier_id: int
    number: str
    buyer: str
    supplier: str
    state: str
    total: Money
    promised_on: date | None
    note: str
    answers: int

    @property
    def page(self) -> str:
        return f"/call-offs/{self.number}"


def call_off_to_tell(actor: Actor, call_off_id: int) -> CallOffToTell:
    if db.session.get(CallOff, call_off_id) is None:
        raise NotFound
    found = call_off(Actor.system(), number_of(Actor.system(), call_off_id))
    return CallOffToTell(
        found.id, found.company_id, found.supplier_id, found.number, found.buyer_name, found.supplier_name,
        found.shown_state, Money(Decimal(found.total), found.currency), found.promised_on,
        found.answers[-1].note if found.answers else "", len(found.answers),
    )  # fmt: skip
