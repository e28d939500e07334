"""What happens at the sales desk that others hear of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountsHandedOver:
    """Accounts have a new manager, or one who stands in; the customers are to be told."""

    handover_id: int


@dataclass(frozen=True, slots=True)
class OfferReached:
    """A running offer that is mailed has come to an account."""

    offer_id: int
    company_id: int


@dataclass(frozen=True, slots=True)
class CartMessageWritten:
    """A message to the buyer of a cart left behind waits to be sent."""

    action_id: int


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """One look at a rule found crossings that are new: those with ids from the first to the last."""

    rule_id: int
    first_id: int
    last_id: int
