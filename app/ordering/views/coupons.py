"""Coupons in the cart: enter a code, take it out."""

from __future__ import annotations

from flask import Response, request

from app.core.errors import Invalid
from app.ordering.policy import Permission
from app.ordering.service.coupons import add_coupon, remove_coupon
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.cart import PLACE, demand_cart
from app.ordering.views.panels import forget_cart
from app.web.access import actor, requires
from app.web.banners import tell


@blueprint.post("/cart/coupons")
@requires(Permission.FILL_CART)
def enter_coupon() -> Response:
    try:
        answer, _page = add_coupon(actor(), demand_cart(), request.form.get("coupon", ""), page=PLACE)
        tell(answer.message, "good" if answer.is_applied else "warn")
    except Invalid as error:
        tell(error.message, "bad")
    forget_cart()
    return go("ordering.cart", _anchor="coupons")


@blueprint.post("/cart/coupons/remove")
@requires(Permission.FILL_CART)
def take_coupon_out() -> Response:
    remove_coupon(actor(), demand_cart(), request.form.get("coupon", ""), page=PLACE)
    forget_cart()
    return go("ordering.cart", _anchor="coupons")
