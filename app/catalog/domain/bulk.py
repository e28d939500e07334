"""Changing one field of many articles: which fields, what may be written into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.catalog.domain.article_row import STATUSES, STOCK_POLICIES, ArticleRow, problem_of
from app.catalog.domain.facts import FACTS
from app.core.errors import Invalid
from app.core.texts import N_, Message

FIELDS: Mapping[str, Message] = MappingProxyType({
    "category": FACTS["category"], "brand": FACTS["brand"], "status": FACTS["status"], "vat_class": FACTS["vat_class"],
    "quantities": N_("Smallest quantity and step"), "stock_policy": FACTS["stock_policy"],
    "lead_time_days": FACTS["lead_time_days"], "discount_group": FACTS["discount_group"], "attribute": N_("Property"),
})  # fmt: skip
# facts a field consists of, as portraits name them
FACTS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType({
    **{name: (name,) for name in FIELDS}, "quantities": ("minimum", "step"), "attribute": ("attributes",),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of articles was narrowed by."""

    words: str = ""
    category: str = ""
    with_discontinued: bool = False


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What is to stand in a field: the facts, or code and value of an attribute ("" takes it out)."""

    field: str
    facts: Mapping[str, Any]
    attribute: str = ""
    value: str = ""

    def as_json(self) -> dict[str, Any]:
        return {"facts": dict(self.facts), "attribute": self.attribute, "value": self.value}

    @classmethod
    def from_json(cls, field: str, values: Mapping[str, Any]) -> BulkChange:
        return cls(field, values["facts"], values["attribute"], values["value"])


def quantities(minimum: Decimal | None, step: Decimal | None) -> BulkChange:
    return BulkChange("quantities", {"minimum": _digits(minimum or Decimal(0)), "step": _digits(step or Decimal(0))})


def _digits(number: Decimal) -> str:
    return f"{number.normalize() + 0:f}"


def demand_fit(change: BulkChange) -> None:
    """Raise Invalid for what no article could have; categories and attributes are looked up by the service."""
    if change.field not in FIELDS:
        raise Invalid("field", N_("Choose what is to be changed."))
    if change.field == "attribute":
        if not change.attribute.strip():
            raise Invalid("attribute", N_("Choose the property."))
        return
    facts = dict(change.facts)
    for name, allowed in (("status", STATUSES), ("stock_policy", STOCK_POLICIES)):
        if name in facts and facts[name] not in allowed:
            raise Invalid(name, N_("{given} is not one of {allowed}.", given=facts[name], allowed=", ".join(allowed)))
    if change.field == "vat_class" and not facts["vat_class"]:
        raise Invalid("vat_class", N_("Name the class."))
    known = ("brand", "vat_class", "lead_time_days", "discount_group")
    values: dict[str, Any] = {name: facts[name] for name in known if name in facts}
    values |= {name: Decimal(facts[name]) for name in ("minimum", "step") if name in facts}
    # The anchor is each article's own: the service counts those whose rule the numbers do not fit.
    found = problem_of(ArticleRow("X", anchor="minimum", **values))
    if found:
        raise Invalid(*found)
