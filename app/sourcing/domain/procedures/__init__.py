"""Procedures of tenders, one file each, as data: which flags they set, which of them stay, through which stages they go.

    PROCEDURES.add("sealed-prices", Procedure(...))

All run on the one machine (`domain.tender_machine`); a procedure chooses the way through it. `tests/plugins` holds every
one to: known flags with possible values, stages that follow each other in the machine and each end, none that both
accepts bids and shows sealed ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.registry import Registry
from app.core.texts import Message

# Values that a flag may take, the usual one first.
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "visibility": ("invited", "registered", "public"),
    "is_sealed": (True, False),
    "envelopes": (1, 2),
    "has_prequalification": (True, False),
    "has_auction": ("none", "rounds", "english", "dutch"),
    "award_mode": ("tender", "lot", "line"),
    "multi_sourcing": (True, False),
    "value_ceiling": ("none", "warn", "enforce"),
    "vat_basis": ("net", "gross"),
    "late_question_policy": ("warn", "block"),
    "amend_policy": ("reconfirm", "invalidate", "keep"),
    "opening": ("auto", "committee"),
    "show_bid_count": (True, False),
    "anonymise_losers": (True, False),
    "ranking": ("price", "points", "features", "cost"),
    "has_blind_scores": (True, False),
    "needs_approval": (True, False),
}
# Whole numbers, from and to.
NUMBERS: Mapping[str, tuple[int, int]] = {
    "min_bids": (1, 100),
    "standstill_days": (0, 60),
    "bid_validity_days": (1, 365),
    "opening_quorum": (0, 20),
    "minimum_days": (0, 180),
    "amend_lead_days": (0, 30),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the way: a state of the machine, what happens to bids there, and which event ends it."""

    state: str
    ends_with: str
    accepts_bids: bool = False
    shows_bids: bool = False


BIDDING = (Stage("published", "open_bidding"), Stage("bidding", "close", accepts_bids=True))
OPENING = (Stage("closed", "start_opening"), Stage("opening", "open"))
QUALIFICATION = Stage("prequalification", "open_prices", shows_bids=True)
EVALUATION = Stage("evaluation", "propose_award", shows_bids=True)
AUCTION = (Stage("evaluation", "start_auction", shows_bids=True), Stage("auction", "end_auction", shows_bids=True))
AWARD = (
    Stage("award_proposed", "approve_award", shows_bids=True),
    Stage("standstill", "conclude", shows_bids=True),
    Stage("awarded", "sign_contract", shows_bids=True),
    Stage("contracted", "complete", shows_bids=True),
)


@dataclass(frozen=True, slots=True)
class Procedure:
    """`flags` are what a new tender of this kind starts with, `fixed` those that nobody may change.

    `needs` names what must be there at publication: criteria (weights that make 100 percent), contract (its dates),
    framework (the tender whose suppliers compete), ceiling (of every lot). `min_bidders`: below it there is no award.
    """

    name: Message
    about: Message
    stages: tuple[Stage, ...]
    flags: Mapping[str, Any] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    rank: str = "price"
    min_bidders: int = 1

    def start(self) -> dict[str, Any]:
        """All flags of a new tender."""
        values: dict[str, Any] = {flag: options[0] for flag, options in CHOICES.items()}
        values |= {"min_bids": self.min_bidders, "standstill_days": 0, "bid_validity_days": 30, "opening_quorum": 0}
        values |= {"minimum_days": 0, "amend_lead_days": 0, "award_mode": "lot", "show_bid_count": False}
        values |= {"has_prequalification": False, "multi_sourcing": False, "has_blind_scores": False}
        return values | {"needs_approval": False, "ranking": self.rank} | dict(self.flags)


PROCEDURES: Registry[Procedure] = Registry(__name__)
