"""Mini-competition: the suppliers of a framework compete for one need."""

from __future__ import annotations

from app.core.texts import N_
from app.sourcing.domain.procedures import AWARD, BIDDING, EVALUATION, OPENING, PROCEDURES, Procedure

PROCEDURES.add(
    "mini-competition",
    Procedure(
        name=N_("Mini-competition"),
        about=N_("The suppliers of a framework, and nobody else, compete for one need."),
        stages=(*BIDDING, *OPENING, EVALUATION, *AWARD),
        flags={"visibility": "invited"},
        fixed=frozenset({"visibility", "is_sealed", "envelopes", "has_prequalification", "has_auction"}),
        needs=frozenset({"framework"}),
    ),
)
