"""Public tenders as anybody may read them, signed in or not: what their current version says, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import system_scope
from app.sourcing.models.openings import TenderKey
from app.sourcing.models.tenders import Tender, TenderVersion

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Notice:
    """`content` is the frozen content of the current version."""

    number: str
    buyer: str
    title: str
    state: str
    published_at: datetime
    deadline: datetime | None
    question_end: datetime | None
    content: Mapping[str, Any]
    fingerprints: tuple[str, ...] = ()  # of the keys for which bids are sealed


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Tender.number, Tender.buyer_name, Tender.title, Tender.state, Tender.published_at, Tender.deadline,
            Tender.question_end, TenderVersion.content,
        )
        .join(TenderVersion, (TenderVersion.tender_id == Tender.id) & (TenderVersion.version == Tender.version))
        .where(Tender.visibility == "public", Tender.published_at.is_not(None))
    )  # fmt: skip


def public_notices() -> list[Notice]:
    """Those that still accept bids or will, the nearest deadline first. One statement."""
    statement = (
        _statement()
        .where(Tender.state.in_(("published", "bidding")), Tender.deadline > func.clock_timestamp())
        .order_by(Tender.deadline, Tender.id)
        .limit(_SHOWN)
    )
    with system_scope("tender notice: the reader is not signed in"):
        return [Notice(*row) for row in db.session.execute(statement)]


def public_notice(number: str) -> Notice:
    """One of them, also after its deadline. Raises NotFound for every tender that is not public."""
    keys = (
        select(TenderKey.fingerprint)
        .join(Tender, Tender.id == TenderKey.tender_id)
        .where(Tender.number == number)
        .order_by(TenderKey.envelope)
    )
    with system_scope("tender notice: the reader is not signed in"):
        row = db.session.execute(_statement().where(Tender.number == number)).one_or_none()
        if row is None:
            raise NotFound
        return replace(Notice(*row), fingerprints=tuple(db.session.scalars(keys)))
