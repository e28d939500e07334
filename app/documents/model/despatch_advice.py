"""What has left the seller, in which packages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.order import OtherParty, Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, OrderRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """How much of a despatched line (by its position) is in a package."""

    position: str
    quantity: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A box or pallet; `parent` is the `id` of the package it stands in, `kind` the package code of the format."""

    id: str
    parent: str = ""
    sscc: str = ""
    kind: str = ""
    count: int | None = None
    marks: tuple[str, ...] = ()
    gross_weight: Decimal | None = None
    weight_unit: str = ""
    contents: tuple[Packed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DespatchLine:
    """One despatched article; `outstanding` will follow (or never: `is_closed`)."""

    position: str
    quantity: Decimal | None
    unit: str = ""
    order_line: OrderRef | None = None
    ids: ItemIds = ItemIds()
    name: str = ""
    ordered: Decimal | None = None
    outstanding: Decimal | None = None
    is_closed: bool = False
    reason: str = ""
    batch: str = ""
    best_before: date | None = None
    serials: tuple[str, ...] = ()
    country_of_origin: str = ""
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DespatchAdvice:
    """Days of leaving and expected arrival; `tracking` are the carrier's numbers."""

    number: str
    issue_date: date | None
    lines: tuple[DespatchLine, ...]
    orders: tuple[OrderRef, ...] = ()
    type_code: str = ""
    function: str = ""
    buyer: Party | None = None
    seller: Party | None = None
    ship_from: Party | None = None
    ship_to: Party | None = None
    invoicee: Party | None = None
    carrier: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    despatched_on: date | None = None
    expected_on: date | None = None
    tracking: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    package_count: int | None = None
    gross_weight: Decimal | None = None
    net_weight: Decimal | None = None
    weight_unit: str = ""
    transport_mode: str = ""
    delivery_terms: str = ""
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()

    kind: ClassVar[str] = "despatch-advice"
