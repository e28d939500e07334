"""The picture of an article that has none: two letters on a sheet, drawn as SVG."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
LETTERS = re.compile(r"[^\W_]{1,2}")
# Soft ink with transparency reads on light and dark paper alike.
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">\
<rect x="0.5" y="0.5" width="95" height="95" rx="6" fill="#5b666d" fill-opacity="0.08" stroke="#5b666d" \
stroke-opacity="0.25"/><text x="48" y="59" text-anchor="middle" fill="#7f8a90" font-size="32" font-weight="600" \
font-family="Inter, IBM Plex Sans, sans-serif">{letters}</text></svg>"""


@lru_cache(maxsize=8192)
def initials(brand: str, name: str) -> str:
    """Two letters of the brand, without one of the name: "Nordkontor" NO, "Hex bolt" HB."""
    words: list[str] = _WORD.findall(brand or name)
    if not words:
        return "K"
    return (words[0][:2] if len(words) == 1 or brand else words[0][0] + words[1][0]).upper()


def placeholder(letters: str) -> str:
    """The SVG; the letters are checked against LETTERS by the caller."""
    return _SVG.format(letters=letters)
