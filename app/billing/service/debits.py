"""SEPA direct debits: mandates, and runs whose file is made once and never changes.

Nothing is booked here: the bank's statement says what was paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select, update

from app.accounts.domain.contact import iban as checked_iban
from app.accounts.domain.signing import signed
from app.billing.domain.debits import (
    SCHEMES,
    VERSIONS,
    Creditor,
    Debit,
    bank_day,
    is_bank_day,
    is_creditor_identifier,
    pain008,
    plain,
)
from app.billing.domain.references import squeezed
from app.billing.models.open_items import OpenItem
from app.billing.models.payments import DebitEntry, DebitRun, Mandate
from app.billing.policy import Permission
from app.billing.queries import debits as queries
from app.billing.queries.entities import seller
from app.core import audit, clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.numbering import next_number
from app.core.settings import settings
from app.core.texts import N_

_MOST = 1000


@command
def add_mandate(
    actor: Actor, company_id: int, reference: str, *, scheme: str, holder: str, iban: str, signed_on: date, bic: str = ""
) -> int:  # fmt: skip
    """Note that an account allows us to debit; its newest mandate in force is used. Operator only."""
    _demand(actor)
    reference = reference.strip().upper()
    if not reference or reference != plain(reference, 35) or " " in reference:
        raise Invalid("reference", N_("Up to 35 letters, digits and dashes."))
    if scheme not in SCHEMES:
        raise Invalid("scheme", N_("Choose one of the list."))
    if signed_on > clock.today(actor.time_zone):
        raise Invalid("signed_on", N_("This day is in the future."))
    if db.session.scalar(select(Mandate.id).where(Mandate.reference == reference)) is not None:
        raise Invalid("reference", N_("This reference is taken."))
    mandate = Mandate(
        company_id=company_id, reference=reference, scheme=scheme, holder=holder.strip()[:70],
        iban=checked_iban(iban), bic=squeezed(bic)[:11], signed_on=signed_on, created_at=clock.now(),
    )  # fmt: skip
    if not mandate.iban:
        raise Invalid("iban", N_("This is not a valid IBAN."))
    db.session.add(mandate)
    db.session.flush()
    audit.record(actor, "company", company_id, "mandate_added", {"reference": reference}, company_id=company_id)
    return mandate.id


@command
def revoke_mandate(actor: Actor, company_id: int, mandate_id: int) -> None:
    """Nothing is collected by it any more. Twice is fine."""
    _demand(actor)
    mandate = db.session.get(Mandate, mandate_id)
    if mandate is None or mandate.company_id != company_id:
        raise NotFound
    if mandate.revoked_on is None:
        mandate.revoked_on = clock.today(actor.time_zone)
        audit.record(actor, "company", company_id, "mandate_revoked", {"reference": mandate.reference},
                     company_id=company_id)  # fmt: skip


@command
def collect(actor: Actor, item_ids: Sequence[int], collect_on: date, version: str, *, client_ref: str) -> int:
    """Make a run of these claims (euro) with its file; returns its id. The same client_ref gives the first one.

    Each is collected as it is open now, less what is contested. Conflict when one is collected already, settled, or has
    no mandate; Invalid for a day on which banks do not settle.
    """
    _demand(actor)
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("debit_runs", 0))))
    known = db.session.scalar(select(DebitRun.id).where(DebitRun.client_ref == client_ref))
    if known is not None:
        return known
    creditor, today = _creditor(actor), clock.today(actor.time_zone)
    wanted = sorted(set(item_ids))
    if not 0 < len(wanted) <= _MOST:
        raise Invalid("items", N_("Choose what to collect."))
    if version not in VERSIONS:
        raise Invalid("version", N_("Choose one of the list."))
    if not is_bank_day(collect_on) or collect_on < earliest(today):
        raise Invalid("collect_on", N_("Banks settle on {day} at the earliest, and never on weekends and bank holidays.",
                                       day=earliest(max(collect_on - timedelta(days=1), today))))  # fmt: skip
    lock_rows(OpenItem, wanted)
    rows = queries.due(actor, today, wanted)
    if len(rows) != len(wanted):
        raise Conflict(N_("Something chosen cannot be collected any more. Look at the list again."))
    message_id = f"DD-{today.year}-{next_number('debit_run', today.year):06d}"
    debits = _debits(message_id, rows)
    data = pain008(version, message_id, made_at=clock.now(), collect_on=collect_on, creditor=creditor, debits=debits)
    file = storage.keep(actor, data, name=f"{message_id}.xml", media_type="application/xml")
    run = DebitRun(
        client_ref=client_ref, message_id=message_id, version=version, collect_on=collect_on, entry_count=len(rows),
        total=sum(row.amount for row in rows), file_id=file.id, created_at=clock.now(), user_name=signed(actor),
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    db.session.add_all(
        DebitEntry(
            run_id=run.id, company_id=row.company_id, item_id=row.item_id, mandate_id=row.mandate_id,
            amount=row.amount, end_to_end=debit.end_to_end, sequence=debit.sequence,
        )
        for row, debit in zip(rows, debits, strict=True)
    )  # fmt: skip
    db.session.execute(
        update(Mandate).where(Mandate.id.in_({row.mandate_id for row in rows})).values(is_used=True)
    )  # fmt: skip
    db.session.flush()
    audit.record(actor, "debit_run", run.id, "made", {"message": message_id, "entries": len(rows), "total": run.total})
    return run.id


def earliest(today: date) -> date:
    """The first collection day of a run made today: the bank wants the file a bank day before."""
    return bank_day(today + timedelta(days=1))


def _creditor(actor: Actor) -> Creditor:
    party, identifier = seller(actor, None).party, squeezed(settings().SEPA_CREDITOR_ID)
    if not is_creditor_identifier(identifier):
        raise Conflict(N_("Our creditor identifier is not set up (SEPA_CREDITOR_ID)."))
    if not party.iban:
        raise Conflict(N_("Our own company has no IBAN yet."))
    return Creditor(party.legal_name or party.name, squeezed(party.iban), squeezed(party.bic), identifier)


def _debits(message_id: str, rows: Sequence[queries.Due]) -> list[Debit]:
    """The first use of a mandate is FRST, all others are RCUR."""
    held = {
        one.id: one for one in db.session.scalars(select(Mandate).where(Mandate.id.in_({r.mandate_id for r in rows})))
    }
    seen: set[int] = set()
    found = []
    for place, row in enumerate(rows, start=1):
        mandate = held[row.mandate_id]
        found.append(Debit(
            f"{message_id}-{place}", row.amount, mandate.reference, mandate.signed_on, mandate.holder, mandate.iban,
            mandate.bic, mandate.scheme, not (mandate.is_used or mandate.id in seen), row.number,
        ))  # fmt: skip
        seen.add(mandate.id)
    return found


@command
def drop_entry(actor: Actor, run_id: int, entry_id: int) -> None:
    """The bank refused an entry before collecting: its claim can be in another run."""
    _demand(actor)
    entry = db.session.scalar(
        select(DebitEntry).where(DebitEntry.id == entry_id, DebitEntry.run_id == run_id).with_for_update()
    )
    if entry is None:
        raise NotFound
    if entry.state == "sent":
        entry.state = "dropped"
        audit.record(actor, "debit_run", run_id, "dropped", {"entry": entry.end_to_end, "state": ["sent", "dropped"]})


def _demand(actor: Actor) -> None:
    actor.demand(Permission.PAYMENTS)
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
