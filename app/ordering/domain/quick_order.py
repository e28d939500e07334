"""Judging what a buyer asked for row by row, and merging the accepted rows into lines."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from app.core.errors import RowProblem
from app.core.texts import N_, Message
from app.ordering.domain.order_file import OrderRow
from app.ordering.domain.quantity_text import MAX_DIGITS

# Wide enough to add and multiply the longest quantities exactly.
_EXACT = Context(prec=3 * MAX_DIGITS)


class Reason(StrEnum):
    """Why a row is refused; of several the first in this order is told."""

    MISSING_SKU = "missing_sku"
    UNKNOWN_SKU = "unknown_sku"
    AMBIGUOUS_SKU = "ambiguous_sku"
    MISSING_QTY = "missing_qty"
    INVALID_QTY = "invalid_qty"
    QTY_NOT_POSITIVE = "qty_not_positive"
    QTY_NOT_WHOLE = "qty_not_whole"
    QTY_TOO_LARGE = "qty_too_large"


class Orderable(Protocol):
    """What must be known of an article here."""

    @property
    def sku(self) -> str: ...


A = TypeVar("A", bound=Orderable)


def whole(article: Orderable, unit: str) -> int:
    """No digits after the point, whatever the unit."""
    return 0


@dataclass(frozen=True, slots=True)
class LineRequest:
    """An accepted row: so much of an article, in the unit as written (empty when the file names none)."""

    row: int
    sku: str
    quantity: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    asked: OrderRow
    problem: RowProblem


@dataclass(frozen=True, slots=True)
class Judged:
    requests: list[LineRequest] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MergedLine:
    """All accepted rows of one article and unit, at the place of the first."""

    sku: str
    unit: str
    quantity: Decimal
    rows: tuple[int, ...]
    quantities: tuple[Decimal, ...]


def judge(
    rows: Iterable[OrderRow],
    articles: Mapping[str, A],
    *,
    digits: Callable[[A, str], int] = whole,
    ambiguous: Container[str] = (),
    largest: Decimal | None = None,
) -> Judged:
    """Accept or refuse each row. `articles` gives the article for the `sku` of a row, which may also be a GTIN or the
    customer's own number; codes in `ambiguous` stand for several articles. `digits` after the point are allowed for an
    article in a unit as written; `largest` is the most that can be stored.
    """
    judged = Judged()
    for row in rows:
        verdict = _verdict(row, articles, digits, ambiguous, largest)
        if isinstance(verdict, LineRequest):
            judged.requests.append(verdict)
        else:
            judged.refused.append(RefusedRow(row, verdict))
    return judged


def merge(requests: Iterable[LineRequest]) -> list[MergedLine]:
    """One line per article and unit with the sum of its rows, in the order of first rows."""
    groups: dict[tuple[str, str], list[LineRequest]] = {}
    for request in requests:
        groups.setdefault((request.sku, request.unit.casefold()), []).append(request)
    return [
        MergedLine(
            sku=group[0].sku,
            unit=group[0].unit,
            quantity=exact_sum(request.quantity for request in group),
            rows=tuple(request.row for request in group),
            quantities=tuple(request.quantity for request in group),
        )
        for group in groups.values()
    ]


def exact_sum(quantities: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for quantity in quantities:
        total = _EXACT.add(total, quantity)
    return total


def has_digits(quantity: Decimal, digits: int) -> bool:
    """Whether a quantity needs at most so many digits after the point: 12.000 needs none."""
    if quantity == quantity.to_integral_value():
        return True
    _, figures, exponent = quantity.as_tuple()
    surplus = -digits - exponent if isinstance(exponent, int) else 0
    return surplus <= 0 or not any(figures[-surplus:])


def _verdict(
    row: OrderRow,
    articles: Mapping[str, A],
    digits: Callable[[A, str], int],
    ambiguous: Container[str],
    largest: Decimal | None,
) -> LineRequest | RowProblem:
    article = articles.get(row.sku)
    if not row.sku:
        return _problem(row, Reason.MISSING_SKU, N_("The article number is missing."))
    if row.sku in ambiguous:
        text = N_("{sku} stands for more than one article. Give our article number.", sku=row.given_sku)
        return _problem(row, Reason.AMBIGUOUS_SKU, text)
    if article is None:
        return _problem(row, Reason.UNKNOWN_SKU, N_("There is no article {sku}.", sku=row.given_sku))
    if not row.given_quantity:
        return _problem(row, Reason.MISSING_QTY, N_("The quantity is missing."))
    if row.quantity is None:
        text = N_("“{quantity}” is no quantity. Write digits only, without a unit.", quantity=row.given_quantity)
        return _problem(row, Reason.INVALID_QTY, text)
    if row.quantity <= 0:
        return _problem(row, Reason.QTY_NOT_POSITIVE, N_("The quantity must be above zero."))
    allowed = digits(article, row.unit)
    if not has_digits(row.quantity, allowed):
        return _problem(row, Reason.QTY_NOT_WHOLE, _too_fine(allowed))
    if largest is not None and row.quantity > largest:
        text = N_("The quantity {quantity} is too large.", quantity=row.given_quantity)
        return _problem(row, Reason.QTY_TOO_LARGE, text)
    return LineRequest(row.number, article.sku, row.quantity, row.unit)


_ABOUT_SKU = frozenset((Reason.MISSING_SKU, Reason.UNKNOWN_SKU, Reason.AMBIGUOUS_SKU))


def _problem(row: OrderRow, reason: Reason, message: Message) -> RowProblem:
    column, given = ("sku", row.given_sku) if reason in _ABOUT_SKU else ("qty", row.given_quantity)
    return RowProblem(row.number, column, reason.value, message, given)


def _too_fine(allowed: int) -> Message:
    if allowed:
        return N_("The quantity may have at most {digits} digits after the decimal sign.", digits=allowed)
    return N_("Only whole quantities can be ordered.")
