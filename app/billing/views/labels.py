"""Words and tones of invoices: states, forms, what the history tells, when payment is due, where to mend a fault."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from app.billing.queries.invoices import Fault
from app.web.texts import _, ngettext

STATES = {
    "issued": ("info", _("Being made")),
    "ready": ("good", _("Ready")),
    "held": ("bad", _("Held")),
}
KINDS = {
    "invoice": _("Invoice"), "credit_note": _("Credit note"), "prepayment": _("Prepayment invoice"),
    "proforma": _("Proforma invoice"), "corrective": _("Corrective invoice"),
}  # fmt: skip
FORM_NAMES = {"pdf": _("PDF/A-3 with embedded XML"), "ubl": _("UBL 2.1"), "cii": _("CII (Factur-X)")}
EXPORT_STATES = {
    "waiting": ("info", _("Waiting")),
    "running": ("info", _("Being made")),
    "done": ("good", _("Ready")),
    "failed": ("bad", _("Failed")),
}
# action: (what happened, tone, whether the customer is told)
_ACTIONS = {
    "invoice_issued": (_("Issued"), "", True),
    "invoice_rendered": (_("Documents made and checked"), "good", True),
    "invoice_held": (_("Held: a rule failed"), "bad", False),
    "disputed": (_("A line is contested"), "warn", True),
    "dispute_withdrawn": (_("A line is contested no longer"), "", True),
    "dispute_accepted": (_("A contested line was accepted"), "good", True),
    "dispute_refused": (_("A contested line was refused"), "bad", True),
    "invoice_check_asked": (_("Made anew and sent through the rules again"), "", False),
}
_SOON = 7  # days
# Business terms of EN 16931 that come from the master data of the seller (BG-4, BG-16) and of the buyer (BG-7).
_SELLER_TERMS = frozenset([*range(27, 44), *range(81, 91)])
_BUYER_TERMS = frozenset(range(44, 59))


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline."""

    at: datetime
    what: str
    who: str
    note: str
    tone: str


def told(entries: Iterable[Any], *, is_operator: bool) -> list[Told]:
    """The history in words, the latest first; what is between the operator and the rules is not the customer's matter."""
    lines = []
    for entry in entries:
        what, tone, is_public = _ACTIONS.get(entry.action, (entry.action, "", False))
        if is_public or is_operator:
            note = ", ".join(entry.changes.get("checked_by") or sorted(set(entry.changes.get("rules") or ())))
            lines.append(Told(entry.at, str(what), entry.who if is_operator else "", note, tone))
    return lines[::-1]


def due_sign(due_on: date, today: date) -> tuple[str, str] | None:
    """Tone and words for a payment that is due soon or was due; None while there is time."""
    days = (due_on - today).days
    if days > _SOON:
        return None
    if days > 0:
        return "plain", ngettext("in {n} day", "in {n} days", days)
    return ("seal", _("today")) if days == 0 else ("warn", _("date passed"))


def where_to_mend(fault: Fault, customer_code: str) -> tuple[str, str] | None:
    """Label and address of the page that holds what the rule asks for, as far as its text tells."""
    terms = {int(found) for found in re.findall(r"\bBT-(\d+)", f"{fault.term} {fault.message}")}
    if terms & _BUYER_TERMS and not terms & _SELLER_TERMS:
        return str(_("Account {code}", code=customer_code)), url_for("accounts.show", code=customer_code)
    if terms & _SELLER_TERMS:
        return str(_("Our company")), url_for("accounts.company")
    return None
