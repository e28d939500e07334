"""What the order pad asks while somebody types: many rows judged at once, and a pasted block read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Response, jsonify, request

from app.core.errors import Invalid
from app.ordering.domain.carried_rows import MAX_CELL, MAX_ROWS, Carried, Typed, typed_only
from app.ordering.domain.order_file import OrderRow
from app.ordering.domain.pad import pad_answers, without_quantity
from app.ordering.policy import Permission
from app.ordering.queries.quick_order import preview, read_text
from app.ordering.views import blueprint
from app.ordering.views.entered import decimal_sign_here
from app.web.access import actor, requires
from app.web.fragments import render_part

_LINE = re.compile(r"(\d{1,9})\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)")


@blueprint.post("/quick-order/judge")
@requires(Permission.FILL_CART)
def quick_order_judge() -> Response:
    """Rows that have changed, with those of the same articles; the number of statements does not grow with them."""
    rows = list(_asked(request.form.get("rows", "")))
    full = [(number, row) for number, row in rows if row.quantity or not row.code]
    open_rows = without_quantity(rows)
    seen = preview(actor(), typed_only(full, decimal_sign_here()))
    peeked = preview(actor(), typed_only(open_rows, decimal_sign_here())) if open_rows else None
    return render_part(
        "ordering/_pad_rows.html",
        answers=list(pad_answers(seen, peeked)),
        currency=seen.currency,
    )


@blueprint.post("/quick-order/read")
@requires(Permission.FILL_CART)
def quick_order_read() -> Response:
    """A pasted block as rows of the pad: heads understood, columns found, numbers in the reader's own way."""
    try:
        carried = read_text(request.form.get("text", ""))
    except Invalid:
        return jsonify(rows=[])
    return jsonify(rows=[_cells(carried, row) for row in carried.order.rows])


def _asked(text: str) -> Iterator[tuple[int, Typed]]:
    for line in text.replace("\r\n", "\n").split("\n")[:MAX_ROWS]:
        match = _LINE.fullmatch(line)
        if match:
            yield int(match[1]), Typed(*(match[part].strip()[:MAX_CELL] for part in range(2, 6)))


def _cells(carried: Carried, row: OrderRow) -> list[str]:
    """The quantity as it was meant in the file, written with the reader's decimal sign."""
    quantity = row.given_quantity
    if row.quantity is not None and carried.order.reading.decimal != decimal_sign_here():
        quantity = f"{row.quantity:f}".replace(".", decimal_sign_here())
    return [row.given_sku, quantity, row.unit, row.note]
