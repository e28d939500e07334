"""Definitions of attributes and brands."""

from __future__ import annotations

from flask import Response, request

from app.catalog.domain.attributes import BRAND
from app.catalog.forms.vocabulary import ATTRIBUTE_KINDS, AttributeForm, BrandForm, definition_values
from app.catalog.policy import Permission
from app.catalog.queries import attributes as queries
from app.catalog.service.attributes import drop_attribute, save_attribute
from app.catalog.service.brands import BrandRow, edit_brand
from app.catalog.views import blueprint
from app.catalog.views.answers import see
from app.core.actor import Scope
from app.core.errors import Conflict
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _


@blueprint.get("/catalog/attributes")
@requires(Permission.READ, scope=Scope.OPERATOR)
def attributes_index() -> Response:
    keyset, search = keyset_from_request(parts=(str,)), request.args.get("q", "").strip()[:100]
    rows = queries.attribute_list(actor(), search, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "catalog/attributes_index.html",
        part="catalog/_attributes.html",
        page=page_of(rows, keyset, key=lambda line: (line.definition.code,)),
        kinds=ATTRIBUTE_KINDS,
        search=search,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.route("/catalog/attributes/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def attribute_new() -> Response:
    form = AttributeForm()
    form.offer()
    if form.validate_on_submit():
        with form.catching():
            save_attribute(actor(), form.row(), is_new=True)
            tell(
                _(
                    "The attribute {code} is there. Put it into the categories whose articles have it.",
                    code=form.code.data,
                )
            )
            return see("catalog.attributes_index")
    return render_page("catalog/attribute_edit.html", form=form, found=None, status=form.status)


@blueprint.route("/catalog/attributes/<sku:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def attribute_edit(code: str) -> Response:
    found = queries.attribute(actor(), code)
    form = AttributeForm(data=definition_values(found))
    form.offer()
    if form.validate_on_submit():
        with form.catching():
            row = form.row()
            if row.code != found.code:
                raise Conflict(N_("An attribute keeps its code."))
            is_same = save_attribute(actor(), row) == "same"
            tell(_("Nothing has changed.") if is_same else _("Saved. Articles are found by it as they are now."))
            return see("catalog.attributes_index")
    return render_page(
        "catalog/attribute_edit.html", form=form, found=found, is_brand=code == BRAND, status=form.status
    )


@blueprint.post("/catalog/attributes/<sku:code>/delete")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def attribute_delete(code: str) -> Response:
    drop_attribute(actor(), code)
    tell(_("The attribute {code} is gone.", code=code))
    return see("catalog.attributes_index")


@blueprint.get("/catalog/brands")
@requires(Permission.READ, scope=Scope.OPERATOR)
def brands_index() -> Response:
    keyset, search = keyset_from_request(parts=(str,)), request.args.get("q", "").strip()[:100]
    rows = queries.brand_list(actor(), search, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "catalog/brands_index.html",
        part="catalog/_brands.html",
        page=page_of(rows, keyset, key=lambda line: (line.name,)),
        search=search,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.route("/catalog/brands/<sku:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def brand_edit(code: str) -> Response:
    found = queries.brand(actor(), code)
    form = BrandForm(obj=found)
    if form.validate_on_submit():
        with form.catching():
            row = BrandRow(found.code, form.name.data or "", form.about.data or "", (form.website.data or "").strip())
            is_same = edit_brand(actor(), found.code, row) == "same"
            tell(_("Nothing has changed.") if is_same else _("Saved."))
            return see("catalog.brands_index")
    return render_page("catalog/brand_edit.html", form=form, found=found, status=form.status)
