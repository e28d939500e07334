"""The order pad's rows while somebody types: what is understood of each, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.catalog.domain.article import Article
from app.core.money import minor_units
from app.ordering.domain.carried_rows import Typed
from app.ordering.domain.preview import Preview, PreviewLine, PreviewProblem


class PadState(StrEnum):
    """Whether a row counts: good, joined with an earlier one of the same article, without a quantity yet, or wrong."""

    GOOD = "good"
    JOINED = "joined"
    OPEN = "open"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class PadRow:
    """The answer to one row. `line` and `problem` are of the preview; `minor` is the net in the smallest coin."""

    number: int
    state: PadState
    article: Article | None
    unit: str = ""
    line: PreviewLine | None = None
    problem: PreviewProblem | None = None
    minor: int = 0

    @property
    def step(self) -> str:
        """By how much a press on plus changes the quantity, in plain digits."""
        if self.article is None or self.unit != self.article.base_unit:
            return "1"
        return f"{self.article.rule.step:f}"


def without_quantity(rows: Sequence[tuple[int, Typed]]) -> list[tuple[int, Typed]]:
    """Rows that name an article and no quantity yet, each asked for once as if one were wanted."""
    return [(number, row._replace(quantity="1")) for number, row in rows if row.code and not row.quantity]


def pad_answers(judged: Preview, peeked: Preview | None) -> Iterator[PadRow]:
    """One answer for each row; `peeked` are the rows without a quantity."""
    scale = Decimal(10) ** minor_units(judged.currency)
    for line in judged.lines:
        net = int((line.price.net or Decimal(0)) * scale)
        yield PadRow(line.first, PadState.GOOD, line.article, line.unit, line, minor=net)
        yield from (PadRow(number, PadState.JOINED, line.article, line.unit, line) for number in line.others)
    for problem in judged.problems:
        for number in (problem.number, *problem.others):
            yield PadRow(number, PadState.WRONG, problem.article, _unit(problem), problem=problem)
    if peeked is None:
        return
    for line in peeked.lines:
        yield from (PadRow(number, PadState.OPEN, line.article, line.unit, line) for number in line.rows)
    for problem in peeked.problems:
        for number in (problem.number, *problem.others):
            state = PadState.OPEN if problem.reason == "quantity" else PadState.WRONG
            yield PadRow(number, state, problem.article, _unit(problem), problem=problem)


def _unit(problem: PreviewProblem) -> str:
    article = problem.article
    if article is None:
        return ""
    return problem.unit if problem.unit in article.all_units else article.found_unit or article.base_unit
