"""Country codes from what people write into a column of countries."""

from __future__ import annotations

from functools import cache

from babel import Locale

from app.exchange.domain.fields import LANGUAGES, header_key

# short names that are no territory names of the CLDR
_OTHER_NAMES = {
    "eire": "IE", "republic of ireland": "IE", "rsa": "ZA", "usa": "US", "u s a": "US", "uk": "GB", "great britain": "GB",
    "england": "GB", "uae": "AE", "holland": "NL", "korea": "KR", "czech republic": "CZ", "brd": "DE", "ch": "CH",
    "сша": "US", "оаэ": "AE", "великобритания": "GB", "чехия": "CZ", "велика британія": "GB", "чехія": "CZ",
}  # fmt: skip


def country_code(text: str) -> str:
    """The ISO 3166 code of a country, from the code or its name in one of the languages; empty when it is none."""
    return _names().get(header_key(text), "")


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code not in ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"):
                names[header_key(name)] = code
                names[code.casefold()] = code
    return names | _OTHER_NAMES
