"""Opening sealed bids: by the clock, or by enough members of a committee within a day.

The database decides whether it may be (`begin_opening`); the private key is in memory only while the bids are read.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.events import OpeningMoved
from app.sourcing.models.openings import OpeningConfirmation
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.queries import bids as queries
from app.sourcing.queries.clock import database_now
from app.sourcing.service import opened_bids, sealing_keys
from app.sourcing.service.sealing_keys import PublicKey
from app.sourcing.service.tender_state import advance_tender, after, locked_tender
from app.sourcing.service.timers import drop_timers, on_timer, set_timer

WINDOW = timedelta(hours=24)
_BEGIN = text("""
    SELECT outcome, at, private_key, needed, lapsed, withdrawn FROM begin_opening(
        :tender_id, :envelope, CAST(:bids AS bigint[]), CAST(:lots AS bigint[]))
""")
_WAITING = ("closed", "opening")


@after("close")
def _after_close(actor: Actor, tender: Tender, lots: list[TenderLot]) -> None:
    """Lots with too few bids end here, unopened; the rest is opened by the clock, or waits for the committee."""
    short = queries.lots_short_of_bids(actor, tender.id)
    closed = [lot.id for lot in lots if lot.state == "closed"]
    failed = [lot_id for lot_id in closed if lot_id in short]
    if failed:
        which = None if len(failed) == len(closed) else failed
        advance_tender(
            actor, tender.id, "fail_few", role="system", lot_ids=which, changes={"min_bids": tender.min_bids}
        )
    if len(failed) < len(closed):
        _plan(tender)


@after("resume")
def _after_resume(actor: Actor, tender: Tender, lots: list[TenderLot]) -> None:
    if any(lot.state in _WAITING for lot in lots):
        _plan(tender)


@after("extend")
@after("suspend")
def _void_confirmations(actor: Actor, tender: Tender, lots: list[TenderLot]) -> None:
    """An opening that had begun is off."""
    _void(tender.id, 1)
    drop_timers("tender", tender.id, ["open", "opening_window"])


def _plan(tender: Tender) -> None:
    """In a transaction of its own: an opening that fails must not undo the closing."""
    if tender.opening == "auto":
        set_timer("tender", tender.id, tender.company_id, "open", database_now())
    else:
        publish(OpeningMoved(tender.id, "waits"))


@on_timer("tender", "open")
@command
def open_when_due(actor: Actor, tender_id: int) -> datetime | None:
    tender = locked_tender(actor, tender_id)
    if tender.opening != "auto" or not _lots(tender_id, _WAITING):
        return None
    if tender.deadline is not None and tender.deadline > database_now():
        return tender.deadline
    _open(actor, tender, role="timer")
    return None


@command
def open_now(actor: Actor, tender_id: int) -> None:
    """By hand what the timer does a moment later; for tenders without a committee."""
    tender = locked_tender(actor, tender_id)
    if tender.opening != "auto":
        raise Conflict(N_("This tender is opened by its committee."))
    _open(actor, tender, role="timer")


@command
def confirm_opening(actor: Actor, tender_id: int, passphrase: str, *, envelope: int = 1) -> int:
    """A member gives its share back; the last one that is needed opens the bids. Returns how many are still missing.

    For the second envelope the prices are not opened here: `open_prices` follows once the bids are qualified.
    """
    tender = locked_tender(actor, tender_id)
    if actor.user_id is None or actor.staff_id is not None:
        raise Forbidden(N_("You are not in the committee that opens this tender."))
    waiting = _lots(tender_id, _WAITING if envelope == 1 else ("prequalification", "evaluation"))
    if not waiting or tender.deadline is None or tender.deadline > database_now():
        raise Conflict(N_("The bids of this tender cannot be opened now."))
    if actor.user_id in {user_id for user_id, _x, _data in _given(tender_id, envelope)}:
        raise Conflict(N_("You have confirmed already. Another member must follow."))
    share = sealing_keys.given_share(actor, tender_id, envelope, passphrase)
    _void(tender_id, envelope, older_than=WINDOW)
    db.session.execute(
        insert(OpeningConfirmation).values(
            company_id=tender.company_id,
            tender_id=tender_id,
            envelope=envelope,
            user_id=actor.user_id,
            user_name=actor.name[:120],
            x=share.x,
            wrapped_share=sealing_keys.lock_share(tender_id, envelope, actor.user_id, share.data),
        )
    )
    if envelope == 1:
        _start(actor, tender, "committee")
        advance_tender(actor, tender_id, "confirm_opening", role="committee", lot_ids=_lots(tender_id, ("opening",)))
    missing = _key(tender_id, envelope).quorum - len(_given(tender_id, envelope))
    if envelope == 1 and missing <= 0:
        _open(actor, tender, role="committee")
    return max(missing, 0)


def _start(actor: Actor, tender: Tender, role: str) -> None:
    closed = _lots(tender.id, ("closed",))
    if not closed:
        return
    advance_tender(actor, tender.id, "start_opening", role=role, lot_ids=closed)
    if role == "committee":
        set_timer("tender", tender.id, tender.company_id, "opening_window", database_now() + WINDOW)


@on_timer("tender", "opening_window")
@command
def end_opening_window(actor: Actor, tender_id: int) -> datetime | None:
    """A day after the first confirmation: too few members, the bids stay closed, and everybody concerned hears of it."""
    locked_tender(actor, tender_id)
    lots = _lots(tender_id, ("opening",))
    if not lots:
        return None
    first = db.session.scalar(
        select(func.min(OpeningConfirmation.at)).where(
            OpeningConfirmation.tender_id == tender_id, OpeningConfirmation.envelope == 1,
            OpeningConfirmation.void_at.is_(None),
        )
    )  # fmt: skip
    if first is not None and first + WINDOW > database_now():
        return first + WINDOW
    _void(tender_id, 1)
    advance_tender(actor, tender_id, "opening_lapsed", role="timer", lot_ids=lots)
    publish(OpeningMoved(tender_id, "lapsed"))
    return None


def _open(actor: Actor, tender: Tender, *, role: str) -> None:
    """Open the first envelope of every lot that waits for it."""
    _start(actor, tender, role)
    lots = _lots(tender.id, ("opening",))
    opened = _read(actor, tender, 1, (), role)
    to = "prequalification" if tender.has_prequalification or tender.envelopes == 2 else "evaluation"
    advance_tender(actor, tender.id, "open", role=role, lot_ids=lots, to=to, changes=opened)
    drop_timers("tender", tender.id, ["opening_window"])
    publish(OpeningMoved(tender.id, "opened"))


@command
def open_prices(actor: Actor, tender_id: int, pairs: Collection[tuple[int, int]]) -> dict[str, Any]:
    """Open the second envelope of these (bid, lot); returns what the event should say. The caller moves the lots."""
    tender = locked_tender(actor, tender_id)
    if tender.envelopes != 2:
        raise Conflict(N_("This tender has one envelope; its prices are open already."))
    return _read(actor, tender, 2, pairs, "committee")


def _read(actor: Actor, tender: Tender, envelope: int, pairs: Collection[tuple[int, int]], role: str) -> dict[str, Any]:
    key = _key(tender.id, envelope)
    given = _given(tender.id, envelope) if key.quorum else []
    if key.quorum > len(given):
        raise Conflict(_too_few(key.quorum, len(given)))
    values = {"bids": [bid for bid, _lot in pairs], "lots": [lot for _bid, lot in pairs]}
    db.session.flush()
    row = db.session.execute(_BEGIN, {"tender_id": tender.id, "envelope": envelope} | values).one()
    if row.outcome != "ok":
        raise Conflict(
            {
                "early": N_("Bids are opened after the deadline, not before."),
                "no_key": N_("The key of this tender was destroyed. Its bids stay closed."),
                "too_few": _too_few(row.needed, len(given)),
            }.get(row.outcome, N_("The bids of this tender cannot be opened now."))
        )
    db.session.expire(tender)
    private = sealing_keys.private_key(tender.id, key, None if key.quorum else bytes(row.private_key), given)
    who = {
        "role": role,
        "by": _members(tender.id, envelope) if key.quorum else [],
        "quorum": key.quorum,
        "fingerprint": key.fingerprint,
        "lapsed": row.lapsed,
        "withdrawn": row.withdrawn,
    }
    occasion = opened_bids.Occasion(tender, queries.asked(tender), envelope, row.at, who)
    opened = opened_bids.read_parts(occasion, private)
    record = opened_bids.write(actor, occasion, opened)
    _forget_shares(tender.id, envelope)
    return {"record": record, "envelope": envelope, "bids": len(opened)}


def _too_few(needed: int, given: int) -> Any:
    return N_("{needed} members must confirm within a day; {given} have.", needed=needed, given=given)


def _key(tender_id: int, envelope: int) -> PublicKey:
    return next(key for key in sealing_keys.public_keys(tender_id) if key.envelope == envelope)


def _lots(tender_id: int, states: Collection[str]) -> list[int]:
    return list(
        db.session.scalars(
            select(TenderLot.id).where(TenderLot.tender_id == tender_id, TenderLot.state.in_(states))
        )
    )  # fmt: skip


def _standing(tender_id: int, envelope: int) -> Any:
    return (
        OpeningConfirmation.tender_id == tender_id,
        OpeningConfirmation.envelope == envelope,
        OpeningConfirmation.void_at.is_(None),
    )


def _given(tender_id: int, envelope: int) -> list[tuple[int, int, bytes]]:
    """(person, x, locked share) of confirmations that still count."""
    rows = db.session.execute(
        select(OpeningConfirmation.user_id, OpeningConfirmation.x, OpeningConfirmation.wrapped_share).where(
            *_standing(tender_id, envelope), OpeningConfirmation.at > func.clock_timestamp() - WINDOW
        )
    )
    return [(row.user_id, row.x, bytes(row.wrapped_share)) for row in rows]


def _members(tender_id: int, envelope: int) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(OpeningConfirmation.user_name, OpeningConfirmation.at)
        .where(*_standing(tender_id, envelope))
        .order_by(OpeningConfirmation.at)
    )
    return [{"name": row.user_name, "at": row.at} for row in rows]


def _void(tender_id: int, envelope: int, *, older_than: timedelta | None = None) -> None:
    statement = update(OpeningConfirmation).where(*_standing(tender_id, envelope))
    if older_than is not None:
        statement = statement.where(OpeningConfirmation.at <= func.clock_timestamp() - older_than)
    db.session.execute(statement.values(void_at=func.clock_timestamp(), wrapped_share=b""))


def _forget_shares(tender_id: int, envelope: int) -> None:
    db.session.execute(update(OpeningConfirmation).where(*_standing(tender_id, envelope)).values(wrapped_share=b""))
