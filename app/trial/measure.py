"""Turn-by-turn timing of a way of doing something against its floor."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import partial
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Prepared:
    """Work that needs something made afresh before each run, outside the clock."""

    prepare: Callable[[], Any]
    run: Callable[[Any], Any]


Work = Callable[[], Any] | Prepared
_NANOSECONDS = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Bench:
    """`prepare` yields the two functions to compare; `floor` says what the second one is.

    `is_large`: measured on the large ground of app/trial/scale, else on the small one of bench_stock.
    """

    name: str
    title: str
    floor: str
    prepare: Callable[[Any], AbstractContextManager[tuple[Work, Work]]]
    runs: int
    is_large: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians in milliseconds; the ratio is the median of the ratios of neighbouring runs."""

    name: str
    median_ms: Decimal
    floor_ms: Decimal
    ratio: Decimal
    runs: int

    def as_json(self) -> dict[str, Any]:
        return measures(self)


def measures(figures: Any) -> dict[str, Any]:
    """A dataclass with plain JSON numbers: these are measures, not amounts."""
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in asdict(figures).items()}


def _timed(work: Work) -> Decimal:
    run = work
    if isinstance(work, Prepared):
        made = work.prepare()
        run = partial(work.run, made)
    gc.collect()
    start = time.perf_counter_ns()
    run()  # type: ignore[operator]
    return (time.perf_counter_ns() - start) / _NANOSECONDS


def measure(bench: Bench, place: Any, runs: int | None = None) -> Figures:
    """Run both in turn, after one warm-up of each."""
    with bench.prepare(place) as (ours, floor):
        _timed(ours)
        _timed(floor)
        pairs = [(_timed(ours), _timed(floor)) for _ in range(runs or bench.runs)]
    return Figures(
        bench.name,
        _rounded(median(pair[0] for pair in pairs)),
        _rounded(median(pair[1] for pair in pairs)),
        median(first / second for first, second in pairs).quantize(Decimal("0.01")),
        len(pairs),
    )


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.001"))


def table(rows: list[tuple[Bench, Figures]]) -> Iterator[str]:
    """The figures as lines of text."""
    yield f"{'bench':<24}{'median ms':>12}{'floor ms':>12}{'ratio':>8}{'runs':>6}  floor"
    for bench, figures in rows:
        yield (
            f"{bench.name:<24}{figures.median_ms:>12}{figures.floor_ms:>12}{figures.ratio:>8}{figures.runs:>6}"
            f"  {bench.floor}"
        )
