"""Words and tones of the account desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.dates import format_skeleton
from flask import url_for

from app.fulfilment.domain.claimed import CLAIM, CLAIM_TONES
from app.fulfilment.domain.returned import RETURN, RETURN_TONES
from app.ordering.views.texts import state_chip
from app.sales.forms.desk import TASK_KINDS
from app.sales.policy import Permission
from app.sales.queries.account_view import Document
from app.sourcing.domain.quote_machine import LABELS
from app.sourcing.views.quote_words import tone_of
from app.sourcing.views.tender_words import tender_chip
from app.web.access import actor
from app.web.texts import _, language, say

TASK_STATES = {
    "open": ("seal", _("Open")),
    "done": ("good", _("Done")),
    "dropped": ("plain", _("Dropped")),
}
HANDOVER_STATES = {
    "planned": ("info", _("Planned")),
    "active": ("seal", _("Stands in")),
    "done": ("good", _("Done")),
    "cancelled": ("plain", _("Cancelled")),
}
CART_STATES = {"open": ("plain", _("Open")), "awaiting_approval": ("warn", _("Waits for approval"))}
ENDINGS = {
    "contract": _("Contract prices end"),
    "prices": _("Single contract prices end"),
    "quantity": _("Agreed quantity nearly used"),
    "list": _("Own price list ends"),
    "supply": _("Supply contract ends"),
}
# kind of an entry: (what happened, tone)
EVENTS: Mapping[str, tuple[Any, str]] = {
    "note": (_("Note"), ""),
    "call": (_("Call"), ""),
    "meeting": (_("Meeting"), ""),
    "task_done": (_("Task done"), "good"),
    "task_dropped": (_("Task dropped"), ""),
    "message": (_("Message"), ""),
    "inner": (_("Inner note"), ""),
    "handover": (_("Handed over"), "seal"),
}


def month_name(month: date) -> str:
    """Nov 2026, in the reader's language."""
    return format_skeleton("yMMM", month, locale=language())


def document_chip(document: Document) -> tuple[str, str]:
    """Tone and word of the state of anything on the account page."""
    state = document.state
    if document.kind == "quote":
        return tone_of(state, is_sales=True), say(LABELS["sales"][state])
    if document.kind == "tender":
        return tender_chip(state)
    if document.kind == "order":
        return state_chip(state)
    if document.kind == "claim":
        return CLAIM_TONES[state], say(CLAIM.word(state))
    if document.kind == "return":
        return RETURN_TONES[state], say(RETURN.word(state))
    tone, word = CART_STATES[state]
    return tone, say(word)


def desk_tabs(current: str) -> list[tuple[str, str, bool, None]]:
    """The pages of the desk that the reader may open."""
    pages = [("portfolio", _("Portfolio"), "sales.portfolio")]
    if actor().can(Permission.WORK):
        pages = [("today", _("My day"), "sales.today"), *pages, ("tasks", _("Tasks"), "sales.tasks")]
    if actor().can(Permission.HAND_OVER):
        pages.append(("handovers", _("Hand-overs"), "sales.handovers"))
    return [(say(label), url_for(endpoint), code == current, None) for code, label, endpoint in pages]


def kind_name(kind: str) -> str:
    return {str(known): say(name) for known, name in TASK_KINDS.items()}[kind]


def ending_name(kind: str) -> str:
    return say(ENDINGS[kind])


_TOLD = {
    "created": (_("Made"), ""),
    "postponed": (_("Moved to another day"), ""),
    "reassigned": (_("Given to a colleague"), ""),
    "done": (_("Done"), "good"),
    "dropped": (_("Dropped"), ""),
    "started": (_("Handed over"), "seal"),
    "returned": (_("Returned"), "good"),
    "cancelled": (_("Cancelled"), ""),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A line of history."""

    at: datetime
    what: str
    who: str
    note: str
    tone: str


def told(entries: Iterable[Any]) -> list[Told]:
    """Audit rows in words, the latest first."""
    found = []
    for entry in entries:
        word, tone = _TOLD.get(entry.action, (entry.action, ""))
        note = entry.changes.get("outcome") or entry.changes.get("note") or ""
        found.append(Told(entry.at, say(word), entry.who, str(note), tone))
    return found[::-1]
