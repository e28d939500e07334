"""Photos and papers of returns and claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.core.tenancy import visible
from app.fulfilment.models.returns import CaseFile


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file; a picture is shown, everything else is offered for download. `size` in bytes."""

    id: int
    name: str
    is_picture: bool
    size: int
    author: str
    created_at: datetime


def files_of(*, return_id: int | None = None, claim_id: int | None = None) -> tuple[FileRow, ...]:
    """The files of a case the caller has found already. One statement."""
    owner = CaseFile.return_id == return_id if return_id is not None else CaseFile.claim_id == claim_id
    columns = (
        CaseFile.id, CaseFile.name, CaseFile.is_picture, CaseFile.size, CaseFile.author, CaseFile.created_at,
    )  # fmt: skip
    rows = db.session.execute(select(*columns).where(owner).order_by(CaseFile.id))
    return tuple(FileRow(*row) for row in rows)


def case_file(actor: Actor, file_id: int) -> tuple[StoredFile, bool]:
    """The stored bytes of a file and whether it is a picture; NotFound for another company's."""
    statement = (
        select(StoredFile, CaseFile.is_picture)
        .join(CaseFile, CaseFile.file_id == StoredFile.id)
        .where(CaseFile.id == file_id)
    )
    row = db.session.execute(visible(actor, statement, CaseFile)).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]
