"""In which time zone the operator counts days and months."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import db


def operator_zone(actor: Actor) -> str:
    """An IANA name; UTC before there is an operator."""
    statement = select(Company.time_zone).where(Company.kind == CompanyKind.OPERATOR).limit(1)
    return db.session.scalar(statement) or "UTC"
