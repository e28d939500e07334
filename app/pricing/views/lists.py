"""Price lists: all of them, one with its prices, what changed in it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from flask import Response, make_response, redirect, request, url_for

from app.catalog.domain.article import key_of
from app.core import clock
from app.core.actor import Scope
from app.core.errors import Conflict, NotFound
from app.core.texts import N_
from app.pricing.forms.lists import PriceListForm
from app.pricing.policy import Permission
from app.pricing.queries import lists as queries
from app.pricing.queries.lists import PriceListLine
from app.pricing.queries.versions import series
from app.pricing.service.lists import PriceListRow, upsert_price_list
from app.pricing.views import blueprint
from app.pricing.views.versions_words import PHASES, is_open
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _


@blueprint.get("/prices")
@requires(Permission.READ, scope=Scope.OPERATOR)
def index() -> Response:
    keyset, search = keyset_from_request(parts=(str,)), request.args.get("q", "").strip()[:100]
    rows = queries.price_lists(actor(), search, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "pricing/lists_index.html",
        part="pricing/_lists.html",
        page=page_of(rows, keyset, key=lambda line: (line.code,)),
        state_of=state_of,
        last_day=last_day,
        search=search,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.get("/prices/lists/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def show(code: str) -> Response:
    found = queries.price_list(actor(), code)
    known = series(actor(), code)
    version = known.of_code(code)
    keyset = keyset_from_request(parts=(str, str, Decimal, int))
    search = request.args.get("q", "").strip()[:60]
    rows = queries.entries(
        actor(), found.id, key_of(search), after=keyset.after, before=keyset.before, limit=keyset.limit
    )  # fmt: skip
    return render_page(
        "pricing/list_show.html",
        part="pricing/_entries.html",
        found=found,
        known=known,
        version=version,
        state=PHASES[known.phase(version)] if len(known.versions) > 1 else state_of(found),
        last_day=last_day,
        page=page_of(rows, keyset, key=queries.entry_key),
        search=search,
        may_edit=actor().can(Permission.EDIT) and is_open(known, version),
    )


@blueprint.get("/prices/lists/<number:code>/changes")
@requires(Permission.READ, scope=Scope.OPERATOR)
def changes(code: str) -> Response:
    found = queries.price_list(actor(), code)
    keyset = keyset_from_request(parts=(int,))
    rows = queries.changes(actor(), found.id, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "pricing/list_changes.html", found=found, page=page_of(rows, keyset, key=lambda line: (line.id,))
    )


@blueprint.route("/prices/lists/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def new() -> Response:
    form = PriceListForm(currency="EUR")
    if form.validate_on_submit():
        with form.catching():
            row = form.row()
            _demand_new(row)
            upsert_price_list(actor(), row)
            tell(_("The list {code} is there. Add prices or import a file.", code=row.code))
            return _go(row.code)
    return render_page("pricing/list_edit.html", form=form, found=None, status=form.status)


@blueprint.route("/prices/lists/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def edit(code: str) -> Response:
    found = queries.price_list(actor(), code)
    form = PriceListForm(data={
        "code": found.code, "name": found.name, "currency": found.currency, "is_gross": "1" if found.is_gross else "",
        "valid_from": found.valid_from, "last_day": last_day(found.valid_to), "is_active": found.is_active,
        "digits": Decimal(found.digits), "may_invert": found.may_invert,
    })  # fmt: skip
    if form.validate_on_submit():
        with form.catching():
            row = form.row()
            if row.code != found.code:
                raise Conflict(N_("A list keeps its code."))
            upsert_price_list(actor(), row)
            tell(_("Saved. It holds from the next request on."))
            return _go(found.code)
    return render_page("pricing/list_edit.html", form=form, found=found, status=form.status)


def _demand_new(row: PriceListRow) -> None:
    try:
        queries.price_list(actor(), row.code)
    except NotFound:
        return
    raise Conflict(N_("There is a list {code} already.", code=row.code))


def _go(code: str) -> Response:
    return make_response(redirect(url_for("pricing.show", code=code), code=303))


def state_of(line: PriceListLine) -> tuple[str, str]:
    """Tone and word: what the list is today in the actor's time zone."""
    today = clock.today(actor().time_zone)
    if not line.is_active:
        return "plain", _("not in use")
    if line.valid_from and today < line.valid_from:
        return "info", _("planned")
    if line.valid_to and today >= line.valid_to:
        return "warn", _("expired")
    return "good", _("holds")


def last_day(valid_to: date | None) -> date | None:
    """The last day that counts, where the first one that does not is stored."""
    return valid_to - timedelta(days=1) if valid_to else None
