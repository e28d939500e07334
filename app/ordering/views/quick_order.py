"""Bulk entry: typed, pasted or uploaded rows, a preview that stores nothing, and what is good goes into the cart."""

from __future__ import annotations

import re
import uuid
from itertools import zip_longest

from flask import Response, request

from app.accounts.queries.companies import buying_terms
from app.core.activity import note
from app.core.errors import Conflict, Invalid
from app.core.money import minor_units
from app.core.tables.writing import csv_chunks
from app.ordering.domain.carried_rows import (
    Carried,
    Correction,
    Typed,
    correct,
    demand_size,
    dump_rows,
    keep_only,
    load_rows,
    pad_rows,
    with_typed,
)
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.order_file_columns import look_at
from app.ordering.domain.preview import Fix, Preview, Verdict, apply
from app.ordering.domain.problem_report import delimiter_of, report_rows
from app.ordering.forms.entry import PasteForm, UploadForm
from app.ordering.policy import Permission
from app.ordering.queries.quick_order import preview, read_file, read_text
from app.ordering.queries.uploads import known_columns, upload_rules, uploads
from app.ordering.service.cart import add_lines
from app.ordering.service.uploads import BACKGROUND_ROWS, receive_file
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.entered import decimal_sign_here
from app.ordering.views.panels import forget_cart
from app.ordering.views.preview_parts import cut, fixes, ranges
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, ngettext, say

PROBLEMS_SHOWN = 100
LINES_SHOWN = 100
TYPED_ROWS = 8
PLACE = "/quick-order"
# Fields of a page full of corrections, and of an order pad somebody has extended; Flask's own limit is 1,000.
FORM_PARTS = 5_000
_FIELD = re.compile(r"(code|quantity|unit|join|note)-(\d{1,9})")


@blueprint.url_value_preprocessor
def _allow_many_fields(endpoint: str | None, _values: object) -> None:
    if endpoint is not None and endpoint.startswith("ordering.quick_order"):
        request.max_form_parts = FORM_PARTS


@blueprint.get("/quick-order")
@requires(Permission.FILL_CART)
def quick_order() -> Response:
    return _entry(PasteForm(), UploadForm())


@blueprint.post("/quick-order")
@requires(Permission.FILL_CART)
def quick_order_preview() -> Response:
    """Rows from a file, a paste, typed fields, or an earlier preview with corrections."""
    paste, upload = PasteForm(), UploadForm()
    try:
        waiting = _kept(upload)
        carried = _carried(upload) if waiting is None else None
    except Invalid as error:
        form = upload if error.field == "file" and "file" in request.files else paste
        form.refuse(Invalid("file" if form is upload else "text", error.message))
        return _entry(paste, upload)
    if waiting is not None:
        return go("ordering.order_upload", upload_id=waiting)
    if carried is None:
        return _entry(paste, upload)
    seen = preview(actor(), carried)
    fix = request.form.get("fix", "")
    if fix in {str(known) for known in Fix}:
        seen = preview(actor(), apply(carried, seen.problems, Fix(fix)))
    return shown(seen)


@blueprint.post("/quick-order/add")
@requires(Permission.FILL_CART)
def quick_order_add() -> Response:
    """Put what is good into the cart; rows that wait stay on the page."""
    paste = PasteForm()
    try:
        carried = _pad() or _corrected(load_rows(request.form.get("rows", "")))
    except Invalid as error:
        if "pad" not in request.form:
            raise
        paste.refuse(Invalid("text", error.message))
        return _entry(paste, UploadForm(formdata=None))
    seen = preview(actor(), carried)
    if not seen.lines:
        tell(_("There is no good line yet."), "warn")
        return shown(seen, status=422)
    wanted = [WantedLine(line.article.id, line.quantity, line.unit, line.note) for line in seen.lines]
    try:
        added = add_lines(actor(), None, wanted, client_ref=request.form.get("client_ref", ""), page=PLACE)
    except Conflict as error:
        tell(error.message, "bad")
        return shown(seen, status=409)
    forget_cart()
    text = ngettext("{n} line is in the cart.", "{n} lines are in the cart.", len(wanted))
    if added.grown:
        more = ngettext("{n} was there already and has grown.", "{n} were there already and have grown.", added.grown)
        text = _("{first} {second}", first=text, second=more)
    tell(text)
    waiting = [number for problem in seen.problems for number in (problem.number, *problem.others)]
    if not waiting:
        return go("ordering.cart")
    return shown(preview(actor(), keep_only(seen.carried, waiting, len(wanted))))


@blueprint.post("/quick-order/problems")
@requires(Permission.FILL_CART)
def quick_order_problems() -> Response:
    """The rows that wait, in the sender's own columns, with the reason: to correct and send again."""
    seen = preview(actor(), _corrected(load_rows(request.form.get("rows", ""))))
    content = b"".join(csv_chunks(report_rows(seen, say), delimiter=delimiter_of(seen.carried.order.reading)))
    name = re.sub(r"[^\w.-]+", "-", seen.carried.name.rsplit(".", 1)[0])[:60] or "order"
    response = Response(content, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}-to-correct.csv")
    return response


