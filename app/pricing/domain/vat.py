"""Which VAT category and rate a sale has: by the seller's country, the customer's country and VAT number, the article.

Categories are those of UNTDID 5305 as EN 16931 uses them; reason codes are of the VATEX list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from app.core.texts import N_, Message

# Member states: sales from one to another are intra-Community.
EU = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
ZERO = Decimal(0)

Reason: TypeAlias = tuple[str, Message | None]
"""Why no tax is due: VATEX code (may be empty) and text (BT-121, BT-120)."""

REASONS: Mapping[str, tuple[str, Message]] = {
    "E": ("", N_("Exempt from VAT")),
    "K": ("VATEX-EU-IC", N_("Intra-Community supply, exempt from VAT")),
    "G": ("VATEX-EU-G", N_("Export outside the EU, exempt from VAT")),
    "AE": ("VATEX-EU-AE", N_("Reverse charge: the customer owes the VAT")),
    "O": ("VATEX-EU-O", N_("Not subject to VAT")),
}


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sells to whom; the VAT number with its country letters."""

    seller_country: str
    customer_country: str
    customer_vat_id: str = ""

    @property
    def is_abroad(self) -> bool:
        return self.customer_country != self.seller_country

    @property
    def has_foreign_vat_id(self) -> bool:
        """Whether the customer buys under a number of another member state (Greece writes EL)."""
        letters = self.customer_vat_id[:2].upper()
        country = {"EL": "GR"}.get(letters, letters)
        return country in EU and country != self.seller_country


@dataclass(frozen=True, slots=True)
class Treatment:
    """Category and rate in percent; the rate is None for O, and where it is unknown (`problem` says so)."""

    category: str
    rate: Decimal | None
    problem: Message | None = None


def treat(parties: Parties, category: str, vat_class: str, rates: Mapping[str, Decimal]) -> Treatment:
    """Decide for one article; `rates` are those of the seller's country on the day, by VAT class.

    An EU customer without a VAT number of another state pays the seller's VAT. Exports are G from the EU, else Z.
    """
    if not parties.customer_country:
        return Treatment("S", None, N_("The account has no country, so its VAT cannot be told. Please ask us."))
    if category not in ("S", "Z"):
        return Treatment(category, None if category == "O" else ZERO)
    if parties.is_abroad:
        if parties.seller_country not in EU:
            return Treatment("Z", ZERO)
        if parties.customer_country not in EU:
            return Treatment("G", ZERO)
        if parties.has_foreign_vat_id:
            return Treatment("K", ZERO)
    if category == "Z":
        return Treatment("Z", ZERO)
    rate = rates.get(vat_class)
    if rate is None:
        return Treatment(
            "S", None, N_("There is no VAT rate of the class {vat_class} in {country}.", vat_class=vat_class,
                          country=parties.seller_country),
        )  # fmt: skip
    return Treatment("S", rate) if rate else Treatment("Z", ZERO)


def reason(category: str) -> Reason:
    """VATEX code and text that a document must give for a category without tax; empty for S and Z."""
    return REASONS.get(category, ("", None))
