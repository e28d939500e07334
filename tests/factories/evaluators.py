"""People who evaluate a tender, and what it asks them to mark."""

from __future__ import annotations

from sqlalchemy import insert, select

from app.accounts.domain.roles import Role
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import system_scope
from app.sourcing.models.tenders import TenderMember, TenderRequirement
from tests.factories.accounts import actor_for, person
from tests.factories.tenders import Made


def member(made: Made, duty: str = "evaluator") -> Actor:
    """Somebody of the asking company who is named in the tender, and is nothing but a buyer otherwise."""
    user = person(made.company, Role.BUYER)
    with system_scope("test"), transaction() as session:
        session.execute(
            insert(TenderMember).values(
                tender_id=made.id, user_id=user.id, duty=duty, company_id=made.company.id, name=user.name
            )
        )
    return actor_for(user, made.company)


def criterion_of(made: Made, title: str = "Service") -> int:
    with system_scope("test"):
        statement = select(TenderRequirement.id).where(
            TenderRequirement.tender_id == made.id, TenderRequirement.title == title
        )
        return db.session.scalars(statement).one()
