"""A list as a file and back: out in the columns of the quick order's upload, in through the same parser."""

from __future__ import annotations

import re
import tempfile
import uuid

from flask import Response, request, send_file

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.tables.writing import csv_chunks, write_xlsx
from app.ordering.domain.carried_rows import Carried, Correction, correct, dump_rows, load_rows
from app.ordering.domain.order_export import order_rows
from app.ordering.domain.requisition_list import Access, ListHead
from app.ordering.forms.entry import PasteForm, UploadForm
from app.ordering.policy import Permission
from app.ordering.queries.quick_order import read_file, read_text
from app.ordering.queries.requisition_files import ListFile, sorted_file, wanted_lines
from app.ordering.queries.requisition_lists import file_lines, list_head
from app.ordering.service.requisition_lines import put_lines
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, ngettext

SHOWN = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NO_NAME = re.compile(r"[^\w.-]+")
_FIELD = re.compile(r"(code|quantity|unit)-([0-9]{1,9})")


@blueprint.get("/lists/<int:list_id>/export.<any(csv, xlsx):form>")
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_export(list_id: int, form: str) -> Response:
    """All lines, in columns that the upload reads back unchanged."""
    head = list_head(actor(), list_id)
    rows = order_rows(file_lines(actor(), head))
    stem = _NO_NAME.sub("-", head.name).strip("-") or "list"
    name = f"{stem}.{form}"
    if form == "csv":
        answer = Response(b"".join(csv_chunks(rows)), mimetype="text/csv")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the answer; a workbook is complete only at its end
    write_xlsx(rows, target, sheet="List")
    target.seek(0)
    return send_file(target, mimetype=_XLSX, as_attachment=True, download_name=name)


@blueprint.route("/lists/<int:list_id>/import", methods=["GET", "POST"])
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_import(list_id: int) -> Response:
    """Rows from a file or a paste, looked at before anything goes onto the list."""
    head = list_head(actor(), list_id, Access.EDIT)
    paste, upload = PasteForm(), UploadForm()
    if request.method == "GET":
        return _entry(head, paste, upload)
    try:
        carried = _carried(paste, upload)
    except Invalid as error:
        form = upload if error.field == "file" and "file" in request.files else paste
        form.refuse(Invalid("file" if form is upload else "text", error.message))
        carried = None
    if carried is None:
        return _entry(head, paste, upload)
    found = sorted_file(actor(), carried)
    if "put" not in request.form or not found.rows:
        return _shown(head, found)
    return _put(head, found)


def _put(head: ListHead, found: ListFile) -> Response:
    """What is good goes onto the list; rows that wait are told and left out."""
    try:
        put = put_lines(actor(), head.id, wanted_lines(found), client_ref=request.form.get("client_ref", "")[:80])
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
        return _shown(head, found, status=error.status)
    tell(ngettext("{n} line is on the list.", "{n} lines are on the list.", put.new + put.grown))
    if put.grown:
        tell(
            ngettext("{n} was there already and has grown.", "{n} were there already and have grown.", put.grown),
            "info",
        )
    left = len(found.problems) + len(put.refused)
    if left:
        tell(ngettext("{n} row was left out.", "{n} rows were left out.", left), "warn")
    return go("ordering.list_show", list_id=head.id)


def _carried(paste: PasteForm, upload: UploadForm) -> Carried | None:
    """What was sent, whichever way, with the corrections of the page; None when a form came without anything to read."""
    if "rows" in request.form:
        return _corrected(load_rows(request.form["rows"]))
    if "file" in request.files:
        if not upload.validate():
            return None
        return read_file(upload.file.data.stream, upload.file.data.filename or "")
    text = paste.text.data or ""
    if not text.strip():
        raise Invalid("text", str(_("Paste lines or choose a file first.")))
    return read_text(text)


def _corrected(carried: Carried) -> Carried:
    fields: dict[int, dict[str, str]] = {}
    for name, value in request.form.items():
        match = _FIELD.fullmatch(name)
        if match:
            fields.setdefault(int(match[2]), {})[match[1]] = value
    drop = [int(row) for row in request.form.get("drop", "").split(",") if row.isdecimal()]
    corrections = {
        number: Correction(parts.get("code"), parts.get("quantity"), parts.get("unit"))
        for number, parts in fields.items()
    }
    return correct(carried, corrections, drop)


def _entry(head: ListHead, paste: PasteForm, upload: UploadForm) -> Response:
    status = max(paste.status, upload.status)
    return render_page("ordering/list_import.html", head=head, paste=paste, upload=upload, status=status)


def _shown(head: ListHead, found: ListFile, status: int = 200) -> Response:
    return render_page(
        "ordering/list_import_preview.html",
        status=status,
        head=head,
        found=found,
        rows=dump_rows(found.carried),
        problems=found.problems[:SHOWN],
        good=found.rows[:SHOWN],
        client_ref=request.form.get("client_ref") or str(uuid.uuid4()),
        button=ngettext("Put {n} line on the list", "Put {n} lines on the list", len(found.rows)),
    )
