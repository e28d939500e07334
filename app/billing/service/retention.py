"""Years documents are kept, and legal holds."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.billing.domain.retention import KINDS, MOST_YEARS, Hold
from app.billing.models.archive import LegalHold, RetentionRule
from app.billing.queries.retention import demand_operator, years_of
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_

JOB = "billing.dispose"
_STEP = 50
_LEASE = timedelta(minutes=5)


@command
def set_years(actor: Actor, kind: str, years: int, reason: str) -> None:
    """How many years a kind is kept. Raises Invalid for a kind nobody knows, years out of reach, or no reason."""
    if kind not in KINDS:
        raise NotFound
    if not 1 <= years <= MOST_YEARS:
        raise Invalid("years", N_("Choose from 1 to {n} years.", n=MOST_YEARS))
    if not reason.strip():
        raise Invalid("reason", N_("Name the law or rule these years follow."))
    before = years_of(actor)[kind]
    values = {"years": years, "reason": reason.strip()[:300]}
    db.session.execute(
        insert(RetentionRule)
        .values(kind=kind, **values)
        .on_conflict_do_update(index_elements=[RetentionRule.kind], set_=values)
    )
    audit.record(actor, "retention", 1, "retention_changed", {kind: [list(before), [years, reason.strip()]]})


@command
def hold(actor: Actor, asked: Hold, reason: str, *, client_ref: str) -> int:
    """Keep what the hold covers until it is released; returns its id. The same client_ref gives the first one."""
    demand_operator(actor)
    asked.check()
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    made: int | None = db.session.scalar(
        insert(LegalHold)
        .values(
            client_ref=client_ref, company_id=asked.company_id, kinds=sorted(asked.kinds), from_on=asked.from_on,
            to_on=asked.to_on, reason=reason.strip()[:300], set_by=actor.name, set_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[LegalHold.client_ref])
        .returning(LegalHold.id)
    )  # fmt: skip
    if made is None:
        return db.session.scalars(select(LegalHold.id).where(LegalHold.client_ref == client_ref)).one()
    facts = {"kinds": sorted(asked.kinds), "from": asked.from_on, "to": asked.to_on, "reason": reason.strip()}
    audit.record(actor, "legal_hold", made, "held", facts, company_id=asked.company_id)
    return made


@command
def release(actor: Actor, hold_id: int, reason: str) -> None:
    """The matter is over; what it kept follows the years again. Raises Conflict when somebody was first."""
    demand_operator(actor)
    if not reason.strip():
        raise Invalid("reason", N_("Say why."))
    rows = lock_rows(LegalHold, [hold_id])
    if not rows:
        raise NotFound
    found = rows[0]
    if found.released_at is not None:
        raise Conflict(N_("This hold is released already."))
    found.released_at, found.released_by, found.release_reason = clock.now(), actor.name, reason.strip()[:300]
    audit.record(actor, "legal_hold", hold_id, "released", {"reason": reason.strip()}, company_id=found.company_id)
