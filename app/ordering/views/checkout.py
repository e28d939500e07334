"""From cart to order: what the buyer enters, the review of all that will be ordered, the confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Response

from app.accounts.domain.company import PostalAddress
from app.accounts.queries.addresses import addresses
from app.ordering.domain.wishes import Placed, Wishes
from app.ordering.forms import CheckoutForm, PlaceForm
from app.ordering.policy import Permission
from app.ordering.queries.cart import CartHead, cart_head, obstacle, priced_cart
from app.ordering.queries.orders import order_of_cart, orders_with_po
from app.ordering.service.cart import visit_cart
from app.ordering.service.checkout import check_prices, save_draft, submit
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.panels import cart_of_request
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, ngettext


@dataclass(frozen=True, slots=True)
class Entered:
    """What the buyer entered at checkout, read back from the draft."""

    ship_to: PostalAddress
    bill_to: PostalAddress | None
    po_number: str
    requested_on: date | None
    note: str

    def wishes(self) -> Wishes:
        return Wishes(
            self.ship_to.id or 0,
            self.bill_to.id if self.bill_to else None,
            self.po_number,
            self.requested_on,
            self.note,
        )


@blueprint.route("/checkout", methods=["GET", "POST"])
@requires(Permission.PLACE)
def checkout() -> Response:
    head = cart_of_request()
    if head is None or not head.line_count:
        return go("ordering.cart")
    form = _form(head)
    if form.is_submitted():
        save_draft(actor(), head.id, form.draft())
        if form.validate():
            return go("ordering.review", cart_id=head.id)
    else:
        visit_cart(actor(), head.id, "/checkout")
    page = priced_cart(actor(), head.id)
    repeats = orders_with_po(actor(), form.po_number.data or "")
    return render_page(
        "ordering/checkout.html",
        form=form,
        page=page,
        repeats=repeats,
        obstacle=obstacle(actor()),
        books=form.books,
        status=form.status,
    )


@blueprint.get("/checkout/<int:cart_id>/review")
@requires(Permission.PLACE)
def review(cart_id: int) -> Response:
    turned = _ordered_already(cart_id)
    if turned is not None:
        return turned
    head = cart_head(actor(), cart_id)
    entered = _entered(head)
    if entered is None or not head.line_count:
        return go("ordering.checkout")
    return _review(head, entered, PlaceForm(formdata=None))


@blueprint.post("/checkout/<int:cart_id>/review")
@requires(Permission.PLACE)
def place(cart_id: int) -> Response:
    form = PlaceForm()
    head = cart_head(actor(), cart_id)
    entered = _entered(head)
    if entered is None:
        return go("ordering.checkout")
    if form.validate():
        with form.catching():
            done = submit(
                actor(), cart_id, entered.wishes(), client_ref=form.client_ref.data, seen=form.seen.data
            )  # fmt: skip
            if done.order is not None:
                return _placed(done.order)
    turned = _ordered_already(cart_id)
    return turned if turned is not None else _review(head, entered, form)


def _placed(placed: Placed) -> Response:
    if placed.is_repeat:
        tell(_("Order {number} was placed already; nothing was ordered twice.", number=placed.number), "info")
    else:
        tell(_("Order {number} is placed. Thank you.", number=placed.number))
    return go("ordering.order", number=placed.number)


def _ordered_already(cart_id: int) -> Response | None:
    """A cart that was ordered in another window leads to its order."""
    number = order_of_cart(actor(), cart_id)
    if number is None:
        return None
    tell(_("This cart was ordered already as {number}.", number=number), "info")
    return go("ordering.order", number=number)


def _review(head: CartHead, entered: Entered, form: PlaceForm) -> Response:
    """All that will be ordered, at the prices of this moment; they are kept as the ones the buyer has seen."""
    page, changes = check_prices(actor(), head.id, page="/checkout/review")
    form.seen.data = page.fingerprint()
    return render_page(
        "ordering/checkout_review.html",
        form=form,
        page=page,
        changes=changes,
        wishes=entered,
        repeats=orders_with_po(actor(), entered.po_number),
        obstacle=obstacle(actor()),
        button=ngettext("Place order of {n} line", "Place order of {n} lines", len(page.rows)),
        status=form.status,
    )


class _Form(CheckoutForm):
    """The form with the addresses it offers."""

    books: dict[int, PostalAddress]


def _form(head: CartHead) -> _Form:
    ship_to, bill_to = addresses(actor(), use="ship_to"), addresses(actor(), use="bill_to")
    draft = head.draft
    form = _Form(
        ship_to=_chosen(draft.get("ship_to"), ship_to),
        bill_to=_chosen(draft.get("bill_to"), bill_to),
        po_number=draft.get("po_number", ""),
        requested_on=_day(draft.get("requested_on")),
        note=draft.get("note", ""),
    )
    form.ship_to.choices = [(entry.id, entry.label) for entry in ship_to]
    form.bill_to.choices = [(entry.id, _line(entry)) for entry in bill_to]
    form.books = {entry.id: entry for entry in ship_to if entry.id is not None}
    return form


def _line(entry: PostalAddress) -> str:
    return ", ".join((entry.label, *entry.lines, entry.country))


def _chosen(draft: str | None, offered: list[PostalAddress]) -> int | None:
    """The address of the draft if it is still offered, else the first, which is the default."""
    ids = [entry.id for entry in offered]
    if draft and draft.isdigit() and int(draft) in ids:
        return int(draft)
    return ids[0] if ids else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _entered(head: CartHead) -> Entered | None:
    """The draft in full; None when something that is needed is missing."""
    draft = head.draft
    ship_to = _address(draft.get("ship_to"), "ship_to")
    if ship_to is None:
        return None
    return Entered(
        ship_to,
        _address(draft.get("bill_to"), "bill_to"),
        draft.get("po_number", "").strip(),
        _day(draft.get("requested_on")),
        draft.get("note", "").strip(),
    )


def _address(text: str | None, use: str) -> PostalAddress | None:
    if not text or not text.isdigit():
        return None
    offered = addresses(actor(), use="ship_to" if use == "ship_to" else "bill_to")
    return next((entry for entry in offered if entry.id == int(text)), None)
