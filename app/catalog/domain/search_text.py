"""Words and numbers as search compares them. The SQL functions of migration 0014 do the same; a test compares both."""

from __future__ import annotations

import re
import unicodedata

_FOLD = str.maketrans({
    "ё": "е", "ґ": "г", "ß": "ss", "æ": "ae", "œ": "oe", "ł": "l", "ø": "o", "ı": "i",
    "·": " ", "'": None, "’": None, "ʼ": None, "`": None, "´": None, "\u0307": None,
})  # fmt: skip
_ACCENTED = "àáâãäåāăąçćčďèéêëēėęěğìíîïīįķĺļľñńņňòóôõöōőŕřśşšţťùúûüūůűųýÿźżž"
_PLAIN = str.maketrans({letter: unicodedata.normalize("NFD", letter)[0] for letter in _ACCENTED})
_DECIMAL = re.compile(r"([0-9])[.,](?=[0-9])")
_SIGNS = re.compile(r"[^a-zа-яіїє0-9·]+")
_DIGIT = re.compile(r"[0-9]")
# Cyrillic letters that look like Latin ones count as these in words and numbers with digits: М10х50 is M10x50.
_ALIKE = str.maketrans("авекмнорстух", "abekmhopctyx")
_BAR_CODE = 8  # digits of the shortest
LETTERS = re.compile(r"[a-zа-яіїє]+")


def plain(text: str) -> str:
    """Lower-case without accents and apostrophes, signs as blanks, decimals with a point."""
    folded = unicodedata.normalize("NFKC", text.lower()).lower().translate(_FOLD).translate(_PLAIN)
    return _SIGNS.sub(" ", _DECIMAL.sub(r"\1·", folded)).strip().replace("·", ".")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, as the index holds them."""
    return tuple(word.translate(_ALIKE) if has_digit(word) else word for word in plain(text).split(" ") if word)


def number_of(text: str) -> str:
    """A number without signs and blanks; a bar code also without the zeros before it."""
    number = plain(text).replace(" ", "").replace(".", "").translate(_ALIKE)
    return number.lstrip("0") if len(number) >= _BAR_CODE and number.isdecimal() else number


def has_digit(word: str) -> bool:
    return bool(_DIGIT.search(word))
