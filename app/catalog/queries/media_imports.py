"""Imports of pictures and files, with what became of each file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.catalog.models.media_imports import MediaImport, MediaImportRow
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class MediaRun:
    """An import with its counts by state of the files."""

    run: MediaImport
    counts: Mapping[str, int]

    @property
    def done(self) -> int:
        return sum(self.counts.values())


def media_runs(actor: Actor, limit: int = 20) -> list[MediaImport]:
    """The latest imports."""
    return list(db.session.scalars(select(MediaImport).order_by(MediaImport.id.desc()).limit(limit)))


def media_run(actor: Actor, import_id: int) -> MediaRun:
    """One import; raises NotFound."""
    run = db.session.get(MediaImport, import_id)
    if run is None:
        raise NotFound
    counts = db.session.execute(
        select(MediaImportRow.state, func.count()).where(MediaImportRow.import_id == import_id).group_by(MediaImportRow.state)
    )  # fmt: skip
    return MediaRun(run, dict(counts.all()))


def refused_files(
    actor: Actor, import_id: int, *, after: int = 0, before: int | None = None, limit: int = 51
) -> list[MediaImportRow]:
    """Files that were refused, in the order of the ZIP."""
    statement = select(MediaImportRow).where(MediaImportRow.import_id == import_id, MediaImportRow.state == "refused")
    if before is not None:
        rows = db.session.scalars(
            statement.where(MediaImportRow.row < before).order_by(MediaImportRow.row.desc()).limit(limit)
        ).all()
        return list(rows)[::-1]
    return list(
        db.session.scalars(statement.where(MediaImportRow.row > after).order_by(MediaImportRow.row).limit(limit))
    )


def every_file(actor: Actor, import_id: int) -> Iterator[Any]:
    """Every file with its state, read in parts."""
    row = 0
    while rows := db.session.scalars(
        select(MediaImportRow)
        .where(MediaImportRow.import_id == import_id, MediaImportRow.row > row)
        .order_by(MediaImportRow.row)
        .limit(1000)
    ).all():
        yield from rows
        row = rows[-1].row
