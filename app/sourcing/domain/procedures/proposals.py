"""Request for proposals: price and quality weighed against each other."""

from __future__ import annotations

from app.core.texts import N_
from app.sourcing.domain.procedures import AWARD, BIDDING, EVALUATION, OPENING, PROCEDURES, Procedure

PROCEDURES.add(
    "proposals",
    Procedure(
        name=N_("Request for proposals"),
        about=N_("Price and weighted criteria, scored by the people you name, decide together."),
        stages=(*BIDDING, *OPENING, EVALUATION, *AWARD),
        flags={"ranking": "points", "late_question_policy": "block"},
        fixed=frozenset({"is_sealed", "envelopes", "has_auction"}),
        needs=frozenset({"criteria"}),
        rank="points",
    ),
)
