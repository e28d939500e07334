"""Words of the pages: units and states."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from app.accounts.forms.fields import country_name
from app.catalog.domain.article import Article
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.ordering.domain.lifecycle import LINE_STATE_NAMES, STATE_NAMES, LineState, OrderState
from app.ordering.domain.revision import Difference
from app.ordering.views import blueprint
from app.pricing.domain.gross import shown_price, shows_gross
from app.pricing.domain.price import PricedLine
from app.web import formats
from app.web.texts import _, language, say

TONES = {
    OrderState.PLACED: "info",
    OrderState.CONFIRMED: "info",
    OrderState.IN_DELIVERY: "info",
    OrderState.DELIVERED: "good",
    OrderState.CLOSED: "plain",
    OrderState.CANCELLED: "warn",
}
HAPPENED: dict[str, Message] = {
    "placed": N_("Order placed"),
    "amended": N_("Order changed by the buyer"),
    "amendment_begun": N_("Change begun"),
    "amendment_given_up": N_("Change given up"),
    "agreed": N_("Buyer has answered"),
    "order_confirmed": N_("All lines answered"),
    "cancellation_asked": N_("Cancellation asked for"),
    "cancellation_refused": N_("Cancellation refused"),
    "proposal_lapsed": N_("No answer in time: the line is open again"),
    "promotions_given_back": N_("Promotions given back"),
    "released": N_("Released for the invoice"),
    "confirmed": N_("Lines confirmed"),
    "cancelled": N_("Cancelled"),
    "invoice_issued": N_("Invoice issued"),
    "shipped": N_("Goods sent"),
    "delivered": N_("Goods delivered"),
    "progressed": N_("State of the order changed"),
    "closed": N_("Order closed"),
}


def unit_text(unit: str) -> str:
    """A unit as people read it."""
    return say(unit_name(unit))


blueprint.add_app_template_filter(unit_text, "unit_name")
blueprint.add_app_template_filter(country_name, "country_name")
blueprint.add_app_template_filter(shown_price, "shown")
blueprint.add_app_template_filter(shows_gross, "shows_gross")


@blueprint.app_template_filter("price_head")
def price_head(lines: Iterable[PricedLine], *, is_own: bool = False) -> str:
    """The head of a column of unit prices."""
    if any(map(shows_gross, lines)):
        return _("Your price incl. VAT") if is_own else _("Price incl. VAT")
    return _("Your price") if is_own else _("Price")


def unit_choices(article: Article) -> list[tuple[str, str]]:
    """The units of an article for a select; packs say how much is in them."""
    return [(unit, _with_content(article, unit)) for unit in article.all_units]


def _with_content(article: Article, unit: str) -> str:
    factor = article.factor(unit)
    if factor is None or unit == article.base_unit or factor.denominator != 1:
        return unit_text(unit)
    text = N_("{unit} of {n} {base}", unit=unit_name(unit), n=factor.numerator, base=unit_name(article.base_unit))
    return say(text)


def state_chip(state: str) -> tuple[str, str]:
    """Tone and word of an order's state."""
    known = OrderState(state)
    return TONES[known], say(STATE_NAMES[known])


LINE_TONES = {
    LineState.PROPOSED: "seal", LineState.CONFIRMED: "good", LineState.BACKORDERED: "warn",
    LineState.DELIVERED: "good", LineState.REJECTED: "bad", LineState.CANCELLED: "warn",
}  # fmt: skip


def line_chip(state: str) -> tuple[str, str] | None:
    """Tone and word of a line's state; None for the usual one, which says nothing new."""
    known = LineState(state)
    return None if known is LineState.PLACED else (LINE_TONES.get(known, "info"), say(LINE_STATE_NAMES[known]))


_DIFFERENCES: dict[str, Message] = {
    "added": N_("Added"),
    "removed": N_("Removed"),
    "quantity": N_("Quantity"),
    "price": N_("Price"),
    "date": N_("Date"),
    "state": N_("State"),
    "ship_to": N_("Ship to"),
    "requested_on": N_("Wanted on"),
    "po_number": N_("Your order number (PO)"),
    "note": N_("Note"),
    "total": N_("Total"),
}


def difference_words(one: Difference, currency: str) -> tuple[str, str, str]:
    """What differs, what it was and what it is now."""
    return say(_DIFFERENCES[one.kind]), _value(one, one.old, currency), _value(one, one.new, currency)


def _value(one: Difference, value: Any, currency: str) -> str:
    if value is None or value == "":
        return "–"
    if one.kind in ("added", "removed", "quantity"):
        return f"{formats.quantity(value, language())} {unit_text(one.unit)}"
    if one.kind in ("price", "total"):
        return formats.money(value, currency, language()) if one.kind == "total" else formats.price(value, language())
    if one.kind == "state":
        return say(LINE_STATE_NAMES[LineState(value)])
    if one.kind == "ship_to":
        return ", ".join(part for part in (value.get("name") or value.get("label"), value.get("city")) if part)
    if one.kind in ("date", "requested_on"):
        return formats.day(date.fromisoformat(value), language())
    return str(value)


def happening(action: str) -> str:
    """What the timeline says of an entry of the audit; what it does not know it shows as it is."""
    known = HAPPENED.get(action)
    return say(known) if known else action.replace("_", " ")
