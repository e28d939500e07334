"""Coupons in the cart: enter a code, take it out."""

from __future__ import annotations

from flask import Response, request

from app.core.errors import Invalid
from app.ordering.policy import Permission
from app.ordering.service.coupons import add_coupon, remove_coupon
from app.ordering.views import blueprint
from app.ordering.views.answers import go_to
from app.ordering.views.cart import PLACE
from app.ordering.views.panels import asked_cart, forget_cart, home_of
from app.web.access import actor, requires
from app.web.banners import tell


@blueprint.post("/cart/coupons")
@requires(Permission.FILL_CART)
def enter_coupon() -> Response:
    head = asked_cart()
    try:
        answer, _page = add_coupon(actor(), head.id, request.form.get("coupon", ""), page=PLACE)
        tell(answer.message, "good" if answer.is_applied else "warn")
    except Invalid as error:
        tell(error.message, "bad")
    forget_cart()
    return go_to(f"{home_of(head.id)}#coupons")


@blueprint.post("/cart/coupons/remove")
@requires(Permission.FILL_CART)
def take_coupon_out() -> Response:
    head = asked_cart()
    remove_coupon(actor(), head.id, request.form.get("coupon", ""), page=PLACE)
    forget_cart()
    return go_to(f"{home_of(head.id)}#coupons")
