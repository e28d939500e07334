"""The list of imports, and the upload of a new file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Response, current_app, request, url_for
from werkzeug.datastructures import FileStorage

from app.core.actor import Actor
from app.exchange.forms.imports import UploadForm
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.exchange.queries.runs import runs
from app.exchange.service.runs import upload
from app.exchange.views import blueprint
from app.exchange.views.words import STATE_CHIPS
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import Key, keyset_from_request, page_of
from app.web.texts import _, say


def allowed_importers(person: Actor) -> list[Importer]:
    return [importer for _code, importer in IMPORTERS.items() if person.can(importer.permission)]


@blueprint.get("/imports")
@requires(Permission.READ)
def index() -> Response:
    keyset = keyset_from_request(size=50)
    kind = request.args.get("kind", "")
    found = runs(actor(), kind=kind, after=_id(keyset.after), before=_id(keyset.before), limit=keyset.limit)
    return render_page(
        "exchange/imports_index.html",
        page=page_of(found, keyset, key=lambda run: (run.id,)),
        importers=dict(IMPORTERS.items()),
        kind=kind,
        kinds=[("", _("all")), *((code, say(importer.label)) for code, importer in IMPORTERS.items())],
        chips=STATE_CHIPS,
        may_import=bool(allowed_importers(actor())),
    )


def _id(key: Key | None) -> int | None:
    return int(key[0]) if key and key[0].isdecimal() else None


@blueprint.route("/imports/new", methods=["GET", "POST"])
@requires(Permission.CATALOGUE, Permission.PRICES, Permission.STOCK, Permission.ACCOUNTS, Permission.HISTORY)
def new() -> Response:
    form = UploadForm(kind=request.args.get("kind"))
    importers = allowed_importers(actor())
    form.offer(importers)
    if form.validate_on_submit():
        with form.catching():
            run_id = _upload(form.kind.data, form.file.data, form.client_ref.data)
            return Response(status=303, headers={"Location": url_for("exchange.columns", run_id=run_id)})
    return render_page(
        "exchange/imports_new.html",
        form=form,
        about=[(say(importer.label), say(importer.about)) for importer in importers],
        largest=current_app.config["MAX_CONTENT_LENGTH"],
        status=form.status,
    )


def _upload(kind: str, file: FileStorage, client_ref: str) -> int:
    """Through a file on the disk, because a large upload does not fit into memory."""
    with tempfile.TemporaryDirectory(prefix="kontor-import-") as folder:
        path = Path(folder) / "file"
        file.save(path)
        name = Path(file.filename or "file").name
        return upload(actor(), kind, path, name, client_ref=client_ref, options=_proposed())


def _proposed() -> dict[str, str]:
    """Options that the address proposes: a page of prices links here with its list."""
    return {name: value[:80] for name, value in request.args.items() if name != "kind"}
