"""Head or line of a transaction set as it is read, before it becomes part of a neutral document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import Reference
from app.documents.model.reference import ItemIds, ScalePrice


@dataclass(slots=True)
class Ack:
    """ACK: what becomes of the line, with the article that comes instead."""

    code: str
    quantity: Decimal | None
    unit: str
    day: date | None
    day_kind: str
    ids: dict[str, str]
    added: bool = False


@dataclass(slots=True)
class RawLine:
    """Head or line as it is read; `dates` by their use, `days` by their qualifier."""

    values: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, date | None] = field(default_factory=dict)
    days: dict[str, date | None] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    allowances: list[AllowanceCharge] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    prices: list[ScalePrice] = field(default_factory=list)
    taxes: list[tuple[str, Decimal | None, Decimal | None, str, Decimal | None]] = field(default_factory=list)
    reason: str = ""

    @property
    def ids(self) -> ItemIds:
        return item_ids(self.values)

    def get(self, name: str) -> str:
        return str(self.values.get(name) or "")

    def number_of(self, kind: str) -> str:
        """The number of the first reference of a kind, which is then no other reference any more."""
        for at, item in enumerate(self.references):
            if item.kind == kind:
                del self.references[at]
                return item.number
        return ""


def item_ids(values: dict[str, Any]) -> ItemIds:
    return ItemIds(**{name: str(values.get(name, "")) for name in ("sku", "buyer_sku", "gtin", "manufacturer_sku")})
