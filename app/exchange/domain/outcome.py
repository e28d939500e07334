"""What happened, or would happen, to the rows of a part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from app.core.errors import RowProblem
from app.core.tables.rows import Cell
from app.exchange.domain.chunks import Chunk

MAX_REFUSED = 50_000


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
    figures: dict[str, Decimal] = field(default_factory=dict)

    def note(self, row: int, state: RowState) -> None:
        known = self.states.get(row)
        if known is None or _STRENGTH[state] > _STRENGTH[known]:
            self.states[row] = state

    def refuse(self, problem: RowProblem) -> None:
        self.problems.append(problem)
        self.states[problem.row] = RowState.REFUSED

    def count(self, state: RowState) -> int:
        return sum(1 for known in self.states.values() if known is state)


@dataclass(slots=True)
class Tally:
    """Outcomes of parts added up. Problems are kept, with the rows as given, for as many refused rows as there is room."""

    room: int = MAX_REFUSED
    read: int = 0
    created: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    figures: dict[str, Decimal] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    rows: dict[int, tuple[Cell, ...]] = field(default_factory=dict)

    def add(self, chunk: Chunk, outcome: Outcome) -> None:
        """Count a part: what its importer did, and the rows whose cells could not be read."""
        counts = Counter(outcome.states.values())
        unread = {problem.row for problem in chunk.problems}
        self.read += len(chunk.rows)
        self.created += counts[RowState.CREATED]
        self.changed += counts[RowState.CHANGED]
        self.same += counts[RowState.SAME]
        for name, amount in outcome.figures.items():
            self.figures[name] = self.figures.get(name, Decimal(0)) + amount
        refused = unread | {row for row, state in outcome.states.items() if state is RowState.REFUSED}
        kept = set(sorted(refused)[: max(0, self.room)])
        self.room -= len(refused)
        self.refused += len(refused)
        self.problems.extend(problem for problem in (*chunk.problems, *outcome.problems) if problem.row in kept)
        self.rows.update((row, chunk.rows[row]) for row in kept)
