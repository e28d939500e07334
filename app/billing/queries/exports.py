"""Exports as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.billing.domain.export import ExportFilters
from app.billing.models.exports import Export
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile


@dataclass(frozen=True, slots=True)
class ExportView:
    """One export; `file` is there when it is done, `customer` names the account it was narrowed to."""

    id: int
    filters: ExportFilters
    state: str
    done: int
    total: int
    missing: int
    customer: str
    person: str
    created_at: datetime
    finished_at: datetime | None
    last_error: str
    file: StoredFile | None

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")


def exports(actor: Actor, *, limit: int = 20) -> Sequence[ExportView]:
    """The newest exports of the actor's company. One statement."""
    return [_view(row) for row in db.session.execute(_own(actor).order_by(Export.id.desc()).limit(limit))]


def export(actor: Actor, export_id: int) -> ExportView:
    """One export of the actor's company."""
    found = db.session.execute(_own(actor).where(Export.id == export_id)).one_or_none()
    if found is None:
        raise NotFound
    return _view(found)


def _own(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(Export, StoredFile, func.coalesce(Company.name, ""), func.coalesce(User.name, ""))
        .outerjoin(StoredFile, StoredFile.id == Export.file_id)
        .outerjoin(Company, Company.id == Export.filters["customer_id"].as_integer())
        .outerjoin(User, User.id == Export.user_id)
        .where(Export.company_id == actor.company_id)
    )


def _view(found: Row[*tuple[Any, ...]]) -> ExportView:
    row, file, customer, person = found
    return ExportView(
        row.id, ExportFilters.from_json(row.filters), row.state, row.done, row.total, row.missing, customer, person,
        row.created_at, row.finished_at, row.last_error, file,
    )  # fmt: skip
