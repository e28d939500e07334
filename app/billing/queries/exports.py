"""Exports as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.billing.domain.export import ExportFilters
from app.billing.models import Export
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile


@dataclass(frozen=True, slots=True)
class ExportView:
    """One export; `file` is there when it is done."""

    id: int
    filters: ExportFilters
    state: str
    done: int
    total: int
    created_at: datetime
    finished_at: datetime | None
    last_error: str
    file: StoredFile | None

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")


def exports(actor: Actor, *, limit: int = 20) -> Sequence[ExportView]:
    """The newest exports of the actor's company."""
    statement = (
        select(Export, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == Export.file_id)
        .where(Export.company_id == actor.company_id)
        .order_by(Export.id.desc())
        .limit(limit)
    )
    return [_view(row, file) for row, file in db.session.execute(statement)]


def export(actor: Actor, export_id: int) -> ExportView:
    """One export of the actor's company."""
    found = db.session.execute(
        select(Export, StoredFile)
        .outerjoin(StoredFile, StoredFile.id == Export.file_id)
        .where(Export.id == export_id, Export.company_id == actor.company_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return _view(found[0], found[1])


def _view(row: Export, file: StoredFile | None) -> ExportView:
    return ExportView(
        row.id, ExportFilters.from_json(row.filters), row.state, row.done, row.total, row.created_at, row.finished_at,
        row.last_error, file,
    )  # fmt: skip
