"""Words of tenders on pages: states, flags, procedures, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.core.texts import N_, Message
from app.sourcing.domain.procedures import PROCEDURES
from app.sourcing.domain.tender_machine import state_word
from app.sourcing.views import blueprint
from app.web.filters import moment
from app.web.texts import _, say

TONES = {
    "draft": "plain", "approval": "seal", "published": "info", "bidding": "good", "closed": "warn", "opening": "seal",
    "prequalification": "seal", "evaluation": "seal", "auction": "seal", "award_proposed": "seal", "standstill": "info",
    "awarded": "good", "contracted": "good", "suspended": "warn", "completed": "plain", "cancelled": "plain",
    "unsuccessful": "bad",
}  # fmt: skip
FLAG_WORDS: Mapping[str, Mapping[Any, Message]] = {
    "visibility": {
        "invited": N_("Invited suppliers only"),
        "registered": N_("Every registered supplier, once admitted"),
        "public": N_("Public notice, registered suppliers bid once admitted"),
    },
    "vat_basis": {"net": N_("Net prices"), "gross": N_("Gross prices")},
    "has_auction": {
        "none": N_("No auction"),
        "rounds": N_("In rounds, in turn"),
        "english": N_("English, with soft close"),
        "dutch": N_("Dutch, rising price"),
    },
    "award_mode": {"tender": N_("As a whole"), "lot": N_("By lot"), "line": N_("By line")},
    "value_ceiling": {
        "none": N_("No ceiling"),
        "warn": N_("Bids above it are marked"),
        "enforce": N_("Bids above it are refused"),
    },
    "late_question_policy": {
        "warn": N_("Close at the deadline"),
        "block": N_("Wait with closing until each one is answered"),
    },
    "amend_policy": {
        "reconfirm": N_("Bids on changed lots must be confirmed"),
        "invalidate": N_("All bids must be confirmed"),
        "keep": N_("Only texts, papers and dates may change"),
    },
    "opening": {"auto": N_("At the deadline, by itself"), "committee": N_("By members of a committee together")},
    "ranking": {
        "price": N_("Lowest price"),
        "points": N_("Points for price and criteria"),
        "features": N_("Price weighed by features"),
        "cost": N_("Price and later costs"),
    },
}
DUTY_WORDS: Mapping[str, Message] = {
    "committee": N_("Opens bids"),
    "evaluator": N_("Scores"),
    "reviewer": N_("Decides objections"),
    "approver": N_("Releases"),
}
KIND_WORDS: Mapping[str, Message] = {
    "eligibility": N_("Eligibility"),
    "document": N_("Document"),
    "technical": N_("Technical"),
    "criterion": N_("Scored criterion"),
    "feature": N_("Feature"),
    "cost": N_("Later cost"),
}
ANSWER_WORDS: Mapping[str, Message] = {
    "yes_no": N_("Yes or no"),
    "text": N_("Text"),
    "number": N_("Number"),
    "date": N_("Date"),
    "file": N_("File"),
    "choice": N_("Choice"),
}
PARTICIPANT_WORDS: Mapping[str, tuple[str, Message]] = {
    "invited": ("plain", N_("Invited")),
    "seen": ("info", N_("Has looked")),
    "intends": ("good", N_("Intends to bid")),
    "declined": ("plain", N_("Declines")),
    "applied": ("seal", N_("Applies")),
    "admitted": ("good", N_("Admitted")),
    "refused": ("bad", N_("Turned away")),
}
QUESTION_WORDS: Mapping[str, tuple[str, Message]] = {
    "open": ("seal", N_("Waits for an answer")),
    "answered": ("good", N_("Answered")),
    "dismissed": ("plain", N_("Not answered")),
}
REASON_WORDS: Mapping[str, Message] = {
    "need_gone": N_("Not needed any more"),
    "specification": N_("What is asked for must change"),
    "budget": N_("No budget"),
    "procedure": N_("A fault in the procedure"),
    "other": N_("Another reason"),
}
EVENT_WORDS: Mapping[str, Message] = {
    "create": N_("Draft made"),
    "edit": N_("Draft changed"),
    "name_members": N_("Members named"),
    "submit_approval": N_("Release asked for"),
    "approve": N_("Released"),
    "return": N_("Returned"),
    "publish": N_("Published"),
    "open_bidding": N_("Bidding opened"),
    "invite": N_("Supplier invited"),
    "apply": N_("Supplier applied"),
    "admit": N_("Supplier admitted"),
    "turn_away": N_("Supplier turned away"),
    "see": N_("Supplier has looked"),
    "intend": N_("Supplier intends to bid"),
    "decline": N_("Supplier declines"),
    "ask": N_("Question asked"),
    "answer": N_("Question answered"),
    "dismiss_question": N_("Question not answered"),
    "amend": N_("Amended"),
    "extend": N_("Deadline extended"),
    "close": N_("Closed"),
    "fail_few": N_("Too few bids"),
    "start_opening": N_("Opening begun"),
    "confirm_opening": N_("Opening confirmed"),
    "opening_lapsed": N_("Opening broken off"),
    "open": N_("Bids opened"),
    "qualify": N_("Qualification decided"),
    "open_prices": N_("Prices opened"),
    "score": N_("Scored"),
    "clarify": N_("Clarification"),
    "start_auction": N_("Auction started"),
    "auction_bid": N_("Bid in the auction"),
    "replan_auction": N_("Auction planned anew"),
    "end_auction": N_("Auction ended"),
    "propose_award": N_("Award proposed"),
    "approve_award": N_("Award approved"),
    "reject_award": N_("Award rejected"),
    "object": N_("Objection"),
    "withdraw_objection": N_("Objection withdrawn"),
    "decide_objection": N_("Objection decided"),
    "conclude": N_("Awarded"),
    "refuse_award": N_("Award refused by the supplier"),
    "revoke_award": N_("Award revoked"),
    "sign": N_("Contract signed by one side"),
    "sign_contract": N_("Contract signed"),
    "complete": N_("Completed"),
    "declare_unsuccessful": N_("Ended without award"),
    "suspend": N_("Suspended"),
    "resume": N_("Resumed"),
    "cancel": N_("Cancelled"),
}


PART_WORDS: Mapping[str, Message] = {
    "lots": N_("Lot"),
    "lines": N_("Line"),
    "requirements": N_("Requirement"),
    "documents": N_("Paper"),
}
HEAD_WORDS: Mapping[str, Message] = {
    "title": N_("Title"),
    "description": N_("Description"),
    "deadline": N_("Deadline for bids"),
    "question_end": N_("Questions until"),
    "clarif_end": N_("Answers until"),
    "delivery_terms": N_("Delivery terms"),
    "payment_terms": N_("Payment terms"),
}


@blueprint.app_template_filter("tender_chip")
def tender_chip(state: str) -> tuple[str, str]:
    return TONES.get(state, "plain"), say(state_word(state))


@blueprint.app_template_filter("procedure_name")
def procedure_name(code: str) -> str:
    return say(PROCEDURES[code].name) if code in PROCEDURES else code


@blueprint.app_template_filter("flag_word")
def flag_word(value: Any, flag: str) -> str:
    """What a flag's value means."""
    found = FLAG_WORDS.get(flag, {}).get(value)
    return say(found) if found is not None else str(value)


