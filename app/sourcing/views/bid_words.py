"""Words of bids and openings on pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from app.core.texts import N_, Message
from app.sourcing.domain.tender_machine import state_word
from app.sourcing.views import blueprint
from app.sourcing.views.tender_words import TONES
from app.web.filters import moment, money
from app.web.texts import say

BID_WORDS: Mapping[str, tuple[str, Message]] = {
    "submitted": ("good", N_("Submitted, sealed")),
    "needs_reconfirmation": ("seal", N_("Confirm your bid again")),
    "lapsed": ("bad", N_("Lapsed: not confirmed")),
    "withdrawn": ("plain", N_("Withdrawn")),
    "opened": ("info", N_("Opened")),
    "invalid": ("bad", N_("Invalid")),
    "qualified": ("good", N_("Qualified")),
    "disqualified": ("bad", N_("Disqualified")),
    "ranked": ("info", N_("Under evaluation")),
    "awarded": ("good", N_("Awarded")),
    "not_awarded": ("plain", N_("Not selected")),
}
BID_EVENTS: Mapping[str, Message] = {
    "submit": N_("Bid submitted"),
    "replace": N_("Bid replaced"),
    "withdraw": N_("Bid withdrawn"),
    "confirm": N_("Bid confirmed unchanged"),
    "amended": N_("Tender amended: confirm or replace your bid"),
    "lapse": N_("Bid lapsed, it was not confirmed"),
}
FAULTS: Mapping[str, Message] = {
    "receipt": N_("the receipt is not the one that was signed"),
    "hash": N_("the stored bytes are not those that were received"),
    "seal": N_("the seal is broken"),
    "owner": N_("the bid belongs to somebody else"),
    "content": N_("the content cannot be read"),
}


@blueprint.app_template_filter("bid_chip")
def bid_chip(state: str) -> tuple[str, str]:
    tone, text = BID_WORDS[state]
    return tone, say(text)


@blueprint.app_template_filter("bid_event")
def bid_event(event: str) -> str:
    return say(BID_EVENTS[event])


@blueprint.app_template_filter("bid_fault")
def bid_fault(fault: str) -> str:
    return say(FAULTS[fault]) if fault in FAULTS else fault


@blueprint.app_template_filter("supplier_tender_chip")
def supplier_tender_chip(state: str) -> tuple[str, str]:
    """The state in the supplier's words."""
    return TONES.get(state, "plain"), say(state_word(state, for_supplier=True))


@blueprint.app_template_filter("record_moment")
def record_moment(text: str) -> str:
    """A moment as records keep it."""
    return moment(datetime.fromisoformat(text))


@blueprint.app_template_filter("record_money")
def record_money(text: str, currency: str) -> str:
    """An amount as records keep it."""
    return money(Decimal(text), currency)
