"""What the sales desk noticed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CartAbandoned:
    """A cart was left behind; `abandonment_id` is the row that says so."""

    abandonment_id: int


@dataclass(frozen=True, slots=True)
class ReportMade:
    """The file of a scheduled report is there."""

    run_id: int
