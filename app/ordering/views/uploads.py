"""Files of orders: the progress of long ones, the columns of those whose head says nothing, a sample to start from."""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal

from flask import Response, request

from app.catalog.domain.finding import Query
from app.core.errors import Invalid
from app.core.tables.rows import cell_text
from app.core.tables.writing import csv_chunks, write_xlsx
from app.ordering.domain.carried_rows import load_rows
from app.ordering.domain.header_words import Columns, normal_form
from app.ordering.domain.order_export import order_rows
from app.ordering.domain.order_file import columns_of
from app.ordering.domain.order_file_columns import PARTS, Look, chosen_columns, columns_json, look_at
from app.ordering.policy import Permission
from app.ordering.queries.quick_order import preview
from app.ordering.queries.shop import Look as ShopLook
from app.ordering.queries.shop import shop_page
from app.ordering.queries.uploads import UploadHead, upload, upload_bytes, upload_rows, upload_rules
from app.ordering.service.uploads import BACKGROUND_ROWS, check_order_file, forget_columns, name_columns
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.quick_order import shown
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page, wants_part
from app.web.texts import _, say

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a person may have meant by a head of his own; a proposal only.
_HINTS = {
    "sku": ("sku", "art", "item", "product", "part", "number", "nr", "code", "арт", "код", "номер"),
    "quantity": ("qty", "quant", "menge", "anzahl", "stück", "amount", "pcs", "кол", "кіл", "шт"),
    "unit": ("unit", "uom", "einheit", "ед", "од"),
    "note": ("note", "comment", "remark", "bemerk", "text", "прим", "комм", "ком"),
}


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A line of the file that shows how an order may look."""

    sku: str
    quantity: Decimal
    unit: str
    note: str = ""


@blueprint.get("/quick-order/files/<int:upload_id>")
@requires(Permission.FILL_CART)
def order_upload(upload_id: int) -> Response:
    """How far a file is; once it is read, its preview at today's prices."""
    found = upload(actor(), upload_id)
    if found.state == "asking":
        return go("ordering.order_upload_columns", upload_id=upload_id)
    if wants_part() and not found.is_busy:
        return Response(headers={"HX-Refresh": "true"})  # what the page has waited for
    if found.state == "done":
        return shown(preview(actor(), load_rows(upload_rows(actor(), upload_id))), upload_id=upload_id)
    return render_page("ordering/upload_show.html", part="ordering/_upload_progress.html", upload=found)


@blueprint.get("/quick-order/files/<int:upload_id>/columns")
@requires(Permission.FILL_CART)
def order_upload_columns(upload_id: int) -> Response:
    found, look = _looked(upload_id)
    head, columns = _known_head(look)
    if columns is None:
        head = _likely_head(look)
        return _columns(found, look, head, _proposed(look, head))
    parts = {column: part for part, column in columns_json(columns).items() if column is not None}
    return _columns(found, look, head, parts)


@blueprint.post("/quick-order/files/<int:upload_id>/columns")
@requires(Permission.FILL_CART)
def order_upload_columns_named(upload_id: int) -> Response:
    """Read the file with the columns a person has named; a short one at once."""
    found, look = _looked(upload_id)
    head = request.form.get("header_row", "0")
    header_row = int(head) if head.isdecimal() else 0
    parts = {column: request.form.get(f"column-{column}", "") for column in range(look.width)}
    is_remembered = "remember" in request.form
    try:
        choice = chosen_columns(header_row, parts)
    except Invalid as error:
        return _columns(found, look, header_row, parts, message=say(error.message), is_remembered=is_remembered)
    name_columns(actor(), upload_id, choice, is_remembered=is_remembered, is_awaited=not look.is_long)
    if not look.is_long:
        check_order_file(actor(), upload_id)
    return go("ordering.order_upload", upload_id=upload_id)


@blueprint.post("/quick-order/columns/<int:columns_id>/forget")
@requires(Permission.FILL_CART)
def order_columns_forget(columns_id: int) -> Response:
    forget_columns(actor(), columns_id)
    tell(_("Forgotten. The next file with this head asks for its columns again."))
    return go("ordering.quick_order")


@blueprint.get("/quick-order/sample.<any(csv, xlsx):form>")
@requires(Permission.FILL_CART)
def quick_order_sample(form: str) -> Response:
    """A file that can be sent as it is: a few articles of the account in the columns that are understood."""
    listed = shop_page(actor(), ShopLook(Query()), after=None, before=None, limit=12)
    rows = [row for row in listed.rows if not row.article.is_head][:3]
    lines = [
        SampleLine(row.article.sku, row.quantity, row.article.base_unit, "" if place else say(_("for hall 3")))
        for place, row in enumerate(rows)
    ]
    if form == "xlsx":
        target = io.BytesIO()
        write_xlsx(order_rows(lines), target)
        response = Response(target.getvalue(), mimetype=_SHEET)
    else:
        response = Response(b"".join(csv_chunks(order_rows(lines))), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"order.{form}")
    return response


def _looked(upload_id: int) -> tuple[UploadHead, Look]:
    found = upload(actor(), upload_id)
    return found, look_at(upload_bytes(actor(), upload_id), upload_rules(actor()), most=BACKGROUND_ROWS)


def _known_head(look: Look) -> tuple[int, Columns | None]:
    """The row that is understood as the head, with its columns."""
    rules = upload_rules(actor())
    for row in look.sample:
        columns = columns_of(row.cells, rules)
        if columns is not None:
            return row.number, columns
    return 0, None


def _likely_head(look: Look) -> int:
    """The first row without a number in it; 0 where every row has one."""
    for row in look.sample[:6]:
        texts = [cell_text(cell) for cell in row.cells if cell_text(cell)]
        if len(texts) > 1 and not any(text[0].isdigit() for text in texts):
            return row.number
    return 0


def _proposed(look: Look, head: int) -> dict[int, str]:
    """What each column may be by its head, the leftmost that fits for each part; nothing where there is no head."""
    cells = next((row.cells for row in look.sample if row.number == head), ())
    found: dict[int, str] = {}
    for part in PARTS:
        for column, cell in enumerate(cells):
            name = normal_form(cell_text(cell))
            if column not in found and name and any(hint in name for hint in _HINTS[part]):
                found[column] = part
                break
    return found


def _columns(
    found: UploadHead,
    look: Look,
    header_row: int,
    parts: dict[int, str],
    *,
    message: str = "",
    is_remembered: bool = True,
) -> Response:
    return render_page(
        "ordering/upload_columns.html",
        status=422 if message else 200,
        upload=found,
        look=look,
        sample=[(row.number, [cell_text(row.cell(column)) for column in range(look.width)]) for row in look.sample],
        header_row=header_row,
        parts=parts,
        names=[("", _("not used")), ("sku", _("Article")), ("quantity", _("Quantity")), ("unit", _("Unit")),
               ("note", _("Note"))],
        message=message,
        is_remembered=is_remembered,
    )  # fmt: skip
