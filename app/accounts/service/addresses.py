"""The address book. Orders and invoices keep their own copy, so an address may change at any time.

`company_id` names the book, by default the actor's own; only the operator may name another.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from app.accounts.domain.contact import gln
from app.accounts.models.companies import Address, Company
from app.accounts.queries.companies import own_or_asked
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class AddressEntry:
    """An address as entered. A default use includes the use."""

    label: str
    name: str
    street: str
    postcode: str
    city: str
    country: str
    street2: str = ""
    region: str = ""
    gln: str = ""
    contact: str = ""
    phone: str = ""
    is_ship_to: bool = True
    is_bill_to: bool = False
    is_default_ship_to: bool = False
    is_default_bill_to: bool = False


@command
def add_address(actor: Actor, entry: AddressEntry, *, company_id: int | None = None) -> int:
    """Returns the id; raises Invalid for a label that is in use."""
    company_id = own_or_asked(actor, company_id)
    if not lock_rows(Company, [company_id]):
        raise NotFound
    address = Address(company_id=company_id)
    _fill(address, entry)
    db.session.add(address)
    db.session.flush()
    audit.record(actor, "company", company_id, "address_added", {"label": address.label}, company_id=company_id)
    return address.id


@command
def change_address(actor: Actor, address_id: int, entry: AddressEntry, *, company_id: int | None = None) -> None:
    address = _locked(actor, address_id, company_id)
    _fill(address, entry)
    db.session.flush()
    audit.record(
        actor, "company", address.company_id, "address_changed", {"label": address.label},
        company_id=address.company_id,
    )  # fmt: skip


@command
def remove_address(actor: Actor, address_id: int, *, company_id: int | None = None) -> str:
    """Take it out of the book; `restore_address` brings it back. Returns the label."""
    address = _locked(actor, address_id, company_id)
    address.is_active = address.is_default_ship_to = address.is_default_bill_to = False
    audit.record(
        actor, "company", address.company_id, "address_removed", {"label": address.label},
        company_id=address.company_id,
    )  # fmt: skip
    return address.label


@command
def restore_address(actor: Actor, address_id: int, *, company_id: int | None = None) -> None:
    address = _locked(actor, address_id, company_id, is_active=False)
    _demand_free_label(address.company_id, address.label, address.id)
    address.is_active = True
    audit.record(
        actor, "company", address.company_id, "address_added", {"label": address.label}, company_id=address.company_id
    )


def _locked(actor: Actor, address_id: int, company_id: int | None, *, is_active: bool = True) -> Address:
    """An address of the book, with its company locked: defaults and labels are unique within the book."""
    address = db.session.scalar(
        select(Address).where(
            Address.id == address_id,
            Address.company_id == own_or_asked(actor, company_id),
            Address.is_active.is_(is_active),
        )
    )
    if address is None:
        raise NotFound
    lock_rows(Company, [address.company_id])
    db.session.refresh(address)
    return address


def _fill(address: Address, entry: AddressEntry) -> None:
    label = entry.label.strip()
    if not label:
        raise Invalid("label", N_("Give the address a name to choose it by."))
    if not (entry.street.strip() and entry.city.strip() and entry.country):
        raise Invalid("street", N_("Street, city and country are needed."))
    _demand_free_label(address.company_id, label, address.id)
    for name in ("name", "street", "street2", "postcode", "city", "region", "country", "contact", "phone"):
        setattr(address, name, getattr(entry, name).strip())
    address.label = label
    address.gln = gln(entry.gln)
    address.is_ship_to = entry.is_ship_to or entry.is_default_ship_to
    address.is_bill_to = entry.is_bill_to or entry.is_default_bill_to
    for flag in ("is_default_ship_to", "is_default_bill_to"):
        wanted = getattr(entry, flag)
        if wanted and not getattr(address, flag):
            column = getattr(Address, flag)
            db.session.execute(
                update(Address).where(Address.company_id == address.company_id, column).values({flag: False})
            )
        setattr(address, flag, wanted)


def _demand_free_label(company_id: int, label: str, address_id: int | None) -> None:
    taken = db.session.scalar(
        select(Address.id).where(
            Address.company_id == company_id, Address.label == label, Address.is_active, Address.id != (address_id or 0)
        )
    )
    if taken is not None:
        raise Invalid("label", N_("There is an address “{label}” already.", label=label))
