"""The label of one package: who sends it to whom, by whom, and its number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PackageLabel:
    """`sscc` may be empty: then there are no bars. Weight in kilograms, `references` are order and shipment numbers."""

    sender: tuple[str, ...]
    receiver: tuple[str, ...]
    sscc: str
    position: int
    packages: int
    kind: str
    weight: Decimal | None = None
    carrier: str = ""
    carrier_text: str = ""
    tracking_number: str = ""
    references: tuple[str, ...] = ()
