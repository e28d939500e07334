"""What becomes of each row of a bulk order: good lines, and rows to correct with what would do instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from app.catalog.domain.article import Article, key_of
from app.core.texts import N_, Message
from app.core.units import unit_name
from app.inventory.domain.promise import Promise
from app.ordering.domain.carried_rows import Carried, Correction, correct, join_rows
from app.ordering.domain.cart import BreakHint, LineProblem, break_hint, find_problems, quantity_problem
from app.ordering.domain.order_file import OrderRow
from app.ordering.domain.quick_order import LineRequest, MergedLine, Reason, judge, merge
from app.ordering.domain.unit_words import unit_of
from app.pricing.domain.price import PricedLine
from app.pricing.domain.totals import Totals

LARGEST = Decimal(10) ** 11
NOT_IN_ASSORTMENT = "not_in_assortment"
UNKNOWN_UNIT = "unknown_unit"
NOTE_TOO_LONG = "note_too_long"
NOTE_LENGTH = 300


_LONG_NOTE = N_("The note has more than {most} characters. Shorten it.", most=NOTE_LENGTH)


class Verdict(StrEnum):
    """Whether the buyer can put a row right by choosing, or it names something that cannot be had."""

    CORRECT = "correct"
    REFUSED = "refused"


class Fix(StrEnum):
    """Corrections for many rows at once, each chosen by the buyer."""

    UP = "up"
    DOWN = "down"
    SUCCESSOR = "successor"
    IN_STOCK = "in_stock"
    BASE_UNIT = "base_unit"


@dataclass(frozen=True, slots=True)
class Option:
    """Something the buyer can take instead: a quantity, a code or a unit; `label` says more than the value does."""

    part: str
    value: str
    label: Message | str = ""
    fix: Fix | None = None

    @property
    def shown(self) -> Decimal | str:
        """The value as a number where it is one, so that it is shown as numbers are."""
        return Decimal(self.value) if self.part == "quantity" else self.value


@dataclass(slots=True)
class PreviewLine:
    """Rows that became one line. `first` is the row a correction goes to, `rows` all that are in it."""

    article: Article
    quantity: Decimal
    unit: str
    first: int
    others: tuple[int, ...]
    rows: tuple[int, ...]
    quantities: tuple[Decimal, ...]
    price: PricedLine
    promise: Promise
    note: str = ""

    @property
    def hint(self) -> BreakHint | None:
        """How much more makes it cheaper."""
        return break_hint(self.price)


@dataclass(slots=True)
class PreviewProblem:
    """Something to correct: `number` is the row whose fields are shown, `others` are joined with it when it changes.

    `note` is there when it is what has to be corrected; `is_askable`: only a person at the seller can help.
    """

    number: int
    others: tuple[int, ...]
    rows: tuple[int, ...]
    reason: str
    verdict: Verdict
    code: str
    quantity: str
    unit: str
    messages: tuple[Message, ...]
    article: Article | None = None
    options: tuple[Option, ...] = ()
    has_units: bool = False
    note: str = ""
    is_askable: bool = False


@dataclass(slots=True)
class Preview:
    """A bulk order as it would go into the cart. Nothing of it is stored."""

    carried: Carried
    currency: str
    lines: list[PreviewLine]
    problems: list[PreviewProblem]
    totals: Totals
    fixes: Mapping[Fix, int] = field(default_factory=dict)

    @property
    def ok_rows(self) -> int:
        return sum(len(line.rows) for line in self.lines)

    @property
    def merged(self) -> list[PreviewLine]:
        return [line for line in self.lines if len(line.rows) > 1]

    def count(self, verdict: Verdict) -> int:
        return sum(1 for problem in self.problems if problem.verdict is verdict)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Rows after a look into the catalogue, before prices and stock are known."""

    lines: list[tuple[MergedLine, Article]]
    problems: list[PreviewProblem]


def sort_rows(carried: Carried, matches: Mapping[str, Sequence[Article]]) -> Sorted:
    """Find the article and unit of each row and merge equal ones; `matches` are articles by the code of a row."""
    yours = {key: found for key, found in matches.items() if found[0].is_visible}
    single = {key: found[0] for key, found in yours.items() if len(found) == 1}
    ambiguous = {key for key, found in yours.items() if len(found) > 1}
    by_number = {row.number: row for row in carried.order.rows}
    judged = judge(carried.order.rows, single, digits=_digits, ambiguous=ambiguous, largest=LARGEST)
    problems = [
        _refused(carried, refused.asked, refused.problem.code, refused.problem.message, matches)
        for refused in judged.refused
    ]
    requests, by_sku = [], {}
    for request in judged.requests:
        row = by_number[request.row]
        article = single[row.sku]
        by_sku[article.sku] = article
        unit = unit_of(row.unit, article.all_units) if row.unit else article.found_unit or article.base_unit
        if unit is None:
            problems.append(_other_unit(carried, row, article))
        else:
            requests.append(LineRequest(request.row, request.sku, request.quantity, unit))
    return Sorted([(line, by_sku[line.sku]) for line in merge(requests)], problems)


