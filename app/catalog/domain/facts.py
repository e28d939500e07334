"""What the history tells of an article: the names of its facts, and how two portraits differ."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.core.texts import N_, Message

Portrait = Mapping[str, Any]

FACTS: Mapping[str, Message] = MappingProxyType({
    "name": N_("Name"), "names": N_("Names"), "description": N_("Description"), "descriptions": N_("Descriptions"),
    "category": N_("Category"), "brand": N_("Brand"), "mpn": N_("Maker's number"), "gtin": N_("Bar code (GTIN)"),
    "base_unit": N_("Base unit"), "precision": N_("Digits after the decimal sign"), "minimum": N_("Smallest quantity"),
    "step": N_("In steps of"), "maximum": N_("Largest quantity"), "anchor": N_("Steps are counted from"),
    "vat_category": N_("VAT"), "vat_class": N_("VAT class"), "weight_kg": N_("Weight in kg per base unit"),
    "length_mm": N_("Length in mm"), "width_mm": N_("Width in mm"), "height_mm": N_("Height in mm"),
    "lead_time_days": N_("Working days to get more"), "stock_policy": N_("When the stock is used up"),
    "status": N_("State"), "successor_sku": N_("Number of the successor"), "discount_group": N_("Discount group"),
    "attributes": N_("Properties"), "custom": N_("Own fields"), "hazard": N_("Hazard"),
    "origin_country": N_("Country of origin"), "customs_code": N_("Customs code"), "units": N_("Units and packs"),
    "variant_of": N_("Variant of"), "axes": N_("Variants differ in"), "pictures": N_("Pictures"),
    "attachments": N_("Files"),
})  # fmt: skip


def changes_of(before: Portrait, after: Portrait) -> dict[str, list[Any]]:
    """Each fact that differs with its value before and after."""
    return {name: [before[name], after[name]] for name in FACTS if before[name] != after[name]}


def is_pair(value: Any) -> bool:
    """Whether an entry of the history holds a value before and after."""
    return isinstance(value, list) and len(value) == 2
