"""When an account is invoiced, and which discount it gets for paying early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from app.billing.domain.periods import month_of
from app.core.errors import Invalid
from app.core.texts import N_

_HUNDRED = Decimal(100)
_MIDDLE = 15  # a half-monthly period ends on this day and on the last


class Mode(StrEnum):
    ORDER = "order"
    SHIPMENT = "shipment"
    COLLECTIVE = "collective"


class RunPeriod(StrEnum):
    """How often collective invoices are made; weeks end on Sunday."""

    WEEKLY = "weekly"
    HALF_MONTHLY = "half_monthly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Discount:
    """So many per cent off the total with VAT when paid within so many days of the issue."""

    days: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Rule:
    """How one account is invoiced. `entity_id` None: by the operator itself. `discounts` the shortest first."""

    mode: Mode = Mode.ORDER
    period: RunPeriod = RunPeriod.MONTHLY
    entity_id: int | None = None
    discounts: tuple[Discount, ...] = ()


def checked_discounts(rows: tuple[Discount, ...], payment_days: int) -> tuple[Discount, ...]:
    """The discounts that are given at all, in order; raises Invalid where a longer wait would cost no less."""
    given = sorted((row for row in rows if row.percent), key=lambda row: row.days)
    for row in given:
        if not 0 < row.percent < _HUNDRED:
            raise Invalid("discount_percent", N_("Give a percentage between 0 and 100."))
        if not 0 < row.days < payment_days:
            raise Invalid(
                "discount_days",
                N_("The discount must end before the payment is due: 1 to {days}.", days=payment_days - 1),
            )
    for sooner, later in pairwise(given):
        if sooner.days == later.days or sooner.percent <= later.percent:
            raise Invalid("second_percent", N_("Who pays later gets less off."))
    return tuple(given)


def last_end(period: RunPeriod, today: date) -> date:
    """The last day of the newest period of the kind that is over."""
    if period is RunPeriod.WEEKLY:
        return today - timedelta(days=today.isoweekday())
    first, _last = month_of(today)
    if period is RunPeriod.HALF_MONTHLY and today.day > _MIDDLE:
        return today.replace(day=_MIDDLE)
    return first - timedelta(days=1)


def demand_issue_day(day: date, today: date, through: date, closed: date | None, newest: date | None) -> None:
    """Raise Invalid for a day that collective invoices cannot bear: not before what they claim, nor in closed books, nor
    before the newest invoice, whose number is lower, nor in the future.
    """
    if day > today:
        raise Invalid("issued_on", N_("This day has not come yet."))
    if day < through:
        raise Invalid("issued_on", N_("An invoice cannot be older than the deliveries it claims."))
    if closed is not None and day <= closed:
        raise Invalid("issued_on", N_("The books are closed up to {day}.", day=closed))
    if newest is not None and day < newest:
        raise Invalid(
            "issued_on", N_("There is an invoice of {day}: numbers and days go upwards together.", day=newest)
        )
