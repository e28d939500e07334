"""Reverse auction: sealed first prices, then bidders underbid each other with a soft close."""

from __future__ import annotations

from app.core.texts import N_
from app.sourcing.domain.procedures import AUCTION, AWARD, BIDDING, EVALUATION, OPENING, PROCEDURES, Procedure

PROCEDURES.add(
    "reverse-auction",
    Procedure(
        name=N_("Reverse auction"),
        about=N_("After sealed first prices bidders underbid each other live; late bids move the end."),
        stages=(*BIDDING, *OPENING, *AUCTION, EVALUATION, *AWARD),
        flags={"has_auction": "english", "min_bids": 2},
        fixed=frozenset({"is_sealed", "envelopes"}),
        min_bidders=2,
    ),
)
