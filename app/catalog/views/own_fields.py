"""The operator's own fields: what they are called and what stands in them."""

from __future__ import annotations

from flask import Response, make_response, redirect, url_for

from app.catalog.domain.own_fields import KINDS
from app.catalog.forms.own_fields import OwnFieldForm
from app.catalog.policy import Permission
from app.catalog.queries.own_fields import own_fields
from app.catalog.service.own_fields import define_field, remove_field
from app.catalog.views import blueprint
from app.core.actor import Scope
from app.core.errors import NotFound
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/catalog/fields")
@requires(Permission.READ, scope=Scope.OPERATOR)
def fields() -> Response:
    return render_page(
        "catalog/fields_index.html",
        fields=list(own_fields(actor()).values()),
        kinds=KINDS,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.route("/catalog/fields/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def new_field() -> Response:
    form = OwnFieldForm()
    form.offer()
    if form.validate_on_submit():
        with form.catching():
            define_field(actor(), form.definition(), is_new=True)
            tell(_("The field {name} is there. It stands in the editor of every article.", name=form.name.data))
            return _go()
    return render_page("catalog/field_edit.html", form=form, held=None, status=form.status)


@blueprint.route("/catalog/fields/<code>", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def edit_field(code: str) -> Response:
    held = own_fields(actor()).get(code)
    if held is None:
        raise NotFound
    form = OwnFieldForm(data={
        "code": held.code, "name": held.name, "name_ru": held.names.get("ru", ""), "name_uk": held.names.get("uk", ""),
        "kind": held.kind, "is_public": held.is_public, "position": held.position,
    })  # fmt: skip
    form.offer()
    if form.validate_on_submit():
        with form.catching():
            define_field(actor(), form.definition(), is_new=False)
            tell(_("Saved."))
            return _go()
    return render_page("catalog/field_edit.html", form=form, held=held, status=form.status)


@blueprint.post("/catalog/fields/<code>/remove")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def remove(code: str) -> Response:
    remove_field(actor(), code)
    tell(_("The field is removed."))
    return _go()


def _go() -> Response:
    return make_response(redirect(url_for("catalog.fields"), code=303))
