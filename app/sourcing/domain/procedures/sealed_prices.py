"""Sealed request for prices: who is cheapest for what is fully described."""

from __future__ import annotations

from app.core.texts import N_
from app.sourcing.domain.procedures import AWARD, BIDDING, EVALUATION, OPENING, PROCEDURES, Procedure

PROCEDURES.add(
    "sealed-prices",
    Procedure(
        name=N_("Sealed request for prices"),
        about=N_("Suppliers send sealed prices until the deadline; the lowest comparable price leads."),
        stages=(*BIDDING, *OPENING, EVALUATION, *AWARD),
        fixed=frozenset({"is_sealed", "envelopes", "has_prequalification", "has_auction"}),
    ),
)
