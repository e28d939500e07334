"""What an importer or a form says about an article, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from stdnum import ean

from app.catalog.domain.article import key_of
from app.catalog.domain.attributes import CODE_LENGTH
from app.catalog.domain.hazard import Hazard, hazard_problem, origin_problem
from app.core.quantity import Anchor, QuantityRule
from app.core.texts import N_, Message

STATUSES = ("active", "run_out", "discontinued")
STOCK_POLICIES = ("stock", "backorder")
VAT_CATEGORIES = ("S", "Z", "E", "AE", "K", "G", "O", "L", "M")  # UNTDID 5305 as EN 16931 allows it
_LENGTHS = {"sku": 60, "name": 300, "brand": 100, "mpn": 80, "vat_class": 12, "discount_group": 10}
SIZES = ("length_mm", "width_mm", "height_mm")
MAX_AXES = 5
_LARGEST = Decimal(10) ** 12  # what numeric(18, 6) holds


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack: one of it holds numerator / denominator base units; weight and size with what is in it."""

    unit: str
    numerator: int
    denominator: int = 1
    gtin: str = ""
    precision: int = 0
    weight_kg: Decimal | None = None
    length_mm: Decimal | None = None
    width_mm: Decimal | None = None
    height_mm: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One article; None leaves a field as it is (a new article gets the usual value).

    `names` and `descriptions` are by language and add to those known; `units` and `attributes` replace what is known.
    Quantities are in the base unit. The successor may come later than the article that names it. `axes` are codes of
    the attributes in which the variants of this article differ: naming them makes it a head, none makes it an article
    like others. `variant_of` is the number of a head, "" takes the article out of its family. `custom` are values of the
    operator's own fields by code and add to those known; "" takes one out.
    """

    sku: str
    name: str | None = None
    names: Mapping[str, str] | None = None
    description: str | None = None
    category: str | None = None
    brand: str | None = None
    mpn: str | None = None
    gtin: str | None = None
    base_unit: str | None = None
    precision: int | None = None
    minimum: Decimal | None = None
    step: Decimal | None = None
    maximum: Decimal | None = None
    anchor: str | None = None
    vat_category: str | None = None
    vat_class: str | None = None
    weight_kg: Decimal | None = None
    lead_time_days: int | None = None
    stock_policy: str | None = None
    status: str | None = None
    successor_sku: str | None = None
    discount_group: str | None = None
    attributes: Mapping[str, str] | None = None
    units: tuple[PackRow, ...] | None = None
    descriptions: Mapping[str, str] | None = None
    origin_country: str | None = None
    customs_code: str | None = None
    hazard: Hazard | None = None
    custom: Mapping[str, str] | None = None
    length_mm: Decimal | None = None
    width_mm: Decimal | None = None
    height_mm: Decimal | None = None
    variant_of: str | None = None
    axes: tuple[str, ...] | None = None


def problem_of(row: ArticleRow) -> tuple[str, Message] | None:
    """The field at fault and what to do about it, or None."""
    if not key_of(row.sku):
        return "sku", N_("The article number is missing.")
    for name, length in _LENGTHS.items():
        if len(getattr(row, name) or "") > length:
            return name, N_("At most {length} characters fit here.", length=length)
    if row.name is not None and not row.name.strip():
        return "name", N_("The name is missing.")
    if row.gtin and not is_gtin(row.gtin):
        return "gtin", N_("{gtin} is no GTIN: its check digit does not fit.", gtin=row.gtin)
    for field, value, allowed in (
        ("status", row.status, STATUSES),
        ("stock_policy", row.stock_policy, STOCK_POLICIES),
        ("vat_category", row.vat_category, VAT_CATEGORIES),
        ("anchor", row.anchor, tuple(Anchor)),
    ):
        if value is not None and value not in allowed:
            return field, N_("{given} is not one of {allowed}.", given=value, allowed=", ".join(allowed))
    if row.successor_sku and key_of(row.successor_sku) == key_of(row.sku):
        return "successor_sku", N_("An article cannot be its own successor.")
    return _unit_problem(row) or _rule_problem(row) or _family_problem(row) or _goods_problem(row)


def _goods_problem(row: ArticleRow) -> tuple[str, Message] | None:
    found = origin_problem(row.origin_country, row.customs_code)
    return found or (hazard_problem(row.hazard) if row.hazard is not None else None)


def is_gtin(text: str) -> bool:
    """8, 12, 13 or 14 digits with the right check digit."""
    return len(text) in (8, 12, 13, 14) and bool(ean.is_valid(text))


def _is_unit(code: str) -> bool:
    """Shaped like a code of UN/ECE Recommendation 20 or 21."""
    return 2 <= len(code) <= 3 and code.isascii() and code.isalnum()


def _unit_problem(row: ArticleRow) -> tuple[str, Message] | None:
    if row.base_unit is not None and not _is_unit(row.base_unit):
        return "base_unit", N_("A unit is a code of two or three letters (UN/ECE), such as H87 for piece.")
    if row.precision is not None and not 0 <= row.precision <= 6:
        return "precision", N_("From 0 to 6 digits after the decimal sign.")
    seen = {row.base_unit}
    for pack in row.units or ():
        if not _is_unit(pack.unit):
            return "units", N_("A unit is a code of two or three letters (UN/ECE), such as H87 for piece.")
        if pack.unit in seen:
            return "units", N_("The unit {unit} stands there twice.", unit=pack.unit)
        if pack.numerator <= 0 or pack.denominator <= 0:
            return "units", N_("A pack holds more than nothing.")
        if pack.gtin and not is_gtin(pack.gtin):
            return "units", N_("{gtin} is no GTIN: its check digit does not fit.", gtin=pack.gtin)
        for size in (pack.weight_kg, pack.length_mm, pack.width_mm, pack.height_mm):
            if size is not None and not 0 <= size < _LARGEST:
                return "units", N_("{quantity} is out of range.", quantity=size)
        seen.add(pack.unit)
    return None


def _family_problem(row: ArticleRow) -> tuple[str, Message] | None:
    if row.axes and row.variant_of:
        return "variant_of", N_("An article stands for variants or is one, not both.")
    if row.axes and (len(set(row.axes)) != len(row.axes) or len(row.axes) > MAX_AXES):
        return "axes", N_("Variants differ in at most {n} attributes, each named once.", n=MAX_AXES)
    if any(not code.strip() or len(code) > CODE_LENGTH for code in (*(row.axes or ()), *(row.attributes or ()))):
        return "attributes", N_("The code of an attribute has at most {n} characters.", n=CODE_LENGTH)
    if row.variant_of and key_of(row.variant_of) == key_of(row.sku):
        return "variant_of", N_("An article cannot be a variant of itself.")
    return None


def _rule_problem(row: ArticleRow) -> tuple[str, Message] | None:
    for field in ("minimum", "step", "maximum", "weight_kg", *SIZES):
        value: Decimal | None = getattr(row, field)
        if value is not None and not 0 <= value < _LARGEST:
            return field, N_("{quantity} is out of range.", quantity=value)
    if row.lead_time_days is not None and not 0 <= row.lead_time_days <= 3650:
        return "lead_time_days", N_("{quantity} is out of range.", quantity=row.lead_time_days)
    rule = QuantityRule(
        row.minimum or Decimal(0), row.step or Decimal(0), row.maximum, Anchor(row.anchor or Anchor.ZERO)
    )
    if rule.problem() is None:
        return None
    if rule.maximum is not None and rule.maximum < rule.minimum:
        return "maximum", N_("The maximum is below the minimum.")
    return "minimum", N_("The minimum must be a multiple of the step.")
