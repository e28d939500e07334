"""Elements in memory, written as windows-1251 with their attributes in the order they were put."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

_FORBIDDEN = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
ENCODING = "windows-1251"
_CENT = Decimal("0.01")


def put(parent: etree._Element, tag: str, values: Mapping[str, str] | None = None) -> etree._Element:
    """A child with those attributes that have a value. Characters XML cannot carry become blanks."""
    element: etree._Element = etree.SubElement(parent, tag)
    for name, value in (values or {}).items():
        if value:
            element.set(name, clean(value))
    return element


def put_text(parent: etree._Element, tag: str, text: str) -> None:
    put(parent, tag).text = clean(text)


def clean(text: str) -> str:
    return _FORBIDDEN.sub(" ", text)


def written(root: etree._Element) -> bytes:
    """Characters outside of windows-1251 are written as references."""
    etree.indent(root, "  ")
    return etree.tostring(root, encoding=ENCODING, xml_declaration=True)


def day(value: date | None) -> str:
    return f"{value:%d.%m.%Y}" if value else ""


def amount(value: Decimal | None) -> str:
    """With two decimals at least, as money is written."""
    if value is None:
        return ""
    return format(value.quantize(_CENT, ROUND_HALF_UP), "f")


def quantity(value: Decimal | None) -> str:
    """At most eleven decimals, without zeros at the end."""
    if value is None:
        return ""
    short = round(value, 11).normalize()
    return format(short, "f")
