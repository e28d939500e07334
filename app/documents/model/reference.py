"""What most commercial documents share beside parties and lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemIds:
    """The numbers of an article: ours (`sku` is the seller's), the buyer's, GTIN, the manufacturer's.

    `record_id` is the key of the article in the sender's system, which people do not use (Ид in 1C).
    """

    sku: str = ""
    buyer_sku: str = ""
    gtin: str = ""
    manufacturer_sku: str = ""
    record_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRef:
    """An order, or with `line` one line of it, as its buyer numbers them; `sales_number` is the seller's number.

    `payload` is the id of the message that brought the order (cXML payloadID).
    """

    number: str
    line: str = ""
    date: date | None = None
    sales_number: str = ""
    payload: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalePrice:
    """A net price from a quantity on: `amount` for `base_quantity` of the unit. `kind` is the format's price type."""

    amount: Decimal
    from_quantity: Decimal = Decimal(1)
    base_quantity: Decimal | None = None
    unit: str = ""
    currency: str = ""
    kind: str = ""
    start: date | None = None
    end: date | None = None
    vat_rate: Decimal | None = None
    territory: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Another document by its number; `kind` is UNTDID 1153 in EDIFACT, element 128 in X12 ("CT" contract in both)."""

    kind: str
    number: str
    line: str = ""
    date: date | None = None
