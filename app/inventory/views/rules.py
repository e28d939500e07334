"""Rules of stock on one page: thresholds, warehouses of accounts, backorders, holidays, what accounts are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from flask import Response, request

from app.core import clock
from app.core.actor import Scope
from app.core.errors import NotFound
from app.inventory.forms import BackorderForm, DefaultForm, HolidayForm, ListForm, ShownForm
from app.inventory.policy import Permission
from app.inventory.queries import rules
from app.inventory.queries.shelves import warehouses
from app.inventory.service.backorders import set_backorder_rule
from app.inventory.service.places import add_holidays, remove_holiday, set_stock_settings, set_warehouse_list
from app.inventory.service.thresholds import set_default
from app.inventory.views import blueprint
from app.inventory.views.stock import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.texts import _


@dataclass(slots=True)
class _Forms:
    """The forms of the page; the one that was sent carries its errors, the others are empty."""

    default: DefaultForm = field(default_factory=lambda: DefaultForm(formdata=None, prefix="d-"))
    places: ListForm = field(default_factory=lambda: ListForm(formdata=None, prefix="l-"))
    backorder: BackorderForm = field(default_factory=lambda: BackorderForm(formdata=None, prefix="b-"))
    holiday: HolidayForm = field(default_factory=lambda: HolidayForm(formdata=None, prefix="h-"))
    shown: ShownForm | None = None


@blueprint.get("/stock-rules")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def stock_rules() -> Response:
    return _page(_Forms())


@blueprint.post("/stock-rules/thresholds")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_default() -> Response:
    form = DefaultForm(prefix="d-")
    if form.validate():
        with form.catching():
            code = (form.code.data or "").strip()
            set_default(
                actor(), form.level.data or "", code, threshold=form.threshold.data, low_mark=form.low_mark.data
            )
            return _saved()
    return _page(_Forms(default=form), form)


@blueprint.post("/stock-rules/warehouses")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_list() -> Response:
    form = ListForm(prefix="l-")
    if form.validate():
        with form.catching():
            codes = [code.strip() for code in (form.warehouses.data or "").split(",") if code.strip()]
            set_warehouse_list(actor(), form.level.data or "", (form.code.data or "").strip(), codes)
            return _saved()
    return _page(_Forms(places=form), form)


@blueprint.post("/stock-rules/backorders")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_backorder() -> Response:
    form = BackorderForm(prefix="b-")
    if form.validate():
        with form.catching():
            try:
                set_backorder_rule(
                    actor(), sku=(form.sku.data or "").strip(), account=(form.account.data or "").strip(),
                    mode=form.mode.data or None, quantity_limit=form.quantity_limit.data,
                )  # fmt: skip
            except NotFound as error:
                form.account.errors = [*form.account.errors, str(error.message)]
            else:
                return _saved()
    return _page(_Forms(backorder=form), form)


@blueprint.post("/stock-rules/shown")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_shown() -> Response:
    form = ShownForm(prefix="s-")
    if form.validate():
        with form.catching():
            set_stock_settings(actor(), bands=form.bands.data or "", supplier_days=form.supplier_days.data or 0)
            return _saved()
    return _page(_Forms(shown=form), form)


@blueprint.post("/stock-rules/holidays")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def save_holiday() -> Response:
    form = HolidayForm(prefix="h-")
    if form.validate():
        add_holidays(actor(), [(form.day.data, form.name.data or "")])
        return _saved()
    return _page(_Forms(holiday=form), form)


@blueprint.post("/stock-rules/holidays/remove")
@requires(Permission.RULES, scope=Scope.OPERATOR)
def drop_holiday() -> Response:
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise NotFound from None
    remove_holiday(actor(), day)
    return _saved()


def _saved() -> Response:
    tell(_("Saved."))
    return go("inventory.stock_rules")


def _page(forms: _Forms, sent: Form | None = None) -> Response:
    shown = rules.shown(actor())
    if forms.shown is None:
        bands = shown.bands.replace(",", ", ")
        forms.shown = ShownForm(formdata=None, prefix="s-", bands=bands, supplier_days=shown.supplier_days)
    return render_page(
        "inventory/rules.html",
        forms=forms,
        defaults=rules.defaults(actor()),
        lists=rules.warehouse_lists(actor()),
        backorders=rules.backorder_rules(actor()),
        holidays=rules.holidays(actor(), clock.today()),
        places=warehouses(actor()),
        status=sent.status if sent is not None else 200,
    )
