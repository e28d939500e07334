"""From sealed parts to rows in clear, and the record of the opening.

A bid of which anything is not what was sealed and receipted becomes invalid, with the reason; the others go on.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.money import round_amount
from app.core.texts import N_
from app.sourcing.domain import receipts, sealing
from app.sourcing.domain.bid_content import Asked, AskedLot, BidContent, Offer, from_json
from app.sourcing.domain.chain import canonical, plain
from app.sourcing.domain.sealing import Binding, SealBrokenError, Sealed
from app.sourcing.models.bids import Bid, BidEvent, BidPart
from app.sourcing.models.offers import BidAnswer, BidLine, BidTotal
from app.sourcing.models.openings import OpeningRecord
from app.sourcing.models.tenders import Tender
from app.sourcing.queries import bids as queries
from app.sourcing.queries.bids import Rate
from app.sourcing.service.sealing_keys import master, owner_tag

_NAME = text("SELECT name_bidders(CAST(:bids AS bigint[]), CAST(:suppliers AS bigint[]), CAST(:names AS text[]))")


@dataclass(slots=True)
class Opened:
    """One bid as it was opened: its parts' contents by lot, or what is wrong with it."""

    bid: Bid
    parts: list[BidPart] = field(default_factory=list)
    contents: dict[int, BidContent] = field(default_factory=dict)
    supplier_id: int | None = None
    supplier_name: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """One opening: of which envelope, when by the database clock, and (`who`) what the record says of the people."""

    tender: Tender
    asked: Asked
    envelope: int
    at: datetime
    who: Mapping[str, Any]


def read_parts(occasion: Occasion, private: bytes) -> list[Opened]:
    """Check hashes and receipts, then decrypt what was marked as opened at this moment."""
    tender, envelope = occasion.tender, occasion.envelope
    rows = db.session.execute(
        select(Bid, BidPart)
        .join(BidPart, BidPart.bid_id == Bid.id)
        .where(Bid.tender_id == tender.id, BidPart.envelope == envelope, BidPart.opened_at == occasion.at)
        .order_by(Bid.submitted_at, Bid.code, BidPart.lot_id)
        .execution_options(populate_existing=True)
    ).all()
    found: dict[int, Opened] = {}
    for bid, part in rows:
        found.setdefault(bid.id, Opened(bid)).parts.append(part)
    promised = _promised(list(found))
    numbers = {lot.id: lot.number for lot in occasion.asked.lots}
    for opened in found.values():
        opened.fault = _fault(opened, envelope, promised.get(opened.bid.id, {}), numbers)
        if not opened.fault:
            _decrypt(opened, tender.id, private)
    return list(found.values())


