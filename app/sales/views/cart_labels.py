"""Words and tones of carts left behind and of what was done about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.insights.domain.abandonment import CLOSE_NAMES, CloseReason
from app.insights.domain.abandonment_reasons import REASON_NAMES, Reason
from app.sales.domain.cart_help import HELP_NAMES, CartHelp
from app.web.texts import _, ngettext, say

# action: (what happened, tone)
_ACTIONS = {
    "noticed": (_("Noticed as abandoned"), "seal"),
    "left_out": (_("Noticed, but it does not count"), ""),
    "reminded": (_("Buyer reminded by mail"), ""),
    "recovered": (_("Ordered"), "good"),
    "resumed": (_("The buyer went on"), ""),
    "dismissed": (_("Closed by the sales desk"), ""),
    "outcome": (_("Answer of the buyer written down"), ""),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline."""

    at: datetime
    what: str
    who: str
    note: str
    tone: str


def told(entries: Iterable[Any]) -> list[Told]:
    """The history in words, the latest first."""
    lines = []
    for entry in entries:
        if entry.action.startswith("help_"):
            what, tone = say(HELP_NAMES[CartHelp(entry.action.removeprefix("help_"))]), "info"
        else:
            what, tone = _ACTIONS.get(entry.action, (entry.action, ""))
        lines.append(Told(entry.at, str(what), entry.who, _note(entry.changes), tone))
    return lines[::-1]


def reason_name(code: str) -> str:
    return say(REASON_NAMES[Reason(code)]) if code else "–"


def close_name(code: str) -> str:
    return say(CLOSE_NAMES[CloseReason(code)]) if code else ""


def help_name(code: str) -> str:
    return say(HELP_NAMES[CartHelp(code)])


def _note(changes: dict[str, Any]) -> str:
    if changes.get("why"):
        return close_name(changes["why"])
    parts = [close_name(changes["reason"])] if changes.get("reason") else []
    for name in ("number", "articles", "days", "due_on", "limit", "text", "note", "order"):
        value = changes.get(name)
        if value:
            parts.append(str(value[-1] if isinstance(value, list) else value))
    if parts:
        return " · ".join(parts)
    if changes.get("is_priced") is False:
        return str(_("The prices could not be worked out; the value is what the buyer saw last."))
    return str(ngettext("{n} line", "{n} lines", int(changes["lines"]))) if "lines" in changes else ""
