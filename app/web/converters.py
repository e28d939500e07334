"""Types of address parts, so that views parse nothing: `/orders/<number:number>`, `/articles/<sku:sku>`."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter


class NumberConverter(BaseConverter):
    """A business number as documents carry it: PO-2026-0042, R/2026/17 is written with dashes in addresses."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"


class SkuConverter(BaseConverter):
    """An article's own number; wholesalers use anything in it, slashes and blanks included."""

    regex = r"[^/].{0,127}?"
    part_isolating = False


def init_app(app: Flask) -> None:
    app.url_map.converters.update(number=NumberConverter, sku=SkuConverter)
