"""Importing pictures and files from a ZIP."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Response, make_response, redirect, url_for

from app.catalog.forms.files import ZipForm
from app.catalog.policy import Permission
from app.catalog.queries.media_imports import every_file, media_run, media_runs, refused_files
from app.catalog.service.media_imports import begin_media_import
from app.catalog.views import blueprint
from app.core.actor import Scope
from app.core.tables.writing import csv_chunks
from app.core.texts import Message
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, say

STATES = {"created": _("added"), "changed": _("replaced"), "same": _("there already"), "refused": _("refused")}


@blueprint.route("/catalog/files/import", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def new_media_import() -> Response:
    form = ZipForm()
    if form.validate_on_submit():
        with form.catching(), tempfile.TemporaryDirectory(prefix="kontor-media-") as folder:
            path = Path(folder) / "file"
            form.file.data.save(path)
            import_id = begin_media_import(actor(), path, Path(form.file.data.filename or "file").name)
            return make_response(redirect(url_for("catalog.media_import", import_id=import_id), code=303))
    return render_page("catalog/media_import_new.html", form=form, runs=media_runs(actor()), status=form.status)


@blueprint.get("/catalog/files/import/<int:import_id>")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def media_import(import_id: int) -> Response:
    found = media_run(actor(), import_id)
    keyset = keyset_from_request(parts=(int,))
    after = int(keyset.after[0]) if keyset.after else 0
    before = int(keyset.before[0]) if keyset.before else None
    rows = refused_files(actor(), import_id, after=after, before=before, limit=keyset.limit)
    return render_page(
        "catalog/media_import_show.html",
        part="catalog/_media_import_progress.html",
        found=found,
        run=found.run,
        page=page_of(rows, keyset, key=lambda row: (row.row,)),
        states=STATES,
        words=lambda message: say(Message.from_json(message)) if message else "",
    )


@blueprint.get("/catalog/files/import/<int:import_id>/report")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def media_report(import_id: int) -> Response:
    media_run(actor(), import_id)
    head = [str(_("File no.")), str(_("File")), str(_("Article")), str(_("Result")), str(_("Reason"))]
    rows = (
        [
            str(row.row),
            row.name,
            row.sku,
            str(STATES[row.state]),
            say(Message.from_json(row.message)) if row.message else "",
        ]
        for row in every_file(actor(), import_id)
    )
    answer = Response(b"".join(csv_chunks([head, *rows])), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"files-{import_id}.csv")
    return answer
