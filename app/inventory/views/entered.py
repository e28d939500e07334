"""Fields of table rows: their names are the row's id, a dash, and the field's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import request

from app.core.errors import Invalid
from app.core.texts import N_
from app.web.forms import parse_decimal
from app.web.texts import language


def entered(key: int, name: str, length: int = 60) -> str:
    return request.form.get(f"{key}-{name}", "").strip()[:length]


def entered_number(key: int, name: str, sku: str) -> Decimal | None:
    """None for an empty field; raises Invalid("lines") for what is no number."""
    typed = entered(key, name)
    return number_of(typed, sku) if typed else None


def number_of(typed: str, sku: str) -> Decimal:
    """Raises Invalid("lines")."""
    try:
        value = parse_decimal(typed, language())
    except ValueError:
        raise Invalid("lines", N_("{sku}: “{given}” is not a number.", sku=sku, given=typed[:40])) from None
    if -int(value.normalize().as_tuple().exponent) > 6:
        raise Invalid("lines", N_("{sku}: “{given}” is not a number.", sku=sku, given=typed[:40]))
    return value


def entered_day(key: int, name: str, sku: str) -> date | None:
    """As date fields send it; raises Invalid("lines")."""
    typed = entered(key, name)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid("lines", N_("{sku}: “{given}” is not a day.", sku=sku, given=typed[:40])) from None


def entered_pieces(key: int, name: str) -> tuple[str, ...]:
    """Serial numbers, parted by blanks, commas or lines; a scanner writes one a line."""
    return tuple(request.form.get(f"{key}-{name}", "").replace(",", " ").replace(";", " ").split())
