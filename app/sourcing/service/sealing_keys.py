"""Keys: of the installation, of tenders, of members who open together, and of suppliers for their own bids.

Without a quorum the private key of a tender lies in the database, locked with the sealing key of the installation: who
holds that key can read bids. With a quorum it exists only in shares, each locked for one member's own key, and what a
supplier reads again is locked with a code that only the supplier has: then nobody can before enough members confirm.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, Unavailable
from app.core.settings import settings
from app.core.texts import N_
from app.sourcing.domain import sealing, shares
from app.sourcing.domain.sealing import SealBrokenError
from app.sourcing.models.openings import KeyShare, MemberKey, TenderKey
from app.sourcing.models.tenders import Tender, TenderLot, TenderMember
from app.sourcing.service.tender_state import after

SHORTEST_PASSPHRASE = 12
_CODE_BYTES = 16
_DESTROY = text("SELECT destroy_tender_keys(:tender_id)")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What is printed on the notice, and what bids are sealed with."""

    envelope: int
    key: bytes
    fingerprint: str
    quorum: int
    master_id: str


def master() -> bytes:
    return settings().sealing_key


def master_id() -> str:
    """By which it is noticed that another machine, or a restored one, has another sealing key."""
    return hashlib.sha256(sealing.derived(master(), "name of the key")).hexdigest()[:16]


def check_master(known: str) -> None:
    """Raise Unavailable when this machine's sealing key is not the one that was used."""
    if known != master_id():
        raise Unavailable(
            N_("The sealing key of this machine is not the one this tender was published with. Restore SEALING_KEY."),
            retry_after=3600,
        )


def owner_tag(tender_id: int, supplier_id: int) -> bytes:
    return sealing.owner_tag(master(), tender_id, supplier_id)


def new_reading_code() -> str:
    """What a supplier needs to read its own bid where a committee opens: 128 bits in groups of four."""
    plain = secrets.token_hex(_CODE_BYTES).upper()
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def own_key(actor: Actor, quorum: int, reading_code: str) -> bytes:
    """The supplier's key for its own bids; with a quorum it comes from the code alone."""
    if not quorum:
        return sealing.derived(master(), f"bids of supplier {actor.company_id}")
    plain = "".join(reading_code.split()).replace("-", "").upper()
    if len(plain) != _CODE_BYTES * 2:
        raise Invalid("reading_code", N_("Enter the reading code of your bid: 32 letters and digits."))
    return sealing.derived(plain.encode(), f"reading code of supplier {actor.company_id}")


def public_keys(tender_id: int) -> list[PublicKey]:
    """By envelope; Conflict when there are none (any more)."""
    rows = db.session.execute(
        select(
            TenderKey.envelope, TenderKey.public_key, TenderKey.fingerprint, TenderKey.quorum, TenderKey.master_id
        )
        .where(TenderKey.tender_id == tender_id, TenderKey.destroyed_at.is_(None))
        .order_by(TenderKey.envelope)
    ).all()  # fmt: skip
    if not rows:
        raise Conflict(N_("Bids for this tender cannot be sealed: it has no keys."))
    return [PublicKey(*row) for row in rows]


@command
def set_opening_passphrase(actor: Actor, passphrase: str) -> None:
    """Make the person's key for openings. A new passphrase makes a new key: shares given before need the old one."""
    if actor.user_id is None or actor.staff_id is not None:
        raise Forbidden(N_("Only the person itself sets an opening passphrase."))
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Invalid("passphrase", N_("Use {n} characters or more.", n=SHORTEST_PASSPHRASE))
    private, public = sealing.new_key_pair()
    salt = secrets.token_bytes(16)
    values = {
        "public_key": public,
        "salt": salt,
        "wrapped_private": sealing.lock(sealing.stretched(passphrase, salt), private, public),
    }
    statement = insert(MemberKey).values(company_id=actor.company_id, user_id=actor.user_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["company_id", "user_id"], set_=values))
    audit.record(actor, "user", actor.user_id, "opening_passphrase")


@command
def make_keys(actor: Actor, tender_id: int) -> None:
    """A key pair for each envelope; with a quorum in shares for the committee. Does nothing where there are some."""
    tender = db.session.scalars(select(Tender).where(Tender.id == tender_id)).one()
    if db.session.scalar(select(TenderKey.envelope).where(TenderKey.tender_id == tender_id).limit(1)):
        return
    quorum = tender.opening_quorum if tender.opening == "committee" else 0
    members = _member_keys(tender, quorum) if quorum else []
    for envelope in range(1, tender.envelopes + 1):
        private, public = sealing.new_key_pair()
        row = {
            "tender_id": tender.id,
            "company_id": tender.company_id,
            "envelope": envelope,
            "public_key": public,
            "fingerprint": sealing.fingerprint(public),
            "quorum": quorum,
            "master_id": master_id(),
            "wrapped_private": None if quorum else sealing.lock(_lid(tender_id, envelope), private, public),
        }
        db.session.execute(insert(TenderKey).values(row))
        if quorum:
            _share_out(tender, envelope, private, quorum, members)


