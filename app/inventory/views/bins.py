"""Bins of a warehouse and what lies in them."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.texts import N_
from app.inventory.forms import BinForm, RelocationForm
from app.inventory.policy import Permission
from app.inventory.queries import papers
from app.inventory.queries.shelves import WarehouseLine, warehouses
from app.inventory.service.bins import BinRow, Relocation, delete_bin, open_bins, relocate, save_bins
from app.inventory.service.lookups import article_id
from app.inventory.views import blueprint
from app.inventory.views.stock import go, place_of
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/stock-bins")
@requires(Permission.READ, scope=Scope.OPERATOR)
def bins() -> Response:
    """Of the first warehouse."""
    places = warehouses(actor())
    if not places:
        return go("inventory.index")
    return _shown(places[0], BinForm(formdata=None, prefix="b-"), RelocationForm(formdata=None, prefix="r-"))


@blueprint.get("/stock-bins/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def bins_of(code: str) -> Response:
    place = place_of(warehouses(actor()), code)
    return _shown(place, BinForm(formdata=None, prefix="b-"), RelocationForm(formdata=None, prefix="r-"))


@blueprint.post("/stock-bins/<number:code>")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def save_bin(code: str) -> Response:
    place = place_of(warehouses(actor()), code)
    form = BinForm(prefix="b-")
    if form.validate():
        with form.catching():
            row = BinRow((form.code.data or "").strip(), (form.zone.data or "").strip(), form.sort_key.data or 0)
            save_bins(actor(), place.id, [row])
            tell(_("Saved."))
            return go("inventory.bins_of", code=place.code)
    return _shown(place, form, RelocationForm(formdata=None, prefix="r-"))


@blueprint.post("/stock-bins/<number:code>/move")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def move_goods(code: str) -> Response:
    place = place_of(warehouses(actor()), code)
    form = RelocationForm(prefix="r-")
    if form.validate():
        with form.catching():
            known = open_bins(place.id)
            move = Relocation(
                article_id(form.sku.data or ""), form.quantity.data or Decimal(0),
                _bin(known, "source", form.source.data), _bin(known, "target", form.target.data),
                (form.batch.data or "").strip(),
            )  # fmt: skip
            relocate(actor(), place.id, [move])
            tell(_("Saved."))
            return go("inventory.bins_of", code=place.code)
    return _shown(place, BinForm(formdata=None, prefix="b-"), form)


@blueprint.post("/stock-bins/<number:code>/close/<int:bin_id>")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def close_bin(code: str, bin_id: int) -> Response:
    delete_bin(actor(), bin_id)
    tell(_("The bin is closed."))
    return go("inventory.bins_of", code=code)


def _bin(known: dict[str, int], field: str, typed: str | None) -> int | None:
    code = (typed or "").strip()
    if not code:
        return None
    if code not in known:
        raise Invalid(field, N_("There is no bin {code}.", code=code))
    return known[code]


def _shown(place: WarehouseLine, form: BinForm, move: RelocationForm) -> Response:
    words = request.args.get("q", "").strip()[:60]
    return render_page(
        "inventory/bins.html", place=place, places=warehouses(actor()), rows=papers.bins(actor(), place.id, words=words),
        words=words, form=form, move=move, may_adjust=actor().can(Permission.ADJUST),
        status=max(form.status, move.status),
    )  # fmt: skip
