"""A supplier's bid: kept as a draft, submitted, replaced, confirmed unchanged, withdrawn. All of it sealed.

Whether it is in time is decided by `put_bid` in the database, not here. Nothing here writes an audit row, an outbox
entry or a log line: who bids is known to nobody before the opening. The sealed chain of the bid has its events.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, DomainError, Forbidden, Invalid
from app.core.settings import settings
from app.core.texts import N_
from app.sourcing.domain import bid_content, receipts, sealing
from app.sourcing.domain.bid_content import Asked, BidContent, Part
from app.sourcing.domain.chain import canonical, plain
from app.sourcing.domain.sealing import Binding, SealBrokenError
from app.sourcing.models.tenders import Tender
from app.sourcing.policy import Permission
from app.sourcing.queries import bids as queries
from app.sourcing.queries.bids import OwnBid, OwnEvent
from app.sourcing.service.sealing_keys import (
    PublicKey,
    check_master,
    master,
    new_reading_code,
    own_key,
    owner_tag,
    public_keys,
)
from app.sourcing.service.tender_changes import on_amendment
from app.sourcing.service.tender_state import supplier_event

_CODE_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_DRAFT = b"draft"
_PUT = text("""
    SELECT outcome, event_id, at, bid_code, version, old_digest FROM put_bid(
        :tender, :owner, :code, :what, :base_version, :answers_version, CAST(:lots AS bigint[]),
        CAST(:envelopes AS int[]), CAST(:bodies AS bytea[]), CAST(:wraps AS bytea[]), CAST(:owns AS bytea[]),
        CAST(:hashes AS text[]), :whole_hash, :ref, :digest)
""")
_KEEP_RECEIPT = text("SELECT keep_bid_receipt(:event_id, :owner, CAST(:receipt AS jsonb))")
_KEEP_DRAFT = text("SELECT keep_bid_draft(:tender, :owner, :sealed)")
_ASK_AGAIN = text("SELECT ask_bids_again(:tender_id, CAST(:lots AS bigint[]))")
_BARE: Mapping[str, Any] = {
    "lots": [], "envelopes": [], "bodies": [], "wraps": [], "owns": [], "hashes": [], "whole_hash": "", "code": "",
    "digest": "",
}  # fmt: skip
_EVENTS = {"submit": "submit_bid", "replace": "replace_bid", "confirm": "confirm_bid", "withdraw": "withdraw_bid"}


@dataclass(frozen=True, slots=True)
class Received:
    """What the supplier gets: the signed receipt, and where a committee opens the code to read its bid with."""

    code: str
    version: int
    at: datetime
    receipt: Mapping[str, Any]
    reading_code: str = ""


@dataclass(frozen=True, slots=True)
class _Deed:
    """What is done to a bid: `values` for the database, `facts` for the receipt."""

    asked: Asked
    tag: bytes
    what: str
    base_version: int
    client_ref: str
    values: Mapping[str, Any]
    facts: Mapping[str, Any]
    reading_code: str = ""


@dataclass(frozen=True, slots=True)
class OwnContent:
    """What a supplier reads of its own bid. `is_locked`: there is something, but the reading code is needed."""

    bid: OwnBid | None
    content: BidContent | None
    is_draft: bool = False
    kept_at: datetime | None = None
    is_locked: bool = False


def _refusal(outcome: str) -> DomainError:
    return {
        "late": Conflict(N_("The deadline has passed. Your bid was not accepted.")),
        "not_bidding": Conflict(N_("This tender takes no bids now.")),
        "not_invited": Forbidden(N_("Your company is not admitted to this tender.")),
        "amended": Conflict(N_("The tender was amended meanwhile. Read the changes and check your bid.")),
        "stale": Conflict(N_("Your bid was changed meanwhile. Look at it again.")),
    }[outcome]


def _bidder(actor: Actor) -> dict[str, Any]:
    name = db.session.scalars(select(Company.name).where(Company.id == actor.company_id)).one()
    return {"supplier": actor.company_id, "name": name}


def _same_keys(tender_id: int) -> list[PublicKey]:
    keys = public_keys(tender_id)
    for key in keys:
        check_master(key.master_id)
    return keys


@command
def submit_bid(
    actor: Actor,
    tender_id: int,
    content: BidContent,
    *,
    base_version: int,
    client_ref: str,
    reading_code: str = "",
    tender_version: int | None = None,
) -> Received:
    """Submit, or replace what was submitted; `base_version` is the version that was looked at, 0 for none.

    Raises Invalid with the problems of lines as details, Conflict when late, stale, amended or not open for bids. The
    same `client_ref` gives the same receipt. `tender_version`: the version the supplier had before its eyes.
    """
    actor.demand(Permission.BID)
    asked = queries.asked_of(actor, tender_id)
    _check(content, asked)
    keys = _same_keys(tender_id)
    reading_code = reading_code or (new_reading_code() if keys[0].quorum else "")
    tag = owner_tag(tender_id, actor.company_id)
    bid = queries.own_bids([tag]).get(tag)
    bound = Binding(tender_id, 0, tag.hex(), bid.code if bid else _new_code(), base_version + 1, 0)
    parts = bid_content.parts_of(content, asked, _bidder(actor))
    own = own_key(actor, keys[0].quorum, reading_code)
    values, facts = _sealed(parts, asked, bound, keys, own)
    facts["lines"] = sum(1 for offer in content.offers if offer.is_priced and not offer.variant)
    values["answers_version"] = asked.version if tender_version is None else tender_version
    values["digest"] = hmac.new(own, canonical(bid_content.as_json(content)), hashlib.sha256).hexdigest()
    what = "submit" if bid is None or bid.state == "withdrawn" else "replace"
    deed = _Deed(asked, tag, what, base_version, client_ref, values, facts, reading_code)
    return _put(actor, deed)


def _new_code() -> str:
    return "B-" + "".join(secrets.choice(_CODE_SIGNS) for _ in range(8))


def _sealed(
    parts: Sequence[Part], asked: Asked, bound: Binding, keys: Sequence[PublicKey], own: bytes
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The sealed parts as `put_bid` takes them, and what the receipt says of them."""
    sealed = [
        sealing.seal(
            part.content,
            replace(bound, lot=part.lot_id, envelope=part.envelope),
            tender_key=keys[part.envelope - 1].key,
            own_key=own,
        )
        for part in parts
    ]
    numbers = {lot.id: lot.number for lot in asked.lots}
    hashes = [part.sha256 for part in sealed]
    values = {
        "lots": [part.lot_id for part in parts],
        "envelopes": [part.envelope for part in parts],
        "bodies": [one.body for one in sealed],
        "wraps": [one.wrapped for one in sealed],
        "owns": [one.own for one in sealed],
        "hashes": hashes,
        "whole_hash": hashlib.sha256("".join(hashes).encode()).hexdigest(),
        "code": bound.bid,
    }
    facts = {
        "lots": sorted({numbers[part.lot_id] for part in parts}),
        "size": sum(len(one.body) for one in sealed),
        "parts": [
            {"lot": numbers[part.lot_id], "envelope": part.envelope, "sha256": one.sha256, "size": len(one.body)}
            for part, one in zip(parts, sealed, strict=True)
        ],
    }
    return values, facts


