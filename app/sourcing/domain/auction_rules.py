"""What a buyer settles before an auction, as it is kept in JSON and shown to bidders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_
from app.sourcing.domain.auction_dutch import Clock, demand_clock
from app.sourcing.domain.auction_english import Basis, SoftClose
from app.sourcing.domain.auction_steps import Beat, Limit

_LONGEST = timedelta(days=5)
_SHORTEST = timedelta(seconds=30)
HARD_CLOSE = SoftClose(timedelta(0), timedelta(0))


class Kind(StrEnum):
    """The three auctions."""

    ROUNDS = "rounds"
    ENGLISH = "english"
    DUTCH = "dutch"


class Shows(StrEnum):
    """What a bidder learns about the others."""

    RANK = "rank"
    LEADER = "leader"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Rules:
    """`duration` is of an English auction. Of a Dutch one the four `clock` values count, of the others the limit."""

    kind: Kind
    limit: Limit
    shows: Shows = Shows.BOTH
    soft_close: SoftClose = HARD_CLOSE
    duration: timedelta = timedelta(minutes=30)
    floor: Decimal = Decimal(0)
    ceiling: Decimal = Decimal(0)
    rise: Decimal = Decimal(0)
    interval: timedelta = timedelta(0)

    def clock(self, starts_at: datetime) -> Clock:
        return Clock(self.floor, self.ceiling, self.rise, self.interval, starts_at)

    def with_digits(self, digits: int) -> Rules:
        """Prices to so many digits, as the currency has them."""
        return replace(self, limit=replace(self.limit, digits=digits))

    @property
    def shows_rank(self) -> bool:
        return self.shows is not Shows.LEADER

    @property
    def shows_leader(self) -> bool:
        return self.shows is not Shows.RANK

    def as_json(self) -> dict[str, Any]:
        soft = self.soft_close
        return {
            "kind": str(self.kind), "step": str(self.limit.step), "beat": str(self.limit.beat),
            "digits": self.limit.digits, "shows": str(self.shows), "duration": _seconds(self.duration),
            "trigger": _seconds(soft.trigger), "extension": _seconds(soft.extension), "basis": str(soft.basis),
            "lowest_rank": soft.lowest_rank, "cap": soft.cap, "floor": str(self.floor), "ceiling": str(self.ceiling),
            "rise": str(self.rise), "interval": _seconds(self.interval),
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Rules:
        return cls(
            Kind(value["kind"]),
            Limit(Decimal(value["step"]), Beat(value["beat"]), value["digits"]),
            Shows(value["shows"]),
            SoftClose(
                timedelta(seconds=value["trigger"]), timedelta(seconds=value["extension"]), Basis(value["basis"]),
                value["lowest_rank"], value["cap"],
            ),
            timedelta(seconds=value["duration"]),
            Decimal(value["floor"]), Decimal(value["ceiling"]), Decimal(value["rise"]),
            timedelta(seconds=value["interval"]),
        )  # fmt: skip


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def demand_rules(rules: Rules, starts_at: datetime) -> None:
    """Raise Invalid for rules under which no auction can run."""
    if rules.kind is Kind.DUTCH:
        clock = rules.clock(starts_at)
        demand_clock(clock)
        if clock.ends_at - starts_at > _LONGEST:
            raise Invalid("interval", N_("The clock would run for more than five days. Let the price rise faster."))
        return
    if rules.limit.step <= 0:
        raise Invalid("step", N_("The step must be above zero."))
    if rules.limit.beat is Beat.LEADER and not rules.shows_leader:
        raise Invalid("shows", N_("Who has to beat the leader must see its price."))
    if rules.kind is Kind.ENGLISH:
        _demand_english(rules)


def _demand_english(rules: Rules) -> None:
    soft = rules.soft_close
    if not _SHORTEST <= rules.duration <= _LONGEST:
        raise Invalid("duration", N_("Bidding must last between half a minute and five days."))
    if soft.trigger < timedelta(0) or soft.extension < timedelta(0) or soft.trigger > rules.duration:
        raise Invalid("trigger", N_("The last minutes that extend must be shorter than the bidding."))
    if bool(soft.trigger) != bool(soft.extension):
        raise Invalid("extension", N_("Give both times of the extension, or none."))
    if (soft.cap is not None and soft.cap < 0) or (soft.lowest_rank is not None and soft.lowest_rank < 1):
        raise Invalid("cap", N_("Ranks begin at 1, and the number of extensions at 0."))
