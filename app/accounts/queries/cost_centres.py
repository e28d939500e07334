"""Cost centres of a company, and which of them a person may order on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from app.accounts.domain.budget import CostCentre
from app.accounts.models.budgets import CostCentre as CostCentreRow
from app.accounts.models.budgets import CostCentrePerson
from app.accounts.models.people import User
from app.accounts.queries.companies import own_or_asked
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_

_FACTS: tuple[Any, ...] = (
    CostCentreRow.id, CostCentreRow.code, CostCentreRow.name, CostCentreRow.is_active, CostCentreRow.manager_id,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CostCentreLine:
    """A cost centre in the list of its company; `people` is how many may order on it, None: all."""

    id: int
    code: str
    name: str
    is_active: bool
    manager_id: int | None
    manager: str
    people: int | None


@dataclass(frozen=True, slots=True)
class CostCentrePage:
    """One cost centre to show or edit."""

    centre: CostCentre
    manager: str
    is_for_all: bool
    people: tuple[tuple[int, str], ...]  # (user id, name)


def cost_centres(actor: Actor, company_id: int | None = None, *, only_active: bool = True) -> list[CostCentre]:
    """The cost centres of a company by code; one statement."""
    statement = select(*_FACTS).where(CostCentreRow.company_id == own_or_asked(actor, company_id))
    if only_active:
        statement = statement.where(CostCentreRow.is_active)
    return [CostCentre(*row) for row in db.session.execute(statement.order_by(CostCentreRow.code))]


def usable_by(user_id: int | None) -> ColumnElement[bool]:
    """Whether a person may order on a cost centre: it is for all, or he manages it, or he is one of its people."""
    listed = exists().where(CostCentrePerson.cost_centre_id == CostCentreRow.id, CostCentrePerson.user_id == user_id)
    return or_(CostCentreRow.is_for_all, CostCentreRow.manager_id == user_id, listed)


def demand_usable(actor: Actor, company_id: int, ids: Collection[int]) -> dict[int, CostCentre]:
    """The cost centres by id, if all are active and the actor may order on them; else Invalid. One statement.

    The operator may on all of the company's.
    """
    wanted = set(ids)
    if not wanted:
        return {}
    may = CostCentreRow.is_active if actor.is_operator else usable_by(actor.user_id)
    statement = select(*_FACTS, may.label("may")).where(
        CostCentreRow.company_id == own_or_asked(actor, company_id), CostCentreRow.id.in_(wanted)
    )
    found = {row.id: row for row in db.session.execute(statement)}
    if found.keys() != wanted:
        raise Invalid("cost_centre_id", N_("There is no such cost centre."))
    for row in found.values():
        if not row.is_active:
            raise Invalid("cost_centre_id", N_("Cost centre {code} {name} is closed. Choose another one.",
                                               code=row.code, name=row.name))  # fmt: skip
        if not row.may:
            raise Invalid("cost_centre_id", N_("You may not order on cost centre {code} {name}. Choose another one.",
                                               code=row.code, name=row.name))  # fmt: skip
    return {key: CostCentre(*row[: len(_FACTS)]) for key, row in found.items()}


def cost_centre_lines(actor: Actor, company_id: int | None = None) -> list[CostCentreLine]:
    """All cost centres of a company, closed ones last; one statement."""
    people = (
        select(func.count())
        .where(CostCentrePerson.cost_centre_id == CostCentreRow.id)
        .correlate(CostCentreRow)
        .scalar_subquery()
    )
    statement = (
        select(*_FACTS, func.coalesce(User.name, ""), CostCentreRow.is_for_all, people)
        .outerjoin(User, User.id == CostCentreRow.manager_id)
        .where(CostCentreRow.company_id == own_or_asked(actor, company_id))
        .order_by(CostCentreRow.is_active.desc(), CostCentreRow.code)
    )
    return [
        CostCentreLine(*row[:6], people=None if row[6] else row[7]) for row in db.session.execute(statement)
    ]  # fmt: skip


def cost_centre(actor: Actor, cost_centre_id: int, company_id: int | None = None) -> CostCentrePage:
    """One cost centre with the people who may order on it; two statements."""
    row = db.session.execute(
        select(*_FACTS, func.coalesce(User.name, ""), CostCentreRow.is_for_all)
        .outerjoin(User, User.id == CostCentreRow.manager_id)
        .where(CostCentreRow.id == cost_centre_id, CostCentreRow.company_id == own_or_asked(actor, company_id))
    ).one_or_none()
    if row is None:
        raise NotFound
    people = db.session.execute(
        select(User.id, User.name)
        .join(CostCentrePerson, CostCentrePerson.user_id == User.id)
        .where(CostCentrePerson.cost_centre_id == cost_centre_id)
        .order_by(User.name, User.id)
    )
    return CostCentrePage(CostCentre(*row[:5]), row[5], row[6], tuple((one[0], one[1]) for one in people))
