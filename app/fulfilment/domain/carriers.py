"""Where a package is: the carrier's page for a tracking number."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

PLACE = "{number}"


def is_pattern(pattern: str) -> bool:
    """Whether it is an address of the web with one place for the number."""
    parts = urlsplit(pattern)
    return parts.scheme == "https" and bool(parts.hostname) and pattern.count(PLACE) == 1 and PLACE not in parts.netloc


def tracking_address(pattern: str, number: str) -> str:
    """The page of one package; "" without a pattern or a number."""
    number = number.replace(" ", "")
    return pattern.replace(PLACE, quote(number, safe="")) if pattern and number else ""
