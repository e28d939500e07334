"""Data sheets, certificates and manuals: the operator's pages, and the download for all."""

from __future__ import annotations

from datetime import date
from pathlib import PurePath

from flask import Response, make_response, redirect, send_file, url_for

from app.catalog.domain.attachment import KINDS, MAX_BYTES, SOON_DAYS
from app.catalog.forms.files import FileForm, facts_of
from app.catalog.policy import Permission
from app.catalog.queries.browse import article_page
from app.catalog.queries.media import article_media, attachment_file, expiring, open_bytes
from app.catalog.service.attachments import add_attachment, edit_attachment, remove_attachment
from app.catalog.views import blueprint
from app.core import clock
from app.core.actor import Scope
from app.core.errors import NotFound
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import Key, keyset_from_request, page_of
from app.web.texts import _


@blueprint.route("/catalog/articles/<sku:sku>/files", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def files(sku: str) -> Response:
    page = article_page(actor(), sku)
    form = FileForm()
    form.offer()
    form.demand_file()
    if form.validate_on_submit():
        with form.catching():
            name = PurePath(form.file.data.filename or "").name
            outcome = add_attachment(actor(), page.article.sku, form.file.data.read(), name, form.facts())
            tell(
                _("Nothing has changed: this file is there already.") if outcome == "same" else _("The file is added.")
            )
            return _go(page.article.sku)
    return render_page(
        "catalog/article_files.html",
        article=page.article,
        media=article_media(actor(), page.article.id),
        form=form,
        kinds=KINDS,
        limit=MAX_BYTES >> 20,
        today=clock.today(actor().time_zone),
        status=form.status,
    )


@blueprint.route("/catalog/articles/<sku:sku>/files/<int:attachment_id>", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def edit_file(sku: str, attachment_id: int) -> Response:
    page = article_page(actor(), sku)
    held = next((one for one in article_media(actor(), page.article.id).attachments if one.id == attachment_id), None)
    if held is None:
        raise NotFound
    form = FileForm(data=facts_of(held))
    form.offer()
    if form.validate_on_submit():
        with form.catching():
            edit_attachment(actor(), page.article.sku, attachment_id, form.facts())
            tell(_("Saved."))
            return _go(page.article.sku)
    return render_page("catalog/file_edit.html", article=page.article, held=held, form=form, status=form.status)


@blueprint.post("/catalog/articles/<sku:sku>/files/<int:attachment_id>/remove")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def remove_file(sku: str, attachment_id: int) -> Response:
    remove_attachment(actor(), sku, attachment_id)
    tell(_("The file is off the article. The history of the article can undo this."))
    return _go(sku)


@blueprint.get("/articles/<sku:sku>/files/<int:attachment_id>")
@requires(Permission.READ)
def download(sku: str, attachment_id: int) -> Response:
    found = attachment_file(actor(), sku, attachment_id, day=clock.today(actor().time_zone))
    return send_file(
        open_bytes(found.sha256), mimetype=found.media_type, as_attachment=True, download_name=found.name,
        etag=found.sha256, max_age=0,
    )  # fmt: skip


@blueprint.get("/catalog/files")
@requires(Permission.READ, scope=Scope.OPERATOR)
def expiring_files() -> Response:
    keyset = keyset_from_request(parts=(date.fromisoformat, int))
    today = clock.today(actor().time_zone)
    after, before = _day_and_id(keyset.after), _day_and_id(keyset.before)
    rows = expiring(actor(), today, after=after, before=before, limit=keyset.limit)
    return render_page(
        "catalog/files_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.file.facts.valid_to, row.file.id)),
        kinds=KINDS,
        today=today,
        days=SOON_DAYS,
        may_edit=actor().can(Permission.EDIT),
    )


def _go(sku: str) -> Response:
    return make_response(redirect(url_for("catalog.files", sku=sku), code=303))


def _day_and_id(key: Key | None) -> tuple[str, int] | None:
    return (key[0], int(key[1])) if key else None
