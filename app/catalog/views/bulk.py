"""Changing one field of many articles: choose, look, apply, undo."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, request, url_for

from app.catalog.domain.bulk import FIELDS, BulkChange, Filter
from app.catalog.domain.facts import FACTS
from app.catalog.forms.bulk import BulkForm
from app.catalog.policy import Permission
from app.catalog.queries.browse import categories
from app.catalog.queries.bulk import bulk_page
from app.catalog.service.bulk import apply_change, choose, choose_all, preview_change, undo_bulk
from app.catalog.service.vocabulary import definitions
from app.catalog.views import blueprint
from app.catalog.views.history import shown
from app.core.actor import Scope
from app.core.errors import Invalid
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import ngettext, say


@blueprint.post("/catalog/articles/choose")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def choose_articles() -> Response:
    """The rows that are ticked, or all of the list as it is filtered."""
    sent = request.form
    try:
        if sent.get("scope") == "all":
            wanted = Filter(sent.get("q", "")[:200], sent.get("category", ""), sent.get("state") == "all")
            bulk_id = choose_all(actor(), wanted)
        else:
            bulk_id = choose(actor(), [int(value) for value in sent.getlist("id") if value.isdecimal()])
    except Invalid as error:
        tell(error.message, "warn")
        back: dict[str, Any] = {name: sent[name] for name in ("q", "category", "state") if sent.get(name)}
        return make_response(redirect(url_for("catalog.index", **back), code=303))
    return _go(bulk_id)


@blueprint.route("/catalog/bulk/<int:bulk_id>", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def bulk(bulk_id: int) -> Response:
    page = bulk_page(actor(), bulk_id)
    form = BulkForm()
    form.offer(categories(actor()), list(definitions().values()), actor().locale)
    preview = None
    if form.validate_on_submit():
        with form.catching():
            if "apply" in request.form:
                count = apply_change(actor(), bulk_id, form.change())
                tell(ngettext("{n} article changed. You can undo this below.",
                              "{n} articles changed. You can undo this below.", count))  # fmt: skip
                return _go(bulk_id)
            preview = preview_change(actor(), bulk_id, form.change())
    return render_page(
        "catalog/bulk.html",
        page=page,
        form=form,
        preview=preview,
        fields=FIELDS,
        facts=FACTS,
        shown=shown,
        value=_words(page.field, page.value) if page.value else "",
        status=form.status,
    )


@blueprint.post("/catalog/bulk/<int:bulk_id>/undo")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def undo_all(bulk_id: int) -> Response:
    undone, left = undo_bulk(actor(), bulk_id)
    tell(ngettext("{n} article is as it was before.", "{n} articles are as they were before.", undone))
    if left:
        tell(ngettext("{n} article was changed again since and stays.",
                      "{n} articles were changed again since and stay.", left), "warn")  # fmt: skip
    return _go(bulk_id)


def _words(field: str, value: Any) -> str:
    change = BulkChange.from_json(field, value)
    if field == "attribute":
        return f"{change.attribute}: {change.value or '–'}"
    return ", ".join(f"{say(FACTS[name])}: {shown(part)}" for name, part in change.facts.items())


def _go(bulk_id: int) -> Response:
    return make_response(redirect(url_for("catalog.bulk", bulk_id=bulk_id), code=303))
