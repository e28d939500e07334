"""Words and tones for states, outcomes and what the history of a company tells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.accounts.domain.roles import ROLE_NAMES, CompanyState, Role
from app.web.texts import _, say

_STATES = {
    CompanyState.PENDING: ("seal", _("waits for a decision")),
    CompanyState.APPROVED: ("good", _("active")),
    CompanyState.REJECTED: ("bad", _("refused")),
    CompanyState.INACTIVE: ("plain", _("closed")),
}
_OUTCOMES = {
    "ok": ("good", _("signed in")),
    "wrong_password": ("warn", _("wrong password")),
    "unknown": ("warn", _("unknown address")),
    "inactive": ("bad", _("no access")),
    "throttled": ("bad", _("had to wait")),
    "reset_asked": ("info", _("asked for a new password")),
    "registered": ("info", _("company registered")),
}
# action: (what happened, tone)
_ACTIONS = {
    "created": (_("Account created"), ""),
    "registered": (_("Registration received"), "seal"),
    "approved": (_("Registration approved"), "good"),
    "rejected": (_("Registration refused"), "bad"),
    "blocked": (_("Blocked"), "bad"),
    "unblocked": (_("Block lifted"), "good"),
    "held": (_("Credit hold set"), "warn"),
    "released": (_("Credit hold lifted"), "good"),
    "facts_changed": (_("Legal facts changed"), ""),
    "terms_changed": (_("Terms changed"), ""),
    "contact_changed": (_("Contact details changed"), ""),
    "bank_changed": (_("Bank account changed"), "warn"),
    "closed": (_("Account closed"), "bad"),
    "opened": (_("Account opened again"), "good"),
    "invited": (_("Invitation sent"), ""),
    "invitation_withdrawn": (_("Invitation withdrawn"), ""),
    "api_key_made": (_("API key made"), ""),
    "api_key_revoked": (_("API key revoked"), "warn"),
    "joined": (_("Person joined"), ""),
    "role_changed": (_("Role changed"), ""),
    "access_ended": (_("Access ended"), "warn"),
    "access_given": (_("Access given again"), ""),
    "address_added": (_("Address added"), ""),
    "address_changed": (_("Address changed"), ""),
    "address_removed": (_("Address removed"), ""),
    "password_changed": (_("Password changed"), ""),
    "password_reset": (_("Password set by a mailed link"), ""),
    "password_given": (_("Password set from the command line"), "warn"),
    "contact_permission": (_("Permission to write changed"), ""),
    "import_created": (_("Account created by an import"), ""),
    "import_changed": (_("Account changed by an import"), ""),
    "chain": (_("Price chain changed"), ""),
    "group_changed": (_("Group changed"), ""),
    "segments_changed": (_("Segments changed"), ""),
    "credit_limit_changed": (_("Credit limit changed"), ""),
    "credit_exceeding": (_("Leave to exceed the credit limit changed"), "warn"),
    "credit_asked": (_("Asked for a higher credit limit"), "seal"),
    "credit_reimbursed": (_("Payment recorded"), "good"),
    "credit_refunded": (_("Refund given"), ""),
    "credit_unpaid": (_("Payment taken back"), "bad"),
    "credit_rule": (_("Rule of the credit hold changed"), ""),
    "fiscal_month": (_("Beginning of the fiscal year changed"), ""),
    "cost_centres_imported": (_("Cost centres taken from a file"), ""),
}
_FIELDS = {
    "code": _("Account number"),
    "name": _("Name"),
    "legal_name": _("Legal name"),
    "country": _("Country"),
    "vat_id": _("VAT id"),
    "tax_number": _("Tax number"),
    "registration_number": _("Company register"),
    "gln": _("GLN"),
    "endpoint_scheme": _("Electronic address, scheme"),
    "endpoint_id": _("Electronic address"),
    "currency": _("Currency"),
    "payment_days": _("Payment term in days"),
    "credit_limit": _("Credit limit"),
    "vat_mode": _("Prices"),
    "locale": _("Language of documents"),
    "time_zone": _("Time zone"),
    "manager_id": _("Sales manager"),
    "parent_id": _("Belongs to account"),
    "email": _("E-mail address"),
    "invoice_email": _("Invoices by mail to"),
    "phone": _("Phone"),
    "role": _("Role"),
    "bank_name": _("Bank"),
    "iban": _("IBAN"),
    "bic": _("BIC"),
    "label": _("Address"),
    "chain": _("Price chain"),
    "stock_display": _("Stock as buyers see it"),
    "group": _("Group"),
    "segments": _("Segments"),
    "note": _("Reason"),
    "amount": _("Amount"),
    "reference": _("Reference"),
    "hold_after_days": _("Days late"),
    "may_exceed": _("Orders may exceed the limit"),
}
_BROWSERS = (
    ("Edge", r"Edg[A-Z]?[a-z]*/"), ("Opera", r"OPR/|Opera"), ("Samsung Internet", "SamsungBrowser/"),
    ("Yandex", "YaBrowser/"), ("Firefox", r"Firefox/|FxiOS/"), ("Chrome", r"Chrome/|CriOS/"), ("Safari", "Safari/"),
    ("curl", "curl/"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("macOS", "Mac OS X"),
    ("ChromeOS", "CrOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline."""

    at: datetime
    what: str
    who: str
    note: str
    tone: str


def state_chip(state: CompanyState) -> tuple[str, str]:
    return _STATES[state]


def outcome_chip(outcome: str) -> tuple[str, str]:
    return _OUTCOMES.get(outcome, ("plain", outcome))


def outcomes() -> list[tuple[str, str]]:
    """Options for a filter."""
    return [
        ("", str(_("All"))),
        ("failed", str(_("Failed"))),
        *((code, str(text)) for code, (_tone, text) in _OUTCOMES.items()),
    ]


def browser_name(user_agent: str) -> str:
    """Browser and system in a few words: Firefox, Windows."""
    browser = next((name for name, sign in _BROWSERS if re.search(sign, user_agent)), "")
    system = next((name for name, sign in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or user_agent[:60] or "–"


def action_name(action: str) -> str:
    """What an action of the audit log is called; one without words by its own name."""
    return str(_ACTIONS[action][0]) if action in _ACTIONS else action


def told(entries: Iterable[Any]) -> list[Told]:
    """Audit rows in words, the latest first; an action without words is shown by its name."""
    lines = []
    for entry in entries:
        what, tone = _ACTIONS.get(entry.action, (entry.action, ""))
        lines.append(Told(entry.at, str(what), entry.who, _note(entry.changes), tone))
    return lines[::-1]


def _note(changes: dict[str, Any]) -> str:
    if changes.get("reason"):
        return str(changes["reason"])
    parts = []
    for name, value in changes.items():
        label = _FIELDS.get(name)
        if label is None or (name.endswith("_id") and name not in ("vat_id", "endpoint_id")):
            continue
        if isinstance(value, list):
            before, after = (_shown(name, part) for part in value)
            parts.append(f"{label}: {before} → {after}")
        else:
            parts.append(f"{label}: {_shown(name, value)}")
    return "; ".join(parts)


def _shown(name: str, value: Any) -> str:
    if name == "role" and value in list(Role):
        return say(ROLE_NAMES[Role(value)])
    return "–" if value in (None, "") else str(value)
