"""Changes of published tenders: amendments with versions, later deadlines, suspension, cancellation, no award."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.tender import (
    FROZEN,
    LineEntry,
    LotEntry,
    RequirementEntry,
    check_dates,
    check_needs,
    differences,
    touched_lots,
)
from app.sourcing.events import TenderAmended, TenderStopped
from app.sourcing.models.tenders import Tender, TenderLot, TenderRequirement, TenderVersion
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.tender_content import HEAD, content_of
from app.sourcing.service.tender_parts import put_lines, put_lots, put_requirements
from app.sourcing.service.tender_publish import set_clock
from app.sourcing.service.tender_state import advance_tender, after, locked_tender
from app.sourcing.service.tenders import keep_document
from app.sourcing.service.timers import drop_timers

DATES = ("start_at", "question_end", "clarif_end", "deadline")
Lapse = Callable[[Actor, Tender, set[int], str], None]
_LAPSES: list[Lapse] = []
REASON_CODES = ("need_gone", "specification", "budget", "procedure", "other")


class Paper(NamedTuple):
    """A file that comes with an amendment."""

    data: bytes
    name: str
    media_type: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """What becomes different; None leaves a part as it is. `head` names fields of the tender that are not frozen."""

    reason: str
    head: dict[str, Any] | None = None
    lots: Sequence[LotEntry] | None = None
    lines: Sequence[LineEntry] | None = None
    requirements: Sequence[RequirementEntry] | None = None
    papers: Sequence[Paper] = ()


def on_amendment(lapse: Lapse) -> Lapse:
    """Register what an amendment does to live bids: called with the touched lots and the tender's policy."""
    _LAPSES.append(lapse)
    return lapse


@command
def amend(actor: Actor, tender_id: int, amendment: Amendment, *, row_version: int | None = None) -> int:
    """Change what was published, as a new version that everybody is told of; returns its number.

    Raises Invalid for what is frozen from publication on, for a deadline that moves earlier once bids are accepted, and
    close to the deadline unless it moves, too.
    """
    actor.demand(Permission.RUN)
    if not amendment.reason.strip():
        raise Invalid("reason", N_("Say why: every participant reads it."))
    tender = locked_tender(actor, tender_id, row_version=row_version)
    before, deadline = content_of(tender), tender.deadline
    version = tender.version + 1
    advance_tender(
        actor, tender_id, "amend", role="buyer", reason=amendment.reason.strip(), changes={"version": version}
    )
    tender.version = version
    _apply(actor, tender, amendment)
    _check(tender, deadline)
    after = content_of(tender)
    changes = differences(before, after)
    if not changes:
        raise Invalid("reason", N_("Nothing is different."))
    lots = list(db.session.scalars(select(TenderLot.id).where(TenderLot.tender_id == tender_id)))
    touched = touched_lots(changes, lots)
    if touched and tender.amend_policy == "keep":
        raise Invalid("reason", N_("This tender allows changes of texts, papers and dates only."))
    _freeze(tender, after, changes, amendment.reason)
    for lapse in _LAPSES:
        lapse(actor, tender, set(lots) if tender.amend_policy == "invalidate" else touched, tender.amend_policy)
    set_clock(tender)
    publish(TenderAmended(tender_id, version))
    return version


def _apply(actor: Actor, tender: Tender, amendment: Amendment) -> None:
    for name, value in (amendment.head or {}).items():
        if name in FROZEN or name not in HEAD:
            if value != getattr(tender, name, None):
                raise Invalid(name, N_("This stays as it was published."))
            continue
        setattr(tender, name, value)
    if not tender.title.strip():
        raise Invalid("title", N_("Give the tender a title."))
    kept = _weights(tender)
    if amendment.lots is not None:
        put_lots(tender, amendment.lots)
    if amendment.lines is not None:
        put_lines(actor, tender, amendment.lines)
    if amendment.requirements is not None:
        put_requirements(tender, amendment.requirements)
    if _weights(tender) != kept:
        raise Invalid("weight", N_("Weights and scored criteria stay as they were published."))
    for paper in amendment.papers:
        keep_document(
            actor, tender, paper.data, name=paper.name, media_type=paper.media_type, title=paper.title, is_public=True
        )


def _weights(tender: Tender) -> list[tuple[Any, ...]]:
    rows = db.session.scalars(
        select(TenderRequirement)
        .where(TenderRequirement.tender_id == tender.id, TenderRequirement.kind.in_(("criterion", "feature", "cost")))
        .order_by(TenderRequirement.position)
    )
    return [(row.kind, row.title, row.weight, row.options, row.lot_id) for row in rows]


def _check(tender: Tender, old_deadline: datetime | None) -> None:
    facts = {name: getattr(tender, name) for name in HEAD}
    now = database_now()
    check_dates(facts, now)
    if old_deadline is not None and tender.deadline is not None:
        if tender.state == "bidding" and tender.deadline < old_deadline:
            raise Invalid("deadline", N_("Once bids are accepted a deadline never moves earlier."))
        is_close = now > old_deadline - timedelta(days=tender.amend_lead_days)
        if tender.amend_lead_days and is_close and tender.deadline <= old_deadline:
            raise Invalid(
                "deadline",
                N_("In the last {n} days a change needs a later deadline.", n=tender.amend_lead_days),
            )
    lots = db.session.scalars(select(TenderLot).where(TenderLot.tender_id == tender.id)).all()
    rows = db.session.scalars(select(TenderRequirement).where(TenderRequirement.tender_id == tender.id)).all()
    requirements = [{"kind": one.kind, "weight": one.weight, "lot": one.lot_id, "options": one.options} for one in rows]
    check_needs(tender.procedure, facts, [{"value": lot.value} for lot in lots], requirements)


