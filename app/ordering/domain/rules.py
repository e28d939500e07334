"""What may still be done to an order, and by whom: judged by the clock and by the order's own facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.texts import N_, Message
from app.ordering.domain.lifecycle import CancelUntil, OrderSource, OrderState

GRACE_MOST = 43_200  # minutes: thirty days
ANSWER_DAYS_MOST = 90


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """How orders of an account may be changed after placing."""

    grace_minutes: int = 0
    cancel_until: CancelUntil = CancelUntil.CONFIRMED
    waits_for_confirmation: bool = False
    asks_for_less: bool = True
    answer_days: int = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands."""

    state: OrderState
    source: OrderSource
    grace_until: datetime | None
    confirmed_at: datetime | None
    invoiced_at: datetime | None

    def in_grace(self, now: datetime) -> bool:
        """Whether the buyer's time for changes still runs, whatever the sweep has done."""
        return self.grace_until is not None and now < self.grace_until

    @property
    def is_over(self) -> Message | None:
        """Why nothing at all can be changed any more; None while something can."""
        if self.source is OrderSource.HISTORY:
            return N_("This order was placed before this portal.")
        if self.state is OrderState.CANCELLED:
            return N_("This order is cancelled already.")
        if self.invoiced_at is not None:
            return N_("This order is invoiced already. Ask us for a return.")
        if self.state not in (OrderState.PLACED, OrderState.CONFIRMED, OrderState.IN_DELIVERY):
            return N_("This order is delivered already. Ask us for a return.")
        return None

    def amend_refusal(self, now: datetime) -> Message | None:
        """Why the buyer may not change the order any more; None when he may."""
        if (over := self.is_over) is not None:
            return over
        if self.confirmed_at is not None or self.state is not OrderState.PLACED:
            return N_("This order was confirmed meanwhile.")
        if not self.in_grace(now):
            return N_("The time for changes is over.")
        return None

    def cancel_refusal(self, rules: ChangeRules, now: datetime) -> Message | None:
        """Why the buyer may not cancel himself; None when he may. He may still ask while `is_over` is None."""
        if (over := self.is_over) is not None:
            return over
        if self.in_grace(now):
            return None
        if rules.cancel_until is CancelUntil.GRACE:
            return N_("The time for changes is over.")
        if rules.cancel_until is CancelUntil.CONFIRMED and self.state is not OrderState.PLACED:
            return N_("This order was confirmed meanwhile.")
        return None
