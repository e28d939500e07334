"""The tree of categories and the attributes its articles should have."""

from __future__ import annotations

from flask import Response, request

from app.catalog.forms.vocabulary import CategoryForm, names_of, template_of
from app.catalog.policy import Permission
from app.catalog.queries.attributes import attribute_book, expected
from app.catalog.queries.categories import CategoryFacts, category, category_lines
from app.catalog.service.attributes import set_template
from app.catalog.service.categories import drop_category, save_category
from app.catalog.views import blueprint
from app.catalog.views.answers import see
from app.core.actor import Scope
from app.core.errors import Conflict
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _

_SPARE = 3


@blueprint.get("/catalog/categories")
@requires(Permission.READ, scope=Scope.OPERATOR)
def categories_index() -> Response:
    return render_page(
        "catalog/categories_index.html", lines=category_lines(actor()), may_edit=actor().can(Permission.EDIT)
    )


@blueprint.route("/catalog/categories/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def category_new() -> Response:
    tree = category_lines(actor())
    form = CategoryForm(parent=request.args.get("below", ""), position=len(tree))
    form.offer(tree)
    if form.validate_on_submit():
        with form.catching():
            save_category(actor(), form.row(), is_new=True)
            tell(_("The category {code} is there. Say which attributes its articles have.", code=form.code.data))
            return see("catalog.category_edit", code=form.row().code)
    return render_page("catalog/category_edit.html", form=form, found=None, status=form.status)


@blueprint.route("/catalog/categories/<sku:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def category_edit(code: str) -> Response:
    found = category(actor(), code)
    form = CategoryForm(data={
        "code": found.code, "name": found.name, **names_of(found.names), "parent": found.parent,
        "position": found.position,
    })  # fmt: skip
    form.offer(category_lines(actor()), found.code)
    if form.validate_on_submit():
        with form.catching():
            if form.row().code != found.code:
                raise Conflict(N_("A category keeps its code."))
            is_same = save_category(actor(), form.row()) == "same"
            is_same &= not set_template(actor(), code, _sent())
            tell(_("Nothing has changed.") if is_same else _("Saved."))
            return see("catalog.category_edit", code=code)
    return render_page(
        "catalog/category_edit.html",
        form=form,
        found=found,
        template=_rows(found),
        inherited=[one for one in expected(actor(), found.parent) if one.is_in_template],
        book=attribute_book(actor()),
        status=form.status,
    )


@blueprint.post("/catalog/categories/<sku:code>/delete")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def category_delete(code: str) -> Response:
    drop_category(actor(), code)
    tell(_("The category {code} is gone.", code=code))
    return see("catalog.categories_index")


def _sent() -> dict[str, bool]:
    return template_of(request.form.getlist("attribute"), request.form.getlist("required"))


def _rows(found: CategoryFacts) -> list[tuple[str, bool]]:
    """The rows of the form: as they were sent, else as they are kept, and spare ones below."""
    held = list(_sent().items()) if request.method == "POST" else list(found.template)
    return held + [("", False)] * _SPARE
