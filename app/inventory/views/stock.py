"""Stock of each warehouse, corrected with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from app.catalog.queries.browse import article_page
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.tables.writing import csv_chunks
from app.core.texts import N_
from app.inventory.forms import CountForm, MarksForm, WarehouseForm
from app.inventory.policy import Permission
from app.inventory.queries import shelves
from app.inventory.queries.arrivals import batches_of
from app.inventory.queries.feeds import feeds
from app.inventory.queries.shelves import StockLine, WarehouseLine
from app.inventory.service.stock import StockRow, WarehouseRow, adjust_stock, upsert_warehouses
from app.inventory.service.thresholds import set_marks
from app.inventory.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

EXPORT_ROWS = 5_000


@blueprint.get("/stock")
@requires(Permission.READ, scope=Scope.OPERATOR)
def index() -> Response:
    """The first warehouse; without any, the way to make one."""
    places = shelves.warehouses(actor())
    if places:
        return _stock_page(places[0], places)
    return _stock_page(None, places)


@blueprint.get("/stock/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def show(code: str) -> Response:
    places = shelves.warehouses(actor())
    return _stock_page(place_of(places, code), places)


def _stock_page(place: WarehouseLine | None, places: list[WarehouseLine]) -> Response:
    keyset, words = keyset_from_request(parts=(str,)), request.args.get("q", "").strip()[:200]
    only = request.args.get("only", "")
    rows = []
    if place is not None:
        rows = shelves.stock(
            actor(), place.id, words, only=only, after=keyset.after, before=keyset.before,
            limit=keyset.limit,
        )  # fmt: skip
    return render_page(
        "inventory/stock_index.html",
        part="inventory/_stock.html",
        place=place,
        places=places,
        page=page_of(rows, keyset, key=lambda line: (line.sku_key,)),
        words=words,
        only=only,
        may_adjust=actor().can(Permission.ADJUST),
        may_set_rules=actor().can(Permission.RULES),
        stale=[feed for feed in feeds(actor()) if feed.is_stale],
    )


@blueprint.route("/stock/<number:code>/count/<sku:sku>", methods=["GET", "POST"])
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def count(code: str, sku: str) -> Response:
    place = place_of(shelves.warehouses(actor()), code)
    held = shelves.stock_of(actor(), place.id, sku)
    form = CountForm(on_hand=_bare(held.on_hand))
    if form.validate_on_submit():
        with form.catching():
            row = StockRow(held.sku, place.code, form.on_hand.data or Decimal(0))
            result = adjust_stock(actor(), row, reason=form.reason.data or "")
            tell(_("Saved.") if result.outcome != "same" else _("Nothing has changed."))
            return go("inventory.show", code=place.code, q=held.sku)
    return _count_page(place, held, form, _marks_form(held))


@blueprint.post("/stock/<number:code>/thresholds/<sku:sku>")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_marks(code: str, sku: str) -> Response:
    """Own thresholds of an article here; empty ones are inherited again."""
    place = place_of(shelves.warehouses(actor()), code)
    held = shelves.stock_of(actor(), place.id, sku)
    form = MarksForm()
    if form.validate():
        with form.catching():
            set_marks(actor(), held.sku, place.code, threshold=form.threshold.data, low_mark=form.low_mark.data)
            tell(_("Saved."))
            return go("inventory.count", code=place.code, sku=held.sku)
    return _count_page(place, held, CountForm(formdata=None, on_hand=_bare(held.on_hand)), form)


def _marks_form(held: StockLine) -> MarksForm:
    own = {"threshold": held.own_threshold, "low_mark": held.own_low}
    bare = {name: None if value is None else _bare(value) for name, value in own.items()}
    return MarksForm(formdata=None, **bare)


def _count_page(place: WarehouseLine, held: StockLine, form: CountForm, marks: MarksForm) -> Response:
    article = article_page(actor(), held.sku).article
    return render_page(
        "inventory/count.html",
        form=form,
        marks=marks,
        place=place,
        held=held,
        batches=[row for row in batches_of(actor(), article.id) if row.warehouse == place.code],
        moves=shelves.moves(actor(), article.id, warehouse_id=place.id),
        may_set_rules=actor().can(Permission.RULES),
        status=max(form.status, marks.status),
    )


@blueprint.get("/stock/<number:code>/export.csv")
@requires(Permission.READ, scope=Scope.OPERATOR)
def export_stock(code: str) -> Response:
    """All stock of a warehouse as it can be imported again."""
    place = place_of(shelves.warehouses(actor()), code)
    rows: list[list[Any]] = [["sku", "name", "unit", "warehouse", "stock", "reserved", "threshold", "available"]]
    after: tuple[str] | None = None
    while True:
        lines = shelves.stock(actor(), place.id, after=after, limit=EXPORT_ROWS)
        rows.extend(
            [line.sku, line.name, line.unit, place.code, _bare(line.on_hand), _bare(line.reserved),
             None if line.own_threshold is None else _bare(line.own_threshold), _bare(line.available)]
            for line in lines
        )  # fmt: skip
        if len(lines) < EXPORT_ROWS:
            break
        after = (lines[-1].sku_key,)
    response = Response(b"".join(csv_chunks(rows)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"stock-{place.code}.csv")
    return response


@blueprint.route("/stock/warehouses/new", methods=["GET", "POST"])
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def new_warehouse() -> Response:
    places = shelves.warehouses(actor())
    form = WarehouseForm(position=len(places) + 1)
    if form.validate_on_submit():
        with form.catching():
            row = WarehouseRow((form.code.data or "").strip(), form.name.data or "", form.position.data or 0)
            upsert_warehouses(actor(), [row])
            tell(_("{name} is saved.", name=row.name))
            return go("inventory.show", code=row.code)
    return render_page("inventory/warehouse_edit.html", form=form, place=None, status=form.status)


@blueprint.route("/stock/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.ADJUST, scope=Scope.OPERATOR)
def edit_warehouse(code: str) -> Response:
    place = place_of(shelves.warehouses(actor()), code)
    form = WarehouseForm(obj=place)
    if form.validate_on_submit():
        with form.catching():
            upsert_warehouses(actor(), [WarehouseRow(place.code, form.name.data or "", form.position.data or 0)])
            tell(_("{name} is saved.", name=form.name.data))
            return go("inventory.show", code=place.code)
    return render_page("inventory/warehouse_edit.html", form=form, place=place, status=form.status)


def place_of(places: list[WarehouseLine], code: str) -> WarehouseLine:
    for place in places:
        if place.code == code:
            return place
    raise NotFound(N_("There is no warehouse {code}.", code=code))


def _bare(value: Decimal) -> Decimal:
    """Without the zeros of the column."""
    return value.normalize() + 0


def go(endpoint: str, **values: Any) -> Response:
    return go_to(url_for(endpoint, **values))


def go_to(address: str) -> Response:
    """See other: the page is opened anew, so that reloading repeats nothing."""
    return make_response(redirect(address, code=303))
