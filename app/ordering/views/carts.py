"""All carts of a person, and one as a whole: its name, copies, merging, throwing away, sharing, export."""

from __future__ import annotations

import io

from flask import Response, request, url_for

from app.core.errors import Invalid
from app.core.tables.writing import csv_chunks, write_xlsx
from app.ordering.domain.order_export import order_rows
from app.ordering.domain.sharing import RIGHT_NAMES, Right
from app.ordering.forms.carts import CartNameForm, ShareForm
from app.ordering.policy import Permission
from app.ordering.queries.cart import CartHead, cart_head
from app.ordering.queries.carts import carts, colleagues, guests, owner_name, plain_lines
from app.ordering.service.cart import make_active, new_cart
from app.ordering.service.carts import (
    bring_back,
    copy_cart,
    discard_cart,
    merge_carts,
    rename_cart,
    share_cart,
    unmerge,
    unshare_cart,
)
from app.ordering.service.saved_lines import forget_saved, take_back
from app.ordering.views import blueprint
from app.ordering.views.answers import go, go_to
from app.ordering.views.cart import PLACE, number
from app.ordering.views.panels import cart_of_request, forget_cart, home_of
from app.web.access import actor, requires, safe_next
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, ngettext, say

EVERYBODY = "all"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/carts", endpoint="carts")
@requires(Permission.FILL_CART)
def all_carts() -> Response:
    return _list(CartNameForm(formdata=None))


@blueprint.post("/carts")
@requires(Permission.FILL_CART)
def start_cart() -> Response:
    """A new cart, which becomes the active one."""
    form = CartNameForm()
    if form.validate_on_submit():
        with form.catching():
            make_active(actor(), new_cart(actor(), form.name.data or ""))
            forget_cart()
            return go("ordering.cart")
    return _list(form, form.status)


