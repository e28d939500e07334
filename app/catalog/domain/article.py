"""An article as buyers, prices and stock need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.core.quantity import Factor, QuantityRule
from app.core.tables.rows import BLANKS

_ONE = Factor(1)
_NO_BLANKS = {ord(sign): None for sign in BLANKS}


def key_of(code: str) -> str:
    """A code as it is compared: without blanks of any kind, upper-case."""
    return code.translate(_NO_BLANKS).upper()


@dataclass(frozen=True, slots=True)
class Article:
    """What can be ordered. `units` are the packs beside the base unit, `rule` is in the base unit.

    `precision` is the digits after the point of a quantity in the base unit, `unit_precision` those of packs that may be
    divided (absent: whole). `picture` is the content hash of the first one, or empty. `found_unit` is the pack whose own
    GTIN was asked for, else empty. `variants` is how many a head stands for, None for what is an article itself.
    `is_visible`: in the assortment of the account it was asked for.
    """

    id: int
    sku: str
    name: str
    base_unit: str
    units: Mapping[str, Factor]
    rule: QuantityRule
    precision: int = 0
    vat_category: str = "S"
    vat_class: str = "standard"
    status: str = "active"
    stock_policy: str = "stock"
    lead_time_days: int | None = None
    gtin: str = ""
    customer_number: str = ""
    successor_sku: str = ""
    brand: str = ""
    mpn: str = ""
    found_unit: str = ""
    unit_precision: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    picture: str = ""
    variants: int | None = None
    is_kit: bool = False
    is_visible: bool = True

    @property
    def is_active(self) -> bool:
        """Whether it is sold, be it only what is left."""
        return self.status != "discontinued"

    @property
    def is_head(self) -> bool:
        """Whether it stands for variants and cannot be ordered itself."""
        return self.variants is not None

    @property
    def is_running_out(self) -> bool:
        """Whether it is sold until the stock is gone, and then no longer."""
        return self.status == "run_out"

    @property
    def order_policy(self) -> str:
        """The stock policy that holds for orders: what runs out is never waited for."""
        return "run_out" if self.is_running_out else self.stock_policy

    def factor(self, unit: str) -> Factor | None:
        """How many base units one such unit holds, None when the article is not sold in it."""
        return _ONE if unit == self.base_unit else self.units.get(unit)

    @property
    def all_units(self) -> tuple[str, ...]:
        """The base unit first, then the packs."""
        return (self.base_unit, *self.units)
