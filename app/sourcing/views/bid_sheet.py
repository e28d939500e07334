"""The lines of a bid as a sheet, out and in. Rows are known by the number of the line; other columns may be filled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO

from flask import Response, send_file
from werkzeug.datastructures import FileStorage

from app.core.errors import Invalid
from app.core.tables.opening import open_table
from app.core.tables.rows import Cell
from app.core.tables.writing import csv_chunks, write_xlsx
from app.core.texts import N_
from app.sourcing.domain.bid_content import Asked, BidContent, Offer
from app.web import formats
from app.web.texts import _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Field of the form by column, from the seventh on; before it what is asked.
_ASKED = 6
_FIELDS = (
    "no", "quantity", "price", "base", "freight", "duty", "other", "minimum", "lead", "delivery", "breaks", "note",
)  # fmt: skip


def _head() -> list[str]:
    return [
        str(name)
        for name in (
            _("Line"), _("Lot"), _("Number"), _("What"), _("Asked"), _("Unit"), _("No offer"), _("Quantity"),
            _("Price"), _("Price for"), _("Freight"), _("Duty"), _("Other costs"), _("Minimum"),
            _("Lead time (days)"), _("Delivery date"), _("Breaks"), _("Note"), _("Variant"),
        )
    ]  # fmt: skip


def _rows(asked: Asked, content: BidContent | None) -> Iterator[Sequence[Cell]]:
    yield _head()
    offers = {(offer.line_id, offer.variant): offer for offer in (content.offers if content else ())}
    for lot in asked.lots:
        for line in lot.lines:
            said: list[Cell] = [
                Decimal(line.position),
                Decimal(lot.number),
                line.code,
                line.text,
                line.quantity,
                line.unit,
            ]
            yield [*said, *_cells(offers.get((line.id, 0)), line.quantity), Decimal(0)]
            variant = offers.get((line.id, 1))
            if variant is not None:
                yield [*said, *_cells(variant, line.quantity), Decimal(1)]


def _cells(offer: Offer | None, quantity: Decimal) -> list[Cell]:
    if offer is None:
        return [None, quantity, *[None] * 10]
    breaks = "; ".join(f"{start.normalize():f}: {price.normalize():f}" for start, price in offer.breaks)
    return [
        "x" if offer.is_no_offer else None, offer.quantity, offer.price, offer.base_quantity, offer.freight,
        offer.duty, offer.other_cost, offer.min_quantity,
        None if offer.lead_days is None else Decimal(offer.lead_days), offer.delivery_date, breaks or None,
        offer.note or None,
    ]  # fmt: skip


def sheet_answer(asked: Asked, content: BidContent | None, form: str) -> Response:
    name = f"bid-{asked.number}.{form}"
    if form == "csv":
        answer = Response(b"".join(csv_chunks(_rows(asked, content), delimiter=";")), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer
    target = BytesIO()
    write_xlsx(_rows(asked, content), target, sheet=asked.number)
    target.seek(0)
    return send_file(target, mimetype=XLSX, as_attachment=True, download_name=name)


def from_sheet(file: FileStorage | None, asked: Asked, language: str) -> dict[str, str]:
    """What the sheet says, as if it had been typed; Invalid names the first row that fits no line."""
    if file is None or not file.filename:
        raise Invalid("sheet", N_("Choose the filled-in sheet."))
    lines = {str(line.position): line.id for line in asked.lines.values()}
    typed: dict[str, str] = {}
    with open_table(BytesIO(file.read())) as table:
        for row in table.rows():
            position = _text(row.cell(0), language)
            if not position.isdigit():
                continue
            if position not in lines:
                raise Invalid("sheet", N_("Row {row}: this tender has no line {line}.", row=row.number, line=position))
            is_variant = _text(row.cell(_ASKED + len(_FIELDS)), language) not in ("", "0")
            prefix = f"{'v' if is_variant else 'l'}{lines[position]}"
            for place, name in enumerate(_FIELDS):
                typed[f"{prefix}-{name}"] = _text(row.cell(_ASKED + place), language)
    if not typed:
        raise Invalid("sheet", N_("No row begins with the number of a line. Use the sheet of this page."))
    return typed


def _text(cell: Cell, language: str) -> str:
    """As it would be typed in the reader's language."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return formats.quantity(cell, language)
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return str(cell).strip()
