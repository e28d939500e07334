"""Dutch auction: the offered price rises step by step until the first bidder takes it."""

from __future__ import annotations

from app.core.texts import N_
from app.sourcing.domain.procedures import AUCTION, AWARD, BIDDING, EVALUATION, OPENING, PROCEDURES, Procedure

PROCEDURES.add(
    "dutch",
    Procedure(
        name=N_("Dutch auction"),
        about=N_("The price you pay rises step by step; the first bidder who takes it wins the lot."),
        stages=(*BIDDING, *OPENING, *AUCTION, EVALUATION, *AWARD),
        flags={"has_auction": "dutch", "min_bids": 2, "value_ceiling": "enforce", "award_mode": "lot"},
        fixed=frozenset({"is_sealed", "envelopes", "has_auction", "value_ceiling", "award_mode", "multi_sourcing"}),
        needs=frozenset({"ceiling"}),
        min_bidders=2,
    ),
)
