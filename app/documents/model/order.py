"""A purchase order as the buyer sent it. What a buyer may leave out is empty or None, also prices and quantities."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import ClassVar

from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge, Attribute, Classification
from app.documents.model.party import Party
from app.documents.model.reference import Reference as Reference  # noqa: PLC0414  # others take it from here


@dataclass(frozen=True, slots=True)
class OtherParty:
    """A party in a role that has no field of its own; `role` is UNTDID 3035 in EDIFACT, element 98 in X12."""

    role: str
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDates:
    """When the goods are asked for: on the day `requested`, or not before `earliest` and not after `latest`."""

    requested: date | None = None
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One ordered article.

    `quantity` in `unit`, as the buyer's system names it; `unit_price` is net for `price_base_quantity` of `price_unit`
    (1 of `unit` when empty), `list_price` the price before discounts. `net` is the buyer's own amount of the line.
    `action` is what a change does with the line (UNTDID 1229, X12 element 670). `auxiliary_id` is what the seller's shop
    gave with the article in a punch-out (cXML SupplierPartAuxiliaryID), `record_id` the key of the article in the
    sender's system (Ид in 1C). `properties` are named values beside the fields (ЗначенияРеквизитов in 1C).
    """

    position: str
    quantity: Decimal | None
    unit: str = ""
    sku: str = ""
    buyer_sku: str = ""
    gtin: str = ""
    manufacturer_sku: str = ""
    auxiliary_id: str = ""
    record_id: str = ""
    name: str = ""
    description: str = ""
    unit_price: Decimal | None = None
    price_base_quantity: Decimal | None = None
    price_unit: str = ""
    list_price: Decimal | None = None
    net: Decimal | None = None
    vat_rate: Decimal | None = None
    vat_category: str = ""
    action: str = ""
    delivery: DeliveryDates = DeliveryDates()
    ship_to: Party | None = None
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    classifications: tuple[Classification, ...] = ()
    properties: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTotals:
    """What the buyer added up, to compare with: nothing is computed from it."""

    lines: int | None = None
    quantity: Decimal | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`type_code` and `function` are those of the format: UNTDID 1001 and 1225, X12 elements 92 and 353.

    `record_id` is the key of the order in the sender's system, `exchange_rate` that of its currency to the currency of
    the sender's books. `is_gross`: prices and amounts of lines include VAT. `properties` are named values beside the
    fields, such as the state of the order (ЗначенияРеквизитов in 1C).
    """

    number: str
    issue_date: date | None
    lines: tuple[OrderLine, ...]
    currency: str = ""
    type_code: str = ""
    function: str = ""
    buyer: Party | None = None
    seller: Party | None = None
    ship_to: Party | None = None
    invoicee: Party | None = None
    other_parties: tuple[OtherParty, ...] = ()
    delivery: DeliveryDates = DeliveryDates()
    payment_terms: str = ""
    delivery_terms: str = ""
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    totals: OrderTotals = OrderTotals()
    record_id: str = ""
    issue_time: time | None = None
    exchange_rate: Decimal | None = None
    is_gross: bool = False
    properties: tuple[Attribute, ...] = ()

    kind: ClassVar[str] = "order"
