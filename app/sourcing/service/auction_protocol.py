"""The protocol of an auction: written once when it ends, with a hash that goes into the tender's chain."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.sourcing.domain.chain import canonical, plain
from app.sourcing.models.bids import Bid
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.service.auction_rows import Open


def keep_protocol(held: Open) -> None:
    """Names stand beside the drawn numbers from here on, for the side that asked."""
    row, hall = held.row, held.hall
    tender, lot = db.session.execute(
        select(Tender, TenderLot).join(TenderLot, TenderLot.tender_id == Tender.id).where(TenderLot.id == row.lot_id)
    ).one()
    bids = {
        bid.id: bid
        for bid in db.session.scalars(select(Bid).where(Bid.id.in_([one.bid_id for one in held.bidders.values()])))
    }
    places: list[dict[str, Any]] = []
    for rank, bidder in enumerate(hall.ranked(), start=1):
        seat = held.bidders[bidder.number]
        bid = bids[seat.bid_id]
        places.append({
            "rank": rank, "number": bidder.number, "bid": bid.code, "supplier": bid.supplier_name,
            "start_price": f"{seat.start_price:.6f}", "price": f"{bidder.price:.6f}", "since": bidder.since,
        })  # fmt: skip
    content = {
        "tender": tender.number, "title": tender.title, "buyer": tender.buyer_name, "lot": lot.number,
        "lot_title": lot.title, "currency": row.currency, "kind": row.kind, "rules": row.rules,
        "starts_at": hall.starts_at, "ends_at": hall.ends_at, "ended_at": held.at, "extensions": hall.extensions,
        "places": places, "entries": row.length, "log": row.head.hex(),
    }  # fmt: skip
    row.protocol = plain(content)
    row.protocol_hash = hashlib.sha256(canonical(content)).hexdigest()
    db.session.flush()
