"""Codes and numbers that every XML format reads and writes alike."""

from __future__ import annotations

from decimal import Decimal

from app.core.texts import N_
from app.documents.model.totals import VatCategory
from app.documents.xml_node import Node

GLN = "0088"  # ISO 6523
GTIN = "0160"
_GTIN_LENGTHS = range(8, 15)
_RATES = {"AA": VatCategory.STANDARD, "H": VatCategory.STANDARD}


def number(value: Decimal | None) -> str:
    """As xs:decimal, with the digits it has."""
    return "" if value is None else format(value, "f")


def read_category(node: Node, path: str) -> VatCategory:
    """A lower or higher rate of its own code, as documents before EN 16931 have them, is the standard category."""
    value = node.need_text(path)
    try:
        return _RATES.get(value) or VatCategory(value)
    except ValueError:
        raise node.fault(N_("{path}: {value} is no VAT category.", path=path, value=value), path) from None


def read_gtin(value: str) -> str:
    """The standard item number when it is a GTIN, else nothing."""
    return value if value.isascii() and value.isdigit() and len(value) in _GTIN_LENGTHS else ""
