"""The accounts of the journal, as the tax consultant wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import insert as upsert

from app.billing.domain.bookings import BookingAccount
from app.billing.models.bookings import BookingAccountRow, BookingSettings
from app.billing.queries.bookings import Books, books, chart
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_


@command
def save_books(actor: Actor, new: Books, accounts: Mapping[tuple[str, str], BookingAccount]) -> None:
    """Keep the numbers and accounts; entries are made with them from now on, whatever their day.

    Raises Invalid for customers' accounts that are not one digit longer than the others, as DATEV counts them.
    """
    if len(str(new.debtors)) != new.account_length + 1:
        raise Invalid("debtors", N_("Customers' accounts have one digit more than the others."))
    before = asdict(books(actor)) | {"accounts": _plain(chart(actor).accounts)}
    after = asdict(new) | {"accounts": _plain(accounts)}
    db.session.execute(
        upsert(BookingSettings)
        .values(id=1, **asdict(new))
        .on_conflict_do_update(index_elements=[BookingSettings.id], set_=asdict(new))
    )
    db.session.execute(delete(BookingAccountRow))
    rows = [
        {"kind": kind, "vat_case": case, "account": one.account, "vat_key": one.vat_key}
        for (kind, case), one in accounts.items()
    ]
    if rows:
        db.session.execute(insert(BookingAccountRow), rows)
    db.session.expire_all()
    audit.record(actor, "books", 1, "books_changed", {
        name: [before[name], after[name]] for name in after if before[name] != after[name]
    })  # fmt: skip


def _plain(accounts: Mapping[tuple[str, str], BookingAccount]) -> list[list[str]]:
    return sorted([kind, case, one.account, one.vat_key] for (kind, case), one in accounts.items())
