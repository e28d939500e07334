"""Lines, allowances and charges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.documents.model.party import Identifier
from app.documents.model.totals import VatCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceCharge:
    """A deduction or (`is_charge`) an extra cost, on the document (BG-20, BG-21) or on a line (BG-27, BG-28).

    `amount` is positive, without VAT. `percent` of `base` is given when that is how the amount came about.
    A reason in words or as a code (UNTDID 5189 for allowances, 7161 for charges) is required.
    Category and rate belong to the document level only; on a line the line's own count.
    """

    amount: Decimal
    is_charge: bool = False
    reason: str = ""
    reason_code: str = ""
    percent: Decimal | None = None
    base: Decimal | None = None
    vat_category: VatCategory | None = None
    vat_rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """An invoicing period (BG-14, BG-26), both days included."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Classification:
    """A class of the article (BT-158) in a scheme of UNTDID 7143, such as "STI" for CPV or "TSP" for UNSPSC."""

    code: str
    scheme: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of the article, such as colour (BG-32)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """A line as it was invoiced, or as it is from now on: what a correction compares. `gross` is with VAT."""

    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    net: Decimal | None = None
    vat_category: VatCategory | None = None
    vat_rate: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One invoiced article (BG-25).

    `quantity` (BT-129) in `unit` (UN/ECE Rec 20, BT-130); `unit_price` is the net price (BT-146) for
    `price_base_quantity` units (BT-149); `list_price` the price before the discount that is part of it (BT-148).
    `net` (BT-131) is the rounded amount after allowances and charges. `vat_rate` is a percentage, None only for O.
    `order_line` is the position in the buyer's order (BT-132). `tax` is the VAT of the line where a format gives it.
    `object_id` is what is invoiced, such as a meter (BT-128).
    `before` and `after` are what a correction compares (UKD); the line itself is the difference.
    """

    position: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    vat_category: VatCategory
    vat_rate: Decimal | None
    price_base_quantity: Decimal | None = None
    list_price: Decimal | None = None
    description: str = ""
    sku: str = ""
    buyer_sku: str = ""
    gtin: str = ""
    order_line: str = ""
    note: str = ""
    accounting_reference: str = ""
    period: Period | None = None
    country_of_origin: str = ""
    allowances_charges: tuple[AllowanceCharge, ...] = ()
    classifications: tuple[Classification, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    object_id: Identifier | None = None
    tax: Decimal | None = None
    before: LineState | None = None
    after: LineState | None = None
