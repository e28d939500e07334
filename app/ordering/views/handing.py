"""Handing a cart over by a link, and taking one over."""

from __future__ import annotations

from flask import Response, url_for

from app.core.errors import Conflict, Invalid
from app.ordering.forms.carts import HandOverForm
from app.ordering.policy import Permission
from app.ordering.queries.cart import cart_head
from app.ordering.queries.handing import handed_cart
from app.ordering.service.handing import end_hand_over, hand_over, take_over
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.panels import forget_cart
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say


@blueprint.route("/carts/<int:cart_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.FILL_CART)
def hand_cart_over(cart_id: int) -> Response:
    """Make the link; a new one ends the one before."""
    head, form, link = cart_head(actor(), cart_id), HandOverForm(), ""
    if form.validate_on_submit():
        with form.catching():
            try:
                token = hand_over(actor(), cart_id, note=form.note.data or "")
            except Conflict as error:
                raise Invalid("note", error.message) from None
            link = url_for("ordering.take_cart_over", token=token, _external=True)
    return render_page("ordering/cart_hand_over.html", head=head, form=form, link=link, status=form.status)


@blueprint.post("/carts/<int:cart_id>/hand-over/end")
@requires(Permission.FILL_CART)
def end_cart_link(cart_id: int) -> Response:
    end_hand_over(actor(), cart_id)
    tell(_("The link opens nothing any more."))
    return go("ordering.hand_cart_over", cart_id=cart_id)


@blueprint.get("/carts/take/<token>")
@requires(Permission.FILL_CART)
def take_cart_over(token: str) -> Response:
    """What is in it, before one says yes: opening the link changes nothing."""
    return render_page("ordering/cart_take_over.html", handed=handed_cart(actor(), token), token=token)


@blueprint.post("/carts/take/<token>")
@requires(Permission.FILL_CART)
def confirm_take_over(token: str) -> Response:
    try:
        head = take_over(actor(), token)
    except Conflict as error:
        tell(say(error.message), "warn")
        return go("ordering.cart")
    forget_cart()
    tell(_("You work on with the cart {name}.", name=head.name) if head.name else _("You work on with this cart."))
    return go("ordering.cart")
