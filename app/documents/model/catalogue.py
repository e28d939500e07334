"""Articles with prices: a new catalogue, or changes to one. May have 100,000 items, so `items` is read once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from app.documents.model.line import Attribute, Classification
from app.documents.model.order import Reference
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, ScalePrice


class CatalogueMode(StrEnum):
    """BMEcat T_NEW_CATALOG, T_UPDATE_PRODUCTS, T_UPDATE_PRICES; elsewhere whole or changes."""

    NEW = "new"
    UPDATE_ITEMS = "update_items"
    UPDATE_PRICES = "update_prices"


class ItemAction(StrEnum):
    NEW = "new"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A property of an item: `code` in the classification (ETIM EF..., ECLASS), values with their unit."""

    name: str
    values: tuple[str, ...]
    unit: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A picture or sheet: `source` as the catalogue names it; `purpose` the format's word for it."""

    source: str
    purpose: str = ""
    media_type: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueGroup:
    """A group of a catalogue; `parent` is the `id` above, empty at the root."""

    id: str
    name: str
    parent: str = ""
    position: int | None = None


@dataclass(frozen=True, slots=True)
class PriceKind:
    """A kind of price that the items name by its `id` (ТипЦены in 1C); `is_gross`: VAT is in it."""

    id: str
    name: str = ""
    currency: str = ""
    is_gross: bool = False


@dataclass(frozen=True, slots=True)
class StockPlace:
    """A warehouse that the items name by its `id`."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ItemStock:
    """So much of an item is there; `place` is empty where the catalogue says no warehouse."""

    quantity: Decimal
    place: str = ""


@dataclass(frozen=True, slots=True)
class FeatureKind:
    """What items may have: a feature by its `id`; `kind` is the format's word for its values, `choices` id and value."""

    id: str
    name: str
    kind: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueItem:
    """One article. `order_unit` is what is ordered and holds `contents` of `content_unit`.

    Texts by language ("" where the catalogue names none). Prices are net unless `kind` says otherwise.
    `vat_category` is UNTDID 5305 (S, Z, E, ...).
    """

    ids: ItemIds
    names: dict[str, str]
    action: ItemAction = ItemAction.NEW
    descriptions: dict[str, str] | None = None
    order_unit: str = ""
    content_unit: str = ""
    contents: Decimal | None = None
    minimum: Decimal | None = None
    step: Decimal | None = None
    maximum: Decimal | None = None
    lead_time_days: int | None = None
    prices: tuple[ScalePrice, ...] = ()
    vat_rate: Decimal | None = None
    vat_category: str = ""
    groups: tuple[str, ...] = ()
    classifications: tuple[Classification, ...] = ()
    features: tuple[Feature, ...] = ()
    media: tuple[MediaFile, ...] = ()
    manufacturer: str = ""
    brand: str = ""
    keywords: tuple[str, ...] = ()
    country_of_origin: str = ""
    customs_number: str = ""
    weight_kg: Decimal | None = None
    start: date | None = None
    end: date | None = None
    stock: tuple[ItemStock, ...] = ()
    properties: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """`number` and `version` name it; changes fit only to `previous_version`.

    `record_id` and `properties` of items are what `OrderLine` says of them. `price_kinds`, `places` and `feature_kinds`
    are the lists that items refer to.
    """

    number: str
    items: Iterable[CatalogueItem]
    issue_date: date | None = None
    version: str = ""
    previous_version: str = ""
    mode: CatalogueMode = CatalogueMode.NEW
    name: str = ""
    language: str = ""
    currency: str = ""
    seller: Party | None = None
    buyer: Party | None = None
    start: date | None = None
    end: date | None = None
    territories: tuple[str, ...] = ()
    groups: tuple[CatalogueGroup, ...] = ()
    references: tuple[Reference, ...] = ()
    price_kinds: tuple[PriceKind, ...] = ()
    places: tuple[StockPlace, ...] = ()
    feature_kinds: tuple[FeatureKind, ...] = ()

    kind: ClassVar[str] = "catalogue"
