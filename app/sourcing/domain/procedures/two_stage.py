"""Two stages: first what is offered, then, of those who qualify, for how much."""

from __future__ import annotations

from app.core.texts import N_
from app.sourcing.domain.procedures import AWARD, BIDDING, EVALUATION, OPENING, PROCEDURES, QUALIFICATION, Procedure

PROCEDURES.add(
    "two-stage",
    Procedure(
        name=N_("Two-stage tender"),
        about=N_("Two envelopes: the second, with prices, is opened only for those whose first one qualified."),
        stages=(*BIDDING, *OPENING, QUALIFICATION, EVALUATION, *AWARD),
        flags={"envelopes": 2, "has_prequalification": True, "late_question_policy": "block"},
        fixed=frozenset({"is_sealed", "envelopes", "has_prequalification", "has_auction"}),
    ),
)
