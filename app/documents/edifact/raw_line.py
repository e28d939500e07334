"""What the messages with lines share: codes, forms of days, and a line as it is being read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import Reference
from app.documents.model.reference import ItemIds
from app.documents.model.totals import VatCategory
from app.documents.segments import Segment

FRAME = frozenset({"UNH", "UNS", "UNT"})
ROLES = {
    "BY": "buyer",
    "SU": "seller",
    "SE": "seller",
    "DP": "ship_to",
    "ST": "ship_to",
    "UC": "ship_to",
    "IV": "invoicee",
}
DELIVERY = {"2": "requested", "64": "earliest", "63": "latest"}
CODES = {
    "EN": "gtin", "SRV": "gtin", "UP": "gtin", "SA": "sku", "VN": "sku", "IN": "buyer_sku", "BP": "buyer_sku", "MF": "manufacturer_sku",
    "MP": "manufacturer_sku", "VP": "sku",
}  # fmt: skip
HANDLED = (
    "ALC", "ALI", "BGM", "CNT", "CPS", "CUX", "DTM", "FTX", "GIN", "IMD", "LIN", "LOC", "MEA", "MOA", "NAD", "PAC", "PAI",
    "PAT", "PCD", "PCI", "PIA", "PRI", "PYT", "QTY", "QVR", "RFF", "RNG", "TAX", "TDT", "TOD",
)  # fmt: skip
CATEGORIES = frozenset(item.value for item in VatCategory)
IDS = ("sku", "buyer_sku", "gtin", "manufacturer_sku")
QUANTITIES = ("21", "12", "47", "113", "1", "11", "46", "59")
PRICES = {"AAA": "unit_price", "AAB": "list_price", "AAE": "list_price", "INV": "unit_price", "NTP": "unit_price"}
TOTALS = {
    "79": "net",
    "125": "net",
    "86": "total",
    "77": "total",
    "9": "total",
    "388": "total",
    "176": "tax",
    "124": "tax",
}
# Segments that begin a group: quantities and dates behind them belong to it, not to the line.
GROUPS = frozenset(
    {
        "PAT",
        "PYT",
        "PRI",
        "RFF",
        "PAC",
        "LOC",
        "TAX",
        "NAD",
        "ALC",
        "TDT",
        "TOD",
        "EQD",
        "SCC",
        "CCI",
        "CPS",
        "LIN",
    }
)


def day_of(text: str) -> date | None:
    try:
        return (
            date(int(text[:4]), int(text[4:6]), int(text[6:8] or 1))
            if text.isascii() and text[:8].isdecimal()
            else None
        )
    except ValueError:
        return None


def _week_of(text: str) -> date | None:
    try:
        return date.fromisocalendar(int(text[:4]), int(text[4:6]), 1) if text.isascii() and text.isdecimal() else None
    except ValueError:
        return None


FORMATS = {"610": day_of, "616": _week_of, "718": day_of}


@dataclass(slots=True)
class RawLine:
    values: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, date | None] = field(default_factory=dict)
    references: list[Reference] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    allowances: list[AllowanceCharge] = field(default_factory=list)
    quantity_rank: int = len(QUANTITIES)
    segment: Segment | None = None
    quantities: dict[str, tuple[Decimal | None, str]] = field(default_factory=dict)

    @property
    def ids(self) -> ItemIds:
        return ItemIds(**{name: self.values[name] for name in IDS if name in self.values})

    def amount(self, *qualifiers: str) -> Decimal | None:
        """The first quantity that is given."""
        return next((self.quantities[name][0] for name in qualifiers if name in self.quantities), None)

    @property
    def unit(self) -> str:
        return next((unit for _, unit in self.quantities.values() if unit), "")
