"""Names, units and languages: 1.2 and 2005 in one way. Namespaces are not looked at, for hardly a real file has the right one."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from lxml import etree

_MAX_NAMES = 10_000
MAX_CATALOGUE = 2_000_000_000  # bytes of a catalogue
NAMESPACE_2005 = "http://www.bmecat.org/bmecat/2005"
NAMESPACE_12 = "http://www.bmecat.org/bmecat/1.2/bmecat_"
_OLD = {"ART_ID": "PROD_ID", "ART_ID_TO": "PROD_ID_TO"}
_LANGUAGES = {
    "deu": "de", "ger": "de", "eng": "en", "fra": "fr", "fre": "fr", "nld": "nl", "dut": "nl", "ita": "it", "spa": "es",
    "por": "pt", "rus": "ru", "ukr": "uk", "pol": "pl", "ces": "cs", "cze": "cs", "slk": "sk", "slo": "sk", "hun": "hu",
    "ron": "ro", "rum": "ro", "bul": "bg", "dan": "da", "swe": "sv", "nor": "no", "fin": "fi", "est": "et", "lav": "lv",
    "lit": "lt", "tur": "tr", "ell": "el", "gre": "el", "hrv": "hr", "srp": "sr", "slv": "sl", "kaz": "kk", "bel": "be",
    "zho": "zh", "chi": "zh", "jpn": "ja",
}  # fmt: skip
_LONG: dict[str, str] = {}
for _long, _short in _LANGUAGES.items():
    _LONG.setdefault(_short, _long)
_PACKAGES = {
    "XBX": "BX",
    "XCT": "CT",
    "XPK": "PK",
    "XRO": "RO",
    "XBG": "BG",
    "XBO": "BO",
    "XCA": "CA",
    "XTU": "TU",
    "XPX": "PF",
}
_LISTED = {"H87": "C62", "PCE": "C62", "BOX": "BX"}
_FROM_PACKAGES = {old: new for new, old in _PACKAGES.items()}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("[\t\r\n]")
_PLAIN = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})", re.ASCII)
_COMMA = re.compile(r"[+-]?[0-9]{1,18},[0-9]{0,12}", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(?:([., ])[0-9]{3})+(?:([.,])[0-9]{1,12})?", re.ASCII)


def clean(text: str) -> str:
    """A value for an attribute: characters that XML cannot carry, and line breaks, become blanks."""
    return _BREAKS.sub(" ", clean_text(text))


def clean_text(text: str) -> str:
    return _FORBIDDEN.sub(" ", text)


class _Names(dict[Any, str]):
    """Tags -> their names of 2005 without namespace: PRODUCT for ARTICLE, SUPPLIER_PID for SUPPLIER_AID."""

    def __missing__(self, tag: Any) -> str:
        if not isinstance(tag, str):
            return ""
        name = tag.rpartition("}")[2].upper()
        name = _OLD.get(name) or re.sub(r"^ARTICLE(?=_|$)", "PRODUCT", name)
        name = re.sub(r"_AID(?=$|_)", "_PID", name)
        if len(self) < _MAX_NAMES:
            self[tag] = name
        return name


NAMES = _Names()


def name_of(element: etree._Element) -> str:
    return NAMES[element.tag]


def language(code: str) -> str:
    """De for deu; what is not known stays."""
    return _LANGUAGES.get(code.casefold(), code)


def long_language(code: str) -> str:
    return _LONG.get(code.partition("-")[0].casefold(), code)


def read_unit(code: str) -> str:
    return _FROM_PACKAGES.get(code, code)


def write_unit(code: str) -> str:
    """Packages without the X of Recommendation 20; pieces as BMEcat's own list has them."""
    return _PACKAGES.get(code) or _LISTED.get(code, code)


def number(text: str) -> tuple[Decimal | None, bool]:
    """A number, and whether it was written as BMEcat asks for: with a point and without separators of thousands."""
    if _PLAIN.fullmatch(text):
        return Decimal(text), True
    if _COMMA.fullmatch(text):
        return Decimal(text.replace(",", ".")), False
    if (found := _THOUSANDS.fullmatch(text)) and found[1] != found[2]:
        whole, mark, rest = text.rpartition(found[2]) if found[2] else (text, "", "")
        return Decimal(re.sub(r"[., ]", "", whole) + (f".{rest}" if mark else "")), False
    return None, False
