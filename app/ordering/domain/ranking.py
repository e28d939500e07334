"""What the order of the shop is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts, 0 to 10; a part from 0 to 1 times its weight is added up. 0 switches a part off."""

    bought: Decimal = Decimal(4)
    stock: Decimal = Decimal(2)
    margin: Decimal = Decimal(1)
    promotion: Decimal = Decimal(2)
    sold: Decimal = Decimal(1)

    def as_json(self) -> dict[str, str]:
        return {part.name: str(getattr(self, part.name)) for part in fields(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, str]) -> Weights:
        return cls(**{part.name: Decimal(values.get(part.name, "0")) for part in fields(cls)})
