"""Shops of others: to choose one and be handed over, the basket's way back, and what becomes of it."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, request, url_for

from app.core.actor import Scope
from app.core.texts import Message
from app.documents.formats import FormatError
from app.exchange.domain.punch_out import origin_of
from app.exchange.forms.punch_out import ShopForm
from app.exchange.policy import Permission
from app.exchange.queries import punch_out as queries
from app.exchange.queries.partner_pages import company_of
from app.exchange.service import punch_out_trips as service
from app.exchange.service.punch_out_trips import ShopEntry
from app.exchange.views import blueprint
from app.web.access import actor, public, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.security import allow_form_to
from app.web.texts import _

_MAX_FIELDS = 50_000
STATES = {
    "asked": _("On the way"),
    "returned": _("Basket is back"),
    "empty": _("Came back without a basket"),
    "taken": _("Asked for"),
}
nav_entry(
    75,
    "exchange.punch_out_shops",
    _("Shops of suppliers"),
    Permission.PUNCH_OUT,
    icon="cart",
    group="more",
    scope=Scope.TENANT,
)


@blueprint.get("/punch-out/shops")
@requires(Permission.PUNCH_OUT, scope=Scope.TENANT)
def punch_out_shops() -> Response:
    return render_page(
        "exchange/punch_out_shops.html",
        shops=queries.shops(actor()),
        trips=queries.recent_trips(actor()),
        states=STATES,
    )


@blueprint.post("/punch-out/shops/<int:shop_id>/go")
@requires(Permission.PUNCH_OUT, scope=Scope.TENANT)
def punch_out_go(shop_id: int) -> Response:
    """By a page with a link or a form of its own: the browser shows where it goes."""
    back = url_for("exchange.punch_out_back", cookie="COOKIE", _external=True).replace("COOKIE", "{cookie}")
    way = service.set_out(actor(), shop_id, back)
    shop = queries.shop(actor(), shop_id)
    allow_form_to(origin_of(way.url))
    response = render_page("exchange/punch_out_go.html", way=way, shop=shop)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/punch-out/back/<cookie>", methods=["GET", "POST"])
@public
def punch_out_back(cookie: str) -> Response:
    """The other shop's form arrives here from its own pages, so without our session: the cookie in the address tells whose."""
    text = request.form.get("cxml-urlencoded", "")
    encoded = request.form.get("cxml-base64", "")
    try:
        fields = [*request.args.items(multi=True), *request.form.items(multi=True)][:_MAX_FIELDS]
        trip_id = service.come_back(cookie, fields, text or service.from_base64(encoded))
    except FormatError as error:
        return render_page("exchange/punch_out_refused.html", message=error.message, status=422)
    return make_response(redirect(url_for("exchange.punch_out_trip", trip_id=trip_id), code=303))


@blueprint.get("/punch-out/trips/<int:trip_id>")
@requires(Permission.PUNCH_OUT, scope=Scope.TENANT)
def punch_out_trip(trip_id: int) -> Response:
    trip, shop = queries.trip(actor(), trip_id)
    number = queries.quote_number(actor(), trip.quote_id)
    problems = [Message.from_json(one) for one in trip.problems]
    return render_page(
        "exchange/punch_out_trip.html",
        trip=trip,
        shop=shop,
        problems=problems,
        number=number,
        states=STATES,
        is_own=trip.user_id == actor().user_id,
    )


@blueprint.post("/punch-out/trips/<int:trip_id>/take")
@requires(Permission.PUNCH_OUT, scope=Scope.TENANT)
def punch_out_take(trip_id: int) -> Response:
    quote_id = service.take_over(actor(), trip_id)
    tell(_("The basket is a request now. Look it through and send it."))
    return make_response(
        redirect(url_for("sourcing.quote_show", number=queries.quote_number(actor(), quote_id)), code=303)
    )


@blueprint.route("/punch-out/shops/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def punch_out_shop_new() -> Response:
    return _shop_form(ShopForm(), None)


@blueprint.route("/punch-out/shops/<int:shop_id>", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def punch_out_shop_edit(shop_id: int) -> Response:
    shop = queries.shop(actor(), shop_id)
    names = ("name", "protocol", "url", "domain", "identity", "our_domain", "our_identity", "is_active", "row_version")
    data = {name: getattr(shop, name) for name in names} | {"company": company_of(actor(), shop.company_id)[0]}
    return _shop_form(ShopForm(data=data), shop_id)


def _shop_form(form: ShopForm, shop_id: int | None) -> Response:
    if form.validate_on_submit():
        with form.catching():
            names = ("company", "name", "url", "domain", "identity", "our_domain", "our_identity")
            texts = {name: (form[name].data or "").strip() for name in names}
            entry = ShopEntry(
                **texts, protocol=form.protocol.data, secret=form.secret.data or "", is_active=form.is_active.data
            )
            version = int(form.row_version.data) if str(form.row_version.data).isdigit() else 0
            service.save_shop(actor(), shop_id, entry, row_version=version)
            tell(_("Saved."))
            return make_response(redirect(url_for("exchange.punch_out_accesses"), code=303))
    return render_page("exchange/punch_out_shop_edit.html", form=form, shop_id=shop_id, status=form.status)


@blueprint.record_once
def _without_token(state: Any) -> None:
    csrf = state.app.extensions.get("csrf")
    if csrf:
        csrf.exempt(punch_out_back)
