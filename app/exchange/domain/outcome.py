"""What happened, or would happen, to the rows of a part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from app.core.errors import RowProblem


class RowState(StrEnum):
    """What a row did to the data."""

    CREATED = "created"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


# A row that feeds several things (stock of three warehouses) has the strongest state of them.
_STRENGTH = {RowState.SAME: 0, RowState.CHANGED: 1, RowState.CREATED: 2, RowState.REFUSED: 3}


@dataclass(slots=True)
class Outcome:
    """State by row number, problems of refused rows, and sums over the accepted rows to compare with the source."""

    states: dict[int, RowState] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)

    def note(self, row: int, state: RowState) -> None:
        known = self.states.get(row)
        if known is None or _STRENGTH[state] > _STRENGTH[known]:
            self.states[row] = state

    def refuse(self, problem: RowProblem) -> None:
        self.problems.append(problem)
        self.states[problem.row] = RowState.REFUSED

    def count(self, state: RowState) -> int:
        return sum(1 for known in self.states.values() if known is state)

    def add_figure(self, name: str, amount: Decimal | int) -> None:
        self.figures[name] += amount  # type: ignore[assignment]  # typeshed wants int; the sums are exact