def _check(content: BidContent, asked: Asked) -> None:
    found = bid_content.problems(content, asked)
    if not found and content.currency != asked.currency:
        day = asked.deadline.date()
        if content.currency not in queries.rates_into(asked.currency, [content.currency], day):
            raise Invalid(
                "currency",
                N_("There is no rate of exchange from {given} to {wanted}. Bid in {wanted}.",
                   given=content.currency, wanted=asked.currency),
            )  # fmt: skip
    if found:
        raise Invalid("", N_("The bid is not complete yet. Look at what is marked."), details=found)


def _put(actor: Actor, deed: _Deed) -> Received:
    values = dict(_BARE) | dict(deed.values) | {
        "tender": deed.asked.id, "owner": deed.tag, "what": deed.what, "base_version": deed.base_version,
        "ref": deed.client_ref,
    }  # fmt: skip
    row = db.session.execute(_PUT, values).one()
    if row.outcome == "repeated":
        return _repeated(deed, row)
    if row.outcome != "ok":
        raise _refusal(row.outcome)
    facts = {
        "portal": settings().base_url,
        "tender": deed.asked.number,
        "tender_version": values["answers_version"],
        "bid": row.bid_code,
        "version": row.version,
        "event": deed.what,
        "received_at": row.at.astimezone(UTC),
        "sha256": values["whole_hash"],
        **deed.facts,
    }
    receipt = receipts.signed(plain(facts), receipts.signing_key(master()))
    db.session.execute(_KEEP_RECEIPT, {"event_id": row.event_id, "owner": deed.tag, "receipt": json.dumps(receipt)})
    said = {"bid": row.bid_code, "version": row.version, "sha256": values["whole_hash"]}
    supplier_event(actor, deed.asked.id, _EVENTS[deed.what], owner_tag=deed.tag.hex(), changes=said)
    return Received(row.bid_code, row.version, row.at, receipt, deed.reading_code)


def _repeated(deed: _Deed, row: Any) -> Received:
    """The receipt of the first time; Conflict when the content is another one."""
    digest = deed.values.get("digest", "")
    if digest and row.old_digest and not hmac.compare_digest(digest, row.old_digest):
        raise Conflict(N_("This form was sent before with other content. Open the page again."))
    for event in queries.own_events(deed.asked.id, deed.tag):
        if event.at == row.at and event.receipt is not None:
            return Received(row.bid_code, row.version, row.at, event.receipt, deed.reading_code)
    raise _refusal("stale")


@command
def confirm_unchanged(actor: Actor, tender_id: int, *, base_version: int, client_ref: str) -> Received:
    """After an amendment: the bid stands as it is, with a new receipt."""
    return _without_parts(actor, tender_id, "confirm", base_version, client_ref)


