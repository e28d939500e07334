"""The mark at the head of printed documents: an SVG drawn inside the page, or a PNG carried along."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from pathlib import Path

from lxml import etree
from markupsafe import Markup

from app.core.errors import Invalid
from app.core.texts import N_
from app.core.xml import XmlError, parse
from app.documents.paper.brand import Brand

SVG, PNG = "image/svg+xml", "image/png"
LARGEST_FILE = 300_000
_SEAL = Path(__file__).resolve().parents[1] / "static" / "img" / "favicon.svg"
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_WIDEST_SIDE = 3000
_FORBIDDEN = {"script", "foreignObject", "image", "use", "a", "animate", "set", "style", "iframe", "text"}
_OUTSIDE = re.compile(r"url\(\s*['\"]?(?!#)|^\s*(https?|file|data|javascript):|@import", re.IGNORECASE)


def logo_markup(brand: Brand) -> Markup:
    """What the templates put at the head; the house's mark where the brand has none."""
    if not brand.logo:
        return _svg(_SEAL.read_bytes())
    if brand.logo_type == PNG:
        return Markup('<img src="data:image/png;base64,{}" alt=""/>').format(base64.b64encode(brand.logo).decode())
    return _svg(brand.logo)


@lru_cache(maxsize=16)
def _svg(data: bytes) -> Markup:
    """Read within the limits for foreign XML and written anew, because it stands inside our own."""
    return Markup(etree.tostring(parse(data), encoding="unicode"))  # noqa: S704


def media_type_of(data: bytes) -> str:
    """What a file is that somebody wants as logo, after looking inside; Invalid with what to do otherwise.

    An SVG may only draw: no scripts, pictures, styles or texts (their fonts are not ours), nothing from outside.
    """
    if len(data) > LARGEST_FILE:
        raise Invalid("logo", N_("The logo is larger than 300 kB."))
    if data.startswith(_PNG_MARK) and len(data) > 24:
        sides = (int.from_bytes(data[16:20]), int.from_bytes(data[20:24]))
        if not all(0 < side <= _WIDEST_SIDE for side in sides):
            raise Invalid("logo", N_("The logo is more than 3,000 pixels wide or high."))
        return PNG
    try:
        root = parse(data)
    except XmlError:
        raise Invalid("logo", N_("The logo must be an SVG or PNG file.")) from None
    if etree.QName(root).localname != "svg":
        raise Invalid("logo", N_("The logo must be an SVG or PNG file."))
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = etree.QName(element).localname
        values = [str(value) for value in element.attrib.values()]
        events = [key for key in element.attrib if str(key).startswith("on")]
        if name in _FORBIDDEN or events or any(_OUTSIDE.search(value) for value in values):
            raise Invalid(
                "logo", N_("The SVG holds {name}, which a printed logo may not have. Save it as paths.", name=name)
            )
    return SVG


def logo_ratio(brand: Brand) -> int:
    """Width of the mark in hundredths of its height; what cannot be told counts as square."""
    if brand.logo_type == PNG and brand.logo:
        return int.from_bytes(brand.logo[16:20]) * 100 // max(int.from_bytes(brand.logo[20:24]), 1)
    if not brand.logo:
        return 100
    box = re.split(r"[\s,]+", str(parse(brand.logo).get("viewBox", "")).strip())
    sides = [int(part.partition(".")[0] or 0) for part in box if re.fullmatch(r"-?[0-9]*(\.[0-9]+)?", part)]
    return sides[2] * 100 // sides[3] if len(sides) == 4 and sides[3] > 0 else 100
