"""Offers: the list, one with what came of it, the editor, release and stop."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, make_response, redirect, request, url_for

from app.core import clock
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.sales.domain.offers import KIND_NAMES, LANGUAGES, MOVES, STATE_NAMES, Audience, Goods, OfferKind, OfferState
from app.sales.forms.offers import OfferForm, StopForm
from app.sales.policy import Permission
from app.sales.queries import offers as queries
from app.sales.queries.offers import OfferPage
from app.sales.service import offers as service
from app.sales.service.offer_pictures import keep_picture
from app.sales.views import blueprint
from app.sales.views.campaign_words import AUDIENCE_KINDS, GOODS_KINDS, campaign_tabs
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form, parse_decimal
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language, say

SPARE_ROWS = 3
_COPIED = (
    "name", "kind", "link", "percent", "currency", "budget_amount", "promotion_code", "is_for_all", "priority",
    "shows_per_person", "holdout_percent", "with_mail",
)  # fmt: skip


@blueprint.get("/sales/offers")
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def offers() -> Response:
    keyset, state = keyset_from_request(parts=(int,)), request.args.get("state", "")
    rows = queries.offers(actor(), state, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "sales/offers.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        state=state,
        states=[("", _("All")), *((str(code), say(name)) for code, (_tone, name) in STATE_NAMES.items())],
        tabs_of=campaign_tabs("sales.offers"),
        **_words(),
    )


@blueprint.get("/sales/offers/<int:offer_id>")
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def offer(offer_id: int) -> Response:
    return _page(offer_id, Form(formdata=None), StopForm(formdata=None))


def _page(offer_id: int, form: Form, stop: StopForm) -> Response:
    found = queries.offer(actor(), offer_id)
    allowed = {name for name, (before, _after) in MOVES.items() if found.state in before}
    return render_page(
        "sales/offer.html",
        found=found,
        row=found.row,
        result=queries.result(actor(), offer_id),
        allowed=allowed,
        form=form,
        stop=stop,
        languages=LANGUAGES,
        goods_kinds=GOODS_KINDS,
        audience_kinds=AUDIENCE_KINDS,
        status=form.status if form.has_errors or form.is_conflict else stop.status,
        **_words(),
    )


@blueprint.route("/sales/offers/new", methods=["GET", "POST"])
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def offer_new() -> Response:
    start = clock.now().astimezone(ZoneInfo(actor().time_zone or "UTC")).replace(second=0, microsecond=0)
    given = {"starts_at": start, "kind": request.args.get("kind", "banner")}
    audience: list[tuple[str, ...]] = [(kind, request.args[kind]) for kind in AUDIENCE_KINDS if request.args.get(kind)]
    return _edited(OfferForm(data=given), None, audience)


@blueprint.route("/sales/offers/<int:offer_id>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def offer_edit(offer_id: int) -> Response:
    found = queries.offer(actor(), offer_id)
    if OfferState(found.state) not in MOVES["change"][0]:
        raise Conflict(N_("The offer is in force. Stop it and plan another."))
    row, zone = found.row, ZoneInfo(actor().time_zone or "UTC")
    values = {name: getattr(row, name) for name in _COPIED}
    values |= {f"title_{code}": row.titles.get(code, "") for code in LANGUAGES}
    values |= {f"text_{code}": row.texts.get(code, "") for code in LANGUAGES}
    values |= {"starts_at": row.starts_at.astimezone(zone), "ends_at": row.ends_at and row.ends_at.astimezone(zone)}
    return _edited(OfferForm(data=values), found, [(one.kind, one.code) for one in row.audience])


@blueprint.post("/sales/offers/<int:offer_id>/release")
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def offer_release(offer_id: int) -> Response:
    form = Form()
    if form.validate_on_submit():
        with form.catching():
            state = service.release_offer(actor(), offer_id)
            tell(_("It runs from now on.") if state is OfferState.RUNNING else _("It begins at its start."))
            return _go("sales.offer", offer_id=offer_id)
    return _page(offer_id, form, StopForm(formdata=None))


@blueprint.post("/sales/offers/<int:offer_id>/ask")
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def offer_ask(offer_id: int) -> Response:
    service.ask_release(actor(), offer_id)
    tell(_("It waits for its release by somebody with the right."))
    return _go("sales.offer", offer_id=offer_id)


@blueprint.post("/sales/offers/<int:offer_id>/stop")
@requires(Permission.EDIT_OFFERS, scope=Scope.OPERATOR)
def offer_stop(offer_id: int) -> Response:
    form = StopForm()
    if form.validate_on_submit():
        with form.catching():
            service.stop_offer(actor(), offer_id, form.reason.data or "")
            tell(_("Stopped. Its prices and texts are gone."))
            return _go("sales.offer", offer_id=offer_id)
    return _page(offer_id, Form(formdata=None), form)


def _edited(form: OfferForm, found: OfferPage | None, audience: list[tuple[str, ...]]) -> Response:
    goods: list[Any] = [(one.kind, one.code, one.price) for one in (found.row.goods if found else ())]
    if request.method == "POST":
        audience, goods = _repeated("who_kind", "who"), _repeated("goods_kind", "goods", "price")
        if form.validate():
            with form.catching():
                return _saved(form, found, audience, goods)
    return render_page(
        "sales/offer_edit.html",
        form=form,
        found=found,
        audience=audience + [("segment", "")] * SPARE_ROWS,
        goods=goods + [("article", "", "")] * SPARE_ROWS,
        goods_kinds=GOODS_KINDS,
        audience_kinds=AUDIENCE_KINDS,
        status=form.status,
    )


def _saved(form: OfferForm, found: OfferPage | None, audience: list[Any], goods: list[Any]) -> Response:
    file_id = found.row.file_id if found else None
    if form.picture.data:
        file_id = keep_picture(actor(), form.picture.data.read(), form.picture.data.filename or "")
    row = form.row(
        actor().time_zone or "UTC",
        tuple(Audience(kind, code) for kind, code in audience),
        tuple(Goods(kind, code, _price(price)) for kind, code, price in goods),
        file_id,
    )
    if found is None:
        offer_id = service.create_offer(actor(), row, client_ref=form.client_ref.data)
        tell(_("Planned. Look it over and release it."))
    else:
        offer_id = found.id
        service.change_offer(actor(), offer_id, row)
        tell(_("Saved."))
    return _go("sales.offer", offer_id=offer_id)


def _repeated(*names: str) -> list[tuple[str, ...]]:
    """Rows of repeated fields; those whose second field is empty are left out."""
    columns = [[value.strip()[:100] for value in request.form.getlist(name)] for name in names]
    return [row for row in zip(*columns, strict=False) if row[1]]


def _price(given: str) -> Any:
    if not given:
        return None
    try:
        return parse_decimal(given, language())
    except ValueError:
        raise Invalid("goods", N_("“{given}” is not a number.", given=given)) from None


def _words() -> dict[str, Any]:
    return {
        "kind_names": {str(kind): say(name) for kind, name in KIND_NAMES.items()},
        "state_chips": {str(code): (tone, say(name)) for code, (tone, name) in STATE_NAMES.items()},
        "price_kind": OfferKind.PRICE,
    }


def _go(endpoint: str, **values: Any) -> Response:
    return make_response(redirect(url_for(endpoint, **values), code=303))
