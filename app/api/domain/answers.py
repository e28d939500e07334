"""What the interface answers: one dataclass per shape. Their fields are the JSON, their docstrings the description.

Amounts and prices are net unless their name says gross, in the currency beside them. Decimals are texts in JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Pack:
    """A unit of sale beside the base unit: one of it holds numerator / denominator base units."""

    unit: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Price:
    """The account's own net price: `amount` for `base_quantity` of `unit`, when one orders `quantity` base units."""

    amount: Decimal
    base_quantity: Decimal
    unit: str
    quantity: Decimal
    currency: str
    vat_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Stock:
    """`light` is green, yellow or red. `available`, in base units, is null for accounts that are shown no numbers."""

    light: str
    available: Decimal | None
    ships_on: date | None


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the own assortment. Units are codes of UN/ECE Recommendation 20. Without a price it cannot be ordered."""

    sku: str
    name: str
    customer_number: str
    gtin: str
    brand: str
    manufacturer_number: str
    status: str
    base_unit: str
    units: tuple[Pack, ...]
    minimum: Decimal
    step: Decimal
    maximum: Decimal | None
    price: Price | None
    stock: Stock


@dataclass(frozen=True, slots=True)
class ArticleList:
    """A page of articles, by number."""

    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """An order in the list."""

    number: str
    placed_at: datetime
    state: str
    source: str
    po_number: str
    person: str
    line_count: int
    net_total: Decimal
    gross_total: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class OrderList:
    """A page of orders, the newest first."""

    orders: tuple[OrderSummary, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """A place with its name; `country` is an ISO 3166 code of two letters."""

    name: str
    street: str
    street2: str
    postcode: str
    city: str
    region: str
    country: str
    gln: str
    contact: str
    phone: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line as it was ordered; `unit_price` holds for `price_base_quantity` of `price_unit`, `net` for all of it."""

    position: int
    sku: str
    customer_number: str
    name: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    price_base_quantity: Decimal
    price_unit: str
    net: Decimal
    vat_rate: Decimal | None
    state: str
    promised_on: date | None
    cancelled_quantity: Decimal
    shipped_quantity: Decimal
    note: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order with a page of its lines. `own_fields` holds values by the codes of /fields."""

    number: str
    placed_at: datetime
    state: str
    source: str
    po_number: str
    requested_on: date | None
    note: str
    currency: str
    payment_days: int
    net_total: Decimal
    vat_total: Decimal
    gross_total: Decimal
    line_count: int
    ship_to: Address | None
    bill_to: Address | None
    own_fields: Mapping[str, str]
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """The own account. `vat_mode` is how prices are shown, net or gross. `own_fields`: values by the codes of /fields."""

    code: str
    name: str
    legal_name: str
    country: str
    vat_id: str
    tax_number: str
    registration_number: str
    gln: str
    email: str
    invoice_email: str
    phone: str
    currency: str
    payment_days: int
    vat_mode: str
    time_zone: str
    is_blocked: bool
    is_on_credit_hold: bool
    own_fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A value of a list: the code that is kept, and its name in the language of the key's person."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field the operator has added. `kind` is text, number, flag (yes or no), day (ISO date) or choice."""

    subject: str
    code: str
    name: str
    kind: str
    is_required: bool
    is_entered_by_customer: bool
    choices: tuple[FieldChoice, ...]


@dataclass(frozen=True, slots=True)
class FieldList:
    """The own fields of accounts and orders that the customer sees."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong (RFC 9457). `field` names the parameter that does not fit, where one does."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
