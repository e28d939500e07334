"""What other slices need to know about a company: its terms, its legal facts, its addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from app.core.errors import Conflict
from app.core.texts import N_


@dataclass(frozen=True, slots=True)
class BuyingTerms:
    """The conditions under which an account buys. `vat_mode` net or gross; `currency` the account buys in.

    `operator_zone`: the time zone in which prices change and orders are numbered.
    """

    company_id: int
    code: str
    name: str
    legal_name: str
    country: str
    vat_id: str
    currency: str
    locale: str
    time_zone: str
    vat_mode: str
    payment_days: int
    is_blocked: bool
    block_reason: str
    is_on_credit_hold: bool
    hold_reason: str
    operator_zone: str


def demand_may_buy(terms: BuyingTerms, *, on_account: bool = True) -> None:
    """Raise Conflict when the account is blocked, or on credit hold and the purchase is on account."""
    if terms.is_blocked:
        raise Conflict(
            N_("{name} is blocked and cannot buy: {reason}", name=terms.name, reason=terms.block_reason)
            if terms.block_reason
            else N_("{name} is blocked and cannot buy.", name=terms.name)
        )
    if on_account and terms.is_on_credit_hold:
        raise Conflict(
            N_(
                "{name} is on credit hold and cannot buy on account: {reason}",
                name=terms.name,
                reason=terms.hold_reason,
            )
            if terms.hold_reason
            else N_("{name} is on credit hold and cannot buy on account.", name=terms.name)
        )


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A place with its name; documents keep it as JSON. `id` is None where it comes from a document."""

    id: int | None
    label: str
    name: str
    street: str
    street2: str
    postcode: str
    city: str
    region: str
    country: str
    gln: str = ""
    contact: str = ""
    phone: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        known = {f.name for f in fields(cls)}
        empty = dict.fromkeys(known, "") | {"id": None}
        return cls(**(empty | {name: part for name, part in value.items() if name in known}))

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines under the name, without the country; none is empty."""
        place = " ".join(part for part in (self.postcode, self.city) if part)
        return tuple(line for line in (self.street, self.street2, place, self.region) if line)


@dataclass(frozen=True, slots=True)
class Party:
    """Legal facts of a company as documents print them. `address` is its billing (for the operator: main) address."""

    company_id: int
    code: str
    name: str
    legal_name: str
    vat_id: str
    tax_number: str
    registration_number: str
    gln: str
    endpoint_scheme: str
    endpoint_id: str
    country: str
    locale: str
    time_zone: str
    currency: str
    email: str
    invoice_email: str
    phone: str
    address: PostalAddress | None


@dataclass(frozen=True, slots=True)
class OperatorParty(Party):
    """The seller, with the bank account that customers pay to."""

    bank_name: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class CustomerParty(Party):
    """A buyer, with the terms an invoice needs."""

    payment_days: int
    vat_mode: str
