"""What is kept how long, what is on hold, and what may be disposed of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text

from app.accounts.models.companies import Company
from app.billing.domain.retention import DEFAULT_YEARS, KINDS, Hold, kept_until, last_disposable
from app.billing.models.archive import Disposal, DisposedDocument, LegalHold, RetentionRule
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Forbidden, NotFound
from app.core.texts import N_

# The documents of a kind that were not disposed of, with the day their time counts from, and whether they are settled: an
# invoice that is not paid, or still being made, stays whatever its age.
SOURCES: dict[str, str] = {
    "invoice": """SELECT i.id, i.company_id, i.number, i.issued_on AS day, i.state = 'ready' AND NOT EXISTS (
            SELECT FROM open_items o WHERE o.invoice_id = i.id AND o.open_amount <> 0) AS is_settled
        FROM invoices i WHERE i.disposed_at IS NULL""",
    "reminder": """SELECT r.id, r.company_id, r.number, r.issued_on AS day, true AS is_settled
        FROM reminders r WHERE r.disposed_at IS NULL AND r.state = 'issued'""",
    "bank_statement": """SELECT s.id, CAST(NULL AS bigint) AS company_id, s.file_name AS number,
            coalesce(s.to_on, s.from_on, CAST(s.imported_at AS date)) AS day, true AS is_settled
        FROM bank_statements s WHERE s.disposed_at IS NULL AND s.file_id IS NOT NULL""",
}


@dataclass(frozen=True, slots=True)
class KindKept:
    """A kind with its years, the law behind, how many documents there are and how many may go today."""

    kind: str
    years: int
    reason: str
    documents: int
    disposable: int
    up_to: date


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold with the company it is about (empty: all)."""

    id: int
    company_code: str
    company_name: str
    kinds: Sequence[str]
    from_on: date | None
    to_on: date | None
    reason: str
    set_at: datetime
    set_by: str
    released_at: datetime | None
    released_by: str
    release_reason: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """Until when one document is kept, and why it stays longer."""

    until: date
    holds: Sequence[str]


def years_of(actor: Actor) -> dict[str, tuple[int, str]]:
    """Years and reason of every kind."""
    set_ones = {row.kind: (row.years, row.reason) for row in db.session.scalars(select(RetentionRule))}
    return {kind: set_ones.get(kind, (DEFAULT_YEARS, "")) for kind in KINDS}


def kinds_kept(actor: Actor, today: date) -> list[KindKept]:
    """Every kind; a statement each, beside the one for the rules."""
    demand_operator(actor)
    found = []
    for kind, (years, reason) in years_of(actor).items():
        up_to = last_disposable(today, years)
        row = db.session.execute(
            text(f"""SELECT count(*) AS documents, count(*) FILTER (WHERE day <= :up_to AND {_FREE}) AS disposable
                 FROM ({SOURCES[kind]}) AS d"""),  # noqa: S608 -- constants
            {"kind": kind, "up_to": up_to},
        ).one()
        found.append(KindKept(kind, years, reason, row.documents, row.disposable, up_to))
    return found


_FREE = "d.is_settled AND may_be_disposed(:kind, d.company_id, d.day)"


def disposable(actor: Actor, kind: str, up_to: date, *, limit: int, after: int = 0) -> Sequence[Any]:
    """Rows (id, company_id, number, day) whose time is over and that no hold covers, by id."""
    demand_operator(actor)
    return db.session.execute(
        text(f"""SELECT * FROM ({SOURCES[kind]}) AS d WHERE d.day <= :up_to AND d.id > :after AND {_FREE}
             ORDER BY d.id LIMIT :limit"""),  # noqa: S608 -- constants
        {"kind": kind, "up_to": up_to, "after": after, "limit": limit},
    ).all()


def holds(actor: Actor, *, is_open: bool = True, limit: int = 200) -> list[HoldRow]:
    """Holds, the latest first."""
    demand_operator(actor)
    is_released = LegalHold.released_at.is_not(None)
    rows = db.session.execute(
        select(
            LegalHold.id, func.coalesce(Company.code, ""), func.coalesce(Company.name, ""), LegalHold.kinds,
            LegalHold.from_on, LegalHold.to_on, LegalHold.reason, LegalHold.set_at, LegalHold.set_by,
            LegalHold.released_at, LegalHold.released_by, LegalHold.release_reason,
        )
        .outerjoin(Company, Company.id == LegalHold.company_id)
        .where(~is_released if is_open else is_released)
        .order_by(LegalHold.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [HoldRow(*row) for row in rows]


def keeping(actor: Actor, kind: str, company_id: int, day: date) -> Keeping:
    """Of one document: until when the rule keeps it, and the reasons of the holds that cover it."""
    demand_operator(actor)
    years, _reason = years_of(actor)[kind]
    covering = [
        row.reason
        for row in db.session.scalars(
            select(LegalHold).where(
                LegalHold.released_at.is_(None),
                (LegalHold.company_id == company_id) | LegalHold.company_id.is_(None),
            )
        )
        if Hold(row.kinds, row.company_id, row.from_on, row.to_on).covers(kind, company_id, day)
    ]
    return Keeping(kept_until(day, years), covering)


def is_on_hold(actor: Actor, company_id: int) -> bool:
    """Whether any open hold is about the company, by name or as one about all."""
    statement = select(LegalHold.id).where(
        LegalHold.released_at.is_(None), (LegalHold.company_id == company_id) | LegalHold.company_id.is_(None)
    )
    return db.session.scalar(statement.limit(1)) is not None


def disposals(actor: Actor, *, limit: int = 50) -> list[Disposal]:
    """Proposals and what became of them, the latest first."""
    demand_operator(actor)
    return list(db.session.scalars(select(Disposal).order_by(Disposal.id.desc()).limit(limit)))


def disposal(actor: Actor, disposal_id: int) -> Disposal:
    demand_operator(actor)
    found = db.session.get(Disposal, disposal_id)
    if found is None:
        raise NotFound
    return found


def disposed(actor: Actor, disposal_id: int, *, after: int = 0, limit: int = 200) -> list[DisposedDocument]:
    """The protocol of one disposal, by id."""
    demand_operator(actor)
    statement = (
        select(DisposedDocument)
        .where(DisposedDocument.disposal_id == disposal_id, DisposedDocument.id > after)
        .order_by(DisposedDocument.id)
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def demand_operator(actor: Actor) -> None:
    """What is kept how long is the operator's matter."""
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
