"""Framework: prices for a period, from one or several suppliers, that later orders draw down."""

from __future__ import annotations

from app.core.texts import N_
from app.sourcing.domain.procedures import AWARD, BIDDING, EVALUATION, OPENING, PROCEDURES, Procedure

PROCEDURES.add(
    "framework",
    Procedure(
        name=N_("Framework"),
        about=N_("Contract prices for a period, with one or several suppliers; later orders draw them down."),
        stages=(*BIDDING, *OPENING, EVALUATION, *AWARD),
        flags={"award_mode": "line", "multi_sourcing": True},
        fixed=frozenset({"is_sealed", "envelopes", "has_auction"}),
        needs=frozenset({"contract"}),
    ),
)
