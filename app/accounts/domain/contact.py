"""E-mail addresses, GLN, IBAN and VAT ids as people type them."""

from __future__ import annotations

import re

from stdnum import ean
from stdnum import iban as iban_number
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from app.core.errors import Invalid
from app.core.texts import N_

_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,190}\.[^\s@<>,;:\"()\[\]\\.]{2,}")
EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)


def email_address(text: str, field: str = "email") -> str:
    """In lower case; raises Invalid for what cannot be one."""
    address = text.strip().lower()
    if not _EMAIL.fullmatch(address) or ".." in address or len(address) > 254 or not address.isascii():
        raise Invalid(field, N_("Enter an e-mail address such as name@example.com."))
    return address


def vat_id(text: str, country: str, field: str = "vat_id") -> str:
    """Compact form, in the EU with its country code (Greece: EL); raises Invalid for a wrong check digit.

    Countries whose rule is not known are accepted as typed, without blanks.
    """
    given = re.sub(r"[\s.\-/]", "", text).upper()
    if not given:
        return ""
    try:
        if country in EU or given.startswith("XI"):  # XI: Northern Ireland
            return str(
                eu_vat.validate(
                    given if _has_prefix(given, country) or given[:2] == "XI" else f"{_prefix(country)}{given}"
                )
            )
        module = get_cc_module(country.lower(), "vat") if country else None
        if module is not None:
            checked = str(module.validate(given))
            return f"GB{checked}" if country == "GB" else checked
    except ValidationError:
        raise Invalid(field, N_("“{given}” is not a valid VAT id of {country}.", given=text, country=country)) from None
    if len(given) > 20:
        raise Invalid(field, N_("A VAT id has at most 20 characters."))
    return given


def _prefix(country: str) -> str:
    return "EL" if country == "GR" else country


def _has_prefix(given: str, country: str) -> bool:
    return given.startswith((_prefix(country), country))


def account_code(text: str, field: str = "code") -> str:
    """An account's number as documents and addresses of pages carry it."""
    code = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._\-]{0,39}", code):
        raise Invalid(
            field, N_("An account number has up to 40 letters, digits, dots, dashes or underscores, such as K-10077.")
        )
    return code


def gln(text: str, field: str = "gln") -> str:
    """A GS1 location number of 13 digits, or empty; raises Invalid for a wrong check digit."""
    given = re.sub(r"[\s\-]", "", text)
    if given and not (len(given) == 13 and ean.is_valid(given)):
        raise Invalid(field, N_("A GLN has 13 digits, the last one a check digit."))
    return given


def iban(text: str, field: str = "iban") -> str:
    """Compact IBAN or empty; raises Invalid for a wrong check sum."""
    if not text.strip():
        return ""
    try:
        return str(iban_number.validate(text))
    except ValidationError:
        raise Invalid(field, N_("This is not a valid IBAN.")) from None
