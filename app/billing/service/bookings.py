"""The accounts of the journal, as the tax consultant wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import Company
from app.billing.domain.bookings import BookingAccount
from app.billing.models.bookings import BookingAccountRow, BookingDebtor, BookingSettings
from app.billing.queries.bookings import Books, books, chart, own_debtors
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_


@command
def save_books(
    actor: Actor, new: Books, accounts: Mapping[tuple[str, str], BookingAccount], debtors: Mapping[str, str]
) -> None:
    """Keep the numbers and accounts; entries are made with them from now on, whatever their day.

    `debtors`: accounts of customers by their code. Raises Invalid for customers' accounts that are not one digit longer
    than the others, as DATEV counts them, for an account two customers share, and for a customer nobody knows.
    """
    if len(str(new.debtors)) != new.account_length + 1:
        raise Invalid("debtors", N_("Customers' accounts have one digit more than the others."))
    ids = _known(debtors, new.account_length)
    before = asdict(books(actor)) | {
        "accounts": _plain(chart(actor).accounts), "debtors": own_debtors(actor),
    }  # fmt: skip
    after = asdict(new) | {"accounts": _plain(accounts), "debtors": dict(debtors)}
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
    db.session.execute(delete(BookingDebtor))
    if ids:
        own = [{"company_id": ids[code], "number": number} for code, number in debtors.items()]
        db.session.execute(insert(BookingDebtor), own)
    db.session.expire_all()
    audit.record(actor, "books", 1, "books_changed", {
        name: [before[name], after[name]] for name in after if before[name] != after[name]
    })  # fmt: skip


def _known(debtors: Mapping[str, str], account_length: int) -> dict[str, int]:
    """The ids of the customers named."""
    taken: dict[str, str] = {}
    for code, number in debtors.items():
        if len(number) != account_length + 1:
            raise Invalid(
                "own_debtors", N_("{code}: customers' accounts have one digit more than the others.", code=code)
            )
        if number in taken:
            raise Invalid(
                "own_debtors", N_("{first} and {second} have the same account.", first=taken[number], second=code)
            )
        taken[number] = code
    rows = db.session.execute(
        select(Company.code, Company.id).where(Company.code.in_(debtors), Company.kind == CompanyKind.CUSTOMER)
    )
    ids = {row.code: row.id for row in rows}
    for code in debtors:
        if code not in ids:
            raise Invalid("own_debtors", N_("There is no account {code}.", code=code))
    return ids


def _plain(accounts: Mapping[tuple[str, str], BookingAccount]) -> list[list[str]]:
    return sorted([kind, case, one.account, one.vat_key] for (kind, case), one in accounts.items())
