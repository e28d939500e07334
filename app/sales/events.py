"""What the sales desk did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferReached:
    """A running offer that is mailed has come to an account."""

    offer_id: int
    company_id: int
