"""What happened to stock that others react to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackInStock:
    """An article somebody waits for can be had again."""

    watch_id: int
