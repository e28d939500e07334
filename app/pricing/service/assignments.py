"""Which chain holds on which level: for a contract, an account, a group, a segment or everybody, from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models.companies import AccountGroup, Company, Segment
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.pricing.domain.levels import Combine
from app.pricing.models.chains import Chain, ChainList
from app.pricing.models.levels import PriceAssignment
from app.pricing.models.lists import PriceList

LEVELS = ("contract", "account", "group", "segment", "general")
_SUBJECTS: dict[str, tuple[str, Any]] = {
    "contract": ("company_id", Company),
    "account": ("company_id", Company),
    "group": ("group_id", AccountGroup),
    "segment": ("segment_id", Segment),
}


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """A chain on a level; `subject` is the code of the account, group or segment (empty: general). To: exclusive."""

    level: str
    subject: str
    chain: str
    combine: str = Combine.MERGE
    converts: bool = False
    position: int = 1
    valid_from: date | None = None
    valid_to: date | None = None


@command
def add_assignment(actor: Actor, row: AssignmentRow) -> int:
    """Let a chain hold. Raises Invalid, or Conflict where the place is taken from the same day on."""
    values = _values(row)
    try:
        with db.session.begin_nested():
            statement = insert(PriceAssignment).values(**values).returning(PriceAssignment.id)
            made: int = db.session.execute(statement).scalar_one()
    except IntegrityError as error:
        raise Conflict(N_("Another chain has this place from the same day on. Change that one.")) from error
    audit.record(actor, "price_assignment", made, "create", _facts(row))
    return made


@command
def set_assignment(actor: Actor, row: AssignmentRow) -> str:
    """Add an assignment or change the one of the same level, subject, place and first day: created, changed or same."""
    values = _values(row)
    slot = ("level", "company_id", "group_id", "segment_id", "position", "valid_from")
    held = db.session.scalar(
        select(PriceAssignment).where(
            *(getattr(PriceAssignment, name).is_not_distinct_from(values[name]) for name in slot)
        )
    )
    if held is None:
        add_assignment(actor, row)
        return "created"
    return "changed" if change_assignment(actor, held.id, row) else "same"


@command
def change_assignment(actor: Actor, assignment_id: int, row: AssignmentRow) -> bool:
    """Make an assignment so; returns whether that was a change."""
    values = _values(row)
    held = db.session.scalar(select(PriceAssignment).where(PriceAssignment.id == assignment_id).with_for_update())
    if held is None:
        raise NotFound(N_("There is no such assignment."))
    changes = {name: [getattr(held, name), value] for name, value in values.items() if getattr(held, name) != value}
    if not changes:
        return False
    try:
        with db.session.begin_nested():
            db.session.execute(update(PriceAssignment).where(PriceAssignment.id == assignment_id).values(**values))
    except IntegrityError as error:
        raise Conflict(N_("Another chain has this place from the same day on. Change that one.")) from error
    audit.record(actor, "price_assignment", assignment_id, "change", changes)
    return True


@command
def remove_assignment(actor: Actor, assignment_id: int) -> None:
    """Let a chain hold no more, as if it had never been assigned. To end it on a day, change its validity."""
    gone = db.session.execute(
        delete(PriceAssignment)
        .where(PriceAssignment.id == assignment_id)
        .returning(PriceAssignment.level, PriceAssignment.company_id, PriceAssignment.chain_id)
    ).one_or_none()
    if gone is None:
        raise NotFound(N_("There is no such assignment."))
    audit.record(actor, "price_assignment", assignment_id, "remove", gone._asdict())


def _facts(row: AssignmentRow) -> dict[str, Any]:
    return {"level": row.level, "subject": row.subject, "chain": row.chain, "combine": row.combine,
            "converts": row.converts, "valid_from": row.valid_from, "valid_to": row.valid_to}  # fmt: skip


def _values(row: AssignmentRow) -> dict[str, Any]:
    """The columns of a row. Raises Invalid."""
    for name, given, allowed in (("level", row.level, LEVELS), ("combine", row.combine, tuple(Combine))):
        if given not in allowed:
            raise Invalid(name, N_("{given} is not one of {allowed}.", given=given, allowed=", ".join(allowed)))
    if row.valid_from and row.valid_to and row.valid_from >= row.valid_to:
        raise Invalid("valid_to", N_("The last day comes before the first."))
    chain_id = db.session.scalar(select(Chain.id).where(Chain.code == row.chain))
    if chain_id is None:
        raise Invalid("chain", N_("There is no chain {code}.", code=row.chain))
    subject: dict[str, int | None] = {"company_id": None, "group_id": None, "segment_id": None}
    if row.level in _SUBJECTS:
        column, model = _SUBJECTS[row.level]
        subject[column] = _subject_id(row, model)
    _demand_own_contracts(chain_id, subject["company_id"] if row.level == "contract" else None)
    return {
        "level": row.level, **subject, "chain_id": chain_id, "combine": row.combine, "converts": row.converts,
        "position": row.position, "valid_from": row.valid_from, "valid_to": row.valid_to,
    }  # fmt: skip


def _subject_id(row: AssignmentRow, model: Any) -> int:
    statement = select(model.id).where(model.code == row.subject)
    if model is Company:
        statement = statement.where(Company.kind == "customer")
    found: int | None = db.session.scalar(statement)
    if found is None:
        texts = {
            "group": N_("There is no group {code}.", code=row.subject),
            "segment": N_("There is no segment {code}.", code=row.subject),
        }
        raise Invalid("subject", texts.get(row.level) or N_("There is no account {code}.", code=row.subject))
    return found


def _demand_own_contracts(chain_id: int, company_id: int | None) -> None:
    """A contract is for its own account and stands on the level of contracts alone."""
    strangers = db.session.scalars(
        select(PriceList.code)
        .join(ChainList, ChainList.price_list_id == PriceList.id)
        .where(
            ChainList.chain_id == chain_id,
            PriceList.kind == "contract",
            PriceList.company_id.is_distinct_from(company_id),
        )
    ).all()
    if strangers:
        raise Invalid("chain", N_("The contract {code} is of another account, or on another level.", code=strangers[0]))
