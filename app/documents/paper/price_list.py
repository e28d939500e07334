"""A printed price list: by category, a row for every break, as many pages as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.core.units import unit_name
from app.documents.model.price_list import PriceListDocument, PriceListItem
from app.documents.paper.figures import NBSP, Figures, figures
from app.documents.paper.first_page import FOOT_LEADING, Fact
from app.documents.paper.fonts import BOLD
from app.documents.paper.ledger import HEAD_LEADING, HEAD_PADDING, HEAD_SIZE, LEADING, ROW_PADDING, SIZE, WIDTH
from app.documents.paper.typeset import MILLIMETRE, POINT, Align, Column, clean, is_covered, length, set_row, wrap
from app.documents.paper.words import Words

_PAGE_HEIGHT = 297 * MILLIMETRE
_BOTTOM = 9 * MILLIMETRE
_FIRST_TOP, _LATER_TOP = 75 * MILLIMETRE, 25 * MILLIMETRE
_ADDRESS_TOP = 45 * MILLIMETRE
_FOOT_HEAD, _GAP = 18 * POINT, 20 * POINT
_ROW = LEADING + ROW_PADDING
_CODE, _NAME_START, _NAME = 30 * MILLIMETRE, 33 * MILLIMETRE, 62 * MILLIMETRE
# Article, description, last day, quantity, unit, price: left edges, right edges, the decimal sign of prices.
_COLUMNS = (
    Column(0, Align.LEFT), Column(_NAME_START, Align.LEFT), Column(98 * MILLIMETRE, Align.LEFT),
    Column(132 * MILLIMETRE, Align.RIGHT), Column(134 * MILLIMETRE, Align.LEFT), Column(WIDTH, Align.RIGHT),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A line of the list; `kind`: category, item, more (a further break or line of the item before).

    Where a name has signs our fonts lack, its width is unknown: the figures then stand apart in `figures`.
    """

    text: str
    kind: str = "item"
    figures: str = ""


def price_list_paper(document: PriceListDocument, language: str, _: Words) -> dict[str, Any]:
    """All values `documents/price_list.html` asks for."""
    written = figures(language)
    foot = [[clean(line)[:60] for line in lines] for lines in (document.address, document.registers)]
    foot_top = _PAGE_HEIGHT - _BOTTOM - _FOOT_HEAD - max(len(lines) for lines in foot) * FOOT_LEADING
    rooms = (foot_top - _FIRST_TOP - _GAP, foot_top - _LATER_TOP - _GAP)
    pages = _pages(list(_rows(document, written, _)), rooms)
    return {
        "title": _("Price list"),
        "number": document.buyer_number,
        "date": written.day(document.day),
        "seller": document.seller,
        "buyer": clean(document.buyer),
        "facts": list(_facts(document, written, _)),
        "note": _("Net of VAT. A price holds from its quantity on."),
        "foot": foot,
        "head": set_row(_COLUMNS, (_("Article"), _("Description"), _("Until"), _("From"), _("Unit"),
                                   _("Price, {currency}", currency=document.currency)), "", HEAD_SIZE, BOLD),
        "pages": [
            {"label": _("Page {page} of {pages}", page=number, pages=len(pages)), "rows": rows}
            for number, rows in enumerate(pages, 1)
        ],
        "address_top": length(_ADDRESS_TOP),
        "first_top": length(_FIRST_TOP),
        "later_top": length(_LATER_TOP),
        "foot_top": length(foot_top),
    }  # fmt: skip


def _facts(document: PriceListDocument, written: Figures, _: Words) -> Iterator[Fact]:
    for label, value in (
        (_("Customer"), document.buyer_number), (_("Prices of"), written.day(document.day)),
        (_("Articles"), written.quantity(Decimal(len(document.items)))), (_("Currency"), document.currency),
    ):  # fmt: skip
        yield Fact((label,), (value,))


def _rows(document: PriceListDocument, written: Figures, _: Words) -> Iterator[PriceRow]:
    category = ""
    for item in document.items:
        if item.category != category:
            category = item.category
            yield PriceRow(wrap(category, WIDTH, SIZE, BOLD)[0], "category")
        yield from _item(item, document.currency, written, _)


def _item(item: PriceListItem, currency: str, written: Figures, _: Words) -> Iterator[PriceRow]:
    """As many rows as the number, the name or the breaks need."""
    codes = wrap(item.sku, _CODE, SIZE)
    names = wrap(item.name, _NAME, SIZE)
    if item.buyer_sku:
        names += wrap(_("Your number: {number}", number=item.buyer_sku), _NAME, SIZE)
    steps = [_figures(item, place, currency, written, _) for place in range(len(item.steps))]
    for place in range(max(len(codes), len(names), len(steps))):
        code = codes[place] if place < len(codes) else ""
        name = names[place] if place < len(names) else ""
        numbers = steps[place] if place < len(steps) else ("", "", "", "")
        kind = "more" if place else "item"
        if is_covered(name) and is_covered(code):
            yield PriceRow(set_row(_COLUMNS, (code, name, *numbers), written.decimal, SIZE), kind)
        else:
            text = set_row(_COLUMNS[:2], (code, name), written.decimal, SIZE)
            yield PriceRow(text, kind, set_row(_COLUMNS, ("", "", *numbers), written.decimal, SIZE))


def _figures(item: PriceListItem, place: int, currency: str, written: Figures, _: Words) -> tuple[str, str, str, str]:
    """Last day (said once), quantity, unit, price."""
    unit, minimum, price, per = item.steps[place]
    shown = written.price(price, currency)
    last = written.day(item.last_day) if item.last_day and place == 0 else ""
    return (
        last,
        written.quantity(minimum) if minimum else "",
        _(unit_name(unit).text),
        shown if per == 1 else f"{shown}{NBSP}/{NBSP}{written.quantity(per)}",
    )


def _pages(rows: list[PriceRow], rooms: tuple[int, int]) -> list[list[PriceRow]]:
    """Rows by pages; a category is never the last row of a page."""
    pages: list[list[PriceRow]] = [[]]
    left = rooms[0] - HEAD_LEADING - HEAD_PADDING
    for row in rows:
        needed = 2 * _ROW if row.kind == "category" else _ROW
        if needed > left and pages[-1]:
            pages.append([])
            left = rooms[1] - HEAD_LEADING - HEAD_PADDING
        pages[-1].append(row)
        left -= _ROW
    return pages
