"""Words and tones of bank lines: states, reasons of proposals, history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.billing.views.labels import Told
from app.web.texts import _

TABS = {"waiting": _("To do"), "booked": _("Booked"), "aside": _("Put aside")}
STATES = {
    "open": ("warn", _("Unknown")),
    "proposed": ("info", _("Proposed")),
    "booked": ("good", _("Booked")),
    "ignored": ("plain", _("Put aside")),
}
REASONS = {
    "direct_debit": _("our direct debit"),
    "creditor_reference": _("creditor reference"),
    "number": _("number in the text"),
    "payer_account": _("known account"),
    "tax_number": _("tax number"),
    "payer_name": _("name"),
    "amount": _("amount fits"),
    "discount": _("amount less discount"),
    "all_open": _("sum of all open items"),
    "oldest": _("oldest items first"),
    "part": _("part payment"),
    "over": _("more than is open"),
    "other_payer": _("account known as another's"),
    "returned": _("payment returned"),
    "refund": _("refund"),
    "by_hand": _("recorded by hand before"),
    "by_hand_other": _("recorded by hand with another amount"),
}
_ACTIONS = {
    "booked": (_("Booked"), "good"),
    "unbooked": (_("Booking taken back"), "bad"),
    "returned": (_("Payment returned"), "bad"),
    "refunded": (_("Refund confirmed"), "good"),
    "recognised": (_("recorded by hand before"), "good"),
    "ignored": (_("Put aside"), ""),
    "heeded": (_("To do again"), ""),
}


def told(entries: Iterable[Any]) -> list[Told]:
    """The history of a line in words, the latest first."""
    lines = []
    for entry in entries:
        what, tone = _ACTIONS.get(entry.action, (entry.action, ""))
        note = str(entry.changes.get("reason") or entry.changes.get("note") or "")
        lines.append(Told(entry.at, str(what), entry.who, note, tone))
    return lines[::-1]


PAYMENT_STATES = {
    "created": ("plain", _("Begun")),
    "open": ("info", _("At the provider")),
    "paid": ("good", _("Paid")),
    "failed": ("bad", _("Failed")),
    "cancelled": ("plain", _("Cancelled")),
    "expired": ("warn", _("Expired")),
}
