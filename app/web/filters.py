"""Template filters: the only way values are shown. Each one takes None and shows a dash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from flask import Flask
from markupsafe import Markup

from app.core.money import Money
from app.web import formats
from app.web.operator_text import operator_text
from app.web.texts import language, time_zone

DASH = "\N{EN DASH}"


def _or_dash(show: Callable[..., str]) -> Callable[..., str]:
    @wraps(show)
    def shown(value: Any, *arguments: Any, **keywords: Any) -> str:
        return DASH if value is None else show(value, *arguments, **keywords)

    return shown


@_or_dash
def money(value: Money | Decimal, currency: str = "") -> str:
    """`{{ order.net|money("EUR") }}` or `{{ a_money|money }}`: 1,240.50 EUR."""
    if isinstance(value, Money):
        return formats.money(value.amount, value.currency, language())
    return formats.money(value, currency, language())


@_or_dash
def amount(value: Money | Decimal, currency: str = "") -> str:
    """The same without the code, for columns whose head names the currency."""
    if isinstance(value, Money):
        return formats.amount(value.amount, value.currency, language())
    return formats.amount(value, currency, language())


@_or_dash
def price(value: Decimal, currency: str = "") -> str:
    """A unit price, two to six digits: 0.0125 EUR."""
    shown = formats.price(value, language())
    return f"{shown}{formats.NBSP}{currency}" if currency else shown


@_or_dash
def quantity(value: Decimal | int, unit: str = "") -> str:
    """`{{ line.quantity|quantity(_("pcs")) }}`: 1,240 pcs."""
    shown = formats.quantity(Decimal(value), language())
    return f"{shown}{formats.NBSP}{unit}" if unit else shown


@_or_dash
def number(value: int | Decimal) -> str:
    """A count, grouped: 370,281."""
    return formats.number(value, language())


@_or_dash
def percent(value: Decimal | int) -> str:
    """Percent points: 19 shows 19%."""
    return formats.percent(Decimal(value), language())


@_or_dash
def day(value: date) -> str:
    """A business date as a `time` element. An instant needs `moment`: its day depends on the time zone."""
    if isinstance(value, datetime):
        raise TypeError("day shows dates; use moment for an instant")
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), formats.day(value, language()))


@_or_dash
def moment(value: datetime) -> str:
    """An instant in the reader's time zone, as a `time` element."""
    shown = formats.moment(value, language(), time_zone())
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="seconds"), shown)


@_or_dash
def ago(value: datetime) -> str:
    """The exact moment, and beside it the distance in words."""
    return Markup('{} <span class="k-ago">{}</span>').format(moment(value), formats.ago(value, language()))


@_or_dash
def filesize(value: int) -> str:
    return formats.filesize(value, language())


FILTERS: dict[str, Callable[..., str]] = {
    f.__name__: f for f in (money, amount, price, quantity, number, percent, day, moment, ago, filesize)
}


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["operator_text"] = operator_text
