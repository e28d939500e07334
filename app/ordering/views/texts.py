"""Words of the pages: units and states."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.forms.fields import country_name
from app.catalog.domain.article import Article
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.ordering.domain.lifecycle import STATE_NAMES, OrderState
from app.ordering.views import blueprint
from app.pricing.domain.gross import shown_price, shows_gross
from app.pricing.domain.price import PricedLine
from app.web.texts import _, say

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
    "confirmed": N_("Order confirmed"),
    "cancelled": N_("Order cancelled"),
    "invoice_issued": N_("Invoice issued"),
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


def happening(action: str) -> str:
    """What the timeline says of an entry of the audit; what it does not know it shows as it is."""
    known = HAPPENED.get(action)
    return say(known) if known else action.replace("_", " ")
