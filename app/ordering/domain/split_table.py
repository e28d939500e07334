"""A pasted table of parts: article, quantity, address, day, cost centre, one part a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from app.catalog.domain.article import key_of
from app.core.errors import RowProblem
from app.core.texts import N_, Message
from app.ordering.domain.wishes import PartWish

_CELLS = 5
_SEPARATORS = ("\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Known:
    """What a table may name: lines by SKU, addresses by label, cost centres by code."""

    lines: Mapping[str, int]
    addresses: Mapping[str, int]
    centres: Mapping[str, int]


def read_parts(text: str, known: Known) -> tuple[dict[int, list[PartWish]], list[RowProblem]]:
    """The parts by line, and what is wrong with which row; empty cells mean: as the order says."""
    found: dict[int, list[PartWish]] = {}
    problems: list[RowProblem] = []
    for number, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        cells = [cell.strip() for cell in row.split(_separator(row))]
        cells += [""] * (_CELLS - len(cells))
        wrong = _read(number, cells, known, found)
        if wrong is not None:
            problems.append(wrong)
    return found, problems


def _separator(row: str) -> str:
    return next((one for one in _SEPARATORS if one in row), ",")


def _read(number: int, cells: list[str], known: Known, found: dict[int, list[PartWish]]) -> RowProblem | None:
    sku, quantity, label, day, centre = cells[:_CELLS]
    line_id = known.lines.get(key_of(sku))
    if line_id is None:
        return _wrong(number, "sku", sku, N_("{given} is not in this cart, or in more than one unit.", given=sku))
    amount = _decimal(quantity)
    if amount is None:
        return _wrong(number, "quantity", quantity, N_("“{given}” is no quantity above zero.", given=quantity))
    ship_to = known.addresses.get(label.casefold()) if label else None
    if label and ship_to is None:
        return _wrong(number, "address", label, N_("There is no address {given} in your address book.", given=label))
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError:
        return _wrong(number, "day", day, N_("“{given}” is no day. Write it like 2027-01-31.", given=day))
    centre_id = known.centres.get(centre.casefold()) if centre else None
    if centre and centre_id is None:
        return _wrong(number, "cost_centre", centre, N_("There is no cost centre {given}.", given=centre))
    found.setdefault(line_id, []).append(PartWish(line_id, amount, ship_to, wanted, centre_id))
    return None


def _wrong(row: int, column: str, given: str, message: Message) -> RowProblem:
    return RowProblem(row, column, f"unknown_{column}", N_("Row {row}: {reason}", row=row, reason=message), given)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and value > 0 else None
