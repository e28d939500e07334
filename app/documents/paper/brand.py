"""How one legal entity's papers look: its mark, its colour, its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

HOUSE_COLOUR = "#0f5c5c"


@dataclass(frozen=True, slots=True)
class Brand:
    """`logo` is an SVG or PNG file (`logo_type` its media type), empty for the house's own mark.

    `colour` is #rrggbb, of titles and the rule under them. `name` stands beside the logo; empty: the seller's own, and
    nothing where `is_name_shown` is false. `above` and `below` are texts by language, before the lines and behind the
    sums; `foot` are lines below the particulars of every page.
    """

    logo: bytes = b""
    logo_type: str = ""
    colour: str = HOUSE_COLOUR
    name: str = ""
    is_name_shown: bool = True
    above: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)
    foot: tuple[str, ...] = ()

    def said(self, texts: Mapping[str, str], language: str) -> tuple[str, ...]:
        """The lines of a text in a language; nothing where it was not written in it."""
        return tuple(line for line in texts.get(language, "").splitlines() if line.strip())


HOUSE = Brand()
