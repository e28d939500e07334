"""The comparison as a workbook: one sheet a lot, prices as numbers, sums and minima as formulas that go on living."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from app.sourcing.domain.comparison import LineRow
from app.sourcing.queries.evaluation import BidRow, LotEvaluation, TenderEvaluation
from app.sourcing.views.evaluation_words import mark_words
from app.web.texts import _

_HEAD = 3  # rows above the lines
_FIRST = 5  # columns before the suppliers
_DIGITS = 8
_EACH = 4  # columns of a supplier: price, with costs, amount, remarks


def comparison_workbook(found: TenderEvaluation) -> bytes:
    """Every text is a text, whatever a supplier wrote; formulas are ours alone."""
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        formats = {
            "bold": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "price": book.add_format({"num_format": "#,##0.00####"}),
            "amount": book.add_format({"num_format": "#,##0.00"}),
            "best": book.add_format({"bg_color": "#DCEBDD"}),
            "sum": book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
        }
        for lot in found.lots:
            _Lot(book.add_worksheet(str(_("Lot {number}", number=lot.lot_number))[:31]), lot, formats).write()
    return target.getvalue()


class _Lot:
    """One sheet while it is written."""

    def __init__(self, page: xlsxwriter.worksheet.Worksheet, lot: LotEvaluation, formats: dict[str, object]) -> None:
        self.page, self.lot, self.formats = page, lot, formats
        self.bids = [row for row in lot.rows if row.bid_id in lot.sheet.columns]
        self.last = _HEAD + len(lot.sheet.rows) - 1

    def write(self) -> None:
        page, lot = self.page, self.lot
        page.write_string(0, 0, f"{lot.number}, {lot.title}", self.formats["bold"])
        page.write_string(1, 0, str(_("Prices in {currency}, per unit of the line", currency=lot.currency)))
        for column, word in enumerate((_("Line"), _("Article"), _("Description"), _("Quantity"), _("Unit"))):
            page.write_string(_HEAD - 1, column, str(word), self.formats["bold"])
        for place, row in enumerate(self.bids):
            self._supplier_head(place, row)
        for number, line_row in enumerate(lot.sheet.rows):
            self._line(_HEAD + number, line_row)
        if lot.sheet.rows and self.bids:
            self._sums()
        page.freeze_panes(_HEAD, _FIRST)
        page.set_column(1, 1, 14)
        page.set_column(2, 2, 40)

    def _column(self, place: int, part: int = 0) -> int:
        return _FIRST + place * _EACH + part

    def _supplier_head(self, place: int, row: BidRow) -> None:
        name = f"{row.supplier_name} ({row.code})"
        self.page.write_string(1, self._column(place), name, self.formats["bold"])
        for part, word in enumerate((_("Unit price"), _("With costs"), _("Amount"), _("Remarks"))):
            self.page.write_string(_HEAD - 1, self._column(place, part), str(word), self.formats["bold"])

    def _line(self, at: int, line_row: LineRow) -> None:
        line = next(one for one in self.lot.lines if one.id == line_row.line.id)
        self.page.write_number(at, 0, line.position)
        self.page.write_string(at, 1, line.code)
        self.page.write_string(at, 2, line.text)
        self.page.write_number(at, 3, line.quantity)
        self.page.write_string(at, 4, line.unit)
        for place, row in enumerate(self.bids):
            cell = line_row.cells.get(row.bid_id)
            if cell is None:
                continue
            price, landed = self._column(place), self._column(place, 1)
            self.page.write_number(at, price, _number(cell.unit_price), self.formats["price"])
            self.page.write_number(at, landed, _number(cell.landed_unit_price), self.formats["price"])
            self.page.write_formula(
                at,
                self._column(place, 2),
                f"={xl_rowcol_to_cell(at, 3)}*{xl_rowcol_to_cell(at, landed)}",
                self.formats["amount"],
                _number(cell.landed_unit_price * Fraction(line_row.line.quantity)),
            )
            self.page.write_string(at, self._column(place, 3), ", ".join(map(str, mark_words(cell.marks))))

    def _sums(self) -> None:
        """Sum of each supplier, how many lines it offers, and its distance to the best sum; best prices are coloured."""
        page, total, count, rank = self.page, self.last + 1, self.last + 2, self.last + 3
        words = (_("Sum"), _("Lines offered"), _("Rank by sum"))
        for at, word in zip((total, count, rank), words, strict=True):
            page.write_string(at, 2, str(word), self.formats["bold"])
        columns = [self._column(place, 2) for place in range(len(self.bids))]
        lines = len(self.lot.sheet.rows)
        for row, column in zip(self.bids, columns, strict=True):
            name = xl_col_to_name(column)
            area = f"{name}{_HEAD + 1}:{name}{self.last + 1}"
            held = self.lot.sheet.columns[row.bid_id]
            page.write_formula(total, column, f"=SUM({area})", self.formats["sum"], _number(held.landed or Fraction(0)))
            page.write_formula(count, column, f"=COUNT({area})", None, lines - len(held.missing))
            own = xl_rowcol_to_cell(total, column)
            lower = "".join(
                f"+({xl_rowcol_to_cell(count, other)}={lines})*({xl_rowcol_to_cell(total, other)}<{own})"
                for other in columns
                if other != column
            )
            sums = [one.landed for one in self.lot.sheet.columns.values() if one.landed is not None]
            page.write_formula(
                rank,
                column,
                f'=IF({xl_rowcol_to_cell(count, column)}={lines},1{lower},"")',
                None,
                "" if held.landed is None else 1 + sum(one < held.landed for one in sums),
            )
        best = [xl_rowcol_to_cell(_HEAD, self._column(place, 1), False, True) for place in range(len(self.bids))]
        for place in range(len(self.bids)):
            column = self._column(place, 1)
            own = xl_rowcol_to_cell(_HEAD, column, False, True)
            page.conditional_format(
                _HEAD, column, self.last, column,
                {"type": "formula", "criteria": f"=AND({own}<>\"\",{own}=MIN({','.join(best)}))",
                 "format": self.formats["best"]},
            )  # fmt: skip


def _number(value: Fraction) -> Decimal:
    """As many digits as a cell keeps exactly."""
    return Decimal(round(value * 10**_DIGITS)).scaleb(-_DIGITS)
