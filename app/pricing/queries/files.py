"""Personal price lists that were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.models import StoredFile
from app.core.tenancy import visible
from app.pricing.models.files import PriceFile


@dataclass(frozen=True, slots=True)
class PriceFileLine:
    """One file, or the work on it: `done` of `total` articles; `lines` stand in the file."""

    id: int
    company_id: int
    company_code: str
    company_name: str
    form: str
    category: str
    on_day: date
    state: str
    total: int
    done: int
    lines: int
    created_at: datetime
    person: str
    last_error: dict[str, Any] | None
    file: StoredFile | None

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")


_COLUMNS: tuple[Any, ...] = (
    PriceFile.id, PriceFile.company_id, Company.code, Company.name, PriceFile.form, PriceFile.category, PriceFile.on_day,
    PriceFile.state, PriceFile.total, PriceFile.done, PriceFile.lines, PriceFile.created_at, User.name,
    PriceFile.last_error, StoredFile,
)  # fmt: skip


def price_files(actor: Actor, company_id: int, *, limit: int = 20) -> list[PriceFileLine]:
    """The newest files of an account."""
    statement = _select(actor).where(PriceFile.company_id == company_id).order_by(PriceFile.id.desc()).limit(limit)
    return [_line(row) for row in db.session.execute(statement)]


def price_file(actor: Actor, file_id: int) -> PriceFileLine:
    row = db.session.execute(_select(actor).where(PriceFile.id == file_id)).one_or_none()
    if row is None:
        raise NotFound
    return _line(row)


def _select(actor: Actor) -> Any:
    statement = (
        select(*_COLUMNS)
        .join(Company, Company.id == PriceFile.company_id)
        .outerjoin(User, User.id == PriceFile.user_id)
        .outerjoin(StoredFile, StoredFile.id == PriceFile.file_id)
    )
    return visible(actor, statement, PriceFile)


def _line(row: Any) -> PriceFileLine:
    values = list(row)
    values[12] = values[12] or ""
    return PriceFileLine(*values)