def _promised(bid_ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """The signed receipts of the versions that count, by bid."""
    rows = db.session.execute(
        select(BidEvent.bid_id, BidEvent.receipt)
        .join(Bid, Bid.id == BidEvent.bid_id)
        .where(BidEvent.bid_id.in_(bid_ids), BidEvent.version == Bid.version, BidEvent.event.in_(("submit", "replace")))
    )
    return {row.bid_id: row.receipt or {} for row in rows}


def _fault(opened: Opened, envelope: int, receipt: Mapping[str, Any], numbers: Mapping[int, int]) -> str:
    """What is wrong before anything is decrypted, "" when nothing is."""
    own_key = receipts.public_key(receipts.signing_key(master()))
    if receipts.problem_of(json.dumps(receipt).encode(), expected_key=own_key):
        return "receipt"
    stored = {(numbers.get(part.lot_id), part.sha256) for part in opened.parts}
    opened_lots = {numbers.get(part.lot_id) for part in opened.parts}
    signed = {
        (part["lot"], part["sha256"])
        for part in receipt["receipt"]["parts"]
        if part["envelope"] == envelope and part["lot"] in opened_lots
    }
    if stored != signed or any(hashlib.sha256(part.body).hexdigest() != part.sha256 for part in opened.parts):
        return "hash"
    return ""


def _decrypt(opened: Opened, tender_id: int, private: bytes) -> None:
    bid = opened.bid
    try:
        for part in opened.parts:
            bound = Binding(tender_id, part.lot_id, bid.owner_tag.hex(), bid.code, part.version, part.envelope)
            data = sealing.open_part(Sealed(part.body, part.wrapped, part.own), bound, private)
            bidder = data["bidder"]
            if owner_tag(tender_id, bidder["supplier"]) != bid.owner_tag:
                opened.fault = "owner"
                return
            opened.contents[part.lot_id] = from_json(data)
            opened.supplier_id, opened.supplier_name = bidder["supplier"], str(bidder["name"])[:200]
    except SealBrokenError:
        opened.fault = "seal"
    except (KeyError, TypeError, ValueError, ArithmeticError):
        opened.fault = "content"


def write(actor: Actor, occasion: Occasion, opened: Sequence[Opened]) -> str:
    """Lines, answers and totals in clear, and the record; returns the record's hash."""
    tender = occasion.tender
    good = [one for one in opened if not one.fault]
    named = [one for one in good if one.bid.supplier_id is None]
    db.session.execute(
        _NAME,
        {
            "bids": [one.bid.id for one in named],
            "suppliers": [one.supplier_id for one in named],
            "names": [one.supplier_name for one in named],
        },
    )
    for one in opened:
        if one.fault:
            db.session.execute(update(Bid).where(Bid.id == one.bid.id).values(state="invalid", fault=one.fault))
    lots = {lot.id: lot for lot in occasion.asked.lots}
    rates: dict[str, Rate] = {}
    totals: list[dict[str, Any]] = []
    if occasion.envelope == tender.envelopes:
        rates = _rates(tender, good, occasion.at)
        totals = [_total(one, lots[lot_id], content, tender, rates[content.currency])
                  for one in good for lot_id, content in one.contents.items()]  # fmt: skip
        _insert(BidLine, [row for one in good for row in _lines(one, tender, lots)])
        _insert(BidTotal, totals)
    _insert(BidAnswer, [row for one in good for row in _answers(actor, one, occasion)])
    return _record(occasion, opened, totals, rates)


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(model), rows)


def _rates(tender: Tender, good: Sequence[Opened], at: datetime) -> dict[str, Rate]:
    """Frozen from now on."""
    codes = sorted({content.currency for one in good for content in one.contents.values()})
    rates = queries.rates_into(tender.currency, codes, at.date())
    for code in codes:
        if code not in rates:
            raise Conflict(
                N_("A bid is in {currency}, but there is no rate of exchange into {wanted}. Enter one first.",
                   currency=code, wanted=tender.currency)
            )  # fmt: skip
    return rates


def _owned(one: Opened, tender: Tender) -> dict[str, Any]:
    return {"company_id": tender.company_id, "bid_id": one.bid.id, "supplier_id": one.supplier_id}


def _lines(one: Opened, tender: Tender, lots: Mapping[int, AskedLot]) -> list[dict[str, Any]]:
    rows = []
    for lot_id, content in one.contents.items():
        units = {line.id: line.unit for line in lots[lot_id].lines}
        for offer in content.offers:
            if offer.line_id in units and (offer.is_priced or offer.is_no_offer):
                row = _line(offer, content.currency, units[offer.line_id])
                rows.append(_owned(one, tender) | {"tender_id": tender.id, "lot_id": lot_id} | row)
    return rows


def _line(offer: Offer, currency: str, unit: str) -> dict[str, Any]:
    return {
        "tender_line_id": offer.line_id,
        "variant": offer.variant,
        "is_no_offer": offer.is_no_offer,
        "quantity": offer.quantity,
        "unit": unit,
        "unit_price": offer.price or 0,
        "price_base_quantity": offer.base_quantity,
        "currency": currency,
        "net": offer.net(currency),
        "freight": offer.freight,
        "duty": offer.duty,
        "other_cost": offer.other_cost,
        "min_quantity": offer.min_quantity,
        "lead_days": offer.lead_days,
        "delivery_date": offer.delivery_date,
        "note": offer.note,
        "breaks": [[str(start), str(price)] for start, price in offer.breaks],
    }


