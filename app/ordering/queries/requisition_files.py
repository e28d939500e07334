"""A file or a paste on its way onto a list: the parser and the columns of the quick order, without prices and stock."""

from __future__ import annotations

from dataclasses import dataclass

from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor
from app.ordering.domain.carried_rows import Carried
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.preview import PreviewProblem, sort_rows
from app.ordering.domain.quick_order import MergedLine


@dataclass(frozen=True, slots=True)
class ListRow:
    """Rows of a file that become one line of a list."""

    article: Article
    line: MergedLine
    note: str

    @property
    def wanted(self) -> WantedLine:
        return WantedLine(self.article.id, self.line.quantity, self.line.unit, self.note)


@dataclass(frozen=True, slots=True)
class ListFile:
    """What of a file can stand on a list, and the rows that name no article, unit or quantity."""

    carried: Carried
    rows: list[ListRow]
    problems: list[PreviewProblem]

    @property
    def merged(self) -> list[ListRow]:
        return [row for row in self.rows if len(row.line.rows) > 1]


def sorted_file(actor: Actor, carried: Carried) -> ListFile:
    """The rows looked up; what is no longer sold may stand on a list. A constant number of statements."""
    found = sort_rows(carried, articles_by_code(actor, carried.order.skus()))
    notes = {row.number: row.note for row in carried.order.rows}
    rows = [
        ListRow(article, line, next((note for row in line.rows if (note := notes.get(row, ""))), ""))
        for line, article in found.lines
    ]
    return ListFile(carried, rows, sorted(found.problems, key=lambda problem: problem.number))


def wanted_lines(found: ListFile) -> list[WantedLine]:
    return [row.wanted for row in found.rows]
