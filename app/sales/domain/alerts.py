"""Figures that can warn, and when a warning begins and ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.texts import N_, Message

DAYS = 28  # of the rhythm of an account
PERIODS = 6  # so many such periods before are what an account usually does
LEAST_ORDERS = 4  # in those periods, so that there is a rhythm at all
NAMED = 5


@dataclass(frozen=True, slots=True)
class AlertFigure:
    """`unit` stands behind the threshold; `link` is where the figure is seen. A rule warns when the figure reaches it.

    `is_of_accounts`: each account by itself, else one number of the whole portal.
    """

    title: Message
    unit: Message
    usual: Decimal
    link: str
    is_of_accounts: bool = False


FIGURES: dict[str, AlertFigure] = {
    "turnover_falls": AlertFigure(
        N_("Turnover of an account falls against its own rhythm"), N_("percent"), Decimal(50), "/sales", True
    ),
    "sold_out": AlertFigure(
        N_("Articles of class A that are sold out"), N_("articles"), Decimal(1), "/reports/expected_demand"
    ),
    "unanswered": AlertFigure(
        N_("Conversations past their time limit"), N_("conversations"), Decimal(1), "/conversations"
    ),
    "failed_messages": AlertFigure(
        N_("Messages of partners that wait for a person"), N_("messages"), Decimal(1), "/messages/to-do"
    ),
    "stuck_events": AlertFigure(
        N_("Events that failed for good"), N_("events"), Decimal(1), "/admin/outbox?state=parked"
    ),
    "missed_searches": AlertFigure(
        N_("Searches without result on one day"), N_("searches"), Decimal(20), "/reports/missed_searches"
    ),
    "carts": AlertFigure(N_("Carts left behind that wait"), N_("carts"), Decimal(10), "/abandoned-carts"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as it stands; `subject_id` is the account, 0 for the whole portal, `words` its name."""

    subject_id: int
    words: str
    value: Decimal


def begun(readings: Sequence[Reading], threshold: Decimal, standing: Collection[int]) -> list[Reading]:
    """Those that have reached the threshold and were not there before."""
    return [one for one in readings if one.value >= threshold and one.subject_id not in standing]


def ended(readings: Sequence[Reading], threshold: Decimal, standing: Collection[int]) -> list[int]:
    """Subjects that were there and are not any more."""
    still = {one.subject_id for one in readings if one.value >= threshold}
    return sorted(set(standing) - still)


def fall(recent: Decimal, usual: Decimal) -> Decimal:
    """By how many percent less than usual; 0 when it did not fall."""
    return max((usual - recent) * 100 / usual, Decimal(0)).quantize(Decimal("0.1")) if usual > 0 else Decimal(0)