def _total(one: Opened, lot: AskedLot, content: BidContent, tender: Tender, rate: Rate) -> dict[str, Any]:
    net, landed = content.net(lot), content.landed(lot)
    priced = {offer.line_id for offer in content.of_lot(lot) if offer.is_priced and not offer.variant}
    return _owned(one, tender) | {
        "lot_id": lot.id,
        "currency": content.currency,
        "net": net,
        "landed": landed,
        "rate": rate.rate,
        "rate_on": rate.on,
        "rate_source": rate.source[:40],
        "net_in_tender_currency": round_amount(net * rate.rate, tender.currency),
        "landed_in_tender_currency": round_amount(landed * rate.rate, tender.currency),
        "is_complete": all(line.id in priced for line in lot.lines),
        "valid_to": content.valid_to,
    }


def _answers(actor: Actor, one: Opened, occasion: Occasion) -> list[dict[str, Any]]:
    """Each requirement once, though what is asked for the whole tender stands with every lot."""
    tender = occasion.tender
    wanted = {each.id: each for each in occasion.asked.answers}
    rows: dict[int, dict[str, Any]] = {}
    for content in one.contents.values():
        for answer in content.answers:
            need = wanted.get(answer.requirement_id)
            if need is None or answer.requirement_id in rows:
                continue
            file = answer.file and storage.keep(
                actor, answer.file.data, name=answer.file.name, media_type=answer.file.media_type,
                company_id=tender.company_id,
            )  # fmt: skip
            rows[need.id] = _owned(one, tender) | {
                "requirement_id": need.id,
                "lot_id": need.lot_id,
                "value": {"name": answer.file.name} if answer.file else answer.value,
                "file_id": file.id if file else None,
            }
    return list(rows.values())


def _record(
    occasion: Occasion, opened: Sequence[Opened], totals: Sequence[Mapping[str, Any]], rates: Mapping[str, Rate]
) -> str:
    """Write what nobody changes any more."""
    tender = occasion.tender
    numbers = {lot.id: lot.number for lot in occasion.asked.lots}
    content = {
        "tender": tender.number,
        "title": tender.title,
        "tender_version": tender.version,
        "deadline": tender.deadline,
        "currency": tender.currency,
        "vat_basis": tender.vat_basis,
        "envelope": occasion.envelope,
        "envelopes": tender.envelopes,
        "opened_at": occasion.at,
        "tie_seed": secrets.token_hex(32),
        "rates": [
            {"currency": rate.currency, "rate": rate.rate, "on": rate.on, "source": rate.source}
            for rate in rates.values()
        ],
        "bids": [_entry(one, [row for row in totals if row["bid_id"] == one.bid.id], numbers) for one in opened],
        **occasion.who,
    }
    stored = plain(content)
    sha256 = hashlib.sha256(canonical(stored)).hexdigest()
    db.session.execute(
        insert(OpeningRecord).values(
            company_id=tender.company_id,
            tender_id=tender.id,
            envelope=occasion.envelope,
            at=occasion.at,
            content=stored,
            sha256=sha256,
        )
    )
    return sha256


def _entry(one: Opened, totals: Sequence[Mapping[str, Any]], numbers: Mapping[int, int]) -> dict[str, Any]:
    return {
        "bid": one.bid.code,
        "bid_id": one.bid.id,
        "version": one.bid.version,
        "supplier": one.supplier_name,
        "supplier_id": one.supplier_id,
        "submitted_at": one.bid.submitted_at,
        "fault": one.fault,
        "parts": [
            {"lot": numbers.get(part.lot_id), "sha256": part.sha256, "size": len(part.body)} for part in one.parts
        ],
        "totals": [
            {
                "lot": numbers[row["lot_id"]],
                **{name: row[name] for name in ("currency", "net", "landed", "rate", "net_in_tender_currency")},
            }
            for row in totals
        ],
    }
