"""Pictures of an article as the operator keeps them."""

from __future__ import annotations

from pathlib import PurePath

from flask import Response, make_response, redirect, request, url_for

from app.catalog.domain.picture import MAX_BYTES, MAX_PIXELS
from app.catalog.forms.files import PicturesForm
from app.catalog.policy import Permission
from app.catalog.queries.browse import article_page
from app.catalog.queries.media import article_media
from app.catalog.service.pictures import add_picture, describe_picture, move_picture, remove_picture
from app.catalog.views import blueprint
from app.core.actor import Scope
from app.core.errors import Invalid
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, ngettext, say

ALT_LANGUAGES = ("en", "ru", "uk", "de")


@blueprint.route("/catalog/articles/<sku:sku>/pictures", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def pictures(sku: str) -> Response:
    page = article_page(actor(), sku)
    form = PicturesForm()
    if form.validate_on_submit():
        added = 0
        for file in form.files.data:
            try:
                added += (
                    add_picture(actor(), page.article.sku, file.read(), PurePath(file.filename or "").name) != "same"
                )
            except Invalid as error:
                form.refused.append(f"{PurePath(file.filename or '').name}: {say(error.message)}")
        if added:
            tell(ngettext("{n} picture added.", "{n} pictures added.", added))
        if not form.refused:
            if not added:
                tell(_("Nothing has changed: these pictures are there already."), "info")
            return _go(page.article.sku)
    return render_page(
        "catalog/article_pictures.html",
        article=page.article,
        media=article_media(actor(), page.article.id),
        form=form,
        languages=ALT_LANGUAGES,
        limits=(MAX_BYTES >> 20, MAX_PIXELS // 10**6),
        status=form.status,
    )


@blueprint.post("/catalog/articles/<sku:sku>/pictures/<int:picture_id>/<any(forward, front, remove, describe):deed>")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def change_picture(sku: str, picture_id: int, deed: str) -> Response:
    if deed == "remove":
        remove_picture(actor(), sku, picture_id)
        tell(_("The picture is off the article. The history of the article can undo this."))
    elif deed == "describe":
        describe_picture(
            actor(), sku, picture_id, {code: request.form.get(f"alt-{code}", "") for code in ALT_LANGUAGES}
        )
        tell(_("Saved."))
    else:
        move_picture(actor(), sku, picture_id, to_front=deed == "front")
    return _go(sku)


def _go(sku: str) -> Response:
    return make_response(redirect(url_for("catalog.pictures", sku=sku), code=303))
