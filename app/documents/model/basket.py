"""What a shop gives back to the buyer's purchasing system at the end of a punch-out: no order, only what to order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from app.documents.model.line import Attribute, Classification
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One article. `auxiliary_id` is what the shop needs to show the line again (cXML SupplierPartAuxiliaryID, OCI
    EXT_PRODUCT_ID); `unit_price` is net for `price_base_quantity` of `unit` (1 when empty). `custom` are fields the buyer
    asked for, by the names they have there.
    """

    position: str
    quantity: Decimal
    unit: str = ""
    ids: ItemIds = ItemIds()
    auxiliary_id: str = ""
    name: str = ""
    description: str = ""
    unit_price: Decimal | None = None
    price_base_quantity: Decimal | None = None
    currency: str = ""
    vat_rate: Decimal | None = None
    lead_time_days: int | None = None
    manufacturer: str = ""
    vendor: str = ""
    material_group: str = ""
    is_service: bool = False
    contract: str = ""
    contract_line: str = ""
    quote: str = ""
    quote_line: str = ""
    classifications: tuple[Classification, ...] = ()
    custom: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """`cookie` is the mark by which the buyer's system knows the visit; without lines the visit was given up.

    `allowed` is what the buyer may do with it in the shop later: create, edit or inspect.
    """

    lines: tuple[BasketLine, ...]
    cookie: str = ""
    currency: str = ""
    total: Decimal | None = None
    shipping: Decimal | None = None
    tax: Decimal | None = None
    allowed: str = "create"
    buyer: Party | None = None
    seller: Party | None = None

    kind: ClassVar[str] = "basket"

    @property
    def number(self) -> str:
        return self.cookie