@command
def withdraw_bid(actor: Actor, tender_id: int, *, base_version: int, client_ref: str) -> Received:
    """Before the deadline alone; what was sealed stays closed for ever. A new bid may follow."""
    return _without_parts(actor, tender_id, "withdraw", base_version, client_ref)


def _without_parts(actor: Actor, tender_id: int, what: str, base_version: int, client_ref: str) -> Received:
    actor.demand(Permission.BID)
    asked = queries.asked_of(actor, tender_id)
    tag = owner_tag(tender_id, actor.company_id)
    return _put(actor, _Deed(asked, tag, what, base_version, client_ref, {"answers_version": asked.version}, {}))


@command
def save_draft(actor: Actor, tender_id: int, content: BidContent, *, reading_code: str = "") -> str:
    """Keep what was entered so far, sealed with the supplier's own key; returns the reading code where one is needed."""
    actor.demand(Permission.BID)
    keys = _same_keys(tender_id)
    reading_code = reading_code or (new_reading_code() if keys[0].quorum else "")
    tag = owner_tag(tender_id, actor.company_id)
    data = sealing.pad(canonical(bid_content.as_json(content)))
    sealed = sealing.lock(own_key(actor, keys[0].quorum, reading_code), data, _DRAFT + tag)
    if not db.session.scalar(_KEEP_DRAFT, {"tender": tender_id, "owner": tag, "sealed": sealed}):
        raise _refusal("not_bidding")
    return reading_code


@command
def drop_draft(actor: Actor, tender_id: int) -> None:
    """Forget the draft; a submitted bid stays."""
    actor.demand(Permission.BID)
    tag = owner_tag(tender_id, actor.company_id)
    db.session.execute(_KEEP_DRAFT, {"tender": tender_id, "owner": tag, "sealed": None})


def read_own(actor: Actor, tender_id: int, *, reading_code: str = "", is_draft_wanted: bool = True) -> OwnContent:
    """The supplier's draft, or else what it submitted. A wrong reading code raises Invalid."""
    actor.demand(Permission.READ_BIDS)
    tag = owner_tag(tender_id, actor.company_id)
    bid = queries.own_bids([tag]).get(tag)
    draft = queries.own_draft(tender_id, tag) if is_draft_wanted else None
    parts = queries.own_parts(tender_id, tag) if bid and draft is None else []
    if draft is None and not parts:
        return OwnContent(bid, None)
    quorum = max((key.quorum for key in _known_keys(tender_id)), default=0)
    if quorum and not reading_code:
        return OwnContent(bid, None, is_draft=draft is not None, is_locked=True)
    key = own_key(actor, quorum, reading_code)
    try:
        if draft is not None:
            content = bid_content.from_json(json.loads(sealing.unpad(sealing.unlock(key, draft[0], _DRAFT + tag))))
            return OwnContent(bid, content, is_draft=True, kept_at=draft[1])
        read = [
            sealing.read_own(sealed, Binding(tender_id, lot_id, tag.hex(), code, version, envelope), key)
            for code, version, lot_id, envelope, sealed in parts
        ]
    except SealBrokenError:
        raise Invalid("reading_code", N_("This is not the reading code of your bid.")) from None
    return OwnContent(bid, bid_content.merged(read))


def own_states(actor: Actor, tender_ids: Sequence[int]) -> dict[int, OwnBid]:
    """The supplier's bids for these tenders, in one statement."""
    actor.demand(Permission.READ_BIDS)
    tags = [owner_tag(tender_id, actor.company_id) for tender_id in tender_ids]
    return {bid.tender_id: bid for bid in queries.own_bids(tags).values()}


def receipt_key() -> str:
    """The key that checks receipts of this portal, in base64."""
    return base64.b64encode(receipts.public_key(receipts.signing_key(master()))).decode()


def own_events(actor: Actor, tender_id: int) -> list[OwnEvent]:
    """What the supplier did to its bid, with receipts."""
    actor.demand(Permission.READ_BIDS)
    return queries.own_events(tender_id, owner_tag(tender_id, actor.company_id))


def _known_keys(tender_id: int) -> list[PublicKey]:
    try:
        return public_keys(tender_id)
    except Conflict:
        return []


@command
def bids_after_amendment(actor: Actor, tender_id: int, touched_lots: Collection[int], policy: str) -> None:
    """What an amendment does to live bids: all, those on touched lots, or none must be confirmed or replaced.

    Tells nobody how many there are.
    """
    if policy == "keep":
        return
    lots = None if policy == "invalidate" else sorted(touched_lots)
    db.session.flush()
    db.session.execute(_ASK_AGAIN, {"tender_id": tender_id, "lots": lots})


@on_amendment
def _with_amendment(actor: Actor, tender: Tender, touched: set[int], policy: str) -> None:
    bids_after_amendment(actor, tender.id, touched, policy)