def settle(
    carried: Carried,
    rows: Sorted,
    prices: Sequence[PricedLine],
    promised: Mapping[int, Promise],
) -> tuple[list[PreviewLine], list[PreviewProblem]]:
    """Good lines and all problems in the order of rows, once prices and stock are known."""
    by_number = {row.number: row for row in carried.order.rows}
    good, problems = [], list(rows.problems)
    for (line, article), price in zip(rows.lines, prices, strict=True):
        promise = promised[article.id]
        all_rows = tuple(sorted(number for row in line.rows for number in carried.rows_of(row)))
        note = joined_notes(by_number[row].note for row in line.rows)
        found = find_problems(article, line.quantity, line.unit, price, promise)
        if article.is_visible and len(note) > NOTE_LENGTH:
            found = (*found, LineProblem(NOTE_TOO_LONG, _LONG_NOTE))
        if found:
            problems.append(_troubled(by_number[line.rows[0]], line, all_rows, article=article, found=found,
                                      notes=[by_number[row].note for row in line.rows]))  # fmt: skip
        else:
            good.append(
                PreviewLine(
                    article, line.quantity, line.unit, line.rows[0], line.rows[1:], all_rows, line.quantities, price,
                    promise, note,
                )
            )  # fmt: skip
    problems.sort(key=lambda problem: problem.number)
    return good, problems


class Instead(Protocol):
    """An article that can be ordered in place of another."""

    @property
    def sku(self) -> str: ...
    @property
    def name(self) -> str: ...


def unknown_codes(problems: Iterable[PreviewProblem]) -> list[str]:
    """Codes that no article has, as they were written."""
    return [problem.code for problem in problems if problem.reason == Reason.UNKNOWN_SKU]


def hard_to_get(problems: Iterable[PreviewProblem]) -> set[int]:
    """Ids of articles in whose place another one might do."""
    return {problem.article.id for problem in problems if problem.article and problem.reason in _REPLACEABLE}


def offer_instead(
    problems: Iterable[PreviewProblem],
    near: Mapping[str, Sequence[Instead]],
    others: Mapping[int, Sequence[Instead]],
) -> None:
    """Add what can be taken instead: `near` by `key_of` of an unknown code, `others` by the id of an article."""
    for problem in problems:
        found: Sequence[Instead] = ()
        if problem.reason == Reason.UNKNOWN_SKU:
            found = near.get(key_of(problem.code), ())
        elif problem.article is not None and problem.reason in _REPLACEABLE:
            found = others.get(problem.article.id, ())
        known = {option.value for option in problem.options}
        problem.options += tuple(Option("code", one.sku, one.name) for one in found if one.sku not in known)


_REPLACEABLE = {"discontinued", "no_price", "stock"}


def joined_notes(notes: Iterable[str]) -> str:
    """The notes of rows that became one line, each once."""
    return "; ".join(dict.fromkeys(note for note in notes if note))


def count_fixes(problems: Iterable[PreviewProblem]) -> dict[Fix, int]:
    """How many rows each correction for many would put right."""
    counts: dict[Fix, int] = {}
    for problem in problems:
        for fix in {option.fix for option in problem.options if option.fix is not None}:
            counts[fix] = counts.get(fix, 0) + 1
    return counts


def apply(carried: Carried, problems: Iterable[PreviewProblem], fix: Fix) -> Carried:
    """Take one kind of option wherever it is offered."""
    chosen: dict[int, Correction] = {}
    for problem in problems:
        option = next((option for option in problem.options if option.fix is fix), None)
        if option is None:
            continue
        if option.part == "quantity":
            carried = join_rows(carried, problem.number, problem.others, Decimal(option.value))
        else:
            value = Correction(unit=option.value) if option.part == "unit" else Correction(code=option.value)
            chosen.update(dict.fromkeys((problem.number, *problem.others), value))
    return correct(carried, chosen)


def _digits(article: Article, written: str) -> int:
    """Digits after the point an article may have in a unit as written."""
    unit = unit_of(written, article.all_units) if written else article.found_unit or article.base_unit
    if unit is None or unit == article.base_unit:
        return article.precision
    return article.unit_precision.get(unit, 0)


_REFUSED = {Reason.UNKNOWN_SKU, Reason.MISSING_SKU}


