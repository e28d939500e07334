"""What the history of an article tells, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.web.texts import _

_ACTIONS = {"created": _("Article created"), "changed": _("Article changed")}
_FIELDS = {
    "name": _("Name"), "names": _("Names"), "description": _("Description"), "category": _("Category"),
    "brand": _("Brand"), "mpn": _("Maker's number"), "gtin": _("Bar code (GTIN)"), "base_unit": _("Base unit"),
    "precision": _("Digits after the decimal sign"), "minimum": _("Smallest quantity"), "step": _("In steps of"),
    "maximum": _("Largest quantity"), "anchor": _("Steps are counted from"), "vat_category": _("VAT"),
    "vat_class": _("VAT class"), "weight_kg": _("Weight in kg per base unit"),
    "lead_time_days": _("Working days to get more"), "stock_policy": _("When the stock is used up"),
    "status": _("State"), "successor_sku": _("Number of the successor"), "discount_group": _("Discount group"),
    "units": _("Units and packs"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline."""

    at: datetime
    what: str
    who: str
    note: str


def told(entries: Iterable[Any]) -> list[Told]:
    """Audit rows in words, the latest first."""
    lines = [
        Told(entry.at, str(_ACTIONS.get(entry.action, entry.action)), entry.user_name, _note(entry.changes))
        for entry in entries
    ]
    return lines[::-1]


def _note(changes: dict[str, Any]) -> str:
    parts = []
    for name, value in changes.items():
        if isinstance(value, list) and len(value) == 2:
            before, after = (_shown(part) for part in value)
            parts.append(f"{_FIELDS.get(name, name)}: {before} → {after}")
    return "; ".join(parts)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {part}" for key, part in value.items()) or "–"
    text = "–" if value in (None, "") else str(value)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "", 1).lstrip("-").isdigit() else text
