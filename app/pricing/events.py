"""What happens to price lists; ids only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PricesWillChange:
    """A version of a price list starts soon; told once for each first day."""

    price_list_id: int


@dataclass(frozen=True, slots=True)
class PriceListEnds:
    """A price list ends soon and nothing follows it; told once for each last day."""

    price_list_id: int
