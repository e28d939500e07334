"""What the address of a shop page asks for, and what was chosen, each with the address without it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from flask import request

from app.catalog.domain.finding import Bounds, Facet, Found, Query
from app.ordering.queries.shop import SORTS, Look
from app.web import formats
from app.web.pagination import here_with
from app.web.texts import _, language

_MOST_VALUES = 60
SORT_NAMES = (
    ("relevance", _("Best match")),
    ("place", _("For you")),
    ("name", _("Name")),
    ("sku", _("Article number")),
    ("price", _("Your price, lowest first")),
    ("-price", _("Your price, highest first")),
    ("-stock", _("In stock, most first")),
    ("-bought", _("Bought last")),
)


@dataclass(frozen=True, slots=True)
class ChosenFilter:
    """A filter in force and the address that lifts it."""

    label: str
    address: str


def look_from_request() -> Look:
    """Words `q`, `category`, facet values `f`, ranges `from.CODE` and `to.CODE`, `price_from`, `price_to`, `stock`, `bought`,
    `sort`, `exact`.
    """
    args = request.args
    text = args.get("q", "").strip()[:100]
    asked = args.get("sort", "relevance" if text else "place")
    sort = asked.lstrip("-") if asked.lstrip("-") in SORTS else "name"
    if sort == "relevance" and not text:
        sort = "name"
    prices = (_number("price_from"), _number("price_to"))
    if sort == "place" and asked != sort:
        asked = sort  # there is no worst first
    if prices != (None, None):
        sort = "price"  # a range of prices is shown in their order
    query = Query(
        text,
        args.get("category", "")[:40],
        tuple(int(value) for value in args.getlist("f")[:_MOST_VALUES] if value.isdecimal() and len(value) < 10),
        _ranges(),
        is_literal=args.get("exact") == "1",
        with_variants=bool(text),
    )
    return Look(
        query,
        sort,
        is_descending=asked.startswith("-"),
        only_in_stock=args.get("stock") == "1",
        only_bought=args.get("bought") == "1",
        price_range=prices,
    )


def _ranges() -> dict[str, Bounds]:
    codes = [name.partition(".")[2] for name in request.args if name.startswith(("from.", "to."))]
    found = {code: (_number(f"from.{code}"), _number(f"to.{code}")) for code in codes[:_MOST_VALUES]}
    return {code: bounds for code, bounds in found.items() if bounds != (None, None)}


def _number(name: str) -> Decimal | None:
    """A number of the address; what cannot be read is no bound."""
    try:
        number = Decimal(request.args.get(name, "").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 12 else None


def chosen_filters(found: Found, look: Look) -> list[ChosenFilter]:
    """What narrows the list, in the order of the facets."""
    chosen = [entry for facet in found.facets for entry in _of_facet(facet, look)]
    if look.has_price_range:
        lowest, highest = (formats.price(end, language()) if end is not None else "" for end in look.price_range)
        text = f"{_('Your price')}: {lowest} – {highest}".rstrip()
        chosen.append(ChosenFilter(text, _without(price_from=None, price_to=None)))
    if look.only_in_stock:
        chosen.append(ChosenFilter(str(_("in stock")), _without(stock=None)))
    if look.only_bought:
        chosen.append(ChosenFilter(str(_("bought before")), _without(bought=None)))
    return chosen


def _of_facet(facet: Facet, look: Look) -> list[ChosenFilter]:
    entries = [
        ChosenFilter(
            f"{facet.label}: {choice.label}", _without(f=[v for v in look.query.values if v != choice.id] or None)
        )
        for choice in facet.choices
        if choice.is_chosen
    ]
    lowest, highest = facet.chosen
    if (lowest, highest) != (None, None):
        text = f"{'' if lowest is None else lowest} – {'' if highest is None else highest}".strip()
        lifted = {f"from.{facet.code}": None, f"to.{facet.code}": None}
        entries.append(ChosenFilter(f"{facet.label}: {text}", _without(**lifted)))
    return entries


def _without(**changes: object) -> str:
    return here_with(after=None, before=None, **changes)
