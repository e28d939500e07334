"""Which VAT category and rate a sale has: by the seller's country, the customer's country and VAT number, the article.

Categories are those of UNTDID 5305 as EN 16931 uses them; reason codes are of the VATEX list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from app.core.errors import Invalid
from app.core.texts import N_, Message

# Member states: sales from one to another are intra-Community.
EU = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))  # fmt: skip
ZERO = Decimal(0)
_VATEX = re.compile(r"VATEX-[A-Z]{2}-[A-Z0-9]{1,8}(-[A-Z0-9]{1,4})?")

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
class PlaceRule:
    """What a VAT class is in the customer's country, where that is not just a rate; S takes an earlier rule back."""

    category: str
    reason: Reason = ("", None)


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sells to whom; the VAT number with its country letters.

    `is_checked` says that the number was checked and found valid; `exemption` is the reason of a certificate that holds,
    `rules` are those of the customer's country by VAT class. `shows_gross`: the customer reads prices with VAT.
    """

    seller_country: str
    customer_country: str
    customer_vat_id: str = ""
    is_checked: bool = False
    exemption: Reason | None = None
    rules: Mapping[str, PlaceRule] = field(default_factory=dict)
    shows_gross: bool = False

    @property
    def is_abroad(self) -> bool:
        return self.customer_country != self.seller_country

    @property
    def has_foreign_vat_id(self) -> bool:
        """Whether the customer buys under a number of another member state (Greece writes EL)."""
        letters = self.customer_vat_id[:2].upper()
        country = {"EL": "GR"}.get(letters, letters)
        return country in EU and country != self.seller_country

    @property
    def reasons(self) -> dict[str, Reason]:
        """Reasons of their own that documents give, by category."""
        found = {rule.category: rule.reason for rule in self.rules.values() if any(rule.reason)}
        if self.exemption is not None:
            found["E"] = self.exemption
        return found


@dataclass(frozen=True, slots=True)
class Treatment:
    """Category and rate in percent; the rate is None for O, and where it is unknown (`problem` says so)."""

    category: str
    rate: Decimal | None
    problem: Message | None = None


def parties_of(seller_country: str, country: str, vat_id: str, facts: Mapping[str, Any]) -> Parties:
    """Parties from what the database says: `checked`, `exempt` (reason, code), `rules` by class (category, reason, code), `gross`."""
    exempt, rules = facts["exempt"], facts["rules"] or {}
    return Parties(
        seller_country,
        country,
        vat_id,
        bool(facts["checked"]),
        _reason(*exempt) if exempt else None,
        {vat_class: PlaceRule(category, _reason(text, code)) for vat_class, (category, text, code) in rules.items()},
        bool(facts.get("gross")),
    )


def _reason(text: str, code: str) -> Reason:
    """What staff has entered is said as it is."""
    return code, Message(text) if text else None


def treat(parties: Parties, category: str, vat_class: str, rates: Mapping[str, Decimal]) -> Treatment:
    """Decide for one article; `rates` are those of the seller's country on the day, by VAT class.

    In this order: the rule of the place, what the article is by itself, exports and intra-Community supplies, the
    account's certificate, the rate. Only a checked number lets the customer owe the VAT (K, AE); without one the seller's
    is charged. Exports are G from the EU, else Z.
    """
    if not parties.customer_country:
        return Treatment("S", None, N_("The account has no country, so its VAT cannot be told. Please ask us."))
    rule = parties.rules.get(vat_class)
    if rule is not None and not (rule.category == "AE" and not parties.is_checked):
        category = rule.category
    if category == "AE" and not parties.is_checked:
        category = "S"
    if category not in ("S", "Z"):
        return Treatment(category, None if category == "O" else ZERO)
    if parties.is_abroad:
        if parties.seller_country not in EU:
            return Treatment("Z", ZERO)
        if parties.customer_country not in EU:
            return Treatment("G", ZERO)
        if parties.has_foreign_vat_id and parties.is_checked:
            return Treatment("K", ZERO)
    if parties.exemption is not None:
        return Treatment("E", ZERO)
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


def demand_reason_code(code: str) -> str:
    """A code of the VATEX list as documents carry it, or empty; raises Invalid."""
    given = code.strip().upper()
    if given and not _VATEX.fullmatch(given):
        raise Invalid(
            "reason_code", N_("A code of the VATEX list looks like VATEX-EU-132; leave it empty if in doubt.")
        )
    return given