def _entered() -> Carried:
    """The rows of the pad after those of a paste, if there is one."""
    text = request.form.get("text", "")
    carried = with_typed(read_text(text) if text.strip() else None, _typed(), decimal_sign_here())
    demand_size(carried.order)
    return carried


def _carried(upload: UploadForm) -> Carried | None:
    """What was sent, whichever way; None when a form was sent without anything to read."""
    if "rows" in request.form:
        return _corrected(load_rows(request.form["rows"]))
    if "file" in request.files:
        if not upload.validate():
            return None
        return read_file(upload.file.data.stream, upload.file.data.filename or "", upload_rules(actor()))
    return _entered()


def _kept(upload: UploadForm) -> int | None:
    """The number of a file that cannot be shown at once: it is long, or a person has to name its columns."""
    if "rows" in request.form or "file" not in request.files or not upload.validate():
        return None
    file = upload.file.data
    look = look_at(file.stream, upload_rules(actor()), most=BACKGROUND_ROWS)
    file.stream.seek(0)
    is_asking = bool(upload.is_asking.data) or not look.is_clear
    if not look.rows or not (is_asking or look.is_long):
        return None
    data = file.stream.read()
    return receive_file(actor(), data, file.filename or "", client_ref=upload.client_ref.data, is_asking=is_asking)


def _pad() -> Carried | None:
    """What the page of the pad sends straight to the cart; None when it comes from a preview."""
    return _entered() if "pad" in request.form else None


def _typed() -> list[Typed]:
    """The rows of the pad, from its one field or, without script, from the fields of each row."""
    if request.form.get("pad"):
        return pad_rows(request.form["pad"])
    columns = [request.form.getlist(part) for part in Typed._fields]
    return [Typed(*(cell or "" for cell in row)) for row in zip_longest(*columns)]


def _corrected(carried: Carried) -> Carried:
    """With the corrections of this page."""
    fields: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        match = _FIELD.fullmatch(name)
        if match:
            fields.setdefault(int(match[2]), {})[match[1]] = value
    chosen, _sign, value = request.form.get("take", "").partition(":")
    match = _FIELD.fullmatch(chosen)
    if match:
        fields.setdefault(int(match[2]), {})[match[1]] = value
    corrections = {
        number: Correction(
            parts.get("code"), parts.get("quantity"), parts.get("unit"),
            tuple(int(row) for row in parts.get("join", "").split(",") if row.isdecimal()), parts.get("note"),
        )
        for number, parts in fields.items()
    }  # fmt: skip
    drop = [int(row) for row in request.form.get("drop", "").split(",") if row.isdecimal()]
    return correct(carried, corrections, drop)


def pad_key() -> str:
    """Under which the browser keeps the rows of the pad: nobody else who signs in there sees them."""
    return f"{actor().company_id}-{actor().user_id}"


def _entry(paste: PasteForm, upload: UploadForm) -> Response:
    typed = _typed() if not request.form.get("pad") else []
    currency = buying_terms(actor()).currency
    typed += [Typed("")] * max(TYPED_ROWS - len(typed), 2)
    return render_page(
        "ordering/quick_order.html",
        paste=paste,
        upload=upload,
        typed=typed,
        pad=request.form.get("pad", ""),
        pad_key=pad_key(),
        uploads=uploads(actor()),
        known=known_columns(actor()),
        currency=currency,
        digits=minor_units(currency),
        client_ref=str(uuid.uuid4()),
        status=max(paste.status, upload.status),
    )


def shown(seen: Preview, status: int = 200, *, upload_id: int | None = None) -> Response:
    """The page of a preview; it carries its rows."""
    if seen.problems:
        note(actor(), "upload_problem", facts={"problems": len(seen.problems), "lines": len(seen.lines)})
    problems, problem_section = cut(seen.problems, PROBLEMS_SHOWN, "problems")
    lines, line_section = cut(seen.lines, LINES_SHOWN, "lines")
    return render_page(
        "ordering/quick_order_preview.html",
        status=status,
        seen=seen,
        rows=dump_rows(seen.carried),
        upload_id=upload_id,
        client_ref=str(uuid.uuid4()),
        problems=problems,
        problem_section=problem_section,
        lines=lines,
        line_section=line_section,
        to_correct=seen.count(Verdict.CORRECT),
        refused=seen.count(Verdict.REFUSED),
        ignored=ranges([row.row for row in seen.carried.order.ignored]),
        dropped=ranges(seen.carried.dropped),
        pad_key=pad_key(),
        fixes=fixes(seen),
        button=ngettext("Put {n} good line into the cart", "Put {n} good lines into the cart", len(seen.lines)),
    )
