"""The comparison sheet: what different suppliers offer, made comparable.

One unit (the line's), one currency (the tender's, at the rate frozen at opening, the original kept beside it), one VAT
basis (the tender's; bids of another one were refused when they came), and landed: goods less discount plus freight, duty
and other costs. An offer belongs to a line by the line's id only: the same article may stand twice, and a substitute
stays on the line for which it was offered, marked. Everything is an exact fraction; pages round for showing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.core.money import largest_remainder
from app.sourcing.domain.features import Exact


class Mark(StrEnum):
    """What a cell of the sheet is marked with."""

    BEST_PRICE = "best_price"
    BEST_LANDED = "best_landed"
    BEST_DATE = "best_date"
    OVER_CEILING = "over_ceiling"
    BELOW_MINIMUM = "below_minimum"  # the line asks for less than the offer's smallest quantity
    PART = "part"  # the offer covers less than the line asks for
    VARIANT = "variant"


@dataclass(frozen=True, slots=True)
class Rate:
    """A frozen exchange rate. `is_indirect`: written as units of the bid's currency for one of the tender's."""

    value: Decimal
    is_indirect: bool = False

    def converted(self, amount: Exact) -> Fraction:
        return Fraction(amount) / Fraction(self.value) if self.is_indirect else Fraction(amount) * Fraction(self.value)


SAME = Rate(Decimal(1))


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line of the tender. `ceiling`: the highest price per unit, in the tender's currency."""

    id: int
    lot_id: int
    quantity: Decimal
    ceiling: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What one bid offers for one line, in its own unit and currency; amounts are for the whole `quantity`.

    `content`: how many of the line's units one of the offer's holds (a dozen of pieces: 12).
    """

    id: int
    bid_id: int
    line_id: int
    quantity: Decimal
    goods: Decimal
    currency: str
    content: Fraction = Fraction(1)
    discount: Decimal = Decimal(0)
    freight: Decimal = Decimal(0)
    duty: Decimal = Decimal(0)
    other: Decimal = Decimal(0)
    available_on: date | None = None
    min_quantity: Decimal | None = None
    max_quantity: Decimal | None = None
    is_variant: bool = False
    is_no_offer: bool = False

    @property
    def units(self) -> Fraction:
        """Quantity in the line's unit."""
        return Fraction(self.quantity) * self.content

    @property
    def most(self) -> Fraction:
        """The greatest quantity that can be had, in the line's unit."""
        return self.units if self.max_quantity is None else min(self.units, Fraction(self.max_quantity) * self.content)

    @property
    def net(self) -> Decimal:
        return self.goods - self.discount

    @property
    def landed(self) -> Decimal:
        return self.net + self.freight + self.duty + self.other


