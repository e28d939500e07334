"""Whom assortments reach: everybody, groups, segments, single accounts."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, select

from app.accounts.models.companies import AccountGroup, Company, Segment
from app.catalog.models.assortments import AssortmentAssignment
from app.catalog.service.assortments import demand_operator, locked
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_


class ReachKind(StrEnum):
    EVERYBODY = "everybody"
    GROUP = "group"
    SEGMENT = "segment"
    ACCOUNT = "account"


@command
def assign(actor: Actor, assortment_id: int, kind: ReachKind, code: str = "") -> bool:
    """Give an assortment to everybody, or to a group, segment or account by its code; whether that is new."""
    demand_operator(actor)
    row = locked(assortment_id)
    target = _reached(kind, code.strip())
    held = select(AssortmentAssignment.id).filter_by(assortment_id=row.id, **target)
    if db.session.scalar(held) is not None:
        return False
    db.session.execute(insert(AssortmentAssignment).values(assortment_id=row.id, **target))
    audit.record(actor, "assortment", row.id, "given", {"to": [None, _told(kind, code)]})
    return True


@command
def unassign(actor: Actor, assortment_id: int, assignment_id: int) -> None:
    """Take an assortment from those an assignment names; raises NotFound."""
    demand_operator(actor)
    row = locked(assortment_id)
    gone = db.session.execute(
        delete(AssortmentAssignment)
        .where(AssortmentAssignment.id == assignment_id, AssortmentAssignment.assortment_id == row.id)
        .returning(
            AssortmentAssignment.group_id, AssortmentAssignment.segment_id, AssortmentAssignment.company_id
        )
    ).one_or_none()  # fmt: skip
    if gone is None:
        raise NotFound
    audit.record(actor, "assortment", row.id, "taken", {"to": [_name_of(*gone), None]})


def _reached(kind: ReachKind, code: str) -> dict[str, Any]:
    """The columns of an assignment; raises Invalid for a code nobody has."""
    target: dict[str, Any] = {"everybody": False, "group_id": None, "segment_id": None, "company_id": None}
    if kind is ReachKind.EVERYBODY:
        return target | {"everybody": True}
    if kind is ReachKind.GROUP:
        found = db.session.scalar(select(AccountGroup.id).where(AccountGroup.code == code))
        problem, column = N_("There is no group {code}.", code=code), "group_id"
    elif kind is ReachKind.SEGMENT:
        found = db.session.scalar(select(Segment.id).where(Segment.code == code))
        problem, column = N_("There is no segment {code}.", code=code), "segment_id"
    else:
        found = db.session.scalar(
            select(Company.id).where(func.lower(Company.code) == code.lower(), Company.kind == "customer")
        )
        problem, column = N_("There is no account {code}.", code=code), "company_id"
    if found is None:
        raise Invalid(str(kind), problem)
    return target | {column: found}


def _told(kind: ReachKind, code: str) -> str:
    return str(kind) if kind is ReachKind.EVERYBODY else f"{kind} {code}"


def _name_of(group_id: int | None, segment_id: int | None, company_id: int | None) -> str:
    for kind, model, found in (
        (ReachKind.GROUP, AccountGroup, group_id),
        (ReachKind.SEGMENT, Segment, segment_id),
        (ReachKind.ACCOUNT, Company, company_id),
    ):
        if found is not None:
            return _told(kind, str(db.session.scalar(select(model.code).where(model.id == found))))
    return _told(ReachKind.EVERYBODY, "")
