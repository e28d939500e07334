"""Articles as the operator keeps them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from app.catalog.domain.article import key_of
from app.catalog.domain.attachment import KINDS
from app.catalog.domain.attributes import shown_values
from app.catalog.domain.bulk import Filter
from app.catalog.domain.hazard import SIGNAL_WORDS, pictograms
from app.catalog.forms.articles import ArticleForm, goods_of, pack_cells, packs_of, sent_own, sent_packs, values_of
from app.catalog.policy import Permission
from app.catalog.queries.attributes import expected
from app.catalog.queries.browse import article_page, categories, search, sort_key
from app.catalog.queries.families import family, kit_lines, related
from app.catalog.queries.media import article_media
from app.catalog.queries.own_fields import own_fields
from app.catalog.queries.selection import count_filtered
from app.catalog.service.editing import create_article, edit_article
from app.catalog.views import blueprint
from app.catalog.views.history import told
from app.core import audit, clock
from app.core.actor import Scope
from app.core.errors import Conflict
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of, sort_from_request
from app.web.texts import _, language


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
        filtered=count_filtered(actor(), Filter(words, category, with_discontinued=state == "all")),
    )


@blueprint.get("/catalog/articles/<sku:sku>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def show(sku: str) -> Response:
    page = article_page(actor(), sku)
    category = page.path[-1][0] if page.path else ""
    definitions = [one.definition for one in expected(actor(), category, page.attributes)]
    return render_page(
        "catalog/article_show.html",
        page=page,
        article=page.article,
        values=shown_values(page.attributes, definitions, language()),
        family=family(actor(), page.article.id),
        parts=kit_lines(actor(), page.article.id),
        related=related(actor(), page.article.id),
        media=article_media(actor(), page.article.id),
        kinds=KINDS,
        signal_words=SIGNAL_WORDS,
        pictograms=pictograms,
        today=clock.today(actor().time_zone),
        history=told(audit.history(actor(), "article", page.article.id)),
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.route("/catalog/articles/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def new() -> Response:
    form = ArticleForm(base_unit="H87")
    form.offer(categories(actor()))
    packs = sent_packs(request.form.to_dict(flat=False)) if request.method == "POST" else pack_cells(None)
    fields = own_fields(actor())
    own = sent_own(fields, request.form)
    if form.validate_on_submit():
        with form.catching():
            create_article(actor(), form.row(packs_of(packs), own))
            tell(_("{sku} is in the catalogue. It needs a price next.", sku=form.sku.data))
            return _go(form.sku.data)
    return render_page(
        "catalog/article_edit.html", form=form, packs=packs, article=None, fields=fields, own=own, status=form.status
    )


@blueprint.route("/catalog/articles/<sku:sku>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def edit(sku: str) -> Response:
    page = article_page(actor(), sku)
    media, fields = article_media(actor(), page.article.id), own_fields(actor())
    form = ArticleForm(data={**values_of(page), **goods_of(media)})
    form.offer(categories(actor()))
    packs = sent_packs(request.form.to_dict(flat=False)) if request.method == "POST" else pack_cells(page)
    sent = request.method == "POST"
    own = sent_own(fields, request.form) if sent else {one.code: one.value for one in media.own}
    if form.validate_on_submit():
        with form.catching():
            if key_of(form.sku.data or "") != key_of(page.article.sku):
                raise Conflict(N_("An article keeps its number."))
            is_changed = edit_article(actor(), form.row(packs_of(packs), own), seen=_moment(form.seen.data))
            tell(_("Saved.") if is_changed else _("Nothing has changed."))
            return _go(page.article.sku)
    return render_page(
        "catalog/article_edit.html",
        form=form,
        packs=packs,
        article=page.article,
        fields=fields,
        own=own,
        status=form.status,
    )


def _go(sku: str | None) -> Response:
    return make_response(redirect(url_for("catalog.show", sku=sku), code=303))


def _moment(text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        raise Conflict(N_("This form is damaged. Open the page again.")) from None
