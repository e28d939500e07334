"""What lies in quarantine, and what becomes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response

from app.core.actor import Scope
from app.core.errors import Invalid
from app.core.texts import N_
from app.inventory.forms import QuarantineForm
from app.inventory.policy import Permission
from app.inventory.queries.quarantine import quarantined
from app.inventory.queries.shelves import warehouses
from app.inventory.service.bins import open_bins
from app.inventory.service.lookups import article_id
from app.inventory.service.quarantine import release
from app.inventory.views import blueprint
from app.inventory.views.stock import go, place_of
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _


@blueprint.get("/stock-quarantine")
@requires(Permission.READ, scope=Scope.OPERATOR)
def quarantine() -> Response:
    return _shown(QuarantineForm(formdata=None))


def _shown(form: QuarantineForm) -> Response:
    places = warehouses(actor())
    form.warehouse.choices = [(place.code, place.name) for place in places]
    return render_page(
        "inventory/quarantine.html",
        rows=quarantined(actor()),
        form=form,
        may_adjust=actor().can(Permission.ADJUST),
        status=form.status,
    )


@blueprint.post("/stock-quarantine")
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def leave_quarantine() -> Any:
    form = QuarantineForm()
    places = warehouses(actor())
    form.warehouse.choices = [(place.code, place.name) for place in places]
    if form.validate():
        with form.catching():
            place = place_of(places, form.warehouse.data)
            release(
                actor(), article_id(form.sku.data or ""), place.id, form.quantity.data or Decimal(0),
                "scrap" if form.decision.data == "scrap" else "stock", reason=form.reason.data or "",
                batch=(form.batch.data or "").strip(), serials=(form.serials.data or "").replace(",", " ").split(),
                bin_id=_bin(place.id, (form.bin_code.data or "").strip()),
            )  # fmt: skip
            tell(_("Saved."))
            return go("inventory.quarantine")
    return _shown(form)


def _bin(warehouse_id: int, code: str) -> int | None:
    if not code:
        return None
    known = open_bins(warehouse_id)
    if code not in known:
        raise Invalid("bin_code", N_("There is no bin {code} in this warehouse.", code=code))
    return known[code]
