"""Who sells, buys, is paid and receives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """A value with the code of its scheme: ISO 6523 ICD ("0088" GLN) or, for endpoints, the EAS list."""

    value: str
    scheme: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address (BG-5, BG-8, BG-15). `country` is ISO 3166-1 alpha-2 and the only part that must be given."""

    country: str
    street: str = ""
    additional: str = ""
    third_line: str = ""
    city: str = ""
    postal_code: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask (BG-6, BG-9)."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A seller (BG-4) or buyer (BG-7); as payee (BG-10) or tax representative (BG-11) with fewer fields.

    `name` is the full legal name (BT-27, BT-44), `trading_name` the one it is known by when that differs (BT-28, BT-45).
    `vat_id` carries the country prefix (BT-31, BT-48); `tax_number` is the seller's local tax number (BT-32);
    `registration` the entry in the commercial register (BT-30, BT-47); `endpoint` the electronic address (BT-34, BT-49).
    `gln` is written as an identifier of scheme 0088 before the other `identifiers` (BT-29, BT-46).
    """

    name: str
    address: Address | None
    trading_name: str = ""
    vat_id: str = ""
    tax_number: str = ""
    registration: Identifier | None = None
    legal_form: str = ""
    endpoint: Identifier | None = None
    gln: str = ""
    identifiers: tuple[Identifier, ...] = ()
    contact: Contact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Who is paid instead of the seller (BG-10)."""

    name: str
    identifier: Identifier | None = None
    registration: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRepresentative:
    """Who owes the seller's VAT in the buyer's country (BG-11)."""

    name: str
    vat_id: str
    address: Address | None