def _freeze(tender: Tender, content: dict[str, Any], changes: Sequence[dict[str, Any]], reason: str) -> None:
    db.session.add(
        TenderVersion(
            tender_id=tender.id,
            version=tender.version,
            company_id=tender.company_id,
            content=content,
            changes=list(changes),
            reason=reason.strip(),
        )
    )
    db.session.flush()


@command
def extend(actor: Actor, tender_id: int, deadline: datetime, *, reason: str, row_version: int | None = None) -> None:
    """A later deadline; bids stay. A closed tender opens again as long as nothing was opened."""
    actor.demand(Permission.RUN)
    tender = locked_tender(actor, tender_id, row_version=row_version)
    if tender.deadline is None or deadline <= tender.deadline:
        raise Invalid("deadline", N_("Choose a later deadline than {deadline}.", deadline=tender.deadline or ""))
    if deadline <= database_now():
        raise Invalid("deadline", N_("The deadline has passed."))
    if not reason.strip():
        raise Invalid("reason", N_("Say why: every participant reads it."))
    if tender.opened_at is not None:
        raise Conflict(N_("Bids were opened: the deadline cannot move any more."))
    before = content_of(tender)
    version = tender.version + 1
    advance_tender(
        actor, tender_id, "extend", role="buyer", reason=reason.strip(),
        changes={"deadline": [tender.deadline, deadline], "version": version},
    )  # fmt: skip
    tender.deadline, tender.version = deadline, version
    after = content_of(tender)
    _freeze(tender, after, differences(before, after), reason)
    set_clock(tender)
    publish(TenderAmended(tender_id, version))


@command
def suspend(actor: Actor, tender_id: int, *, reason: str, row_version: int | None = None) -> None:
    """Stop the clock; the time that is left is kept."""
    actor.demand(Permission.RUN)
    if not reason.strip():
        raise Invalid("reason", N_("Say why: every participant reads it."))
    tender = advance_tender(actor, tender_id, "suspend", role="buyer", reason=reason.strip(), row_version=row_version)
    tender.suspended_at = database_now()
    drop_timers("tender", tender_id)
    publish(TenderStopped(tender_id, "suspend"))


@command
def resume(actor: Actor, tender_id: int, *, row_version: int | None = None) -> None:
    """Go on where it stopped; dates that had not passed then move by the time that was lost."""
    actor.demand(Permission.RUN)
    tender = advance_tender(actor, tender_id, "resume", role="buyer", row_version=row_version)
    since = tender.suspended_at
    if since is not None:
        lost = database_now() - since
        for name in DATES:
            moment = getattr(tender, name)
            if moment is not None and moment > since:
                setattr(tender, name, moment + lost)
    tender.suspended_at = None
    if tender.state in ("published", "bidding"):
        set_clock(tender)
    publish(TenderStopped(tender_id, "resume"))


@command
def cancel(
    actor: Actor,
    tender_id: int,
    *,
    reason: str,
    reason_code: str = "other",
    lot_ids: Collection[int] | None = None,
    row_version: int | None = None,
) -> None:
    """End a tender, or lots of it, without a result. After the opening somebody else than the author must do it."""
    role = _stopping_role(actor, tender_id, reason, reason_code)
    tender = advance_tender(
        actor, tender_id, "cancel", role=role, reason=reason.strip(), changes={"code": reason_code}, lot_ids=lot_ids,
        row_version=row_version,
    )  # fmt: skip
    _end(tender, reason_code, "cancel")


@command
def declare_unsuccessful(
    actor: Actor,
    tender_id: int,
    *,
    reason: str,
    reason_code: str = "other",
    lot_ids: Collection[int] | None = None,
    row_version: int | None = None,
) -> None:
    """No bid can be accepted."""
    role = _stopping_role(actor, tender_id, reason, reason_code)
    tender = advance_tender(
        actor, tender_id, "declare_unsuccessful", role=role, reason=reason.strip(), changes={"code": reason_code},
        lot_ids=lot_ids, row_version=row_version,
    )  # fmt: skip
    _end(tender, reason_code, "declare_unsuccessful")


def _stopping_role(actor: Actor, tender_id: int, reason: str, reason_code: str) -> str:
    """Before the opening the buyer decides alone; after it somebody with the right to approve who is not the author."""
    if not reason.strip():
        raise Invalid("reason", N_("Say why: every participant reads it."))
    if reason_code not in REASON_CODES:
        raise Invalid("reason_code", N_("Choose a reason."))
    tender = locked_tender(actor, tender_id)
    if tender.opened_at is None:
        actor.demand(Permission.RUN)
        return "buyer"
    actor.demand(Permission.APPROVE)
    if tender.author_id is not None and tender.author_id == actor.user_id:
        raise Forbidden(N_("Bids were opened: somebody else than the author must decide this."))
    return "approver"


def _end(tender: Tender, reason_code: str, how: str) -> None:
    """A tender of which lots are left goes on."""
    if tender.ended_at is None:
        return
    tender.reason_code = reason_code
    drop_timers("tender", tender.id)
    if tender.published_at is not None:
        publish(TenderStopped(tender.id, how))


@after("fail_few")
def _tell_of_too_few(actor: Actor, tender: Tender, lots: list[TenderLot]) -> None:
    if tender.ended_at is not None:
        publish(TenderStopped(tender.id, "fail_few"))
