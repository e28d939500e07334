"""How much of an article will be ordered in the next weeks: methods for demand that comes now and then.

Demand is counted in whole weeks. Single weeks far above the usual (three times the mean of the weeks with demand) are cut
to that before a level is worked out: one huge order says little about the next. Of five methods the one is taken that was
nearest in the last weeks that are known; where that is nearly equal, the one that is best for all articles.
* average: of the last 13 weeks;
* ses: exponential smoothing of all weeks;
* sba: Croston, size and distance of demands smoothed apart, corrected as Syntetos and Boylan proposed;
* tsb: size and probability smoothed apart (Teunter, Syntetos, Babai): fades when nothing comes;
* seasonal: the smoothed level times how all articles together moved in the same weeks a year before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

METHODS = ("average", "ses", "sba", "tsb", "seasonal")
YEAR = 52
SHORT, LONG = 4, 13  # weeks that are forecast
TRIES = 3  # times four weeks on which a method is chosen and its error shown
_WINDOW = 13
_SES = 0.25
_CROSTON = 0.12
_TSB_SIZE, _TSB_CHANCE = 0.15, 0.06
_HIGH = 3.0
_BELIEF = 10.0  # how many tries the choice of all articles counts
_MOVE_LEAST, _MOVE_MOST = 0.5, 2.5
_DAMP = 0.6  # a move of last year is believed so far


@dataclass(frozen=True, slots=True)
class Errors:
    """Of forecasts for `SHORT` weeks each: sums of absolute errors, of errors (forecast less sold) and of what was sold.

    `plain` is the sum of absolute errors of "as in the four weeks before".
    """

    absolute: float = 0.0
    signed: float = 0.0
    sold: float = 0.0
    plain: float = 0.0

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.absolute + other.absolute, self.signed + other.signed, self.sold + other.sold, self.plain + other.plain
        )

    @property
    def wape(self) -> float | None:
        return self.absolute / self.sold if self.sold else None

    @property
    def bias(self) -> float | None:
        return self.signed / self.sold if self.sold else None

    @property
    def mase(self) -> float | None:
        return self.absolute / self.plain if self.plain else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected, in base units, by what method, and how it erred lately."""

    method: str
    weekly: float
    next_4: float
    next_13: float
    errors: Errors


def plain(quantity: Decimal) -> float:
    """A quantity as statistics use it."""
    return float(quantity)


def errors_of(forecast: float, sold: float, before: float) -> Errors:
    """Of one forecast; `before` is what was sold in as many weeks before."""
    return Errors(abs(forecast - sold), forecast - sold, sold, abs(before - sold))


def seasons(total: Sequence[float]) -> list[tuple[float, ...]]:
    """For the end of each number of weeks: how the demand of all moved in the 13 weeks that followed a year before,
    against the 13 weeks before those. Ones where no whole year is known.
    """
    found = []
    for now in range(len(total) + 1):
        then = now - YEAR
        if then < _WINDOW:
            found.append((1.0,) * LONG)
            continue
        level = sum(total[then - _WINDOW : then]) / _WINDOW or 1.0
        moves = []
        for ahead in range(LONG):
            around = total[max(then + ahead - 1, 0) : then + ahead + 2]
            move = sum(around) / (len(around) or 1) / level
            moves.append(min(max(move, _MOVE_LEAST), _MOVE_MOST) ** _DAMP)
        found.append(tuple(moves))
    return found


def levels(weeks: Sequence[float]) -> list[tuple[float, float, float, float]]:
    """For the end of each number of weeks: average, ses, sba and tsb, each the demand of one week."""
    busy = [one for one in weeks if one > 0]
    most = _HIGH * sum(busy) / len(busy) if busy else 0.0
    size = gap = tsb_size = chance = smooth = 0.0
    since = 0
    found = [(0.0, 0.0, 0.0, 0.0)]
    cut: list[float] = []
    running = 0.0
    for place, week in enumerate(weeks):
        demand = min(week, most)
        cut.append(demand)
        running += demand - (cut[place - _WINDOW] if place >= _WINDOW else 0.0)
        since += 1
        if demand > 0:
            if not size:
                size, gap, tsb_size, chance, smooth = demand, float(since), demand, 1.0 / since, demand / since
            else:
                size += _CROSTON * (demand - size)
                gap += _CROSTON * (since - gap)
                tsb_size += _TSB_SIZE * (demand - tsb_size)
            since = 0
        if size:
            chance += _TSB_CHANCE * ((1.0 if demand > 0 else 0.0) - chance)
            smooth += _SES * (demand - smooth)
        sba = (1 - _CROSTON / 2) * size / gap if gap else 0.0
        found.append((running / min(place + 1, _WINDOW), smooth, sba, chance * tsb_size))
    return found


def expected(method: str, level: Sequence[float], season: Sequence[float], weeks: int) -> float:
    """The demand of the next weeks by a method."""
    if method == "seasonal":
        return level[1] * sum(season[:weeks])
    return level[METHODS.index(method)] * weeks


def tries(
    weeks: Sequence[float], known: Sequence[Sequence[float]], moves: Sequence[Sequence[float]], now: int
) -> dict[str, Errors]:
    """How each method would have done in the last times four weeks before `now`."""
    found = dict.fromkeys(METHODS, Errors())
    for back in range(1, TRIES + 1):
        then = now - back * SHORT
        if then < SHORT or not any(known[then]):
            break
        sold, before = sum(weeks[then : then + SHORT]), sum(weeks[then - SHORT : then])
        for method in METHODS:
            forecast = expected(method, known[then], moves[then], SHORT)
            found[method] += errors_of(forecast, sold, before)
    return found


def chosen(own: Mapping[str, Errors], all_articles: Mapping[str, float]) -> str:
    """The method with the least error on the article itself, that of all articles counting like some tries more."""
    sold = max(one.sold for one in own.values()) / TRIES
    return min(METHODS, key=lambda method: (own[method].absolute + _BELIEF * sold * all_articles[method], method))


def forecasts(
    demand: Mapping[int, Sequence[float]], now: int | None = None, articles: Sequence[int] | None = None
) -> dict[int, Forecast]:
    """The forecast of each article at the end of `now` weeks (all of them), from weeks of equal number before it."""
    length = max((len(weeks) for weeks in demand.values()), default=0)
    now = length if now is None else now
    total = [0.0] * now
    for weeks in demand.values():
        busy = [one for one in weeks[:now] if one > 0]
        most = _HIGH * sum(busy) / len(busy) if busy else 0.0
        for place, week in enumerate(weeks[:now]):
            total[place] += min(week, most)
    moves = seasons(total)
    kept = {}
    summed = dict.fromkeys(METHODS, Errors())
    for article in demand if articles is None else articles:
        weeks = demand[article][:now]
        known = levels(weeks)
        own = tries(weeks, known, moves, now)
        kept[article] = known[now], own
        for method in METHODS:
            summed[method] += own[method]
    overall = {method: one.wape or 1.0 for method, one in summed.items()}
    found = {}
    for article, (level, own) in kept.items():
        method = chosen(own, overall)
        found[article] = Forecast(
            method,
            expected(method, level, moves[now], LONG) / LONG,
            expected(method, level, moves[now], SHORT),
            expected(method, level, moves[now], LONG),
            own[method],
        )
    return found
