"""Rows of a request as people enter them: typed, pasted, uploaded, or taken over from a cart, a list or an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import zip_longest
from typing import NamedTuple

from flask import request

from app.catalog.domain.article import Article, key_of
from app.catalog.queries.articles import articles_by_code, articles_by_id
from app.core.errors import Invalid
from app.core.units import PIECE, UNIT_NAMES
from app.ordering.domain.carried_rows import Carried, load_rows, pad_rows
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.unit_words import unit_of
from app.ordering.queries.quick_order import read_file, read_text
from app.ordering.queries.requisition_lists import list_head, list_lines, release_lines
from app.ordering.queries.requisition_orders import cart_lines_wanted, order_lines_wanted
from app.ordering.queries.uploads import upload_rules
from app.sourcing.domain.quote import MOST_LINES, LineAsk
from app.web import formats
from app.web.access import actor
from app.web.forms import parse_decimal
from app.web.texts import _, language, say

_LONGEST = 500


class AskedRow(NamedTuple):
    """One row, every part as text in the reader's way of writing; `code` is a number or what is wanted in words."""

    code: str = ""
    quantity: str = ""
    unit: str = ""
    target: str = ""
    need: str = ""
    note: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.code or self.quantity or self.target or self.note)


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row on the page: the article it was understood as, the units to choose from, and what is wrong with it."""

    row: AskedRow
    article: Article | None
    units: Sequence[str]
    problem: str = ""


def entered_rows() -> list[AskedRow]:
    """The rows of the page, without blank ones."""
    columns = [request.form.getlist(part) for part in AskedRow._fields]
    rows = (AskedRow(*((cell or "").strip()[:_LONGEST] for cell in row)) for row in zip_longest(*columns))
    return _capped([row for row in rows if not row.is_blank])


def added_rows() -> list[AskedRow]:
    """Rows of a paste, of an uploaded order file, of the order pad, or of a preview."""
    found: list[AskedRow] = []
    text = request.form.get("text", "")
    if text.strip():
        found += _of_file(read_text(text))
    file = request.files.get("file")
    if file is not None and file.filename:
        found += _of_file(read_file(BytesIO(file.read()), file.filename, upload_rules(actor())))
    if request.form.get("pad"):
        found += [AskedRow(row.code, row.quantity, row.unit, note=row.note) for row in pad_rows(request.form["pad"])]
    if request.form.get("rows"):
        found += _of_file(load_rows(request.form["rows"]))
    return [row for row in found if not row.is_blank]


def rows_of_source() -> tuple[list[AskedRow], str]:
    """What an address names (`cart`, `list`, `order`, or a row by `code`), and the number or name it came from."""
    values = request.args
    if values.get("cart", "").isdecimal():
        return _of_wanted(cart_lines_wanted(actor(), int(values["cart"]))), ""
    if values.get("list", "").isdecimal():
        return _of_list(int(values["list"]), is_release="release" in values)
    if values.get("order"):
        number = values["order"][:40]
        return _of_wanted(order_lines_wanted(actor(), number)), number
    if values.get("code"):
        row = AskedRow(*(values.get(part, "").strip()[:_LONGEST] for part in ("code", "quantity", "unit")))
        return [row], row.code[:60]
    return [], ""


def understood(rows: Sequence[AskedRow], company_id: int | None = None) -> tuple[list[LineAsk], list[ShownRow]]:
    """Lines of the rows that are right, and all rows as they are shown; two statements.

    `company_id`: the account for which the operator asks.
    """
    matches = articles_by_code(actor(), {row.code for row in rows}, company_id=company_id)
    lines, shown = [], []
    for row in rows:
        found = [one for one in matches.get(key_of(row.code), ()) if one.is_visible and not one.is_head]
        article = found[0] if len(found) == 1 else None
        try:
            lines.append(_line(row, article))
            problem = ""
        except Invalid as error:
            problem = say(error.message)
        shown.append(ShownRow(row, article, article.all_units if article else tuple(UNIT_NAMES), problem))
    return lines, shown


def _line(row: AskedRow, article: Article | None) -> LineAsk:
    if not row.code:
        raise Invalid("code", say(_("Say what you need.")))
    quantity = _number(row.quantity) if row.quantity else None
    if quantity is None or quantity <= 0:
        raise Invalid("quantity", say(_("Give a quantity.")))
    target = _number(row.target) if row.target else None
    if target is not None and target < 0:
        raise Invalid("target", say(_("A price is 0 or more.")))
    text = "" if article else row.code
    return LineAsk(article.id if article else None, text, quantity, _unit(row, article), target, _day(row), row.note)


def _unit(row: AskedRow, article: Article | None) -> str:
    if not row.unit:
        return (article.found_unit or article.base_unit) if article else PIECE
    unit = unit_of(row.unit, article.all_units if article else UNIT_NAMES)
    if unit is None:
        raise Invalid("unit", say(_("Choose a unit.")))
    return unit


def _number(text: str) -> Decimal:
    try:
        return parse_decimal(text, language())
    except ValueError:
        raise Invalid("quantity", say(_("“{given}” is not a number.", given=text))) from None


def _day(row: AskedRow) -> date | None:
    if not row.need:
        return None
    try:
        return date.fromisoformat(row.need)
    except ValueError:
        raise Invalid("need", say(_("“{given}” is not a date.", given=row.need))) from None


def _of_file(carried: Carried) -> list[AskedRow]:
    return [
        AskedRow(
            row.given_sku[:_LONGEST],
            row.given_quantity if row.quantity is None else formats.quantity(row.quantity, language()),
            row.unit, note=row.note[:_LONGEST],
        )
        for row in carried.order.rows
    ]  # fmt: skip


def _of_wanted(wanted: Iterable[WantedLine]) -> list[AskedRow]:
    lines = list(wanted)
    articles = articles_by_id(actor(), {line.article_id for line in lines})
    return _capped([
        AskedRow(
            articles[line.article_id].sku, formats.quantity(line.quantity, language()), line.unit, note=line.note
        )
        for line in lines
        if line.article_id in articles
    ])  # fmt: skip


def _of_list(list_id: int, *, is_release: bool) -> tuple[list[AskedRow], str]:
    head = list_head(actor(), list_id)
    lines = release_lines(actor(), head) if is_release else list_lines(actor(), head)
    wanted = [WantedLine(line.article_id, line.quantity, line.unit, line.note) for line in lines if line.today]
    return _of_wanted(wanted), f"list {head.name}"[:60]


def _capped(rows: list[AskedRow]) -> list[AskedRow]:
    if len(rows) > MOST_LINES:
        text = _("{n} lines are too many for one request. Take at most {most}.", n=len(rows), most=MOST_LINES)
        raise Invalid("rows", say(text))
    return rows