@blueprint.app_template_filter("participant_chip")
def participant_chip(word: str) -> tuple[str, str]:
    tone, text = PARTICIPANT_WORDS[word]
    return tone, say(text)


@blueprint.app_template_filter("question_chip")
def question_chip(state: str) -> tuple[str, str]:
    tone, text = QUESTION_WORDS[state]
    return tone, say(text)


@blueprint.app_template_filter("requirement_kind")
def requirement_kind(kind: str) -> str:
    return say(KIND_WORDS[kind])


@blueprint.app_template_filter("answer_type")
def answer_type(code: str) -> str:
    return say(ANSWER_WORDS[code])


@blueprint.app_template_filter("duty_word")
def duty_word(duty: str) -> str:
    return say(DUTY_WORDS[duty])


@blueprint.app_template_filter("tender_event")
def tender_event(event: str) -> str:
    found = EVENT_WORDS.get(event)
    return say(found) if found is not None else event


@blueprint.app_template_filter("difference_word")
def difference_word(change: Mapping[str, Any]) -> str:
    """One change of an amendment in words."""
    part = PART_WORDS.get(change["where"])
    if part is None:
        return str(_("{field}: {before} → {after}", field=say(HEAD_WORDS.get(change["key"], change["key"])),
                     before=_short(change["before"]), after=_short(change["after"])))  # fmt: skip
    row = change["after"] or change["before"]
    name = str(row.get("text") or row.get("title") or "")
    if change["before"] is None:
        return str(_("{part} added: {name}", part=say(part), name=name))
    if change["after"] is None:
        return str(_("{part} removed: {name}", part=say(part), name=name))
    parts = [key for key, value in row.items() if change["before"].get(key) != value and key != "position"]
    shown = ", ".join(f"{_short(change['before'].get(key))} → {_short(row[key])}" for key in parts)
    return str(_("{part} changed: {name} ({what})", part=say(part), name=name, what=shown or "–"))


def _short(value: Any) -> str:
    if isinstance(value, str) and len(value) == 27 and value.endswith("Z"):
        return moment(datetime.fromisoformat(value))
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def options(words: Mapping[Any, Message]) -> list[tuple[str, str]]:
    return [(str(code), say(text)) for code, text in words.items()]