@dataclass(frozen=True, slots=True)
class Cell:
    """An offer on its line in the tender's currency; prices are per unit of the line, amounts for the offered quantity."""

    offer: Offer
    unit_price: Fraction
    landed_unit_price: Fraction
    net: Fraction
    landed: Fraction
    marks: frozenset[Mark]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with what each bid offers for it: the offer that counts, its other variants, and its rank on the line."""

    line: AskedLine
    cells: Mapping[int, Cell]
    variants: Mapping[int, tuple[Cell, ...]]
    ranks: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Column:
    """A bid over all lines. Without an offer for each line there is no total, only a filled one for information.

    `filled`: missing lines at the dearest other bid; None where nobody offered one of them.
    """

    bid_id: int
    net: Fraction | None
    landed: Fraction | None
    filled: Fraction | None
    missing: tuple[int, ...]

    @property
    def is_complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Sheet:
    rows: tuple[LineRow, ...]
    columns: Mapping[int, Column]
    lots: Mapping[int, Mapping[int, Column]] = field(default_factory=dict)


def on_basis(amount: Exact, vat_percent: Exact, *, is_gross: bool, compare_gross: bool) -> Fraction:
    """An amount with or without VAT, as it is compared: gross where the buyer cannot deduct the tax."""
    factor = 1 + Fraction(vat_percent) / 100
    net = Fraction(amount) / factor if is_gross else Fraction(amount)
    return net * factor if compare_gross else net


def duty_on(goods: Decimal, freight: Decimal, percent: Decimal) -> Decimal:
    """Duty is due on goods and freight together."""
    return (goods + freight) * percent / 100


def spread(cost: Decimal, weights: Sequence[Decimal], digits: int = 2) -> list[Decimal]:
    """A shared cost over lines by their value, weight or quantity; the parts add up to it exactly."""
    return largest_remainder(cost, weights, digits)


def compare(
    lines: Iterable[AskedLine], offers: Iterable[Offer], bids: Iterable[int], rates: Mapping[str, Rate]
) -> Sheet:
    """The whole sheet. `bids`: those which are still in; offers of others are left out. KeyError: a currency has no rate."""
    columns = sorted(set(bids))
    by_place: dict[tuple[int, int], list[Offer]] = {}
    for offer in offers:
        by_place.setdefault((offer.line_id, offer.bid_id), []).append(offer)
    rows = tuple(_row(line, columns, by_place, rates) for line in lines)
    lots: dict[int, list[LineRow]] = {}
    for row in rows:
        lots.setdefault(row.line.lot_id, []).append(row)
    return Sheet(
        rows,
        {bid: _column(bid, rows) for bid in columns},
        {lot: {bid: _column(bid, part) for bid in columns} for lot, part in lots.items()},
    )


def joined(sheets: Iterable[Sheet]) -> Sheet:
    """The sheets of several lots as one, for scenarios over a whole tender."""
    parts = list(sheets)
    rows = tuple(row for part in parts for row in part.rows)
    bids = sorted({bid for part in parts for bid in part.columns})
    lots = {lot: columns for part in parts for lot, columns in part.lots.items()}
    return Sheet(rows, {bid: _column(bid, rows) for bid in bids}, lots)


def _row(
    line: AskedLine,
    bids: Sequence[int],
    by_place: Mapping[tuple[int, int], Sequence[Offer]],
    rates: Mapping[str, Rate],
) -> LineRow:
    main: dict[int, Cell] = {}
    others: dict[int, tuple[Cell, ...]] = {}
    for bid in bids:
        given = [offer for offer in by_place.get((line.id, bid), ()) if not offer.is_no_offer and offer.quantity > 0]
        cells = [_cell(line, offer, rates) for offer in given]
        cells.sort(key=lambda cell: (cell.offer.is_variant, cell.landed_unit_price, cell.offer.id))
        if cells:
            main[bid] = cells[0]
            others[bid] = tuple(cells[1:])
    best = {
        Mark.BEST_PRICE: min((cell.unit_price for cell in main.values()), default=None),
        Mark.BEST_LANDED: min((cell.landed_unit_price for cell in main.values()), default=None),
        Mark.BEST_DATE: min((c.offer.available_on for c in main.values() if c.offer.available_on), default=None),
    }
    marked = {bid: _with_best(cell, best) for bid, cell in main.items()}
    ascending = sorted(cell.landed_unit_price for cell in marked.values())
    ranks = {bid: 1 + bisect_left(ascending, cell.landed_unit_price) for bid, cell in marked.items()}
    return LineRow(line, marked, others, ranks)


def _cell(line: AskedLine, offer: Offer, rates: Mapping[str, Rate]) -> Cell:
    rate = rates[offer.currency]
    net, landed = rate.converted(offer.net), rate.converted(offer.landed)
    marks = set()
    if line.ceiling is not None and net / offer.units > Fraction(line.ceiling):
        marks.add(Mark.OVER_CEILING)
    if offer.min_quantity is not None and Fraction(offer.min_quantity) * offer.content > Fraction(line.quantity):
        marks.add(Mark.BELOW_MINIMUM)
    if offer.most < Fraction(line.quantity):
        marks.add(Mark.PART)
    if offer.is_variant:
        marks.add(Mark.VARIANT)
    return Cell(offer, net / offer.units, landed / offer.units, net, landed, frozenset(marks))


def _with_best(cell: Cell, best: Mapping[Mark, Fraction | date | None]) -> Cell:
    own = {
        Mark.BEST_PRICE: cell.unit_price,
        Mark.BEST_LANDED: cell.landed_unit_price,
        Mark.BEST_DATE: cell.offer.available_on,
    }
    found = {mark for mark, value in own.items() if value is not None and value == best[mark]}
    return Cell(cell.offer, cell.unit_price, cell.landed_unit_price, cell.net, cell.landed, cell.marks | found)


def _column(bid: int, rows: Sequence[LineRow]) -> Column:
    """Totals of the required quantities: an offered unit price times what the line asks for."""
    missing = tuple(row.line.id for row in rows if not covers(row, bid))
    net = landed = filled = Fraction(0)
    can_fill = True
    for row in rows:
        quantity = Fraction(row.line.quantity)
        if covers(row, bid):
            net += row.cells[bid].unit_price * quantity
            landed += row.cells[bid].landed_unit_price * quantity
            filled += row.cells[bid].landed_unit_price * quantity
        else:
            dearest = [cell.landed_unit_price for other, cell in row.cells.items() if other != bid]
            can_fill = can_fill and bool(dearest)
            filled += max(dearest, default=Fraction(0)) * quantity
    return Column(bid, None if missing else net, None if missing else landed, filled if can_fill else None, missing)


def covers(row: LineRow, bid: int) -> bool:
    """Whether the bid's offer for the line is for all of its quantity."""
    return bid in row.cells and Mark.PART not in row.cells[bid].marks
