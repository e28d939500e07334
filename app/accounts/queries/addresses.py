"""The address book of a company."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from app.accounts.domain.company import PostalAddress
from app.accounts.models.companies import Address
from app.accounts.queries.companies import POSTAL, own_or_asked
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import N_

Use = Literal["ship_to", "bill_to"]
_USED = {"ship_to": Address.is_ship_to, "bill_to": Address.is_bill_to}
_DEFAULT = {"ship_to": Address.is_default_ship_to, "bill_to": Address.is_default_bill_to}


@dataclass(frozen=True, slots=True)
class BookEntry:
    """An address with what it is used for."""

    address: PostalAddress
    is_ship_to: bool
    is_bill_to: bool
    is_default_ship_to: bool
    is_default_bill_to: bool


def addresses(actor: Actor, *, use: Use = "ship_to", company_id: int | None = None) -> list[PostalAddress]:
    """Active addresses for one use, the default first, then by label."""
    statement = (
        select(*POSTAL)
        .where(Address.company_id == own_or_asked(actor, company_id), Address.is_active, _USED[use])
        .order_by(_DEFAULT[use].desc(), Address.label)
    )
    return [PostalAddress(*row) for row in db.session.execute(statement)]


def address(actor: Actor, address_id: int) -> PostalAddress:
    """One address, also an inactive one; a stranger's is NotFound."""
    statement = visible(actor, select(*POSTAL).where(Address.id == address_id), Address)
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return PostalAddress(*row)


def addresses_by_id(
    actor: Actor, ids: Collection[int], *, company_id: int | None = None
) -> dict[int, PostalAddress]:  # fmt: skip
    """Active addresses of a company by id; one that is a stranger's or was removed is NotFound. One statement."""
    wanted = set(ids)
    statement = select(*POSTAL).where(
        Address.company_id == own_or_asked(actor, company_id), Address.id.in_(wanted), Address.is_active
    )
    found = {row[0]: PostalAddress(*row) for row in db.session.execute(statement)}
    if found.keys() != wanted:
        raise NotFound(N_("One of the addresses is not in the address book any more. Choose another one."))
    return found


def default_address(actor: Actor, *, use: Use = "ship_to", company_id: int | None = None) -> PostalAddress | None:
    """The default for a use, or the only one there is; None when a choice is needed or nothing is there."""
    statement = (
        select(*POSTAL, _DEFAULT[use])
        .where(Address.company_id == own_or_asked(actor, company_id), Address.is_active, _USED[use])
        .order_by(_DEFAULT[use].desc(), Address.id)
        .limit(2)
    )
    rows = db.session.execute(statement).all()
    if rows and (rows[0][-1] or len(rows) == 1):
        return PostalAddress(*rows[0][:-1])
    return None


def address_book(actor: Actor, company_id: int | None = None) -> list[BookEntry]:
    """All active addresses, defaults first."""
    statement = (
        select(*POSTAL, Address.is_ship_to, Address.is_bill_to, Address.is_default_ship_to, Address.is_default_bill_to)
        .where(Address.company_id == own_or_asked(actor, company_id), Address.is_active)
        .order_by(Address.is_default_bill_to.desc(), Address.is_default_ship_to.desc(), Address.label)
    )
    size = len(POSTAL)
    return [BookEntry(PostalAddress(*row[:size]), *row[size:]) for row in db.session.execute(statement)]


def book_entry(actor: Actor, address_id: int, *, company_id: int | None = None) -> BookEntry:
    """One active address of a book with its uses, by default of the own one; another's is NotFound."""
    statement = select(
        *POSTAL, Address.is_ship_to, Address.is_bill_to, Address.is_default_ship_to, Address.is_default_bill_to
    ).where(Address.id == address_id, Address.is_active, Address.company_id == own_or_asked(actor, company_id))
    row = db.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    size = len(POSTAL)
    return BookEntry(PostalAddress(*row[:size]), *row[size:])
