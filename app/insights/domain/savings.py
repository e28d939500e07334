"""A lot that was awarded, as a row of the report on savings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Protocol

from app.core.texts import N_
from app.insights.domain.report_rows import Column, Row, share

COLUMNS = (
    Column("number", N_("Tender")),
    Column("lot", N_("Lot")),
    Column("decided", N_("Awarded on"), "day"),
    Column("bids", N_("Bids"), "number"),
    Column("estimate", N_("Estimate"), "money"),
    Column("mean", N_("Mean of the bids"), "money"),
    Column("lowest", N_("Lowest bid"), "money"),
    Column("awarded", N_("Awarded"), "money", is_summed=True),
    Column("saved", N_("Below the estimate"), "money", is_summed=True),
    Column("rate", N_("Saved"), "percent"),
    Column("below_mean", N_("Below the mean"), "percent"),
)


class Lot(Protocol):
    """What is known of an awarded lot; amounts in `currency`, net or gross as its tender is."""

    @property
    def number(self) -> str: ...
    @property
    def lot(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def decided_on(self) -> date: ...
    @property
    def estimate(self) -> Decimal | None: ...
    @property
    def bids(self) -> int: ...
    @property
    def mean(self) -> Decimal | None: ...
    @property
    def lowest(self) -> Decimal | None: ...
    @property
    def awarded(self) -> Decimal: ...


def saving_row(one: Lot) -> Row:
    """Without an estimate there is no saving against it, and no rate."""
    saved = one.estimate - one.awarded if one.estimate is not None else None
    below = one.mean - one.awarded if one.mean is not None else None
    return {
        "number": one.number,
        "lot": one.lot,
        "decided": one.decided_on,
        "currency": one.currency,
        "bids": one.bids,
        "estimate": one.estimate,
        "mean": one.mean,
        "lowest": one.lowest,
        "awarded": one.awarded,
        "saved": saved,
        "rate": share(saved, one.estimate) if saved is not None and one.estimate else None,
        "below_mean": share(below, one.mean) if below is not None and one.mean else None,
    }