def _list(form: CartNameForm, status: int = 200) -> Response:
    keyset = keyset_from_request(size=50)
    rows = carts(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    page = page_of(rows, keyset, key=lambda row: (row.changed_at.isoformat(), row.id))
    return render_page("ordering/carts.html", page=page, form=form, me=actor().user_id, status=status)


@blueprint.post("/carts/<int:cart_id>/use")
@requires(Permission.FILL_CART)
def use_cart(cart_id: int) -> Response:
    """From now on clicks go to this cart."""
    make_active(actor(), cart_id)
    forget_cart()
    return go_to(safe_next(request.form.get("next", "")) or url_for("ordering.cart"))


@blueprint.get("/carts/<int:cart_id>/settings")
@requires(Permission.FILL_CART)
def cart_settings(cart_id: int) -> Response:
    head = cart_head(actor(), cart_id)
    return _settings(head, CartNameForm(formdata=None, name=head.name), _share_form(head, is_sent=False))


@blueprint.post("/carts/<int:cart_id>/rename")
@requires(Permission.FILL_CART)
def rename(cart_id: int) -> Response:
    head, form = cart_head(actor(), cart_id, Right.EDIT), CartNameForm()
    if form.validate_on_submit():
        with form.catching():
            rename_cart(actor(), cart_id, form.name.data or "")
            tell(_("The name is changed."))
            return go("ordering.cart_settings", cart_id=cart_id)
    return _settings(head, form, _share_form(head, is_sent=False), form.status)


@blueprint.post("/carts/<int:cart_id>/copy")
@requires(Permission.FILL_CART)
def copy(cart_id: int) -> Response:
    head = cart_head(actor(), cart_id)
    name = say(_("Copy of {name}", name=head.name)) if head.name else ""
    copy_cart(actor(), cart_id, name[:80])
    forget_cart()
    tell(_("This is your copy; the other cart stays as it is."))
    return go("ordering.cart")


@blueprint.post("/carts/<int:cart_id>/discard")
@requires(Permission.FILL_CART)
def discard(cart_id: int) -> Response:
    discard_cart(actor(), cart_id)
    forget_cart()
    tell(_("The cart is thrown away."), undo=url_for("ordering.bring_cart_back", cart_id=cart_id))
    return go("ordering.carts")


@blueprint.post("/carts/<int:cart_id>/bring-back")
@requires(Permission.FILL_CART)
def bring_cart_back(cart_id: int) -> Response:
    bring_back(actor(), cart_id)
    tell(_("The cart is back."))
    return go("ordering.carts")


@blueprint.post("/carts/<int:cart_id>/merge")
@requires(Permission.FILL_CART)
def merge(cart_id: int) -> Response:
    """Its lines into another cart; this one is thrown away then."""
    into = number(request.form.get("into", ""))
    try:
        merged = merge_carts(actor(), cart_id, into)
    except Invalid as error:
        tell(error.message, "bad")
        return go("ordering.cart_settings", cart_id=cart_id)
    forget_cart()
    tell(
        ngettext("{n} line has moved into this cart.", "{n} lines have moved into this cart.", merged.count),
        undo=url_for("ordering.unmerge_carts", cart_id=cart_id, into=into, change_id=merged.change_id),
    )
    return go_to(home_of(into))


@blueprint.post("/carts/<int:cart_id>/unmerge/<int:into>/<int:change_id>")
@requires(Permission.FILL_CART)
def unmerge_carts(cart_id: int, into: int, change_id: int) -> Response:
    unmerge(actor(), cart_id, into, change_id)
    forget_cart()
    tell(_("Both carts are as before."))
    return go_to(home_of(cart_id))


@blueprint.post("/carts/<int:cart_id>/share")
@requires(Permission.FILL_CART)
def share(cart_id: int) -> Response:
    head = cart_head(actor(), cart_id)
    form = _share_form(head, is_sent=True)
    if form.validate_on_submit():
        with form.catching():
            chosen = None if form.user.data == EVERYBODY else number(form.user.data)
            share_cart(actor(), cart_id, chosen, Right(form.right.data))
            tell(_("The cart is shared. Its address can be sent to them: {address}",
                   address=url_for("ordering.cart_page", cart_id=cart_id, _external=True)))  # fmt: skip
            return go("ordering.cart_settings", cart_id=cart_id)
    return _settings(head, CartNameForm(formdata=None, name=head.name), form, form.status)


@blueprint.post("/carts/<int:cart_id>/unshare")
@requires(Permission.FILL_CART)
def unshare(cart_id: int) -> Response:
    """The owner ends sharing with somebody; a guest leaves."""
    chosen = request.form.get("user", "")
    user_id = None if chosen == EVERYBODY else number(chosen)
    unshare_cart(actor(), cart_id, user_id)
    forget_cart()
    if user_id == actor().user_id:
        tell(_("The cart is not among yours any more."))
        return go("ordering.carts")
    tell(_("Not shared any more."))
    return go("ordering.cart_settings", cart_id=cart_id)


@blueprint.get("/carts/<int:cart_id>/lines.<any(csv, xlsx):kind>")
@requires(Permission.FILL_CART)
def export_cart(cart_id: int, kind: str) -> Response:
    """The lines in the form in which the order pad reads them back."""
    head = cart_head(actor(), cart_id)
    rows = order_rows(plain_lines(actor(), head))
    if kind == "xlsx":
        target = io.BytesIO()
        write_xlsx(rows, target)
        response = Response(target.getvalue(), mimetype=_SHEET)
    else:
        response = Response(b"".join(csv_chunks(rows)), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"cart-{head.id}.{kind}")
    return response


@blueprint.post("/cart/saved/<int:saved_id>")
@requires(Permission.FILL_CART)
def take_saved(saved_id: int) -> Response:
    """A line kept for later into the cart."""
    cart_id = _cart_or_none()
    try:
        cart_id = take_back(actor(), cart_id, saved_id, page=PLACE).page.cart_id
    except Invalid as error:
        tell(error.message, "bad")
    forget_cart()
    return go_to(home_of(cart_id) if cart_id is not None else url_for("ordering.cart"))


@blueprint.post("/cart/saved/<int:saved_id>/forget")
@requires(Permission.FILL_CART)
def forget_kept(saved_id: int) -> Response:
    cart_id = _cart_or_none()
    forget_saved(actor(), cart_id, saved_id)
    return go_to(home_of(cart_id) if cart_id is not None else url_for("ordering.cart"))


def _cart_or_none() -> int | None:
    """The cart the form names, else the active one; None before there is any."""
    text, active = request.form.get("cart", ""), cart_of_request()
    if text:
        return number(text)
    return active.id if active is not None else None


def _share_form(head: CartHead, *, is_sent: bool) -> ShareForm:
    form = ShareForm() if is_sent else ShareForm(formdata=None, right=Right.EDIT.value)
    people = [(str(user_id), name) for user_id, name in colleagues(actor(), head)]
    form.user.choices = [("", _("Choose")), (EVERYBODY, _("The whole company")), *people]
    form.right.choices = [(right.value, say(name)) for right, name in RIGHT_NAMES.items()]
    return form


def _settings(head: CartHead, name_form: CartNameForm, share_form: ShareForm, status: int = 200) -> Response:
    others = [row for row in carts(actor(), limit=200) if row.id != head.id and row.right.covers(Right.EDIT)]
    return render_page(
        "ordering/cart_settings.html", head=head, name_form=name_form, share_form=share_form, others=others,
        guests=guests(actor(), head), is_owner=head.user_id == actor().user_id, owner=owner_name(actor(), head),
        right_names=RIGHT_NAMES, home=home_of(head.id), may_edit=head.is_open and head.right.covers(Right.EDIT),
        me=actor().user_id, everybody=EVERYBODY, status=status,
    )  # fmt: skip
