"""What the asking side knows of keys, confirmations and records of openings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.models.openings import KeyShare, MemberKey, OpeningConfirmation, OpeningRecord, TenderKey
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.queries.bids import count_bids
from app.sourcing.queries.clock import database_now

_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One key pair. `given`: who has confirmed and when, of those that still count."""

    number: int
    fingerprint: str
    quorum: int
    destroyed_at: datetime | None
    members: int
    given: Sequence[tuple[str, datetime]]
    is_member: bool
    has_confirmed: bool
    is_waiting: bool

    @property
    def missing(self) -> int:
        return max(self.quorum - len(self.given), 0)


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one opening as it was written."""

    id: int
    envelope: int
    at: datetime
    content: Mapping[str, Any]
    sha256: str


@dataclass(frozen=True, slots=True)
class OpeningPage:
    envelopes: Sequence[Envelope]
    records: Sequence[Record]
    bid_count: int | None
    has_passphrase: bool
    is_past: bool


def opening_page(actor: Actor, tender: Tender) -> OpeningPage:
    """Of a tender of the actor's company."""
    now = database_now()
    states = set(db.session.scalars(select(TenderLot.state).where(TenderLot.tender_id == tender.id)))
    keys = db.session.execute(
        select(TenderKey.envelope, TenderKey.fingerprint, TenderKey.quorum, TenderKey.destroyed_at)
        .where(TenderKey.tender_id == tender.id)
        .order_by(TenderKey.envelope)
    ).all()
    shares = db.session.execute(
        select(KeyShare.envelope, KeyShare.user_id).where(KeyShare.tender_id == tender.id)
    ).all()
    given = db.session.execute(
        select(
            OpeningConfirmation.envelope, OpeningConfirmation.user_id, OpeningConfirmation.user_name,
            OpeningConfirmation.at,
        )
        .where(
            OpeningConfirmation.tender_id == tender.id, OpeningConfirmation.void_at.is_(None),
            OpeningConfirmation.at > func.clock_timestamp() - _WINDOW,
        )
        .order_by(OpeningConfirmation.at)
    ).all()  # fmt: skip
    records = opening_records(tender.id)
    opened = {record.envelope for record in records}
    is_past = tender.deadline is not None and tender.deadline <= now
    wanted = {1: {"closed", "opening"}, 2: {"prequalification"}}
    return OpeningPage(
        envelopes=[
            Envelope(
                number=key.envelope,
                fingerprint=key.fingerprint,
                quorum=key.quorum,
                destroyed_at=key.destroyed_at,
                members=sum(1 for share in shares if share.envelope == key.envelope),
                given=[(row.user_name, row.at) for row in given if row.envelope == key.envelope],
                is_member=any(s.envelope == key.envelope and s.user_id == actor.user_id for s in shares),
                has_confirmed=any(g.envelope == key.envelope and g.user_id == actor.user_id for g in given),
                is_waiting=is_past and bool(states & wanted[key.envelope]) and key.envelope not in opened,
            )
            for key in keys
        ],
        records=records,
        bid_count=count_bids(actor, tender.id),
        has_passphrase=has_passphrase(actor),
        is_past=is_past,
    )


def has_passphrase(actor: Actor) -> bool:
    """Whether the person has set an opening passphrase."""
    return (
        db.session.scalar(
            select(MemberKey.user_id).where(
                MemberKey.company_id == actor.company_id, MemberKey.user_id == actor.user_id
            )
        )
        is not None
    )


def opening_records(tender_id: int) -> list[Record]:
    rows = db.session.execute(
        select(OpeningRecord.id, OpeningRecord.envelope, OpeningRecord.at, OpeningRecord.content, OpeningRecord.sha256)
        .where(OpeningRecord.tender_id == tender_id)
        .order_by(OpeningRecord.id)
    )
    return [Record(*row) for row in rows]


def opening_record(tender_id: int, record_id: int) -> Record:
    """One record; NotFound when it is not of this tender."""
    found = next((record for record in opening_records(tender_id) if record.id == record_id), None)
    if found is None:
        raise NotFound
    return found
