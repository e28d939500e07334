"""States and events of quotes as data.

Where it differs from what is usual: a buyer who answers a request by a counter-offer may make it while the offer stands
(`replaces` ends that), an offer that expires while sales works on the next one only stops being acceptable, and a quote
that sales makes for a buyer is hidden until it is offered. `supersede` also leaves countered and in_preparation once
something was sent, so that a successor need not wait for the next version. The offer that stands can be accepted in
every state in which sales works on the next one, also while a question or a release is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.core.texts import N_, Message
from app.sourcing.domain.machine import Machine, row


class QuoteState(StrEnum):
    DRAFT = "draft"
    REQUESTED = "requested"
    INFO_NEEDED = "info_needed"
    IN_PREPARATION = "in_preparation"
    PRICE_APPROVAL = "price_approval"
    OFFERED = "offered"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    ORDERED = "ordered"
    DECLINED_BY_SELLER = "declined_by_seller"
    DECLINED_BY_BUYER = "declined_by_buyer"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


STATES = tuple(str(state) for state in QuoteState)
ENDS = frozenset({"ordered", "declined_by_seller", "declined_by_buyer", "withdrawn", "expired", "superseded"})
OPEN = tuple(state for state in STATES if state not in ENDS)

LABELS: Mapping[str, Mapping[str, Message]] = {
    "buyer": {
        "draft": N_("Draft"),
        "requested": N_("Sent"),
        "info_needed": N_("Your answer needed"),
        "in_preparation": N_("In progress"),
        "price_approval": N_("In progress"),
        "offered": N_("Offer received"),
        "countered": N_("Counter-offer sent"),
        "accepted": N_("Accepted"),
        "ordered": N_("Ordered"),
        "declined_by_seller": N_("Declined by seller"),
        "declined_by_buyer": N_("Declined by you"),
        "withdrawn": N_("Withdrawn"),
        "expired": N_("Expired"),
        "superseded": N_("Replaced"),
    },
    "sales": {
        "draft": N_("Draft"),
        "requested": N_("New"),
        "info_needed": N_("Waiting for buyer"),
        "in_preparation": N_("In preparation"),
        "price_approval": N_("Waiting for release"),
        "offered": N_("Offer sent"),
        "countered": N_("Counter-offer"),
        "accepted": N_("Accepted"),
        "ordered": N_("Won"),
        "declined_by_seller": N_("Declined by us"),
        "declined_by_buyer": N_("Lost"),
        "withdrawn": N_("Withdrawn"),
        "expired": N_("Expired"),
        "superseded": N_("Replaced"),
    },
}

QUOTE = Machine(
    "quote",
    "draft",
    STATES,
    ENDS,
    (
        row("start", None, "draft", "buyer"),
        row("create_by_sales", None, "in_preparation", "sales"),
        row("edit_request", "draft requested", None, "buyer"),
        row("submit", "draft", "requested", "buyer"),
        row("recall", "requested", "draft", "buyer"),
        row("take", "requested countered", "in_preparation", "sales"),
        row("ask_info", "in_preparation", "info_needed", "sales"),
        row("answer_info", "info_needed", "in_preparation", "buyer"),
        row("edit_offer", "in_preparation", None, "sales"),
        row("request_release", "in_preparation", "price_approval", "sales"),
        row("release", "price_approval", "in_preparation", "approver"),
        row("return_offer", "price_approval", "in_preparation", "approver"),
        row("send_offer", "in_preparation", "offered", "sales"),
        row("counter", "offered", "countered", "buyer"),
        row("revise", "countered", "in_preparation", "sales"),
        row("accept", "offered countered in_preparation info_needed price_approval", "accepted", "buyer"),
        row("place_order", "accepted", "ordered", "buyer system"),
        row("place_order", "accepted", "accepted", "buyer system"),
        row("decline_seller", "requested info_needed in_preparation countered", "declined_by_seller", "sales"),
        row("decline_buyer", "offered", "declined_by_buyer", "buyer"),
        row("withdraw", "draft requested info_needed in_preparation price_approval countered", "withdrawn", "buyer"),
        row("expire", "offered", "expired", "timer"),
        row("extend", "offered", None, "sales"),
        row("reopen", "expired", "in_preparation", "sales"),
        row("supersede", "offered countered in_preparation", "superseded", "sales"),
        row("assign", "requested info_needed in_preparation price_approval offered countered", None, "sales"),
    ),
    LABELS["sales"],
)

EVENTS: Mapping[str, Message] = {
    "start": N_("Request started"),
    "create_by_sales": N_("Quote started by sales"),
    "edit_request": N_("Request changed"),
    "submit": N_("Request sent"),
    "recall": N_("Request taken back"),
    "take": N_("Taken over by sales"),
    "ask_info": N_("Question to the buyer"),
    "answer_info": N_("Question answered"),
    "edit_offer": N_("Offer changed"),
    "request_release": N_("Release asked for"),
    "release": N_("Prices released"),
    "return_offer": N_("Returned without release"),
    "send_offer": N_("Offer sent"),
    "counter": N_("Counter-offer"),
    "revise": N_("New version begun"),
    "accept": N_("Accepted"),
    "place_order": N_("Ordered"),
    "decline_seller": N_("Declined by seller"),
    "decline_buyer": N_("Declined by the buyer"),
    "withdraw": N_("Withdrawn"),
    "expire": N_("Expired"),
    "extend": N_("Validity extended"),
    "reopen": N_("Opened again"),
    "supersede": N_("Replaced"),
    "assign": N_("Given to somebody else"),
}

# What the buyer does not see: how sales works. A quote made by sales is hidden whole until it is offered.
INTERNAL = frozenset(
    {"create_by_sales", "edit_offer", "request_release", "release", "return_offer", "revise", "reopen", "assign"}
)

DECLINE_REASONS: Mapping[str, Message] = {
    "not_available": N_("Cannot be supplied"),
    "not_profitable": N_("Price cannot be met"),
    "credit": N_("Credit or payment"),
    "out_of_scope": N_("Not our business"),
    "duplicate": N_("Asked twice"),
    "other": N_("Another reason"),
}
LOST_REASONS: Mapping[str, Message] = {
    "price": N_("Price too high"),
    "delivery": N_("Delivery too late"),
    "competitor": N_("Bought elsewhere"),
    "no_need": N_("No longer needed"),
    "terms": N_("Terms do not fit"),
    "other": N_("Another reason"),
}
WITHDRAW_REASONS: Mapping[str, Message] = {
    "no_need": N_("No longer needed"),
    "mistake": N_("Sent by mistake"),
    "too_slow": N_("Answer took too long"),
    "competitor": N_("Bought elsewhere"),
    "other": N_("Another reason"),
}
