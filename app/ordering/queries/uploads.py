"""Order files in work, and the columns an account has chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models.people import User
from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.ordering.domain.header_words import Columns
from app.ordering.domain.order_file import PORTAL, OrderFileRules
from app.ordering.domain.order_file_columns import columns_from
from app.ordering.models.order_files import OrderFileColumns, OrderUpload

_HEAD: tuple[Any, ...] = (
    OrderUpload.id, OrderUpload.name, OrderUpload.state, OrderUpload.total, OrderUpload.done, OrderUpload.questions,
    OrderUpload.created_at, OrderUpload.last_error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UploadHead:
    """A file somebody has sent: how far it is. `questions` are rows that need a person."""

    id: int
    name: str
    state: str
    total: int
    done: int
    questions: int
    created_at: datetime
    last_error: dict[str, Any] | None

    @property
    def is_busy(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def error(self) -> Message | None:
        return Message.from_json(self.last_error) if self.last_error else None


@dataclass(frozen=True, slots=True)
class KnownColumns:
    """Columns that are remembered for a head, as people read them."""

    id: int
    head: list[str]
    columns: Columns
    file_name: str
    created_at: datetime
    person: str

    def title(self, column: int | None) -> str:
        """The words over a column; its number where there are none."""
        if column is None:
            return ""
        return (self.head[column] if column < len(self.head) else "") or str(column + 1)


def uploads(actor: Actor, *, limit: int = 5) -> list[UploadHead]:
    """What the actor has sent last, newest first."""
    statement = visible(actor, select(*_HEAD), OrderUpload).where(OrderUpload.user_id == actor.user_id)
    rows = db.session.execute(statement.order_by(OrderUpload.id.desc()).limit(limit))
    return [UploadHead(*row) for row in rows]


def upload(actor: Actor, upload_id: int) -> UploadHead:
    """One of them; anybody else's is NotFound."""
    statement = visible(actor, select(*_HEAD), OrderUpload)
    row = db.session.execute(
        statement.where(OrderUpload.id == upload_id, OrderUpload.user_id == actor.user_id)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("There is no such file."))
    return UploadHead(*row)


def upload_rows(actor: Actor, upload_id: int) -> str:
    """The rows of a file that has been read, as the page of the preview carries them."""
    statement = visible(actor, select(OrderUpload.rows), OrderUpload)
    found: str | None = db.session.scalar(
        statement.where(OrderUpload.id == upload_id, OrderUpload.user_id == actor.user_id)
    )
    if found is None:
        raise NotFound(N_("There is no such file."))
    return found


def upload_bytes(actor: Actor, upload_id: int) -> bytes:
    """The file itself."""
    statement = visible(actor, select(OrderUpload.file_id), OrderUpload)
    file_id = db.session.scalar(statement.where(OrderUpload.id == upload_id, OrderUpload.user_id == actor.user_id))
    if file_id is None:
        raise NotFound(N_("There is no such file."))
    return storage.load(storage.find(actor, file_id))


def known_columns(actor: Actor) -> list[KnownColumns]:
    """What is remembered for the account, newest first."""
    statement = (
        select(
            OrderFileColumns.id, OrderFileColumns.head, OrderFileColumns.columns, OrderFileColumns.file_name,
            OrderFileColumns.created_at, User.name,
        )
        .outerjoin(User, User.id == OrderFileColumns.user_id)
        .where(OrderFileColumns.company_id == actor.company_id)
        .order_by(OrderFileColumns.id.desc())
    )  # fmt: skip
    return [
        KnownColumns(row.id, list(row.head), columns_from(row.columns), row.file_name, row.created_at, row.name or "")
        for row in db.session.execute(statement)
    ]


def upload_rules(actor: Actor) -> OrderFileRules:
    """How files of this account are read: the portal's words, and the columns it has chosen before."""
    rows = db.session.execute(
        select(OrderFileColumns.signature, OrderFileColumns.columns).where(
            OrderFileColumns.company_id == actor.company_id
        )
    )
    known: Mapping[str, Columns] = {row.signature: columns_from(row.columns) for row in rows}
    return OrderFileRules(PORTAL.words, PORTAL.delimiters, PORTAL.limits, known=known)
