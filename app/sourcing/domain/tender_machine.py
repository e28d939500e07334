"""The life of a tender as a table: who may cause what in which state, what each side calls it, how lots move a tender.

Differences to a plain reading of the published tables, with reasons:
* Where an event has several outcomes, each is a row, and the caller names the target: `open` ends in qualification or
  evaluation, `decide_objection` upholds or dismisses, `resume` returns to the state that was suspended.
* `approve_award` always leads to standstill; with no days of standstill `conclude` follows in the same transaction, so
  that there is one way into `awarded`.
* Bids can be disqualified in evaluation too: not every tender has a stage of qualification, and an abnormally low price
  is only seen there.
* Invitations, admission, and what a supplier lets the buyer know are events as well, so that the log has them.
* A suspended tender can be cancelled without being resumed first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.core.texts import N_, Message
from app.sourcing.domain.machine import Machine, row

STATES = (
    "draft", "approval", "published", "bidding", "closed", "opening", "prequalification", "evaluation", "auction",
    "award_proposed", "standstill", "awarded", "contracted", "suspended", "completed", "cancelled", "unsuccessful",
)  # fmt: skip
ENDS = frozenset({"completed", "cancelled", "unsuccessful"})
# Until here all lots go together; from `closed` on each goes alone.
TOGETHER = frozenset({"draft", "approval", "published", "bidding"})
# Bids are sealed in these; a suspended tender is sealed when it was suspended from one of them.
SEALED = frozenset({"published", "bidding", "closed", "opening"})
_SUSPENDABLE = ("published", "bidding", "closed", "opening", "prequalification", "evaluation")
_CANCELLABLE = (
    "draft approval published bidding closed opening prequalification evaluation auction award_proposed standstill"
    " suspended"
)
_ANNOUNCED = "published bidding"

BUYER_WORDS: Mapping[str, Message] = {
    "draft": N_("Draft"),
    "approval": N_("Waiting for release"),
    "published": N_("Published"),
    "bidding": N_("Open for bids"),
    "closed": N_("Closed, sealed"),
    "opening": N_("Opening"),
    "prequalification": N_("Qualification"),
    "evaluation": N_("Evaluation"),
    "auction": N_("Auction"),
    "award_proposed": N_("Award proposed"),
    "standstill": N_("Standstill"),
    "awarded": N_("Awarded"),
    "contracted": N_("Contract in force"),
    "suspended": N_("Suspended"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
    "unsuccessful": N_("No award"),
}
SUPPLIER_WORDS: Mapping[str, Message] = {
    "published": N_("Announced"),
    "bidding": N_("Open for bids"),
    "closed": N_("Closed"),
    "opening": N_("Being opened"),
    "prequalification": N_("Under review"),
    "evaluation": N_("Under evaluation"),
    "auction": N_("Auction"),
    "award_proposed": N_("Under evaluation"),
    "standstill": N_("Decision announced"),
    "awarded": N_("Awarded"),
    "contracted": N_("Contract in force"),
    "suspended": N_("Suspended"),
    "completed": N_("Completed"),
    "cancelled": N_("Cancelled"),
    "unsuccessful": N_("No award"),
}

TENDER = Machine(
    "tender",
    "draft",
    STATES,
    ENDS,
    (
        row("create", None, "draft", "buyer system"),
        row("edit", "draft", None, "buyer"),
        row("name_members", "draft approval published bidding closed", None, "buyer"),
        row("submit_approval", "draft", "approval", "buyer"),
        row("approve", "approval", "draft", "approver"),
        row("return", "approval", "draft", "approver"),
        row("publish", "draft", "published", "buyer"),
        row("open_bidding", "published", "bidding", "timer system"),
        row("invite", _ANNOUNCED, None, "buyer"),
        row("apply", _ANNOUNCED, None, "supplier"),
        row("admit", _ANNOUNCED, None, "buyer"),
        row("turn_away", _ANNOUNCED, None, "buyer"),
        row("see", _ANNOUNCED, None, "supplier"),
        row("intend", _ANNOUNCED, None, "supplier"),
        row("decline", _ANNOUNCED, None, "supplier"),
        row("ask", "bidding", None, "supplier"),
        row("answer", "bidding", None, "buyer"),
        row("dismiss_question", "bidding", None, "buyer"),
        row("amend", _ANNOUNCED, None, "buyer"),
        row("extend", _ANNOUNCED, None, "buyer"),
        row("extend", "closed", "bidding", "buyer"),
        row("submit_bid", "bidding", None, "supplier"),
        row("replace_bid", "bidding", None, "supplier"),
        row("confirm_bid", "bidding", None, "supplier"),
        row("withdraw_bid", "bidding", None, "supplier"),
        row("close", "bidding", "closed", "timer"),
        row("fail_few", "closed", "unsuccessful", "system"),
        row("start_opening", "closed", "opening", "timer committee"),
        row("confirm_opening", "opening", None, "committee"),
        row("opening_lapsed", "opening", "closed", "timer"),
        row("open", "opening", "prequalification", "timer committee"),
        row("open", "opening", "evaluation", "timer committee"),
        row("qualify", "prequalification evaluation", None, "buyer committee"),
        row("open_prices", "prequalification", "evaluation", "buyer committee"),
        row("score", "evaluation", None, "committee"),
        row("clarify", "evaluation", None, "buyer supplier"),
        row("start_auction", "evaluation", "auction", "buyer timer"),
        row("auction_bid", "auction", None, "supplier"),
        row("replan_auction", "auction", None, "timer system"),
        row("end_auction", "auction", "evaluation", "timer system"),
        row("propose_award", "evaluation", "award_proposed", "buyer"),
        row("approve_award", "award_proposed", "standstill", "approver"),
        row("reject_award", "award_proposed", "evaluation", "approver"),
        row("object", "standstill", None, "supplier"),
        row("withdraw_objection", "standstill", None, "supplier"),
        row("decide_objection", "standstill", None, "reviewer"),
        row("decide_objection", "standstill", "evaluation", "reviewer"),
        row("conclude", "standstill", "awarded", "timer system"),
        row("refuse_award", "award_proposed standstill awarded", "evaluation", "supplier"),
        row("revoke_award", "award_proposed standstill awarded", "evaluation", "buyer"),
        row("sign", "awarded", None, "buyer supplier"),
        row("sign_contract", "awarded", "contracted", "buyer supplier system"),
        row("complete", "contracted", "completed", "timer buyer"),
        row("declare_unsuccessful", "prequalification evaluation", "unsuccessful", "buyer approver"),
        row("suspend", " ".join(_SUSPENDABLE), "suspended", "buyer"),
        *(row("resume", "suspended", state, "buyer") for state in _SUSPENDABLE),
        row("cancel", _CANCELLABLE, "cancelled", "buyer approver"),
    ),
    BUYER_WORDS,
)

_ADVANCE = {state: place for place, state in enumerate(STATES)}


def overall(states: Iterable[str]) -> str:
    """The state a tender shows: of its least advanced lot that has not ended; of ended lots the best end."""
    all_states = list(states)
    if not all_states:
        raise ValueError("a tender has at least one lot")
    if "suspended" in all_states:
        return "suspended"
    alive = [state for state in all_states if state not in ENDS]
    if alive:
        return min(alive, key=_ADVANCE.__getitem__)
    return next(end for end in ("completed", "unsuccessful", "cancelled") if end in all_states)


def is_sealed(state: str, suspended_from: str = "") -> bool:
    """Whether bids in this state are closed to everybody but their suppliers."""
    return (suspended_from if state == "suspended" else state) in SEALED


def lot_status(state: str) -> str:
    """The state of a lot as told outside: active, complete, unsuccessful or cancelled."""
    if state in ("cancelled", "unsuccessful"):
        return state
    return "complete" if state in ("awarded", "contracted", "completed") else "active"


def state_word(state: str, *, for_supplier: bool = False) -> Message:
    """What a side calls the state; a supplier never meets a draft."""
    return SUPPLIER_WORDS.get(state, BUYER_WORDS["published"]) if for_supplier else BUYER_WORDS[state]