def _refused(
    carried: Carried, row: OrderRow, code: str, message: Message, matches: Mapping[str, Sequence[Article]]
) -> PreviewProblem:
    """A row that does not name one article and a quantity."""
    found = matches.get(row.sku, ())
    if found and not found[0].is_visible:
        return _not_yours(carried, row)
    options: tuple[Option, ...] = ()
    if code == Reason.AMBIGUOUS_SKU:
        options = tuple(Option("code", article.sku, article.name) for article in found[:8])
    elif code == Reason.QTY_NOT_WHOLE and row.quantity is not None and len(found) == 1:
        options = _neighbours(quantity_problem(found[0], row.quantity, _unit_or_base(row, found[0])))
    verdict = Verdict.REFUSED if code in _REFUSED else Verdict.CORRECT
    article = found[0] if len(found) == 1 else None
    return PreviewProblem(
        row.number, (), carried.rows_of(row.number), code, verdict, row.given_sku, row.given_quantity, row.unit,
        (message,), article, options,
    )  # fmt: skip


def _not_yours(carried: Carried, row: OrderRow) -> PreviewProblem:
    """An article that is not in the assortment: nothing more is told of it."""
    message = N_("{sku} is not in your assortment. Ask us if you need it.", sku=row.given_sku)
    return PreviewProblem(
        row.number, (), carried.rows_of(row.number), NOT_IN_ASSORTMENT, Verdict.REFUSED, row.given_sku, row.given_quantity,
        row.unit, (message,), is_askable=True,
    )  # fmt: skip


def _unit_or_base(row: OrderRow, article: Article) -> str:
    return (unit_of(row.unit, article.all_units) if row.unit else article.found_unit) or article.base_unit


def _other_unit(carried: Carried, row: OrderRow, article: Article) -> PreviewProblem:
    """The buyer wrote a unit in which the article is not sold."""
    message = N_("{sku} is not sold in “{unit}”. Choose a unit.", sku=article.sku, unit=row.unit)
    options = tuple(
        Option("unit", unit, unit_name(unit), Fix.BASE_UNIT if unit == article.base_unit else None)
        for unit in article.all_units
    )
    return PreviewProblem(
        row.number, (), carried.rows_of(row.number), UNKNOWN_UNIT, Verdict.CORRECT, row.given_sku, row.given_quantity,
        row.unit, (message,), article, options, has_units=True,
    )  # fmt: skip


def _neighbours(problem: LineProblem | None) -> tuple[Option, ...]:
    """The quantities that fit, the lower one first."""
    if problem is None or not problem.quantities:
        return ()
    fixes = (Fix.DOWN, Fix.UP) if len(problem.quantities) == 2 else (_direction(problem),)
    return tuple(
        Option("quantity", f"{quantity:f}", "", fix) for quantity, fix in zip(problem.quantities, fixes, strict=True)
    )


def _direction(problem: LineProblem) -> Fix:
    """With one neighbour only: below the minimum one takes more, above the maximum less."""
    return Fix.UP if "above" in problem.message.parameters else Fix.DOWN


_ASKABLE = {"no_price", "discontinued"}


def _troubled(
    row: OrderRow,
    line: MergedLine,
    rows: tuple[int, ...],
    *,
    article: Article,
    found: Sequence[LineProblem],
    notes: Iterable[str],
) -> PreviewProblem:
    """A line whose article, quantity, price or stock does not allow it."""
    options: list[Option] = []
    is_hopeless = False
    for problem in found:
        if problem.code == "quantity":
            options.extend(_neighbours(problem))
        elif problem.code == "discontinued":
            is_hopeless = not problem.replacement
            if problem.replacement:
                options.append(Option("code", problem.replacement, "", Fix.SUCCESSOR))
        elif problem.code == "no_price":
            is_hopeless = True
        elif problem.code == "stock":
            largest = max(problem.quantities, default=None)
            is_hopeless = is_hopeless or (largest is None and not problem.is_secret)
            if largest is not None and largest < line.quantity:
                options = [o for o in options if o.part != "quantity" or Decimal(o.value) < largest]
                options.append(Option("quantity", f"{largest:f}", N_("all that is in stock"), Fix.IN_STOCK))
    return PreviewProblem(
        line.rows[0], line.rows[1:], rows, found[0].code, Verdict.REFUSED if is_hopeless else Verdict.CORRECT,
        row.given_sku, f"{line.quantity:f}" if line.rows[1:] else row.given_quantity, line.unit,
        tuple(problem.message for problem in found), article, () if is_hopeless else tuple(options),
        note=joined_notes(notes) if any(problem.code == NOTE_TOO_LONG for problem in found) else "",
        is_askable=any(problem.code in _ASKABLE for problem in found),
    )  # fmt: skip