def _member_keys(tender: Tender, quorum: int) -> Sequence[tuple[int, bytes]]:
    """(person, public key) of the committee; everybody needs an opening passphrase before publication."""
    rows = db.session.execute(
        select(TenderMember.user_id, TenderMember.name, MemberKey.public_key)
        .outerjoin(
            MemberKey,
            (MemberKey.user_id == TenderMember.user_id) & (MemberKey.company_id == TenderMember.company_id),
        )
        .where(TenderMember.tender_id == tender.id, TenderMember.duty == "committee")
        .order_by(TenderMember.user_id)
    ).all()
    if len(rows) < quorum:
        raise Invalid(
            "opening_quorum",
            N_("{needed} members must open together, but the committee has {n}.", needed=quorum, n=len(rows)),
        )
    missing = [row.name for row in rows if row.public_key is None]
    if missing:
        raise Invalid(
            "members",
            N_("These members have not set an opening passphrase yet: {names}.", names=", ".join(missing)),
        )
    return [(row.user_id, row.public_key) for row in rows]


def _share_out(
    tender: Tender, envelope: int, private: bytes, quorum: int, members: Sequence[tuple[int, bytes]]
) -> None:
    parts = shares.split(private, needed=quorum, total=len(members))
    rows = [
        {
            "tender_id": tender.id,
            "company_id": tender.company_id,
            "envelope": envelope,
            "user_id": user_id,
            "x": share.x,
            "wrapped": sealing.wrap_for(public, share.data, share_binding(tender.id, envelope, user_id)),
        }
        for share, (user_id, public) in zip(parts, members, strict=True)
    ]
    db.session.execute(insert(KeyShare), rows)


def share_binding(tender_id: int, envelope: int, user_id: int) -> bytes:
    return f"share|{tender_id}|{envelope}|{user_id}".encode()


def _lid(tender_id: int, envelope: int) -> bytes:
    """The key that locks the private key of one envelope."""
    return sealing.derived(master(), f"private key {tender_id} {envelope}")


def lock_share(tender_id: int, envelope: int, user_id: int, data: bytes) -> bytes:
    """A share that was given back, until enough are there."""
    return sealing.lock(_lid(tender_id, envelope), data, share_binding(tender_id, envelope, user_id))


def given_share(actor: Actor, tender_id: int, envelope: int, passphrase: str) -> shares.Share:
    """The actor's share, unlocked by the passphrase."""
    row = db.session.execute(
        select(KeyShare.x, KeyShare.wrapped, MemberKey.salt, MemberKey.wrapped_private, MemberKey.public_key)
        .join(MemberKey, (MemberKey.user_id == KeyShare.user_id) & (MemberKey.company_id == KeyShare.company_id))
        .where(
            KeyShare.tender_id == tender_id, KeyShare.envelope == envelope, KeyShare.user_id == actor.user_id,
            KeyShare.company_id == actor.company_id,
        )
    ).one_or_none()  # fmt: skip
    if row is None:
        raise Forbidden(N_("You are not in the committee that opens this tender."))
    try:
        private = sealing.unlock(sealing.stretched(passphrase, row.salt), row.wrapped_private, row.public_key)
    except SealBrokenError:
        raise Invalid("passphrase", N_("This is not your opening passphrase.")) from None
    try:
        data = sealing.unwrap_with(private, row.wrapped, share_binding(tender_id, envelope, actor.user_id or 0))
    except SealBrokenError:
        raise Invalid(
            "passphrase",
            N_("Your share belongs to the passphrase you had when the tender was published; it is lost."),
        ) from None
    return shares.Share(row.x, data)


def private_key(
    tender_id: int, public: PublicKey, wrapped: bytes | None, given: Sequence[tuple[int, int, bytes]]
) -> bytes:
    """The private key of an envelope: unlocked, or from shares given back as (person, x, locked share)."""
    check_master(public.master_id)
    lid = _lid(tender_id, public.envelope)
    try:
        if wrapped is not None:
            return sealing.unlock(lid, wrapped, public.key)
        found = [
            shares.Share(x, sealing.unlock(lid, data, share_binding(tender_id, public.envelope, user_id)))
            for user_id, x, data in given
        ]
    except SealBrokenError:
        raise Conflict(N_("The private key of this tender is damaged. Its bids cannot be opened.")) from None
    combined = shares.combine(found)
    if sealing.public_of(combined) != public.key:
        raise Conflict(N_("The shares do not give the key of this tender. Its bids cannot be opened."))
    return combined


@command
def destroy_keys(actor: Actor, tender_id: int) -> bool:
    """What was sealed and not opened stays closed for ever. Does nothing once something was opened."""
    return bool(db.session.scalar(_DESTROY, {"tender_id": tender_id}))


@after("publish")
def _with_publication(actor: Actor, tender: Tender, lots: list[TenderLot]) -> None:
    make_keys(actor, tender.id)


@after("cancel")
@after("fail_few")
def _with_end(actor: Actor, tender: Tender, lots: list[TenderLot]) -> None:
    if tender.state in ("cancelled", "unsuccessful"):
        destroy_keys(actor, tender.id)
