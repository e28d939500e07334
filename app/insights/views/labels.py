"""Words and tones of carts left behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.web.texts import _, ngettext

STATES = {
    "open": ("seal", _("Waits for you")),
    "reminded": ("info", _("Buyer reminded")),
    "recovered": ("good", _("Ordered")),
    "resumed": ("plain", _("Buyer went on")),
    "dismissed": ("plain", _("Closed")),
}
# action: (what happened, tone)
_ACTIONS = {
    "noticed": (_("Noticed as abandoned"), "seal"),
    "reminded": (_("Buyer reminded by mail"), ""),
    "recovered": (_("Ordered"), "good"),
    "resumed": (_("The buyer went on"), ""),
    "dismissed": (_("Closed by the sales desk"), ""),
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


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline."""

    at: datetime
    what: str
    who: str
    note: str
    tone: str


def page_words(path: str) -> str:
    """The page a buyer was on, in words; an address nobody has named is shown as it is."""
    found = [start for start in _PAGES if path == start or path.startswith((f"{start}/", f"{start}?"))]
    return str(_PAGES[max(found, key=len)]) if found else path or "–"


def told(entries: Iterable[Any]) -> list[Told]:
    """The history in words, the latest first."""
    lines = []
    for entry in entries:
        what, tone = _ACTIONS.get(entry.action, (entry.action, ""))
        lines.append(Told(entry.at, str(what), entry.who, _note(entry.changes), tone))
    return lines[::-1]


def _note(changes: dict[str, Any]) -> str:
    if changes.get("note") or changes.get("order"):
        return str(changes.get("note") or changes["order"])
    if changes.get("is_priced") is False:
        return str(_("The prices could not be worked out; the value is what the buyer saw last."))
    return str(ngettext("{n} line", "{n} lines", int(changes["lines"]))) if "lines" in changes else ""
