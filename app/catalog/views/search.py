"""What helps the search: synonyms, and searches that found nothing."""

from __future__ import annotations

from datetime import datetime

from flask import Response, make_response, redirect, request, url_for

from app.catalog.domain.search_text import words_of
from app.catalog.forms.search import SynonymForm
from app.catalog.policy import Permission
from app.catalog.queries.search_hints import misses as find_misses
from app.catalog.queries.search_hints import synonyms as find_synonyms
from app.catalog.service.search import KEPT_DAYS, add_synonym, drop_synonym, forget_miss
from app.catalog.views import blueprint
from app.core.actor import Scope
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _


@blueprint.route("/catalog/search/synonyms", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def synonyms() -> Response:
    """The list, and a line above it to add one; `term` fills it in."""
    form = SynonymForm(term=request.args.get("term", "")[:100], is_two_way=True)
    if form.validate_on_submit():
        with form.catching():
            term, meaning = form.term.data or "", form.meaning.data or ""
            add_synonym(actor(), term, meaning, is_two_way=bool(form.is_two_way.data))
            tell(_("Who searches for {term} now finds {meaning}.", term=term, meaning=meaning))
            return _go("catalog.synonyms")
    keyset = keyset_from_request(parts=(str, int))
    words = " ".join(words_of(request.args.get("q", "")[:100]))
    rows = find_synonyms(actor(), words, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "catalog/search_synonyms.html",
        page=page_of(rows, keyset, key=lambda line: (line.term, line.id)),
        form=form,
        words=words,
        status=form.status,
    )


@blueprint.post("/catalog/search/synonyms/<int:synonym_id>/delete")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def synonym_delete(synonym_id: int) -> Response:
    drop_synonym(actor(), synonym_id)
    tell(_("The synonym is gone."))
    return _go("catalog.synonyms")


@blueprint.get("/catalog/search/misses")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def search_misses() -> Response:
    keyset = keyset_from_request(parts=(datetime.fromisoformat, str))
    rows = find_misses(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "catalog/search_misses.html",
        page=page_of(rows, keyset, key=lambda line: (line.last_at, line.text)),
        days=KEPT_DAYS,
    )


@blueprint.post("/catalog/search/misses/forget")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def search_miss_forget() -> Response:
    forget_miss(actor(), request.form.get("text", "")[:100])
    tell(_("The search is off the list. It comes back when somebody tries it again."))
    return _go("catalog.search_misses")


def _go(endpoint: str) -> Response:
    return make_response(redirect(url_for(endpoint), code=303))
