"""Words and tones of carts left behind."""

from __future__ import annotations

from app.web.texts import _

STATES = {
    "open": ("seal", _("Waits for you")),
    "reminded": ("info", _("Buyer reminded")),
    "recovered": ("good", _("Ordered")),
    "resumed": ("plain", _("Buyer went on")),
    "dismissed": ("plain", _("Closed")),
    "left_out": ("plain", _("Does not count")),
}
# The longest beginning that fits names the page.
_PAGES = {
    "/cart": _("Cart"),
    "/cart/lines": _("A line of the cart"),
    "/checkout": _("Checkout"),
    "/checkout/review": _("Review before ordering"),
    "/quick-order": _("Quick order"),
    "/shop": _("Catalogue"),
    "/articles": _("Product page"),
}


def page_words(path: str) -> str:
    """The page a buyer was on, in words; an address nobody has named is shown as it is."""
    found = [start for start in _PAGES if path == start or path.startswith((f"{start}/", f"{start}?"))]
    return str(_PAGES[max(found, key=len)]) if found else path or "–"
