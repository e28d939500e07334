"""What tenders ask of a supplier, its own bids, and the little that may be known of others' before the opening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.sourcing.domain.bid_content import Asked, AskedAnswer, AskedLine, AskedLot
from app.sourcing.domain.sealing import Sealed
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot, TenderRequirement

_MINE = text("SELECT 1 FROM tenders_of_supplier() AS known (id) WHERE known.id = :tender_id")
_OWN_BIDS = text("SELECT * FROM own_bids(CAST(:tags AS bytea[]))")
_OWN_PARTS = text("SELECT * FROM own_bid_parts(:tender_id, :tag)")
_OWN_EVENTS = text("SELECT * FROM own_bid_events(:tender_id, :tag)")
_OWN_DRAFT = text("SELECT sealed, updated_at FROM own_bid_draft(:tender_id, :tag)")
_COUNT = text("SELECT count_live_bids(:tender_id)")
_SHORT = text("SELECT lots_short_of_bids(:tender_id)")
_RATE = text("""
    SELECT c.code AS currency, coalesce(direct.rate, 1 / inverse.rate) AS rate,
           coalesce(direct.on_date, inverse.on_date) AS on_date, coalesce(direct.source, inverse.source) AS source
    FROM unnest(CAST(:codes AS text[])) AS c (code)
    LEFT JOIN LATERAL (
        SELECT r.rate, r.on_date, r.source FROM exchange_rates r
        WHERE r.currency_from = c.code AND r.currency_to = :into AND r.on_date <= :day ORDER BY r.on_date DESC LIMIT 1
    ) direct ON true
    LEFT JOIN LATERAL (
        SELECT r.rate, r.on_date, r.source FROM exchange_rates r
        WHERE r.currency_from = :into AND r.currency_to = c.code AND r.on_date <= :day ORDER BY r.on_date DESC LIMIT 1
    ) inverse ON true
""")


@dataclass(frozen=True, slots=True)
class OwnBid:
    """A supplier's bid as the database tells its owner."""

    tender_id: int
    tag: bytes
    code: str
    state: str
    version: int
    tender_version: int
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """What was done to a bid; `receipt` is the signed file."""

    sequence: int
    event: str
    version: int
    tender_version: int
    at: datetime
    sha256: str
    receipt: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of the tender's currency for one unit of `currency`."""

    currency: str
    rate: Decimal
    on: date
    source: str


def tender_for_supplier(actor: Actor, number: str) -> Tender:
    """A published tender that the supplier may see; NotFound otherwise."""
    tender = db.session.scalars(select(Tender).where(Tender.number == number)).one_or_none()
    if tender is None or db.session.scalar(_MINE, {"tender_id": tender.id}) is None:
        raise NotFound
    return tender


def asked_of(actor: Actor, tender_id: int) -> Asked:
    """What the tender asks now; NotFound for a supplier that may not see it."""
    tender = db.session.scalars(select(Tender).where(Tender.id == tender_id)).one_or_none()
    if tender is None or db.session.scalar(_MINE, {"tender_id": tender_id}) is None:
        raise NotFound
    return asked(tender)


def asked(tender: Tender) -> Asked:
    """Lots, lines and requirements of a tender that the actor may see."""
    lots = db.session.scalars(
        select(TenderLot).where(TenderLot.tender_id == tender.id).order_by(TenderLot.number)
    ).all()
    lines: dict[int, list[AskedLine]] = {lot.id: [] for lot in lots}
    for row in db.session.scalars(
        select(TenderLine).where(TenderLine.tender_id == tender.id).order_by(TenderLine.position)
    ):
        lines[row.lot_id].append(
            AskedLine(row.id, row.lot_id, row.position, row.code, row.text, row.specification, row.quantity, row.unit,
                      row.need_by)
        )  # fmt: skip
    answers = db.session.scalars(
        select(TenderRequirement)
        .where(TenderRequirement.tender_id == tender.id)
        .order_by(TenderRequirement.position, TenderRequirement.id)
    )
    return Asked(
        id=tender.id,
        company_id=tender.company_id,
        number=tender.number,
        title=tender.title,
        version=tender.version,
        currency=tender.currency,
        currencies=tuple(dict.fromkeys([tender.currency, *tender.currencies])),
        vat_basis=tender.vat_basis,
        envelopes=tender.envelopes,
        award_mode=tender.award_mode,
        value_ceiling=tender.value_ceiling,
        validity_days=tender.bid_validity_days,
        deadline=tender.deadline or tender.created_at,
        lots=tuple(
            AskedLot(lot.id, lot.number, lot.title, lot.description, lot.value, tuple(lines[lot.id]))
            for lot in lots
            if lot.state not in ("cancelled", "unsuccessful")
        ),
        answers=tuple(_asked_answer(row) for row in answers),
    )


def _asked_answer(row: TenderRequirement) -> AskedAnswer:
    options = tuple((str(label), str(value)) for label, value in row.options)
    return AskedAnswer(
        row.id, row.lot_id, row.title, row.description, row.answer_type, row.is_mandatory, options, row.envelope
    )


def own_bids(tags: Sequence[bytes]) -> dict[bytes, OwnBid]:
    """The bids of these owners by tag."""
    rows = db.session.execute(_OWN_BIDS, {"tags": list(tags)}).all() if tags else []
    found = [
        OwnBid(row.tender_id, bytes(row.owner_tag), row.code, row.state, row.version, row.tender_version,
               row.submitted_at)
        for row in rows
    ]  # fmt: skip
    return {bid.tag: bid for bid in found}


def own_parts(tender_id: int, tag: bytes) -> list[tuple[str, int, int, int, Sealed]]:
    """(bid, version, lot, envelope, sealed part) of what counts."""
    rows = db.session.execute(_OWN_PARTS, {"tender_id": tender_id, "tag": tag})
    return [
        (row.code, row.version, row.lot_id, row.envelope, Sealed(bytes(row.body), bytes(row.wrapped), bytes(row.own)))
        for row in rows
    ]


def own_events(tender_id: int, tag: bytes) -> list[OwnEvent]:
    return [OwnEvent(*row) for row in db.session.execute(_OWN_EVENTS, {"tender_id": tender_id, "tag": tag})]


def own_draft(tender_id: int, tag: bytes) -> tuple[bytes, datetime] | None:
    """What was kept sealed, and when."""
    row = db.session.execute(_OWN_DRAFT, {"tender_id": tender_id, "tag": tag}).one_or_none()
    return None if row is None else (bytes(row.sealed), row.updated_at)


def count_bids(actor: Actor, tender_id: int) -> int | None:
    """Live bids, once they are opened or where the tender shows their number; None when it must not be told."""
    count: int | None = db.session.scalar(_COUNT, {"tender_id": tender_id})
    return count


def lots_short_of_bids(actor: Actor, tender_id: int) -> set[int]:
    """After the deadline: the lots with fewer live bids than the tender wants."""
    return set(db.session.scalars(_SHORT, {"tender_id": tender_id}))


def rates_into(currency: str, codes: Sequence[str], day: date) -> dict[str, Rate]:
    """The newest rates of that day or before; a currency without one is left out."""
    found = {currency: Rate(currency, Decimal(1), day, "")}
    wanted = sorted(set(codes) - {currency})
    if wanted:
        for row in db.session.execute(_RATE, {"codes": wanted, "into": currency, "day": day}):
            if row.rate is not None:
                found[row.currency] = Rate(row.currency, round(row.rate, 8), row.on_date, row.source)
    return found
