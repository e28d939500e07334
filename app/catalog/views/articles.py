"""Articles as the operator keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from app.catalog.domain.article import key_of
from app.catalog.forms import ArticleForm, pack_cells, packs_of, sent_packs, values_of
from app.catalog.policy import Permission
from app.catalog.queries.browse import article_page, categories, search, sort_key
from app.catalog.service.editing import create_article, edit_article
from app.catalog.views import blueprint
from app.catalog.views.history import told
from app.core import audit
from app.core.actor import Scope
from app.core.errors import Conflict
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of, sort_from_request
from app.web.texts import _


@blueprint.get("/catalog/articles")
@requires(Permission.READ, scope=Scope.OPERATOR)
def index() -> Response:
    keyset, sort = keyset_from_request(parts=(str, int)), sort_from_request(("name", "sku"), "name")
    words, category = request.args.get("q", "").strip()[:200], request.args.get("category", "")
    state = request.args.get("state", "")
    column: Any = sort.column
    rows = search(
        actor(), words, category, column, keyset.after, before=keyset.before, is_descending=sort.is_descending,
        with_discontinued=state == "all", limit=keyset.limit,
    )  # fmt: skip
    return render_page(
        "catalog/articles_index.html",
        part="catalog/_articles.html",
        page=page_of(rows, keyset, key=lambda article: sort_key(article, column)),
        tree=categories(actor()),
        sort=sort,
        words=words,
        category=category,
        state=state,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.get("/catalog/articles/<sku:sku>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def show(sku: str) -> Response:
    page = article_page(actor(), sku)
    return render_page(
        "catalog/article_show.html",
        page=page,
        article=page.article,
        history=told(audit.history(actor(), "article", page.article.id)),
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.route("/catalog/articles/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def new() -> Response:
    form = ArticleForm(base_unit="H87")
    form.offer(categories(actor()))
    packs = sent_packs(request.form.to_dict(flat=False)) if request.method == "POST" else pack_cells(None)
    if form.validate_on_submit():
        with form.catching():
            create_article(actor(), form.row(packs_of(packs)))
            tell(_("{sku} is in the catalogue. It needs a price next.", sku=form.sku.data))
            return _go(form.sku.data)
    return render_page("catalog/article_edit.html", form=form, packs=packs, article=None, status=form.status)


@blueprint.route("/catalog/articles/<sku:sku>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def edit(sku: str) -> Response:
    page = article_page(actor(), sku)
    form = ArticleForm(data=values_of(page))
    form.offer(categories(actor()))
    packs = sent_packs(request.form.to_dict(flat=False)) if request.method == "POST" else pack_cells(page)
    if form.validate_on_submit():
        with form.catching():
            if key_of(form.sku.data or "") != key_of(page.article.sku):
                raise Conflict(N_("An article keeps its number."))
            is_changed = edit_article(actor(), form.row(packs_of(packs)), seen=_moment(form.seen.data))
            tell(_("Saved.") if is_changed else _("Nothing has changed."))
            return _go(page.article.sku)
    return render_page("catalog/article_edit.html", form=form, packs=packs, article=page.article, status=form.status)


def _go(sku: str | None) -> Response:
    return make_response(redirect(url_for("catalog.show", sku=sku), code=303))


def _moment(text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        raise Conflict(N_("This form is damaged. Open the page again.")) from None
