"""English auction with soft close: a late better bid moves the end, a refused one never does.

A bid counts at database time t when t < end. It moves the end when it came within the trigger period before the end
and reached a rank that matters: measured from the close date the end moves by the extension, measured from receipt it
becomes at least t plus the extension. Such a bid counts towards the cap even when the end does not move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from app.sourcing.domain.auction_steps import Bidder, Limit, Refusal, rank_of


class Basis(StrEnum):
    """What an extension is counted from."""

    CLOSE = "close"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True)
class SoftClose:
    """Parameters of the soft close. `lowest_rank` None: any accepted bid triggers; `cap` None: without end."""

    trigger: timedelta
    extension: timedelta
    basis: Basis = Basis.CLOSE
    lowest_rank: int | None = None
    cap: int | None = None

    def triggers(self, end: datetime, extensions: int, at: datetime, rank: int) -> bool:
        if self.cap is not None and extensions >= self.cap:
            return False
        if self.lowest_rank is not None and rank > self.lowest_rank:
            return False
        return end - self.trigger <= at < end

    def new_end(self, end: datetime, at: datetime) -> datetime:
        return end + self.extension if self.basis is Basis.CLOSE else max(end, at + self.extension)


@dataclass(frozen=True, slots=True)
class English:
    """An English auction at one moment."""

    limit: Limit
    soft_close: SoftClose
    starts_at: datetime
    ends_at: datetime
    bidders: tuple[Bidder, ...]
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted bid: the auction after it, the rank it reached, whether it counted as an extension."""

    auction: English
    rank: int
    is_extended: bool


def bid(auction: English, number: int, price: Decimal, at: datetime) -> Taken | Refusal:
    """Judge a price by database time `at`; a refusal changes nothing."""
    if at < auction.starts_at:
        return Refusal.EARLY
    if at >= auction.ends_at:
        return Refusal.LATE
    own = next(one for one in auction.bidders if one.number == number)
    refusal = auction.limit.refusal(price, own, auction.bidders)
    if refusal is not None:
        return refusal
    bidders = tuple(replace(one, price=price, since=at) if one is own else one for one in auction.bidders)
    rank = rank_of(number, bidders)
    after = replace(auction, bidders=bidders)
    if not auction.soft_close.triggers(auction.ends_at, auction.extensions, at, rank):
        return Taken(after, rank, is_extended=False)
    ends_at = auction.soft_close.new_end(auction.ends_at, at)
    return Taken(replace(after, ends_at=ends_at, extensions=auction.extensions + 1), rank, is_extended=True)
