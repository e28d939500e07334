"""What happened to stock that others react to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackInStock:
    """An article somebody waits for can be had again."""

    watch_id: int


@dataclass(frozen=True, slots=True)
class StockAdjusted:
    """Rows came into the journal of adjustments; they have ids from `first_id` to `last_id`."""

    first_id: int
    last_id: int
