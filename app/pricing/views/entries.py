"""Single prices of a list by hand."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, make_response, redirect, request, url_for

from app.core.actor import Scope
from app.pricing.forms.lists import EntryForm
from app.pricing.policy import Permission
from app.pricing.queries import lists as queries
from app.pricing.queries.versions import series
from app.pricing.service.lists import add_entry, change_entry, remove_entries
from app.pricing.views import blueprint
from app.pricing.views.lists import last_day
from app.pricing.views.versions_words import demand_open
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.route("/prices/lists/<number:code>/entries/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def new_entry(code: str) -> Response:
    found = _open_list(code)
    form = EntryForm(sku=request.args.get("sku", ""))
    if form.validate_on_submit():
        with form.catching():
            row = form.row()
            add_entry(actor(), found.id, row)
            tell(_("The price of {sku} holds.", sku=row.sku))
            return _go(code, row.sku)
    return render_page("pricing/entry_edit.html", form=form, found=found, entry=None, status=form.status)


@blueprint.route("/prices/lists/<number:code>/entries/<int:entry_id>", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def edit_entry(code: str, entry_id: int) -> Response:
    found = _open_list(code)
    entry = queries.entry(actor(), found.id, entry_id)
    form = EntryForm(data={
        "sku": entry.sku, "unit": entry.unit, "min_quantity": _bare(entry.min_quantity), "price": _bare(entry.price),
        "base_quantity": _bare(entry.base_quantity), "valid_from": entry.valid_from, "last_day": last_day(entry.valid_to),
    })  # fmt: skip
    if form.validate_on_submit():
        with form.catching():
            row = form.row()
            change_entry(actor(), found.id, entry_id, row)
            tell(_("The price of {sku} holds.", sku=row.sku))
            return _go(code, row.sku)
    return render_page("pricing/entry_edit.html", form=form, found=found, entry=entry, status=form.status)


@blueprint.post("/prices/lists/<number:code>/entries/<int:entry_id>/remove")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def remove_entry(code: str, entry_id: int) -> Response:
    found = _open_list(code)
    if remove_entries(actor(), found.id, [entry_id]):
        tell(_("The price is taken out of the list."))
    else:
        tell(_("Somebody has removed this price meanwhile."), "warn")
    return _go(code, "")


def _bare(value: Decimal) -> Decimal:
    """Without the zeros of the column."""
    return value.normalize() + 0


def _go(code: str, sku: str) -> Response:
    return make_response(redirect(url_for("pricing.show", code=code, q=sku or None), code=303))


def _open_list(code: str) -> queries.PriceListLine:
    """The list, or the version of one, whose prices may be edited."""
    known = series(actor(), code)
    demand_open(known, known.of_code(code))
    return queries.price_list(actor(), code)
