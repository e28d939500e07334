"""A tender with everything that came of it, as the Open Contracting Data Standard 1.1 and its extensions tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """An amount; of bids, awards and contracts in the tender's VAT basis."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A party of the process. `scheme` and `identifier`: its number in a register; `roles` as the codelist has them."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    scheme: str = ""
    identifier: str = ""
    country: str = ""
    locality: str = ""
    postcode: str = ""
    street: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcurementItem:
    """`unit` is a code of UN/ECE Recommendation 20 where `unit_scheme` is UNCEFACT, `unit_name` what people call it."""

    id: str
    description: str
    quantity: Decimal | None = None
    unit: str = ""
    unit_scheme: str = ""
    unit_name: str = ""
    unit_value: Value | None = None
    lot: str = ""
    classification_scheme: str = ""
    classification: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcurementLot:
    id: str
    title: str = ""
    description: str = ""
    status: str = ""
    value: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing a bidder answers; `data_type` string, date-time, number, integer or boolean."""

    id: str
    title: str
    description: str = ""
    data_type: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A criterion of award and its weight, `kind` as the codelist criterionWeight has it."""

    name: str
    type: str
    number: Decimal
    kind: str = "percentageExact"
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """A question with its answer; who asked is never told."""

    id: str
    asked_at: datetime | None
    question: str
    answer: str = ""
    answered_at: datetime | None = None
    lot: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BidDetail:
    """A bid as far as it may be told; `bidder` is the id of a party. `rank` counts from 1."""

    id: str
    status: str
    bidder: str
    at: datetime | None = None
    value: Value | None = None
    lots: tuple[str, ...] = ()
    rank: int | None = None
    is_variant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    id: str
    measure: str
    value: Decimal
    currency: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardDetail:
    id: str
    title: str
    status: str
    suppliers: tuple[str, ...]
    at: datetime | None = None
    value: Value | None = None
    items: tuple[ProcurementItem, ...] = ()
    bids: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDetail:
    id: str
    award: str
    status: str
    title: str = ""
    period: Period | None = None
    value: Value | None = None
    signed_at: datetime | None = None
    items: tuple[ProcurementItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Procurement:
    """A process as it stood at `date`: one release. `tags` say what happened then."""

    ocid: str
    id: str
    date: datetime
    tags: tuple[str, ...]
    language: str
    parties: tuple[Organization, ...]
    buyer: str
    tender_id: str
    title: str
    description: str = ""
    status: str = ""
    method: str = ""
    method_details: str = ""
    award_criteria: str = ""
    submission_methods: tuple[str, ...] = ()
    value: Value | None = None
    tender_period: Period | None = None
    enquiry_period: Period | None = None
    award_period: Period | None = None
    contract_period: Period | None = None
    opened_at: datetime | None = None
    opening_details: str = ""
    auction: str | None = None
    is_framework: bool = False
    lots: tuple[ProcurementLot, ...] = ()
    items: tuple[ProcurementItem, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    weights: tuple[Weight, ...] = ()
    enquiries: tuple[Enquiry, ...] = ()
    bids: tuple[BidDetail, ...] = ()
    statistics: tuple[Statistic, ...] = ()
    awards: tuple[AwardDetail, ...] = ()
    contracts: tuple[ContractDetail, ...] = ()

    kind: ClassVar[str] = "procurement"
