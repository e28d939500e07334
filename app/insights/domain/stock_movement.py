"""How stock stands: how long it lies, how long it lasts, how much it earns and how steadily it sells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

ZERO = Decimal(0)
NEW_DAYS = 90  # goods that came lately are judged later
BLOCK_DAYS = 28
BLOCKS = 13  # of 28 days: a year
_A, _B = Decimal("0.80"), Decimal("0.95")  # of the turnover of all
_X, _Y = Decimal("0.5"), Decimal(1)  # variation: standard deviation for each unit of the mean
_DAY = Decimal("0.000001")
_LONGEST = 99_999


@dataclass(frozen=True, slots=True, kw_only=True)
class StockFacts:
    """What is known of the stock of an article. Quantities in base units, `turnover` net of a year in one currency.

    `blocks` is what was ordered in each of the last 13 times 28 days; `weekly` the forecast, None where there is none.
    """

    article_id: int
    on_hand: Decimal
    since_on: date | None = None
    last_in_on: date | None = None
    last_out_on: date | None = None
    sold_90: Decimal = ZERO
    sold_365: Decimal = ZERO
    blocks: Sequence[Decimal] = ()
    turnover: Decimal = ZERO
    weekly: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """`cover_days` None: nothing is sold, it lasts for ever."""

    article_id: int
    daily: Decimal
    cover_days: int | None
    abc: str
    xyz: str
    standing: str


def standings(facts: Iterable[StockFacts], today: date, *, dead_days: int, slow_days: int) -> list[Standing]:
    """The standing of each article, in the order given."""
    facts = list(facts)
    grades = abc({one.article_id: one.turnover for one in facts})
    found = []
    for one in facts:
        daily = _daily(one)
        cover = _cover(one.on_hand, daily)
        standing = _standing(one, cover, today, dead_days, slow_days)
        found.append(Standing(one.article_id, daily, cover, grades[one.article_id], xyz(one.blocks), standing))
    return found


def _daily(one: StockFacts) -> Decimal:
    """Demand a day: as forecast, else as in the last 90 days."""
    demand = one.weekly / 7 if one.weekly is not None else one.sold_90 / 90
    return demand.quantize(_DAY)


def _cover(on_hand: Decimal, daily: Decimal) -> int | None:
    if daily <= 0:
        return None
    return min(int((on_hand / daily).to_integral_value(rounding=ROUND_CEILING)), _LONGEST)


def _standing(one: StockFacts, cover: int | None, today: date, dead_days: int, slow_days: int) -> str:
    if one.last_in_on is not None and (today - one.last_in_on).days < NEW_DAYS and one.sold_365 == ZERO:
        return "new"
    moved = one.last_out_on or one.since_on
    if moved is None or (today - moved).days >= dead_days:
        return "dead"
    return "slow" if cover is None or cover > slow_days else "moving"


def abc(turnover: Mapping[int, Decimal]) -> dict[int, str]:
    """A: the best that make 80 of 100 of the turnover; B: up to 95; C: the rest, and what sells nothing."""
    whole = sum((one for one in turnover.values() if one > 0), ZERO)
    found, before = {}, ZERO
    for key, value in sorted(turnover.items(), key=lambda one: (-one[1], one[0])):
        if value <= 0:
            found[key] = "C"
            continue
        found[key] = "A" if before < whole * _A else "B" if before < whole * _B else "C"
        before += value
    return found


def xyz(blocks: Sequence[Decimal]) -> str:
    """X: steady; Y: with ups and downs; Z: now and then, or never."""
    count = len(blocks)
    whole = sum(blocks, ZERO)
    if not count or whole <= 0:
        return "Z"
    mean = whole / count
    spread = (sum(((one - mean) ** 2 for one in blocks), ZERO) / count).sqrt() / mean
    return "X" if spread <= _X else "Y" if spread <= _Y else "Z"
