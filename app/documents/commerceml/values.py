"""How CommerceML writes values: numbers, days, units by OKEI, currencies by their short names."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

from app.documents.okei import from_okei, to_okei

NAMESPACE = "urn:1C.ru:commerceml_2"
VERSION = "2.10"
ROOT = "КоммерческаяИнформация"
TRUE = frozenset({"true", "1", "да", "истина"})

_NAMES = {
    "штука": "H87", "штук": "H87", "шт.": "H87", "килограмм": "KGM", "грамм": "GRM", "тонна": "TNE", "метр": "MTR",
    "литр": "LTR", "упаковка": "XPK", "упак.": "XPK", "уп": "XPK", "уп.": "XPK", "пара": "PR", "компл.": "KT", "комплект": "KT",
    "рулон": "XRO", "рул.": "XRO", "ящик": "XBX", "кв.м": "MTK", "м²": "MTK", "м³": "MTQ", "час": "HUR", "pce": "H87", "nmp": "XPK",
    "npr": "PR",
}  # fmt: skip
_SHORT = {"H87": "PCE", "C62": "PCE", "XPK": "NMP", "PR": "NPR"}
_CURRENCIES = {
    "руб": "RUB", "руб.": "RUB", "rur": "RUB", "643": "RUB", "810": "RUB", "грн": "UAH", "980": "UAH", "840": "USD", "978": "EUR",
    "дол": "USD", "евро": "EUR", "тенге": "KZT", "398": "KZT", "933": "BYN", "бел.руб": "BYN", "156": "CNY", "826": "GBP",
}  # fmt: skip
_NUMBER = re.compile(r"([+-]?[0-9]{1,18})?(?:\.([0-9]{0,12}))?", re.ASCII)
_BLANKS = str.maketrans("", "", " \t\r\n\u00a0\u202f")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)


def read_number(text: str) -> Decimal | None:
    """1234.5, 1 234,50, +3 and .5 are numbers; None for what is none."""
    plain = text.translate(_BLANKS).replace(",", ".")
    found = _NUMBER.fullmatch(plain)
    if found is None or not (found[1] or found[2]):
        return None
    return Decimal(plain)


def read_day(text: str) -> date | None:
    """2021-02-11, 11.02.2021 or 20210211, alone or before a time."""
    start = text.strip()[:10]
    if len(start) == 10 and start[2:3] == "." == start[5:6]:
        start = f"{start[6:]}-{start[3:5]}-{start[:2]}"
    elif "-" not in start and start[:8].isascii() and start[:8].isdigit():
        start = f"{start[:4]}-{start[4:6]}-{start[6:8]}"
    try:
        return date.fromisoformat(start)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    found = _TIME.match(text.strip())
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
    except ValueError:
        return None


def unit_of(code: str, name: str = "") -> str:
    """The UN/ECE code of a unit by its OKEI number, else by its name; what is not known stays as it is written."""
    code, name = code.strip(), name.strip()
    if code.isascii() and code.isdigit():
        found = from_okei(code.zfill(3))
        return found if found != code.zfill(3) else code
    code = code or name
    return _NAMES.get(code.casefold()) or from_okei("", code)


def unit_facts(unit: str) -> dict[str, str]:
    """The attributes of БазоваяЕдиница."""
    short = _SHORT.get(unit, unit)
    return {"Код": to_okei(unit), "МеждународноеСокращение": short if len(short) == 3 and short.isascii() else ""}


def currency_of(name: str) -> str:
    """Three letters; what is not known stays as it is written, in capitals."""
    name = name.strip()
    return _CURRENCIES.get(name.casefold(), name.upper())


def is_true(text: str) -> bool:
    return text.strip().casefold() in TRUE
